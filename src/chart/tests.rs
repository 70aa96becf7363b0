//! Whatever is drawn: the file is well-formed, everything lies inside it, and no text touches another.

use super::svg::measure::Font;
use super::*;
use crate::print::Look;
use proptest::prelude::*;
use textwrap::core::display_width;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Reads a chart as XML and checks it; gives what its texts say, without what stands in titles.
fn checked(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).expect("well-formed");
    let root = document.root_element();
    assert!(root.has_tag_name((SVG, "svg")));
    let of_root = |name: &str| root.attribute(name).and_then(|value| value.parse::<f64>().ok()).expect("a number");
    let (width, height) = (of_root("width"), of_root("height"));
    let is_inside = |x: f64, y: f64| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
    let mut boxes: Vec<(String, [f64; 4])> = Vec::new();
    let pattern = |node: &roxmltree::Node<'_, '_>| node.ancestors().any(|parent| parent.has_tag_name((SVG, "pattern")));
    for node in root.descendants().filter(|node| node.is_element() && !pattern(node)) {
        let number = |name: &str| node.attribute(name).map_or(0.0, |value| value.parse::<f64>().expect("a number"));
        match node.tag_name().name() {
            "text" => {
                let text: String = node.children().filter(|child| child.is_text()).filter_map(|child| child.text()).collect();
                let font = Font { size: number("font-size"), bold: node.has_attribute("font-weight") };
                let (x, y, wide) = (number("x"), number("y"), font.width(&text));
                let left = match node.attribute("text-anchor") {
                    Some("middle") => x - wide / 2.0,
                    Some("end") => x - wide,
                    _ => x,
                };
                let place = [left, y - 0.72 * font.size, left + wide, y + 0.2 * font.size];
                assert!(is_inside(left, place[1]) && is_inside(place[2] - 0.1, place[3]), "{text:?} lies outside: {place:?}");
                boxes.push((text, place));
            }
            "line" => assert!(is_inside(number("x1"), number("y1")) && is_inside(number("x2"), number("y2")), "{node:?}"),
            "rect" => {
                let (x, y) = (number("x"), number("y"));
                // Both are rounded.
                assert!(is_inside(x, y) && is_inside(x + number("width") - 0.1, y + number("height") - 0.1), "{node:?}");
            }
            "circle" => assert!(is_inside(number("cx"), number("cy"))),
            "polyline" | "polygon" => {
                for point in node.attribute("points").unwrap_or("").split(' ') {
                    let (x, y) = point.split_once(',').expect("a point");
                    assert!(is_inside(x.parse().expect("a number"), y.parse().expect("a number")), "{node:?}");
                }
            }
            _ => {}
        }
    }
    let touch = |one: &[f64; 4], other: &[f64; 4]| {
        one[0] < other[2] - 0.2 && other[0] < one[2] - 0.2 && one[1] < other[3] - 0.2 && other[1] < one[3] - 0.2
    };
    for (at, (text, place)) in boxes.iter().enumerate() {
        let hit = boxes[at + 1..].iter().find(|(_, other)| touch(place, other));
        assert_eq!(hit, None, "touches {text:?} {place:?}");
    }
    boxes.into_iter().map(|(text, _)| text).collect()
}

fn in_terminal(draw: impl Fn(Look, &mut dyn std::io::Write) -> std::io::Result<()>, width: usize) -> String {
    let mut out = Vec::new();
    draw(Look { width, colour: false }, &mut out).expect("written");
    let text = String::from_utf8(out).expect("UTF-8");
    for line in text.lines() {
        assert!(display_width(line) <= width, "{} columns of {width}: {line:?}", display_width(line));
    }
    text
}

fn years(count: usize) -> Vec<String> {
    (0..count).map(|at| (2005 + at).to_string()).collect()
}

fn sample() -> Lines {
    let values = |of: fn(usize) -> Option<f64>| (0..15).map(of).collect();
    Lines {
        title: "Companies that say it".into(),
        subtitle: "At the end of each year; English".into(),
        periods: years(15),
        unit: Unit::Count("companies".into()),
        series: vec![
            Series { name: "\"sell data\"".into(), values: values(|at| Some(at as f64)) },
            Series { name: "<b>cookies & \"more\"</b>".into(), values: values(|at| (at != 7).then_some(3.0)) },
        ],
        coverage: Coverage { name: "companies observed".into(), counts: (0..15).map(|count| (count, count)).collect() },
        source: "Source: an invented archive".into(),
    }
}

