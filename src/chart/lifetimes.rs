//! The chart of lifetimes: a row for each company or document.

use super::{Interval, Row, Spans, source};
use crate::index::catalog::Catalog;
use crate::print::lifetimes as told;
use crate::time::{self, CompanyLife, Life, TextLife};
use crate::wire::lifetimes::{Choice, Lifetimes};

/// Draws lifetimes in the order of the answer that was made of them.
pub fn lifetimes(found: &time::Lifetimes, answer: &Lifetimes, choice: Choice, catalog: &Catalog) -> Spans {
    let mut lives: Vec<(String, &CompanyLife, &Life)> = Vec::new();
    for company in &found.companies {
        if choice.by_document {
            lives.extend(company.texts.iter().map(|text| (label(company, Some(text)), company, &text.life)));
        } else {
            lives.push((label(company, None), company, &company.life));
        }
    }
    lives.retain(|(_, _, life)| choice.absent || !life.intervals.is_empty());
    if choice.by_document {
        lives.sort_by_cached_key(|(_, company, life)| {
            let first = life.first_seen();
            (first.is_none(), first.map(|first| first.to_string()), company.company.clone())
        });
    }
    Spans {
        title: answer.query.clone(),
        subtitle: format!("{} {}", told::summary(answer), told::basis_of(answer)),
        rows: lives.into_iter().map(|(label, _, life)| row(label, life)).collect(),
        source: source(catalog),
    }
}

fn label(company: &CompanyLife, text: Option<&TextLife>) -> String {
    let name = company.company.as_deref().unwrap_or("unknown company");
    let of_text = text.into_iter().flat_map(|text| [text.kind.as_str(), text.part.as_str()]);
    [name].into_iter().chain(of_text).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn row(label: String, life: &Life) -> Row {
    let interval = |one: &time::Interval| Interval {
        absent_before: one.absent_before.map(|absent| absent.day()),
        since_before: one.since_before,
        first_seen: one.first_seen.day(),
        // What was deleted stood until then.
        last_seen: one.ended.map_or(one.last_seen, |ended| ended.max(one.last_seen)).day(),
        absent_after: one.absent_after.map(|absent| absent.day()),
        // What the archive deleted is not still there.
        still: one.absent_after.is_none() && one.ended.is_none(),
    };
    let ended = life.intervals.iter().filter_map(|one| one.ended).max();
    let last_ended = ended.unwrap_or(life.last_observed).day();
    Row {
        label,
        observed: Some((life.first_observed.day(), life.last_observed.day().max(last_ended))),
        intervals: life.intervals.iter().map(interval).collect(),
        captures: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Instant, Precision};
    use crate::time::{Event, intervals};

    #[test]
    fn what_was_deleted_stood_until_then() {
        let at = |year: i16| Instant::from_date(year, 1, 1, Precision::Day).unwrap();
        let events = [Event::Observed { at: at(2010), says: true, chars: 1 }, Event::Deleted { at: at(2014) }];
        let life = Life {
            intervals: intervals(&[events.to_vec()]),
            observations: 1,
            first_observed: at(2010),
            last_observed: at(2010),
            left_out: 0,
        };
        let row = row("Acme".to_owned(), &life);
        assert_eq!(row.observed, Some((at(2010).day(), at(2014).day())));
        assert_eq!((row.intervals[0].last_seen, row.intervals[0].still), (at(2014).day(), false));
    }
}
