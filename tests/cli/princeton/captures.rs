//! The captures of a small Princeton-Leuven corpus: what its files and commits say, and what must come of them.

use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The captures in the order of their commits: the site; the digits and the address in the header's link to the capture; then what must
/// come of them: the instant, and the interval (where the commit states another than the date gives, both); then the rank as the
/// commit writes it, and what is special about the text.
const CAPTURES: &str = r#"shop.co.test 19991231233000 http%3A//www.shop.co.test/privacy.html 1999-12-31T23:30:00Z 1999_B NaN Whole
shop.co.test 20000301003000 http%3A//www.shop.co.test/privacy.html 2000-03-01T00:30:00Z 2000_A NaN Whole
a.example 20011204192559 http%3A//www.a.example/privacy.html 2001-12-04T19:25:59Z 2001_B 12 Whole
forum99.test 20020101010000 http%3A//www.forum99.test/privacy.html 2002-01-01T01:00:00Z 2002_A 31337 Whole
a.example 20020704003000 http%3A//www.a.example/privacy.html 2002-07-04T00:30:00Z 2002_B 15 Bare
linux.example 20030105003000 http%3A//www.linux.example/privacy.html 2003-01-05T00:30:00Z 2003_A 1042 Whole
a.example 20030704003000 http%3A//www.a.example/privacy.html 2003-07-04T00:30:00Z 2003_B 19 Whole
4ever.example 20040613091058 http%3A//www.4ever.example/privacy.html 2004-06-13T09:10:58Z 2004_A 500 Whole
a.example 20040704003000 http%3A//www.a.example/privacy.html 2004-07-04T00:30:00Z 2004_B 23 Whole
1-2-3.example 20050525101112 http%3A//www.1-2-3.example/privacy.html 2005-05-25T10:11:12Z 2005_A "803" Whole
4ever.example 20050699091058 http%3A//www.4ever.example/privacy.html 2005-06-09 2005_A 501 Impossible
1-2-3.example 20051130235959 http%3A//www.1-2-3.example/privacy.html 2005-11-30T23:59:59Z 2005_B 804 Whole
1-2-3.example 20060301000001 http%3A//www.1-2-3.example/privacy.html 2006-03-01T00:00:01Z 2006_A 805 Same
4ever.example 20060613091058 http%3A//www.4ever.example/privacy.html 2006-06-13T09:10:58Z 2006_A 502 Whole
games.test 20060630235959 http%3A//www.games.test/privacy.html 2006-06-30T23:59:59Z 2006_A NaN Whole
games.test 20060701000000 http%3A//www.games.test/privacy.html 2006-07-01T00:00:00Z 2006_B 2500 Whole
1-2-3.example 20060801000000 http%3A//www.1-2-3.example/privacy.html 2006-08-01T00:00:00Z 2006_B 806 Same
4ever.example 20070613003000 http%3A//www.4ever.example/privacy.html 2007-06-13T00:30:00Z 2007_A 503 Whole
shop.co.test 20080229013000 http%3A//www.shop.co.test/privacy.html 2008-02-29T01:30:00Z 2008_A NaN Whole
01.example 20090101001500 http%3A//www.01.example/privacy.cgi%3Fid%3D3%26lang%3Den 2009-01-01T00:15:00Z 2009_A 55012.0 Whole
games.test 20091231000000 http%3A//www.games.test/privacy.html 2009-12-31T00:00:00Z 2009_B 2600 Bare
games.test 20100101000000 http%3A//www.games.test/privacy.html 2010-01-01T00:00:00Z 2010_A 2700 Whole
01.example 20100201120000 http%3A//www.01.example/privacy.cgi%3Fid%3D3%26lang%3Den 2010-02-01T12:00:00Z 2010_A 55012 Same
t.test 20100510101010 http%3A//t.test/p 2010-05-10T10:10:10Z 2010_A 1000 Whole
t.test 20101111001010 http%3A//t.test/p 2010-11-11T00:10:10Z 2010_B 1001 Whole
t.test 20110512002010 http%3A//t.test/p 2011-05-12T00:20:10Z 2011_A 999 Whole
linux.example 20110815013000 http%3A//www.linux.example/privacy.html 2011-08-15T01:30:00Z 2011_B 1100 Whole
t.test 20111113002010 http%3A//t.test/p 2011-11-13T00:20:10Z 2011_B 998 Bare
forum99.test 20120701000000 http%3A//www.forum99.test/privacy.html 2012-07-01T00:00:00Z 2012_A/2012_B 31338 Whole
forum99.test 20120702000000 http%3A//www.forum99.test/privacy.html 2012-07-02T00:00:00Z 2012_B 31339 Whole
01.example 20120930003059 http%3A//www.01.example/privacy.cgi%3Fid%3D4%26lang%3Den 2012-09-30T00:30:59Z 2012_B NaN Whole
007.example 20121218152922 http%3A//www.foxfilm.test/us/privacy.html 2012-12-18T15:29:22Z 2012_B 9001 Whole
forum99.test 20130101000000 http%3A//www.forum99.test/privacy.html 2013-01-01T00:00:00Z 2012_B/2013_A 31340 Whole
news-site.example 20130107004500 http%3A//www.news-site.example/privacy.html 2013-01-07T00:45:00Z 2013_A 7 Whole
news-site.example 20130708004500 http%3A//www.news-site.example/privacy.html 2013-07-08T00:45:00Z 2013_B 6 Whole
news-site.example 20140106004500 http%3A//www.news-site.example/privacy.html 2014-01-06T00:45:00Z 2014_A 5 Whole
linux.example 20140630233000 http%3A//www.linux.example/privacy.html 2014-06-30T23:30:00Z 2014_A NaN Whole
linux.example 20140701003000 http%3A//www.linux.example/privacy.html 2014-07-01T00:30:00Z 2014_B 990 Whole
news-site.example 20140707004500 http%3A//www.news-site.example/privacy.html 2014-07-07T00:45:00Z 2014_B 4 Whole
007.example 20141229002208 http%3A//www.foxfilm.test/us/privacy.html 2014-12-29T00:22:08Z 2014_B 9002.0 Whole
x-y.test 20150701233000 http%3A//www.x-y.test/privacy.html 2015-07-01T23:30:00Z 2015_B 300000 Whole
bank.example 20151026003000 https%3A//bank.example/legal/privacy%20policy 2015-10-26T00:30:00Z 2015_B 77 Whole
x-y.test 20151231233000 http%3A//www.x-y.test/privacy.html 2015-12-31T23:30:00Z 2015_B 310000 Whole
x-y.test 20160101003000 http%3A//www.x-y.test/privacy.html 2016-01-01T00:30:00Z 2016_A 320000 Whole
bank.example 20160328003000 https%3A//bank.example/legal/privacy%20policy 2016-03-28T00:30:00Z 2016_A 78 Same
007.example 20160330003000 http%3A//www.foxfilm.test/us/privacy.html 2016-03-30T00:30:00Z 2016_A NaN Same
x-y.test 20160702000000 http%3A//www.x-y.test/privacy.html 2016-07-02T00:00:00Z 2016_A/2016_B 330000 Whole
bank.example 20161031003000 https%3A//bank.example/legal/privacy%20policy 2016-10-31T00:30:00Z 2016_B 79 Same
alpine.test 20170101000000 http%3A//www.alpine.test/privacy.html 2017-01-01T00:00:00Z 2017_A 44 Whole
bank.example 20170327003000 https%3A//bank.example/legal/privacy%20policy 2017-03-27T00:30:00Z 2017_A 80 Same
alpine.test 20170630003000 http%3A//www.alpine.test/privacy.html 2017-06-30T00:30:00Z 2017_A 45 Broken
alpine.test 20180115120000 http%3A//www.alpine.test/privacy.html 2018-01-15T12:00:00Z 2018_A 46 Whole
007.example 20181028010000 https%3A//privacy.foxfilm.test/%23top 2018-10-28T01:00:00Z 2018_B 9004 Whole
zz-9.example 20190101003000 http%3A//www.zz-9.example/privacy.html 2019-01-01T00:30:00Z 2019_A 999999 Whole
shop.co.test 20190331003000 http%3A//www.shop.co.test/privacy.html 2019-03-31T00:30:00Z 2019_A NaN Whole
01.example 20190402015959 http%3A//www.01.example/privacy.cgi%3Fid%3D4%26lang%3Den 2019-04-02T01:59:59Z 2019_A 71000 Whole
alpine.test 20190629091058 http%3A//www.alpine.test/privacy.html 2019-06-29T09:10:58Z 2019_A 47 Whole
zz-9.example 20190630003000 http%3A//www.zz-9.example/privacy.html 2019-06-30T00:30:00Z 2019_A 1000000 Whole
zz-9.example 20190701003000 http%3A//www.zz-9.example/privacy.html 2019-07-01T00:30:00Z 2019_B 1000001 Whole
zz-9.example 20191231003000 http%3A//www.zz-9.example/privacy.html 2019-12-31T00:30:00Z 2019_B NaN Whole"#;