fn day(year: i16, month: i8, day: i8) -> Day {
    Day::from_date(year, month, day).expect("a date")
}

fn timeline() -> Spans {
    let first = Interval {
        absent_before: None,
        since_before: true,
        still: false,
        first_seen: day(2010, 1, 1),
        last_seen: day(2012, 1, 1),
        absent_after: Some(day(2013, 1, 1)),
    };
    let second = Interval {
        absent_before: Some(day(2016, 1, 1)),
        since_before: false,
        still: true,
        first_seen: day(2017, 1, 1),
        last_seen: day(2019, 12, 31),
        absent_after: None,
    };
    let observed = Some((day(2010, 1, 1), day(2019, 12, 31)));
    Spans {
        title: "\"sell data\"".into(),
        subtitle: String::new(),
        rows: vec![
            Row { label: "example.com".into(), observed, intervals: vec![first, second], captures: vec![day(2010, 1, 1)] },
            Row { label: "never.example".into(), observed, ..Row::default() },
            Row { label: "隐私权政策隐私权政策隐私权政策".into(), ..Row::default() },
        ],
        source: "Source: an invented archive".into(),
    }
}

#[test]
fn markup_of_queries_stays_text() {
    let texts = checked(&svg::lines(&sample()));
    assert!(texts.join(" ").contains("<b>cookies & \"more\"</b>"), "{texts:?}");
    let mut chart = sample();
    chart.series[0].name = "a<b>&\"'\u{1b}[31m\u{202e}\u{0}\u{ffff}\tz".into();
    let texts = checked(&svg::lines(&chart));
    assert!(texts.iter().any(|text| text == "a<b>&\"'[31m z"), "{texts:?}");
}

#[test]
fn a_gap_parts_a_line() {
    let svg = svg::lines(&sample());
    let document = roxmltree::Document::parse(&svg).expect("well-formed");
    let group = document.descendants().find(|node| {
        node.has_tag_name((SVG, "g"))
            && node.first_element_child().and_then(|title| title.text()).unwrap_or("").contains("cookies")
    });
    let lines = group.expect("a group").children().filter(|node| node.has_tag_name((SVG, "polyline")));
    let points: Vec<usize> = lines
        .filter(|line| line.has_attribute("stroke-dasharray"))
        .map(|line| line.attribute("points").unwrap_or("").split(' ').count())
        .collect();
    assert_eq!(points, [7, 7]);
}

#[test]
fn nothing_is_fetched_and_the_same_is_drawn_again() {
    for svg in [svg::lines(&sample()), svg::spans(&timeline())] {
        assert!(!svg.replace(SVG, "").contains("://") && !svg.contains("<script") && !svg.contains("href"));
        assert!(svg.contains("<title>") && svg.contains("<desc>") && svg.contains("prefers-color-scheme: dark"));
    }
    assert_eq!((svg::lines(&sample()), svg::spans(&timeline())), (svg::lines(&sample()), svg::spans(&timeline())));
}

#[test]
fn long_names_are_told_whole_where_they_are_shown_shortened() {
    let name = "\"we may share\" ".repeat(20);
    let mut chart = sample();
    chart.series[0].name = name.clone();
    let svg = svg::lines(&chart);
    let texts = checked(&svg);
    assert!(texts.iter().any(|text| text.ends_with('…')) && svg.contains(&crate::print::escaped(name.trim())));
}

#[test]
fn many_series_with_the_same_values_have_names_apart() {
    let mut chart = sample();
    chart.series = (0..8).map(|at| Series { name: format!("query {at}"), values: vec![Some(0.0); 15] }).collect();
    let texts = checked(&svg::lines(&chart));
    assert_eq!(texts.iter().filter(|text| text.starts_with("query")).count(), 8);
}

#[test]
fn the_terminal_shows_a_bar_a_period() {
    let mut chart = sample();
    chart.series.truncate(1);
    chart.series[0].values[3] = None;
    let text = in_terminal(|look, out| terminal::lines(&chart, look, out), 80);
    let lowest = text.lines().find(|line| line.contains("·")).expect("a gap");
    assert_eq!(lowest.matches("···").count(), 1);
    assert!(lowest.trim_end().ends_with("███") && text.contains("companies observed: 0 to 14 (█)"), "{text}");
    assert!(text.contains("2006") && text.contains("2018"));
}

