//! Tables for scripts and spreadsheets.

use crate::search::YearCount;
use crate::wire::changes::{Changes, Snapshot};
use crate::wire::{Answer, BatchError, Hit, Source};
use csv::Writer;
use std::io::Write;

const HIT: [&str; 31] = [
    "rank",
    "score",
    "id",
    "company",
    "kind",
    "source",
    "heading",
    "text",
    "first_seen",
    "last_seen",
    "since_before",
    "absent_from",
    "snapshots",
    "wordings",
    "wordings_first_seen",
    "wordings_last_seen",
    "companies",
    "company_names",
    "topics",
    "instant",
    "date_source",
    "url",
    "path",
    "line",
    "record",
    "warc_offset",
    "site_rank",
    "categories",
    "interval",
    "sha256_file",
    "sha256_text",
];

/// A row a hit.
pub fn hits(answer: &Answer, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(HIT)?;
    for hit in &answer.hits {
        table.write_record(row(hit))?;
    }
    Ok(table.flush()?)
}

/// A row a year.
pub fn years(years: &[YearCount], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["year", "snapshots", "documents", "companies"])?;
    for year in years {
        table.write_record([
            year.year.to_string(),
            year.snapshots.to_string(),
            year.documents.to_string(),
            year.companies.to_string(),
        ])?;
    }
    Ok(table.flush()?)
}

/// A row a source.
pub fn sources(sources: &[Source], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "name",
        "path",
        "form",
        "recording",
        "companies",
        "documents",
        "snapshots",
        "duplicates",
        "undated",
        "superseded",
        "deletions",
        "skipped",
        "damaged",
        "vanished",
        "first_seen",
        "last_seen",
        "date_sources",
        "commit",
        "updated",
    ])?;
    for source in sources {
        let dates: Vec<String> = source.date_sources.iter().map(|(name, number)| format!("{name} {number}")).collect();
        table.write_record([
            source.name.clone(),
            source.path.clone(),
            source.form.to_owned(),
            source.recording.to_owned(),
            source.companies.to_string(),
            source.documents.to_string(),
            source.snapshots.to_string(),
            source.duplicates.to_string(),
            source.undated.to_string(),
            source.superseded.to_string(),
            source.deletions.to_string(),
            source.skipped.to_string(),
            source.damaged.to_string(),
            source.vanished.to_string(),
            source.first_seen.clone().unwrap_or_default(),
            source.last_seen.clone().unwrap_or_default(),
            dates.join("; "),
            source.commit.clone().unwrap_or_default(),
            source.updated.clone(),
        ])?;
    }
    Ok(table.flush()?)
}

/// A row a change of a passage.
pub fn changes(changes: &Changes, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "company",
        "kind",
        "part",
        "source",
        "from",
        "from_snapshot",
        "to",
        "to_snapshot",
        "by_company",
        "returns_to",
        "change",
        "technical",
        "heading",
        "before",
        "after",
        "absent_since",
        "absent_days",
        "cite_from",
        "cite_to",
    ])?;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    for event in &changes.events {
        let cite = |snapshot: &Snapshot| snapshot.citation.as_ref().map(|citation| citation.text.clone()).unwrap_or_default();
        for change in &event.changes {
            table.write_record([
                text(&event.company),
                event.kind.clone(),
                text(&event.part),
                event.source.clone(),
                event.from.instant.clone(),
                event.from.snapshot.to_string(),
                event.to.instant.clone(),
                event.to.snapshot.to_string(),
                event.by_company.to_owned(),
                event.returns_to.as_ref().map(|earlier| earlier.instant.clone()).unwrap_or_default(),
                change.change.to_owned(),
                change.technical.to_string(),
                change.heading.join(" > "),
                text(&change.before),
                text(&change.after),
                text(&change.absent_since),
                change.absent_days.map(|days| days.to_string()).unwrap_or_default(),
                cite(&event.from),
                cite(&event.to),
            ])?;
        }
    }
    Ok(table.flush()?)
}

const QUERY: [&str; 8] =
    ["query_id", "query", "error", "total_clauses", "total_passages", "total_snapshots", "total_documents", "total_companies"];

/// The head of the table of [`batch_answer`] and [`batch_error`].
pub fn batch_head(out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(QUERY.iter().chain(&HIT))?;
    Ok(table.flush()?)
}

/// A row a hit of an answer of a batch; of one without hits a row with its totals.
pub fn batch_answer(answer: &Answer, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    let totals = &answer.totals;
    let mut query = vec![answer.id.clone().unwrap_or_default(), answer.query.clone(), String::new()];
    query.extend(
        [totals.clauses, totals.passages, totals.snapshots, totals.documents, totals.companies].map(|total| total.to_string()),
    );
    if answer.hits.is_empty() {
        table.write_record(query.iter().cloned().chain(vec![String::new(); HIT.len()]))?;
    }
    for hit in &answer.hits {
        table.write_record(query.iter().cloned().chain(row(hit)))?;
    }
    Ok(table.flush()?)
}

/// A row of what a query of a batch cannot be answered for.
pub fn batch_error(error: &BatchError, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    let query = [error.id.clone(), String::new(), error.error.clone()];
    table.write_record(query.into_iter().chain(vec![String::new(); QUERY.len() + HIT.len() - 3]))?;
    Ok(table.flush()?)
}

fn row(hit: &Hit) -> [String; HIT.len()] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let evidence = &hit.evidence;
    let companies: Vec<&str> = hit.companies.iter().filter_map(|saying| saying.company.as_deref()).collect();
    let topics: Vec<String> = hit.topics.iter().map(|one| format!("{} {}", one.topic, one.score)).collect();
    [
        hit.rank.to_string(),
        hit.score.to_string(),
        hit.id.clone(),
        text(&hit.company),
        hit.kind.clone(),
        hit.source.clone(),
        hit.heading.join(" > "),
        hit.text.clone(),
        text(&hit.first_seen),
        text(&hit.last_seen),
        hit.since_before.to_string(),
        text(&hit.absent_from),
        hit.snapshots.to_string(),
        hit.wordings.count.to_string(),
        text(&hit.wordings.first_seen),
        text(&hit.wordings.last_seen),
        companies.len().to_string(),
        companies.join("; "),
        topics.join("; "),
        text(&evidence.instant),
        evidence.date_source.unwrap_or_default().to_owned(),
        text(&evidence.url),
        evidence.path.clone(),
        evidence.line.map(|line| line.to_string()).unwrap_or_default(),
        text(&evidence.record),
        evidence.warc_offset.map(|offset| offset.to_string()).unwrap_or_default(),
        evidence.rank.map(|rank| rank.to_string()).unwrap_or_default(),
        evidence.categories.join("; "),
        text(&evidence.interval),
        evidence.sha256_file.clone(),
        evidence.sha256_text.clone(),
    ]
}
