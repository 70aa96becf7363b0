//! What the Princeton-Leuven corpus writes into the messages of its commits: the capture's time and address, and what it knows of the site.

use super::message::is_address;
use crate::site::{Interval, SiteFacts};
use crate::snapshot::{Instant, Precision};
use crate::source::date;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// What stands before the day in a subject such as `acme.test (archived on 2019-06-29)`.
const BEFORE_DAY: &str = " (archived on ";
/// What Python writes for a number that is missing; it is no JSON.
const NAN: &str = "NaN";
/// A site with more categories than these has no sensible ones.
const MAX_CATEGORIES: usize = 32;
/// A longer name is no category.
const MAX_CATEGORY_CHARS: usize = 100;
/// What parts categories that are written as one text.
const SEPARATORS: [char; 3] = [',', ';', '|'];

/// What a commit says of the capture that it records.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// The capture's time, or its day where the time cannot be read; that of the commit itself is labelled with a wrong zone.
    pub instant: Option<Instant>,
    /// The capture at the Wayback Machine.
    pub url: Option<String>,
    pub site: SiteFacts,
}

/// The members that are read, of whatever type they are: a strange one must not hide the others.
#[derive(Default, Deserialize)]
struct Written {
    timestamp: Option<Value>,
    policy_snapshot_url: Option<Value>,
    alexa_rank: Option<Value>,
    categories: Option<Value>,
    interval: Option<Value>,
}

/// Reads the subject and the JSON object after it; `None` for the messages of other archives.
pub fn told(message: &str) -> Option<Told> {
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    let (_, day) = subject.split_once(BEFORE_DAY)?;
    let written = object(body).unwrap_or_default();
    let instant = written.timestamp.as_ref().and_then(instant).or_else(|| stated_day(day));
    let url = written.policy_snapshot_url.as_ref().and_then(Value::as_str).filter(|url| is_address(url));
    // The corpus chose the capture for the interval that it states, whatever the date: that one stands.
    let stated = written.interval.as_ref().and_then(Value::as_str).and_then(Interval::parse);
    let site = SiteFacts {
        rank: written.alexa_rank.as_ref().and_then(rank),
        categories: written.categories.as_ref().map(categories).unwrap_or_default().into(),
        interval: stated.or_else(|| instant.and_then(Interval::of)),
    };
    Some(Told { instant, url: url.map(str::to_owned), site })
}

fn object(body: &str) -> Option<Written> {
    let object = body.get(body.find('{')?..=body.rfind('}')?)?;
    serde_json::from_str(&without_nan(object)).ok()
}

/// Fourteen digits, as a text or a number.
fn instant(value: &Value) -> Option<Instant> {
    let digits = value.as_str().map_or_else(|| Cow::from(value.to_string()), Cow::from);
    date::whole(digits.trim())?.ok().filter(|instant| instant.precision == Precision::Second)
}

/// The day in a subject.
fn stated_day(rest: &str) -> Option<Instant> {
    date::whole(rest.trim_end().strip_suffix(')')?)?.ok().filter(|instant| instant.precision == Precision::Day)
}

/// A whole number from 1, which may be written as a text or with a fraction of nought.
fn rank(value: &Value) -> Option<u32> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    (number >= 1.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0).then_some(number as u32)
}

