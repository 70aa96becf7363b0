//! Invented sentences: shapes that are dates of the text, and traps that are not.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> Day {
    let date: jiff::civil::Date = text.parse().unwrap();
    Day::from_date(date.year(), date.month(), date.day()).unwrap()
}

/// The stated dates of a text captured on 2020-06-01: role and readings.
fn dates(text: &str, lang: &str) -> Vec<String> {
    dates_by(text, lang, "2020-06-01")
}

fn dates_by(text: &str, lang: &str, captured: &str) -> Vec<String> {
    let found = stated_dates(text, lang, Some(day(captured)));
    let readings = |stated: &StatedDate| {
        let readings: Vec<String> = stated.readings.iter().map(Instant::to_string).collect();
        format!("{} {}", stated.role.name(), readings.join("|"))
    };
    found.iter().map(readings).collect()
}

#[test]
fn shapes_of_dates_near_announcing_words() {
    for (text, lang, found) in [
        ("Last updated: 2012-07-20", "en", "updated 2012-07-20"),
        ("Last Updated 20/07/2012", "en", "updated 2012-07-20"),
        ("(Last updated 7/20/2012)", "en", "updated 2012-07-20"),
        ("Updated on 20.07.2012.", "en", "updated 2012-07-20"),
        ("Last revised on October 8, 2013.", "en", "updated 2013-10-08"),
        ("Date of Last Revision: April 19, 2018", "en", "updated 2018-04-19"),
        ("Last modified: Oct. 8 2013 (view archived versions)", "en", "updated 2013-10-08"),
        ("This policy was last amended on the 8th of October 2013.", "en", "updated 2013-10-08"),
        ("LAST REVISED—OCTOBER 8TH, 2013", "en", "updated 2013-10-08"),
        ("Revised: October 2013", "en", "updated 2013-10"),
        ("Last-updated 8-Oct-2013", "en", "updated 2013-10-08"),
        ("Effective Date: 8 October 2013", "en", "effective 2013-10-08"),
        ("This policy is eﬀective as of December 6, 2007.", "en", "effective 2007-12-06"),
        ("Effective: 2013/10/08", "en", "effective 2013-10-08"),
        (
            "This Privacy Policy was approved by the board and went into effect on June 6, 2014. Earlier ones can be read.",
            "en",
            "effective 2014-06-06",
        ),
        (
            "Effective May 25, 2018, we have changed our Privacy Policy in the ways that are told below, for all.",
            "en",
            "effective 2018-05-25",
        ),
        (
            "This Privacy Policy is effective for new members at once, and otherwise on May 25, 2018.",
            "en",
            "effective 2018-05-25",
        ),
        ("Privacy statement update: 11/26/15", "en", "updated 2015-11-26"),
        ("For members who joined prior to May 1, 2016, this policy is effective May 25, 2018.", "en", "effective 2018-05-25"),
        (
            "Conference archives all the many pages of our offices and shops and things to see Policy Revised May 25, 2018",
            "en",
            "updated 2018-05-25",
        ),
        ("Stand: 8. Oktober 2013", "de", "updated 2013-10-08"),
        ("Stand: Mai 2018", "de", "updated 2018-05"),
        ("Stand 05/2018", "de", "updated 2018-05"),
        ("Letzte Aktualisierung am 04.05.2012", "de", "updated 2012-05-04"),
        ("Zuletzt geändert: 04. 05. 2012", "de", "updated 2012-05-04"),
        ("Gültig ab dem 25. Mai 2018", "de", "effective 2018-05-25"),
        ("Diese Richtlinie tritt am 25. Mai 2018 in Kraft.", "de", "effective 2018-05-25"),
        ("Diese Erklärung wurde am 25.05.2018 aktualisiert.", "de", "updated 2018-05-25"),
        ("Dernière mise à jour : 8 octobre 2013", "fr", "updated 2013-10-08"),
        ("En vigueur depuis le 1er août 2019", "fr", "effective 2019-08-01"),
        ("Cette politique entrera en vigueur le 04/05/2012.", "fr", "effective 2012-05-04"),
        ("Última actualización: 8 de octubre de 2013", "es", "updated 2013-10-08"),
        ("Vigente desde el 8 de octubre del 2013", "es", "effective 2013-10-08"),
    ] {
        assert_eq!(dates(text, lang), [found], "{text}");
    }
}

#[test]
fn an_announcement_alone_has_its_date_in_the_next_line() {
    assert_eq!(dates("Privacy\n\nLast updated\n\nMay 1, 2018\n\nWe collect data.", "en"), ["updated 2018-05-01"]);
    assert_eq!(dates("Last updated:\n\nWe collect data, since May 1, 2018.", "en"), [""; 0]);
    let found = stated_dates("Äh\n\nEffective Date:\n\nMay 1, 2018", "en", None);
    assert_eq!((found[0].words.as_str(), found[0].place.clone()), ("Effective Date: May 1, 2018", 4..32));
}

