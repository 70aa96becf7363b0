//! Charts of trends and lifetimes: files of their own, or standard output in place of the answer, and drawn below the text.

use crate::place::{Place, Run};

const KEPT: &str = "We keep the information that you give us for as long as you have an account with us, and then it is erased.";

fn place() -> Place {
    let said = format!("{KEPT}\n\nWe do not sell what you tell us & <b>never</b> will, whoever asks us for it.\n");
    let place = Place::with(&[
        ("Acme <i> & co/2018-03-01.txt", KEPT),
        ("Acme <i> & co/2019-03-01.txt", &said),
        ("Acme <i> & co/2020-03-01.txt", &said),
        ("Bolt/2018-05-01.txt", &said),
        ("Bolt/2020-05-01.txt", KEPT),
    ]);
    place.index(&[]).exit(0);
    place
}

/// What stands in the texts of a chart; not a well-formed file: a failed test.
fn drawn(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).expect("well-formed");
    let texts = document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts.map(|node| node.children().filter(|child| child.is_text()).filter_map(|child| child.text()).collect()).collect()
}

#[test]
fn a_trend_is_drawn() {
    let place = place();
    let chart = place.path("trend.svg");
    let queries = ["trend", "--index", "index", "\"do not sell\"", "\"<b>never</b>\"", "--svg"];
    let run = |path: &str, more: &[&str]| -> Run { place.run(&[&queries[..], &[path], more].concat()) };
    let text = run(chart.to_str().expect("a path"), &[]).exit(0).text();
    assert!(text.contains("● \"do not sell\"") && text.contains("companies observed: 1 to 2 (█)"), "{text}");
    let svg = std::fs::read_to_string(&chart).expect("a chart");
    let texts = drawn(&svg);
    for told in ["\"do not sell\"", "\"<b>never</b>\"", "share of companies observed", "100%", "2018", "2019", "2020"] {
        assert!(texts.iter().any(|text| text == told), "{told} in {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("Match end")) && texts.iter().any(|text| text.starts_with("Source: archive")));
    // The same on standard output, alone, whatever the format.
    assert_eq!(run("-", &["--format", "csv"]).exit(0).text(), svg);
    let many: Vec<&str> = "a b c d e f g h i".split(' ').collect();
    place.run(&[&["trend", "--index", "index", "--svg", "-"], &many[..]].concat()).exit(2).warns("at most 8");
}

#[test]
fn lifetimes_are_drawn() {
    let place = place();
    let chart = place.path("lifetimes.svg");
    let text =
        place.run(&["lifetimes", "--index", "index", "\"do not sell\"", "--svg", chart.to_str().expect("a path")]).exit(0).text();
    let row = |name: &str| text.lines().rfind(|line| line.starts_with(name)).unwrap_or("").to_owned();
    assert!(row("Acme").ends_with("█▶") && row("Acme").contains("·░"), "{text}");
    assert!(row("Bolt").contains("◀█░") && row("Bolt").ends_with("·"), "{text}");
    let svg = std::fs::read_to_string(&chart).expect("a chart");
    let texts = drawn(&svg);
    for told in ["\"do not sell\"", "Acme <i> & co", "Bolt", "somewhere between", "in the last capture still"] {
        assert!(texts.iter().any(|text| text == told), "{told} in {texts:?}");
    }
    assert_eq!(place.run(&["lifetimes", "--index", "index", "\"do not sell\"", "--svg", "-"]).exit(0).text(), svg);
    // Nothing found is drawn too.
    let svg = place.run(&["lifetimes", "--index", "index", "\"never said\"", "--svg", "-"]).exit(1).text();
    assert!(drawn(&svg).iter().any(|text| text == "nothing found"));
}