/// The names in a list of texts or of objects with a name, or in one text.
fn categories(value: &Value) -> Vec<String> {
    let written: Vec<&str> = match value {
        Value::String(text) => text.split(SEPARATORS).collect(),
        Value::Array(items) => items.iter().filter_map(|item| item.as_str().or_else(|| item.get("name")?.as_str())).collect(),
        _ => Vec::new(),
    };
    let mut names: Vec<String> = Vec::new();
    for name in written.into_iter().map(str::trim).filter(|name| is_category(name)) {
        if names.len() < MAX_CATEGORIES && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn is_category(name: &str) -> bool {
    !name.is_empty() && name != NAN && name.chars().nth(MAX_CATEGORY_CHARS).is_none()
}

/// Writes `null` for a bare `NaN`; texts stay as they are.
fn without_nan(text: &str) -> Cow<'_, str> {
    if !text.contains(NAN) {
        return text.into();
    }
    let mut written = String::with_capacity(text.len() + 16);
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !quoted && let Some(after) = rest.strip_prefix(NAN) {
            written.push_str("null");
            rest = after;
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        written.push(c);
        rest = &rest[c.len_utf8()..];
    }
    written.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(members: &str) -> Told {
        told(&format!("acme.test (archived on 2019-06-29)\n\n{{{members}}}\n")).unwrap()
    }

    fn categories_of(written: &str) -> Vec<String> {
        of(&format!("\"categories\": {written}")).site.categories.to_vec()
    }

    #[test]
    fn the_object_is_read_with_its_faults() {
        let found = of("\"timestamp\": \"20190629091058\", \"alexa_rank\": NaN, \"simhash\": 18446744073709551616, \
                        \"policy_title\": \"NaN \\\" {\", \"interval\": \"2019_A\", \"categories\": [\"News\", NaN], \
                        \"policy_snapshot_url\": \"https://web.archive.org/web/20190629091058id_/http://acme.test/\"");
        assert_eq!(found.instant.unwrap().to_string(), "2019-06-29T09:10:58Z");
        assert_eq!(found.url.as_deref(), Some("https://web.archive.org/web/20190629091058id_/http://acme.test/"));
        assert_eq!(found.site.rank, None);
        assert_eq!(*found.site.categories, ["News"]);
        assert_eq!(found.site.interval, Interval::parse("2019_A"));
        assert_eq!(without_nan("{\"a\": NaN, \"b\": \"NaN\"}"), "{\"a\": null, \"b\": \"NaN\"}");
    }

    #[test]
    fn other_messages_tell_nothing() {
        assert_eq!(told("Acme\n\n{\"timestamp\": \"20190629091058\"}"), None);
        assert_eq!(told("acme.test archived on 2019-06-29"), None);
    }

    #[test]
    fn the_subject_tells_the_day_where_the_object_tells_no_time() {
        for message in ["", "\n\n}{", "\n\n{\"timestamp\": Infinity}", "\n\n{\"timestamp\": \"20190699091058\"}"] {
            let found = told(&format!("acme.test (archived on 2019-06-29){message}")).unwrap();
            assert_eq!(found.instant.unwrap().to_string(), "2019-06-29");
            assert_eq!(found.site.interval, Interval::parse("2019_A"));
        }
        for subject in ["acme.test (archived on 2019-06-31)", "acme.test (archived on 2019)", "acme.test (archived on 2019-06-29"]
        {
            assert_eq!(told(subject).unwrap().instant, None, "{subject}");
        }
    }

    #[test]
    fn what_is_strange_does_not_hide_the_rest() {
        let found =
            of("\"timestamp\": \"2019\", \"alexa_rank\": 7, \"categories\": {}, \"interval\": 3, \"policy_snapshot_url\": []");
        assert_eq!((found.instant.unwrap().precision, found.url), (Precision::Day, None));
        assert_eq!(found.site, SiteFacts { rank: Some(7), interval: Interval::parse("2019_A"), ..SiteFacts::default() });
    }

    #[test]
    fn ranks_are_whole_numbers_from_1() {
        let rank = |written: &str| of(&format!("\"alexa_rank\": {written}")).site.rank;
        for written in ["1234", "1234.0", "\"1234\"", "\" 1234.0 \""] {
            assert_eq!(rank(written), Some(1234), "{written}");
        }
        for written in ["NaN", "null", "0", "-1", "1.5", "1e300", "4294967296", "\"NaN\"", "\"high\"", "true", "[1]"] {
            assert_eq!(rank(written), None, "{written}");
        }
    }

    #[test]
    fn categories_are_names_as_written() {
        assert_eq!(
            categories_of("[\"News & Media\", \" Sports, live \", \"\", \"News & Media\", 7]"),
            ["News & Media", "Sports, live"]
        );
        assert_eq!(categories_of("[{\"name\": \"News\", \"score\": 1}, {\"id\": 2}]"), ["News"]);
        assert_eq!(categories_of("\"News; Arts, Music|Sports\""), ["News", "Arts", "Music", "Sports"]);
        for written in ["null", "NaN", "\"NaN\"", "[\"NaN\"]", "[]", "3"] {
            assert_eq!(categories_of(written), [""; 0], "{written}");
        }
        assert_eq!(categories_of(&format!("[\"{}\", \"b\"]", "a".repeat(MAX_CATEGORY_CHARS + 1))), ["b"]);
        let many: Vec<String> = (0..99).map(|number| number.to_string()).collect();
        assert_eq!(categories_of(&format!("\"{}\"", many.join(";"))).len(), MAX_CATEGORIES);
    }

    #[test]
    fn the_stated_interval_stands_before_that_of_the_date() {
        let interval = |members: &str| of(members).site.interval.map(|interval| interval.to_string());
        assert_eq!(interval("\"timestamp\": 20190701000000").as_deref(), Some("2019_B"));
        assert_eq!(interval("\"timestamp\": \"20190701000000\", \"interval\": \"2019_A\"").as_deref(), Some("2019_A"));
        assert_eq!(interval("\"timestamp\": \"20190701000000\", \"interval\": \"2019\"").as_deref(), Some("2019_B"));
        assert_eq!(interval("\"interval\": NaN").as_deref(), Some("2019_A"), "by the subject's day");
    }

    proptest! {
        #[test]
        fn no_message_panics(
            text in "(a \\(archived on |2019-06-29|\\)|\n|\\{|\\}|\\[|\\]|,|\"|\\\\|NaN|é|timestamp|categories|alexa_rank|interval|:|1|https://| ){0,40}",
            value in "(\\{|\\}|\\[|\\]|,|\"|\\\\|NaN|é|:|1|name| ){0,12}",
        ) {
            let _ = told(&text);
            let _ = told(&format!("a (archived on b)\n{{\"categories\": {value}, \"alexa_rank\": {value}}}"));
        }
    }
}