/// The sites, their categories as the commits write them, and what must come of those.
pub const SITES: [(&str, &str, &[&str]); 15] = [
    ("007.example", r#"["Arts & Entertainment"]"#, &["Arts & Entertainment"]),
    ("01.example", r#""Business; Shopping""#, &["Business", "Shopping"]),
    ("1-2-3.example", r#"[{"name": "Games & Puzzles"}]"#, &["Games & Puzzles"]),
    ("4ever.example", "[]", &[]),
    ("a.example", "null", &[]),
    ("alpine.test", r#""Travel|Sports""#, &["Travel", "Sports"]),
    ("bank.example", r#"["Finance"]"#, &["Finance"]),
    ("forum99.test", r#"["Forums", " Forums "]"#, &["Forums"]),
    ("games.test", r#"["Games"]"#, &["Games"]),
    ("linux.example", r#"["Computers", "Free Software"]"#, &["Computers", "Free Software"]),
    ("news-site.example", r#"["News & Media", "Sports"]"#, &["News & Media", "Sports"]),
    ("shop.co.test", "NaN", &[]),
    ("t.test", r#""News""#, &["News"]),
    ("x-y.test", r#"["Arts", NaN]"#, &["Arts"]),
    ("zz-9.example", r#"{"strange": [NaN]}"#, &[]),
];

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Special {
    None,
    /// The text is that of the capture before.
    Same,
    /// There is no header.
    Bare,
    /// The header breaks off.
    Broken,
}

pub struct Capture {
    pub site: &'static str,
    pub digits: &'static str,
    pub address: &'static str,
    pub instant: &'static str,
    pub interval: &'static str,
    pub interval_of_date: &'static str,
    pub rank: &'static str,
    pub special: Special,
    /// How many texts of the site come before.
    pub text: usize,
}

/// One file of a capture for each branch.
#[derive(Clone, Copy)]
pub enum Branch {
    Markdown,
    Html,
}

impl Capture {
    pub fn day(&self) -> &str {
        &self.instant[..10]
    }

    pub fn date(&self) -> Date {
        self.day().parse().unwrap()
    }

    fn url(&self) -> String {
        format!("https://web.archive.org/web/{}id_/{}", self.digits, self.address)
    }

    pub fn rank(&self) -> Option<u32> {
        self.rank.trim_matches('"').trim_end_matches(".0").parse().ok()
    }

    pub fn categories(&self) -> &'static [&'static str] {
        SITES.iter().find(|(site, ..)| *site == self.site).unwrap().2
    }

    pub fn path(&self, branch: Branch) -> String {
        let ending = if matches!(branch, Branch::Html) { "html" } else { "md" };
        let site = self.site;
        format!("{}/{}/{}/{site}.{ending}", &site[..1], &site[..2], &site[..3])
    }

    pub fn file(&self, branch: Branch) -> String {
        let Capture { site, .. } = self;
        let (day, url) = (self.day(), self.url());
        let words = format!("We keep what you tell {site} for {} days.", self.text + 1);
        let (header, policy) = match branch {
            Branch::Markdown => (
                format!(
                    "> *The following text is extracted and transformed from the {site} privacy policy that was archived on {day}. Please \
                     check the [original snapshot on the Wayback Machine]({url}) for the most accurate reproduction.*\n\n"
                ),
                format!("# Privacy of {site}\n\n{words}\n"),
            ),
            Branch::Html => (
                format!(
                    "<!--The following is the downloaded HTML source of the {site} privacy policy that was archived on {day}.\n Please \
                     check the original snapshot on the Wayback Machine ({url}) for the most accurate reproduction.-->\n\n"
                ),
                format!("<html><body><h1>Privacy of {site}</h1><p>{words}</p></body></html>\n"),
            ),
        };
        match self.special {
            Special::None | Special::Same => header + &policy,
            Special::Bare => policy,
            Special::Broken => {
                let end = header.find(" Please").unwrap();
                let closed = if matches!(branch, Branch::Html) { "-->" } else { "" };
                format!("{}{closed}\n\n{policy}", &header[..end])
            }
        }
    }

    /// The object in the commit, with all that is no JSON in it.
    pub fn message(&self) -> String {
        let Capture { site, digits, interval, rank, .. } = self;
        let categories = SITES.iter().find(|(name, ..)| name == site).unwrap().1;
        format!(
            "{site} (archived on {})\n\n{{\"domain\": \"{site}\", \"timestamp\": \"{digits}\", \"policy_title\": \"NaN {{\\\" }}\", \
             \"policy_url\": \"http://{site}/\", \"policy_snapshot_url\": \"{}\", \"interval\": \"{interval}\", \
             \"categories\": {categories}, \"alexa_rank\": {rank}, \"simhash\": 18446744073709551615, \"flesch\": NaN}}\n",
            self.day(),
            self.url()
        )
    }

    /// The time in UTC, labelled one hour off in winter and two in summer: up to that much before, and often on the day before.
    pub fn clock(&self) -> String {
        let is_summer = (4..=10).contains(&self.date().month());
        let time = self.instant.get(10..19).unwrap_or("T01:00:00");
        format!("{}{time}{}", self.day(), if is_summer { "+0200" } else { "+0100" })
    }

    /// What the evidence must be.
    pub fn evidence(&self) -> Value {
        let by_commit = matches!(self.special, Special::Bare | Special::Broken);
        json!({
            "instant": self.instant,
            "date_source": if by_commit { "commit" } else { "archive_header" },
            "url": self.url(),
            "rank": self.rank(),
            "categories": self.categories(),
            "interval": self.interval,
        })
    }
}

pub fn captures() -> Vec<Capture> {
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    let read = |line: &'static str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [site, digits, address, instant, interval, rank, special] = fields[..] else { panic!("{line}") };
        let (interval, interval_of_date) = interval.split_once('/').unwrap_or((interval, interval));
        let special = match special {
            "Same" => Special::Same,
            "Bare" => Special::Bare,
            "Broken" => Special::Broken,
            _ => Special::None,
        };
        let next = texts.entry(site).or_default();
        *next += usize::from(special != Special::Same);
        Capture { site, digits, address, instant, interval, interval_of_date, rank, special, text: *next - 1 }
    };
    let captures: Vec<Capture> = CAPTURES.lines().map(read).collect();
    assert_eq!((captures.len(), texts.len()), (60, SITES.len()));
    captures
}
