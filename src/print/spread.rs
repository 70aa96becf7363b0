//! What spread, for reading and as a table.

use super::Look;
use super::lifetimes::basis;
use super::{counted, day_of, grouped, harmless, padded, wrapped};
use crate::wire::spread::{Cluster, Company, Spread};
use csv::Writer;
use std::io::{self, Write};
use textwrap::core::display_width;

const MAX_WIDTH: usize = 110;

/// Of a longer text so many characters are shown.
const MAX_SHOWN: usize = 500;

/// The name of a company is cut at so many columns.
const MAX_NAME: usize = 32;

const INDENT: &str = "    ";

/// Everything for reading.
pub fn spread(spread: &Spread, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.clamp(40, MAX_WIDTH);
    let totals = &spread.totals;
    let summary = format!(
        "{} ({}) of {}: {} of them share {}.",
        counted(totals.passages, "passage", "passages"),
        counted(totals.wordings, "wording", "wordings"),
        counted(totals.companies, "company", "companies"),
        grouped(totals.companies_sharing),
        counted(totals.clusters, "passage", "passages"),
    );
    let days = (spread.since.as_deref(), spread.until.as_deref());
    let basis = basis(&spread.languages, spread.language_by_default, spread.suspect, days, totals.left_out);
    let basis = format!("Nearly equal from likeness {} on; {basis}.", spread.threshold);
    for line in [summary, basis].iter().flat_map(|text| wrapped(text, width, "")) {
        writeln!(out, "{line}")?;
    }
    for cluster in &spread.clusters {
        writeln!(out)?;
        self::cluster(cluster, width, out)?;
    }
    let shown = spread.clusters.len() as u64;
    if shown < totals.clusters {
        writeln!(out, "\n{} more: --limit all.", counted(totals.clusters - shown, "passage", "passages"))?;
    }
    Ok(())
}

fn cluster(cluster: &Cluster, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let wordings = match cluster.wordings {
        1 => "all in the same words".to_owned(),
        number => format!("in {}", counted(number, "wording", "wordings")),
    };
    writeln!(out, "{}. {}, {wordings}", cluster.number, counted(cluster.companies, "company or group", "companies or groups"))?;
    for line in shortened(&harmless(&cluster.text)).lines().flat_map(|line| wrapped(line, width - INDENT.len(), "")) {
        writeln!(out, "{INDENT}{line}")?;
    }
    if !cluster.since_before.is_empty() {
        writeln!(out, "{INDENT}had it when first captured, so perhaps before all others:")?;
        rows(&cluster.since_before, out)?;
    }
    if !cluster.started.is_empty() {
        writeln!(out, "{INDENT}began to say it:")?;
        rows(&cluster.started, out)?;
    }
    Ok(())
}

fn rows(companies: &[Company], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<[String; 5]> = companies.iter().map(cells).collect();
    let width = |column: usize| cells.iter().map(|cells| display_width(&cells[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for cells in &cells {
        let line: Vec<String> =
            cells.iter().zip(&widths).filter(|(_, width)| **width > 0).map(|(cell, width)| padded(cell, *width)).collect();
        writeln!(out, "{INDENT}  {}", line.join("  ").trim_end())?;
    }
    Ok(())
}

/// When it was first seen, by whom, how much later than by the first, until when, and how much it differs.
fn cells(one: &Company) -> [String; 5] {
    let first = day_of(&one.first_seen);
    let start = match &one.absent_before {
        Some(absent) if !one.since_before => format!("after {}, by {first}", day_of(absent)),
        _ => format!("{first} or before"),
    };
    let name = match &one.group {
        Some(group) => format!("{} ({})", one.company, group),
        None => one.company.clone(),
    };
    let behind = match one.days_behind {
        None => String::new(),
        Some(0) => "first".to_owned(),
        Some(days) => format!("+{} d", grouped(days)),
    };
    let last = day_of(&one.last_seen);
    let until = if one.still { format!("still {last}") } else { format!("until {last}") };
    let likeness = if one.likeness < 1.0 { format!("likeness {:.2}", one.likeness) } else { String::new() };
    [start, cut(&harmless(&name), MAX_NAME), behind, until, likeness]
}

fn shortened(text: &str) -> String {
    cut(text, MAX_SHOWN)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{}…", start.trim_end())
}

/// A row a company of each cluster.
pub fn table(spread: &Spread, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "cluster",
        "cluster_companies",
        "cluster_wordings",
        "cluster_first_seen",
        "cluster_id",
        "company",
        "group",
        "kind",
        "source",
        "heading",
        "absent_before",
        "first_seen",
        "last_seen",
        "since_before",
        "still",
        "days_behind",
        "wordings",
        "likeness",
        "id",
        "text",
    ])?;
    for cluster in &spread.clusters {
        for one in cluster.started.iter().chain(&cluster.since_before) {
            table.write_record([
                cluster.number.to_string(),
                cluster.companies.to_string(),
                cluster.wordings.to_string(),
                cluster.first_seen.clone(),
                cluster.id.clone(),
                one.company.clone(),
                one.group.clone().unwrap_or_default(),
                one.kind.clone(),
                one.source.clone(),
                one.heading.join(" > "),
                one.absent_before.clone().unwrap_or_default(),
                one.first_seen.clone(),
                one.last_seen.clone(),
                one.since_before.to_string(),
                one.still.to_string(),
                one.days_behind.map(|days| days.to_string()).unwrap_or_default(),
                one.wordings.to_string(),
                one.likeness.to_string(),
                one.id.clone(),
                one.text.clone(),
            ])?;
        }
    }
    Ok(table.flush()?)
}
