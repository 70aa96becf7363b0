//! Draws the charts with invented numbers, to be looked at: `cargo run --example charts -- DIR` writes SVG files, and shows the same
//! charts as the terminal would.

use fineprint::chart::{Coverage, Interval, Lines, Row, Series, Spans, Unit, svg, terminal};
use fineprint::print::Look;
use fineprint::snapshot::Day;
use fineprint::time::{Period, Step};
use std::path::PathBuf;

const SOURCE: &str = "Source: an invented archive, 5,980 snapshots 2012–2026; index 1a2b3c4d5e6f; fineprint 0.1.0";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("which directory are the files for?")?);
    let columns = std::env::args().nth(2).map_or(Ok(80), |columns| columns.parse())?;
    let colour = std::env::args().nth(3).is_some();
    let look = Look { width: columns, colour };
    std::fs::create_dir_all(&dir)?;
    let mut out = std::io::stdout().lock();
    for (name, chart) in charts() {
        println!("\n=== {name}");
        std::fs::write(dir.join(format!("{name}.svg")), svg::lines(&chart))?;
        terminal::lines(&chart, look, &mut out)?;
    }
    for (name, chart) in [("spans-38", rows(38, false)), ("spans-5", rows(5, true)), ("spans-150", rows(150, false))] {
        println!("\n=== {name}");
        std::fs::write(dir.join(format!("{name}.svg")), svg::spans(&chart))?;
        terminal::spans(&chart, look, &mut out)?;
    }
    Ok(())
}

fn charts() -> Vec<(&'static str, Lines)> {
    let phrases = [
        "\"legitimate (interest|interests)\"",
        "\"do not sell\" NOT WITHIN \"do not sell my\"",
        "\"personal information\"",
        "\"data protection officer\"",
    ];
    let long = "\"we may share your personal (information|data) with (our)? (trusted|selected)? third (party|parties)\" AND NOT \
                heading:cookies AND (kind:\"privacy policy\" OR kind:terms*) <b>& more</b>";
    let letters = ["cookies", "consent", "advertising", "GDPR", "COPPA", "\"opt out\"", "machine learning", "biometric*"];
    vec![
        ("four-by-year", chart(&phrases, Step::Year, (2012, 2026), false, 120)),
        ("four-by-month", chart(&phrases, Step::Month, (2012, 2025), true, 120)),
        ("one-by-year", chart(&phrases[..1], Step::Year, (2005, 2019), false, 38)),
        ("one-by-month", chart(&phrases[..1], Step::Month, (2012, 2025), true, 38)),
        ("eight-by-half", chart(&letters, Step::Half, (2009, 2025), true, 900)),
        ("long-name", chart(&[long, phrases[0], "隐私权政策 и конфиденциальность"], Step::Quarter, (2016, 2021), false, 4200)),
        ("one-period", chart(&phrases[..2], Step::Year, (2018, 2018), false, 5)),
        ("nothing", chart(&[], Step::Year, (2010, 2020), false, 0)),
    ]
}

/// Invented numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }
}

fn chart(names: &[&str], step: Step, years: (i16, i16), is_share: bool, companies: u64) -> Lines {
    let day = |year, month, day| Day::from_date(year, month, day).unwrap_or(Day(0));
    let periods = Period::all(day(years.0, 1, 1), day(years.1, 12, 31), step);
    let mut dice = Dice(companies + names.len() as u64);
    let count = periods.len();
    let counts: Vec<u64> = (0..count)
        .map(|at| if at * 9 / count == 3 && step == Step::Month { 0 } else { companies * (at as u64 + 3) / (count as u64 + 2) })
        .collect();
    let series = names.iter().map(|name| {
        let (start, end) = (dice.roll(100) as f64 / 160.0, dice.roll(100) as f64 / 130.0);
        let values = counts.iter().enumerate().map(|(at, observed)| {
            let t = at as f64 / count as f64;
            let share = start + (end - start) / (1.0 + (-12.0 * (t - 0.5)).exp()) + (dice.roll(100) as f64 - 50.0) / 1500.0;
            let share = share.clamp(0.0, 1.0);
            (*observed > 0).then(|| if is_share { share } else { (share * *observed as f64).round() })
        });
        Series { name: (*name).to_owned(), values: values.collect() }
    });
    Lines {
        title: if names.len() == 1 { "Companies that claim a legitimate interest" } else { "How many companies say it" }
            .to_owned(),
        subtitle:
            "Companies whose text at the end of the period matches. English; carried at most 18 months (archives of changes: \
                   without limit); 312 snapshots that are no policy text left out."
                .to_owned(),
        series: series.collect(),
        periods: periods.iter().map(Period::to_string).collect(),
        unit: if is_share { Unit::Share("companies observed".to_owned()) } else { Unit::Count("companies".to_owned()) },
        coverage: Coverage {
            name: "companies observed".to_owned(),
            counts: counts.iter().map(|count| (*count, *count)).collect(),
        },
        source: SOURCE.to_owned(),
    }
}

fn rows(count: usize, captures: bool) -> Spans {
    let names = [
        "Facebook",
        "Alibaba.com",
        "隐私权政策",
        "The Very Long Company Name of Northern Ireland & Sons Ltd. · Privacy Policy",
        "x.com",
    ];
    let mut dice = Dice(count as u64);
    let rows = (0..count).map(|at| {
        let first = 15_400 + dice.roll(2500) as i32;
        let days: Vec<Day> = std::iter::successors(Some(first), |day| Some(day + 20 + dice.roll(150) as i32))
            .take_while(|day| *day < 20_500 - (at % 7) as i32 * 90)
            .map(Day)
            .collect();
        let mut intervals = Vec::new();
        let mut at_day = match at % 4 {
            0 => 0,
            _ => dice.roll(days.len() as u64 / 2 + 1) as usize,
        };
        while at_day < days.len() && at % 6 != 5 {
            let end = (at_day + dice.roll(30) as usize).min(days.len() - 1);
            intervals.push(Interval {
                absent_before: at_day.checked_sub(1).map(|before| days[before]),
                since_before: at_day == 0,
                still: end + 1 == days.len(),
                first_seen: days[at_day],
                last_seen: days[end],
                absent_after: days.get(end + 1).copied(),
            });
            at_day = end + 2 + dice.roll(40) as usize;
        }
        Row {
            label: format!("{}{}", names[at % names.len()], if at < names.len() { String::new() } else { format!(" {at}") }),
            observed: days.first().copied().zip(days.last().copied()),
            intervals,
            captures: if captures { days } else { Vec::new() },
        }
    });
    Spans {
        title: "\"legitimate (interest|interests)\"".to_owned(),
        subtitle: "When each company's privacy policy said it. English; 312 snapshots that are no policy text left out."
            .to_owned(),
        rows: rows.collect(),
        source: SOURCE.to_owned(),
    }
}
