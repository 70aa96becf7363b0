//! The chart of a trend: the share that matches of what is observed.

use super::{Coverage, Lines, Series, Unit, source};
use crate::index::catalog::Catalog;
use crate::print::{counted, grouped, trend as told};
use crate::time::Trend;
use crate::time::trend::Count;

/// Draws a trend. `default_language`: the one that queries without any were narrowed to.
pub fn trend(trend: &Trend, default_language: Option<&str>, catalog: &Catalog) -> Lines {
    let what = told::what(trend);
    let of = match trend.count {
        Count::Companies | Count::Documents => format!("{what} observed"),
        Count::Snapshots => what.to_owned(),
    };
    let counts: Vec<(u64, u64)> = (0..trend.periods.len())
        .map(|period| {
            let observed = || trend.queries.iter().filter_map(|series| series.points.get(period)).map(|point| point.observed);
            (observed().min().unwrap_or(0), observed().max().unwrap_or(0))
        })
        .collect();
    let differs = counts.iter().any(|(least, most)| least < most);
    let series = trend
        .queries
        .iter()
        .map(|series| Series { name: told::name(series), values: series.points.iter().map(|point| point.share()).collect() });
    let mut notes = told::notes(trend, default_language);
    notes.extend(left_out(trend));
    notes.extend(panel(trend));
    Lines {
        title: format!("How many {what} say it, by {}", told::step(trend.step)),
        subtitle: notes.join(" "),
        periods: trend.periods.iter().map(|period| period.to_string()).collect(),
        unit: Unit::Share(of.clone()),
        series: series.collect(),
        coverage: Coverage { name: if differs { format!("{of}, of the series with least and with most") } else { of }, counts },
        source: source(catalog),
    }
}

fn left_out(trend: &Trend) -> Option<String> {
    let numbers = || trend.queries.iter().map(|series| series.points.iter().map(|point| point.left_out).sum::<u64>());
    let (least, most) = (numbers().min()?, numbers().max()?);
    let told = counted(most, "snapshot", "snapshots");
    Some(if least == most { format!("Left out: {told}.") } else { format!("Left out: {} to {told}.", grouped(least)) })
}

fn panel(trend: &Trend) -> Option<String> {
    let numbers = || trend.queries.iter().filter_map(|series| series.panel);
    let (least, most) = (numbers().min()?, numbers().max()?);
    let range = if least == most { grouped(most) } else { format!("{} to {}", grouped(least), grouped(most)) };
    Some(format!("Panel: {range} {} observed in every period.", told::what(trend)))
}