#[test]
fn the_terminal_tells_series_apart_without_colours() {
    let text = in_terminal(|look, out| terminal::lines(&sample(), look, out), 80);
    assert!(text.contains("● \"sell data\"") && text.contains("■ <b>cookies"));
    assert!(text.matches('●').count() > 3 && text.matches('■').count() > 3, "{text}");
}

#[test]
fn the_terminal_shows_a_row_a_company() {
    let text = in_terminal(|look, out| terminal::spans(&timeline(), look, out), 64);
    let row = |label: &str| {
        let row = text.lines().find(|line| line.starts_with(label)).unwrap_or("").to_owned();
        row.chars().skip_while(|c| !"◀·█░".contains(*c)).collect::<String>()
    };
    assert_eq!(row("example.com"), "◀████████░░░░············░░░░████████████▶", "{text}");
    assert_eq!(row("never.example"), "·".repeat(40), "{text}");
    assert!(text.contains("隐私权政策隐私权政策…"), "{text}");
}

#[test]
fn signs_that_do_not_occur_are_not_explained() {
    let mut chart = timeline();
    let texts = checked(&svg::spans(&chart));
    assert!(texts.iter().any(|text| text.contains("first capture")) && texts.iter().any(|text| text == "somewhere between"));
    chart.rows.remove(0);
    let texts = checked(&svg::spans(&chart));
    assert!(!texts.iter().any(|text| text.contains("first capture")) && !texts.iter().any(|text| text == "somewhere between"));
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z\" (|)]{0,60}", any::<String>(), "(<b>|&|\u{1b}|隐|é|ﷺ|\u{301}){0,80}", "[a-zA-Z]{0,300}"]
}

prop_compose! {
    fn any_lines()(
        (title, subtitle, source) in (words(), words(), words()),
        periods in prop_oneof![
            prop::collection::vec("20[0-3][0-9](-H1|-Q2|-01|-07)?", 0..40),
            (0usize..300).prop_map(years),
            prop::collection::vec(words(), 0..4),
        ],
        unit in prop_oneof![words().prop_map(Unit::Count), words().prop_map(Unit::Share)],
        series in prop::collection::vec((words(), prop::collection::vec(prop::option::of(prop_oneof![prop::num::f64::ANY, 0.0..40.0]), 0..50)), 0..10),
        (name, counts) in (words(), prop::collection::vec(any::<(u64, u64)>(), 0..50)),
    ) -> Lines {
        let series = series.into_iter().map(|(name, values)| Series { name, values }).collect();
        Lines { title, subtitle, periods, unit, series, coverage: Coverage { name, counts }, source }
    }
}

prop_compose! {
    fn any_interval()(days in prop::array::uniform4(prop_oneof![any::<i32>(), 0i32..20_000]), before: bool, after: bool, since_before: bool, still: bool) -> Interval {
        let [absent_before, first_seen, last_seen, absent_after] = days.map(Day);
        Interval { since_before, still, absent_before: before.then_some(absent_before), first_seen, last_seen, absent_after: after.then_some(absent_after) }
    }
}

prop_compose! {
    fn any_row()(
        label in words(),
        observed in prop::option::of((0i32..20_000, 0i32..20_000)),
        intervals in prop::collection::vec(any_interval(), 0..4),
        captures in prop::collection::vec(0i32..20_000, 0..9),
    ) -> Row {
        let observed = observed.map(|(first, last)| (Day(first), Day(last)));
        Row { label, observed, intervals, captures: captures.into_iter().map(Day).collect() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_numbers_and_words_are_drawn(chart in any_lines(), width in 44usize..120) {
        checked(&svg::lines(&chart));
        in_terminal(|look, out| terminal::lines(&chart, look, out), width);
    }

    #[test]
    fn any_days_and_words_are_drawn((title, subtitle, source) in (words(), words(), words()), rows in prop::collection::vec(any_row(), 0..40), width in 24usize..120) {
        let chart = Spans { title, subtitle, rows, source };
        checked(&svg::spans(&chart));
        in_terminal(|look, out| terminal::spans(&chart, look, out), width);
    }
}
