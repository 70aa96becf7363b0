//! The files that `trend` reads besides queries: companies with their groups, and passages to leave out.

use anyhow::{Context, bail};
use csv::{ReaderBuilder, StringRecord};
use fineprint::time::trend::{Companies, Exclusions, Group};
use std::path::Path;

/// The companies of a file, and the groups that it names.
pub struct Listed {
    pub all: Companies,
    pub groups: Vec<Group>,
}

/// Names, one a line; or a CSV table with the columns `company` and, if it likes, `group`.
pub fn companies(path: &Path) -> anyhow::Result<Listed> {
    let text = text(path)?;
    let mut all = Companies::default();
    let mut members: Vec<(String, String)> = Vec::new();
    match table(&text, path, "company")? {
        None => text.lines().for_each(|name| all.add(name)),
        Some(table) => {
            let group = table.column("group");
            for row in &table.rows {
                let name = table.field(row, Some(table.key));
                all.add(name);
                let group = table.field(row, group);
                if !group.is_empty() && !name.is_empty() {
                    members.push((group.to_owned(), name.to_owned()));
                }
            }
        }
    }
    if all.is_empty() {
        bail!("{}: names no companies", path.display());
    }
    let groups = Group::all(members.iter().map(|(group, member)| (group.as_str(), member.as_str())));
    Ok(Listed { all, groups })
}

/// Ids of passages, one a line; or a CSV table with the column `id`. Where that has a column `query`, a row holds for that query
/// alone; where it has a column `exclude` or `reject`, only rows with a mark in it count.
pub fn exclusions(path: &Path) -> anyhow::Result<Exclusions> {
    let text = text(path)?;
    let mut exclusions = Exclusions::default();
    let Some(table) = table(&text, path, "id")? else {
        text.lines().map(str::trim).filter(|id| !id.is_empty()).for_each(|id| exclusions.add(id, None));
        return Ok(exclusions);
    };
    let query = table.column("query");
    let mark = table.column("exclude").or_else(|| table.column("reject"));
    for row in &table.rows {
        let id = table.field(row, Some(table.key));
        if !id.is_empty() && (mark.is_none() || is_marked(table.field(row, mark))) {
            exclusions.add(id, Some(table.field(row, query)).filter(|query| !query.is_empty()));
        }
    }
    Ok(exclusions)
}

fn is_marked(mark: &str) -> bool {
    !["", "0", "no", "n", "false"].contains(&mark.to_lowercase().as_str())
}

fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
}

/// A CSV table with a header.
struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
    /// The column that makes it one.
    key: usize,
}

/// The table that a text is, where its first line names a column.
fn table(text: &str, path: &Path, key: &str) -> anyhow::Result<Option<Table>> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().with_context(|| path.display().to_string())?.clone();
    let Some(key) = header.iter().position(|name| name.eq_ignore_ascii_case(key)) else {
        return Ok(None);
    };
    let rows = reader.records().collect::<Result<_, _>>().with_context(|| path.display().to_string())?;
    Ok(Some(Table { header, rows, key }))
}

impl Table {
    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    fn field<'r>(&self, row: &'r StringRecord, column: Option<usize>) -> &'r str {
        column.and_then(|column| row.get(column)).unwrap_or_default()
    }
}
