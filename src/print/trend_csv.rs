//! Trends as tables for scripts and spreadsheets.

use crate::time::Trend;
use crate::wire::{TrendMember, TrendPassage, TrendPoint};
use csv::Writer;
use std::io::Write;

const POINT: [&str; 10] = ["query", "period", "matching", "observed", "share", "carried", "mixed", "entered", "left", "left_out"];

/// A row a query and period; a last column names the group where there are groups.
pub fn points(trend: &Trend, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    let grouped = trend.queries.iter().any(|series| series.group.is_some());
    table.write_record(POINT.into_iter().chain(grouped.then_some("group")))?;
    for series in &trend.queries {
        for point in &series.points {
            let row = TrendPoint::new(trend.count, point);
            let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
            let fields = [
                series.query.clone(),
                row.period,
                row.matching.to_string(),
                row.observed.to_string(),
                row.share.map(|share| format!("{share:.4}")).unwrap_or_default(),
                row.carried.to_string(),
                row.mixed.to_string(),
                number(row.entered),
                number(row.left),
                row.left_out.to_string(),
            ];
            table.write_record(fields.into_iter().chain(grouped.then(|| series.group.clone().unwrap_or_default())))?;
        }
    }
    Ok(table.flush()?)
}

/// A row a document behind a point.
pub fn members(trend: &Trend, period: &str, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "query",
        "group",
        "period",
        "company",
        "state",
        "carried",
        "kind",
        "source",
        "document_matching",
        "document_carried",
        "snapshot",
        "passages",
        "snapshots",
        "matching_snapshots",
    ])?;
    for series in &trend.queries {
        for member in series.members.iter().flatten().map(TrendMember::new) {
            for document in member.documents {
                table.write_record([
                    series.query.clone(),
                    series.group.clone().unwrap_or_default(),
                    period.to_owned(),
                    member.company.clone().unwrap_or_default(),
                    member.state.to_owned(),
                    member.carried.to_string(),
                    document.kind,
                    document.source,
                    document.matching.to_string(),
                    document.carried.to_string(),
                    document.snapshot.unwrap_or_default(),
                    document.passages.join("; "),
                    document.snapshots.to_string(),
                    document.matching_snapshots.to_string(),
                ])?;
            }
        }
    }
    Ok(table.flush()?)
}

/// A row a counted passage of a query; of several groups of a query each passage once.
pub fn passages(trend: &Trend, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["query", "id", "company", "kind", "source", "first_seen", "last_seen", "snapshots", "text"])?;
    let mut written = std::collections::BTreeSet::new();
    for series in &trend.queries {
        for passage in series.passages.iter().flatten() {
            if !written.insert((&series.query, &passage.id)) {
                continue;
            }
            let row = TrendPassage::new(passage);
            table.write_record([
                series.query.clone(),
                row.id,
                row.company.unwrap_or_default(),
                row.kind,
                row.source,
                row.first_seen.unwrap_or_default(),
                row.last_seen.unwrap_or_default(),
                row.snapshots.to_string(),
                row.text,
            ])?;
        }
    }
    Ok(table.flush()?)
}