#[test]
fn two_dates_of_one_text_are_both_told() {
    let text = "Last updated May 1, 2018; effective June 1, 2018\n\nWe collect data.\n\nLast Updated: 2017-03-04";
    assert_eq!(dates(text, "en"), ["updated 2018-05-01", "effective 2018-06-01", "updated 2017-03-04"]);
    let text = "Effective date: May 1, 2018 Last modified: June 1, 2018";
    assert_eq!(dates(text, "en"), ["effective 2018-05-01", "updated 2018-06-01"]);
    assert_eq!(dates("Last updated and effective: May 1, 2018", "en"), ["updated 2018-05-01", "effective 2018-05-01"]);
}

#[test]
fn what_a_date_can_mean_is_not_guessed() {
    for (text, lang, captured, found) in [
        ("Updated 16/10/01", "en", "2020-06-01", "updated 2001-10-16|2016-10-01"),
        // Nothing states a day that is long after its capture.
        ("Updated 16/10/01", "en", "2001-12-04", "updated 2001-10-16"),
        ("Last updated 04/05/2012", "en", "2020-06-01", "updated 2012-04-05|2012-05-04"),
        ("Last updated 04/05/2012", "", "2020-06-01", "updated 2012-04-05|2012-05-04"),
        ("Last updated 04/05/2012", "es", "2020-06-01", "updated 2012-05-04"),
        ("Last updated 05/05/2012", "en", "2020-06-01", "updated 2012-05-05"),
        ("Last updated 01.02.03", "en", "2020-06-01", "updated 2003-01-02|2003-02-01"),
        ("Last updated 01/02/03", "en", "2020-06-01", "updated 2001-02-03|2003-01-02|2003-02-01"),
        ("Last updated 5/25/95", "en", "2020-06-01", "updated 1995-05-25"),
        // Another date of the text has its day first.
        ("Last updated 04/05/2012\n\nOn 25/12/2011 we moved.", "en", "2020-06-01", "updated 2012-05-04"),
    ] {
        assert_eq!(dates_by(text, lang, captured), [found], "{text}");
    }
    let text = "Effective May 4, 2012\n\nLast updated 04/05/2012";
    assert_eq!(dates(text, "en"), ["effective 2012-05-04", "updated 2012-05-04"]);
    // Dates that contradict each other settle nothing.
    let text = "Last updated 04/05/2012\n\nOn 25/12/2011 and 12/25/2011 we moved.";
    assert_eq!(dates(text, "en"), ["updated 2012-04-05|2012-05-04"]);
}

#[test]
fn dates_of_other_things_do_not_count() {
    for text in [
        "See our previous policy, effective May 1, 2012.",
        "See our previous policies:\n\nEffective May 1, 2012\n\nEffective May 1, 2011",
        "This replaces the prior version, last updated on May 1, 2012.",
        "Regulation (EU) 2016/679 of 27 April 2016 is in force since May 25, 2018.",
        "The California Consumer Privacy Act is effective as of January 1, 2020.",
        "Version 3: effective from August 19, 2008 until June 6, 2014",
        "Privacy Policy\n\nEffective\n\nMay 1, 2012 to May 1, 2013",
        "We will tell you when this policy was last updated. Each of our customers got it on May 1, 2018.",
        "Your records are valid as of the time when you sent them to us, which for most of the people was May 1, 2018.",
        "Copyright 2018. Last updated by us.",
        "Last updated: February 30, 2018",
        "Last updated: May 1, 1970",
        "Last updated: May 1, 2099",
        "Last updated in version 1.2.3.2012",
        "Call 1-800-05-2018 to be updated.",
        "The changes apply if you agree before May 1, 2018.",
        "May 1, 2018",
        "",
    ] {
        assert_eq!(dates(text, "en"), [""; 0], "{text}");
    }
}

#[test]
fn a_month_is_by_a_day_only_when_it_is_over() {
    let month = &stated_dates("Stand: Mai 2018", "de", None)[0];
    assert!(!month.is_by(day("2018-05-30")) && month.is_by(day("2018-05-31")));
    assert!(month.is_after(day("2018-04-30")) && !month.is_after(day("2018-05-01")));
    let open = &stated_dates("Updated 04/05/2012", "en", None)[0];
    assert!(!open.is_by(day("2012-04-05")) && open.is_by(day("2012-05-04")));
    assert!(!open.is_after(day("2012-04-05")) && open.is_after(day("2012-04-04")));
}

proptest! {
    #[test]
    fn any_text_is_read_and_the_words_are_at_their_place(
        parts in prop::collection::vec(
            prop_oneof![
                Just("last updated".to_owned()), Just("eﬀective".to_owned()), Just("Stand:".to_owned()), Just("\n".to_owned()),
                Just("May".to_owned()), Just(" ".to_owned()), "[0-9]{1,9}", "[./,() -]", "\\PC{0,4}", "[a-zäß\u{301}]{1,3}",
            ],
            0..40,
        ),
        lang in prop_oneof![Just("en"), Just("de"), Just("")],
    ) {
        let text = parts.concat();
        let captured = Day::from_date(2020, 1, 1);
        for stated in stated_dates(&text, lang, captured) {
            prop_assert!(!stated.readings.is_empty());
            prop_assert!(stated.readings.iter().all(|reading| (1990..=2022).contains(&reading.day().year())));
            let at: String = text.chars().skip(stated.place.start).take(stated.place.len()).collect();
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(plain(&at), plain(&stated.words));
        }
    }
}
