//! The difference of two texts as a page that needs nothing else.

use super::diff::notes;
use super::escaped;
use crate::compare::{Piece, Run, Step, mark_words};
use crate::document::Difference;
use crate::passage::Shape;
use crate::wire::diff::Diff;
use std::io::{self, Write};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fdfdfb;--quiet:#5f6368;--line:#d8d8d4;--add:#d7f2dc;--add-ink:#0b5a25;--gone:#fbdfdd;--gone-ink:#8c1d18;--move:#e3e9fb}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e3;--paper:#17181a;--quiet:#a0a4a8;--line:#3a3c40;--add:#173d23;--add-ink:#9fe0b1;--gone:#4a1f1d;--gone-ink:#f5b5af;--move:#25304f}}
body{margin:0 auto;max-width:46rem;padding:2rem 1.2rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.55 Georgia,'Times New Roman',serif}
header,summary,footer,.above,.what{font-family:system-ui,sans-serif}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 1rem}
.end{margin:0 0 .7rem;padding-left:.8rem;border-left:.35rem solid var(--gone-ink)}
.end.new{border-color:var(--add-ink)}
.end small,.counts,.note,footer,.above{color:var(--quiet)}
.end small{display:block;overflow-wrap:anywhere}
.end a{color:inherit;overflow-wrap:anywhere}
p{margin:.7rem 0;overflow-wrap:anywhere;white-space:pre-wrap}
p.heading{font-weight:bold;font-family:system-ui,sans-serif;margin-top:1.5rem}
.step p.heading{margin-top:.2rem}
.above{font-size:.85rem;margin-top:1.6rem}
.step{padding:.1rem .8rem;border-left:.25rem solid var(--line);margin:.6rem 0}
.step.added{border-color:var(--add-ink);background:var(--add)}
.step.removed{border-color:var(--gone-ink);background:var(--gone)}
.step.moved{background:var(--move)}
.what{font-size:.72rem;letter-spacing:.05em;text-transform:uppercase;color:var(--quiet)}
ins{background:var(--add);color:var(--add-ink);text-decoration:underline;text-decoration-thickness:.08em}
del{background:var(--gone);color:var(--gone-ink)}
.step.removed del,.step.added ins{background:none;text-decoration:none}
details{margin:.8rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
summary{color:var(--quiet);font-size:.85rem;padding:.35rem 0;cursor:pointer}
footer{margin-top:3rem;font-size:.8rem}
";

/// The whole of both texts, with what changed marked, and what is unchanged folded up.
pub fn diff(difference: &Difference, wire: &Diff, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let company = wire.to.company.as_deref().unwrap_or("unknown company");
    let name = escaped(&format!("{company}: {}", wire.to.kind));
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<title>{name}, what changed</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{name}</h1>")?;
    for (stood, class) in [(&wire.from, "end"), (&wire.to, "end new")] {
        let lines = super::document::lines(stood);
        let (title, rest) = lines.split_first().map_or(("", &[][..]), |(title, rest)| (title.as_str(), rest));
        let rest: String = rest.iter().map(|line| format!("<small>{}</small>", escaped(line))).collect();
        let url = stood.evidence.as_ref().and_then(|evidence| evidence.url.as_deref());
        writeln!(out, "<div class=\"{class}\">{}{rest}{}</div>", escaped(title), link(url))?;
    }
    let totals = &wire.totals;
    let counts = [
        (totals.added, "added"),
        (totals.removed, "removed"),
        (totals.reworded, "reworded"),
        (totals.moved, "moved"),
        (totals.unchanged, "unchanged"),
    ];
    let counts: Vec<String> = counts.iter().map(|(number, what)| format!("{} {what}", super::grouped(*number))).collect();
    writeln!(out, "<p class=\"counts\">Passages: {}.</p>", counts.join(", "))?;
    for note in notes(wire, all) {
        writeln!(out, "<p class=\"note\">{}</p>", escaped(&note))?;
    }
    writeln!(out, "</header>\n<main>")?;
    steps(difference, all, out)?;
    writeln!(out, "</main>\n<footer>")?;
    for evidence in [&wire.from, &wire.to].into_iter().filter_map(|stood| stood.evidence.as_ref()) {
        let place = format!("{} (SHA-256 of the text {})", evidence.path, evidence.sha256_text);
        writeln!(out, "<div>{}</div>", escaped(&place))?;
    }
    writeln!(out, "<div>fineprint {}, index {}</div>", env!("CARGO_PKG_VERSION"), escaped(&wire.fingerprint))?;
    writeln!(out, "</footer>\n</body>\n</html>")
}

/// A link to an address of the web; other addresses are text.
fn link(url: Option<&str>) -> String {
    match url {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            format!("<small><a rel=\"noreferrer\" href=\"{0}\">{0}</a></small>", escaped(url))
        }
        Some(url) => format!("<small>{}</small>", escaped(url)),
        None => String::new(),
    }
}

fn steps(difference: &Difference, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (&difference.from.pieces, &difference.to.pieces);
    let is_quiet = |step: &Step| matches!(step, Step::Unchanged { .. }) || (step.is_technical() && !all);
    let mut above = None;
    for group in difference.steps.chunk_by(|a, b| is_quiet(a) && is_quiet(b)) {
        let Some(first) = group.first() else { continue };
        if is_quiet(first) {
            let passages = super::counted(group.len() as u64, "passage", "passages");
            let but =
                if group.iter().any(|step| step.is_technical()) { ", or only in technical numbers or typography" } else { "" };
            writeln!(out, "<details><summary>{passages} unchanged{but}</summary>")?;
            for piece in group.iter().filter_map(|step| new.get(step.in_new()?)) {
                writeln!(out, "{}", paragraph(piece, &escaped(&piece.text)))?;
            }
            writeln!(out, "</details>")?;
            continue;
        }
        let headings = match (first.in_new(), first.in_old()) {
            (Some(place), _) => difference.to.headings(place),
            (None, place) => difference.from.headings(place.unwrap_or_default()),
        };
        if above.as_ref() != Some(&headings) && !headings.is_empty() {
            writeln!(out, "<div class=\"above\">{}</div>", escaped(&headings.join(" › ")))?;
        }
        above = Some(headings);
        let texts = (first.in_old().and_then(|place| old.get(place)), first.in_new().and_then(|place| new.get(place)));
        let (what, piece, text) = match (first, texts) {
            (Step::Added { .. }, (_, Some(piece))) => ("added", piece, format!("<ins>{}</ins>", escaped(&piece.text))),
            (Step::Removed { .. }, (Some(piece), _)) => ("removed", piece, format!("<del>{}</del>", escaped(&piece.text))),
            (Step::Reworded { .. }, (Some(before), Some(piece))) => ("reworded", piece, words(&before.text, &piece.text)),
            (Step::Moved { .. }, (_, Some(piece))) => ("moved", piece, escaped(&piece.text)),
            _ => continue,
        };
        writeln!(out, "<div class=\"step {what}\"><span class=\"what\">{what}</span>{}</div>", paragraph(piece, &text))?;
    }
    Ok(())
}

fn paragraph(piece: &Piece, html: &str) -> String {
    let class = if matches!(piece.shape, Shape::Heading(_)) { " class=\"heading\"" } else { "" };
    format!("<p{class}>{html}</p>")
}

fn words(before: &str, after: &str) -> String {
    let run = |run: &Run| match run {
        Run::Equal(text) => escaped(text),
        Run::Removed(text) => format!("<del>{}</del>", escaped(text)),
        Run::Added(text) => format!("<ins>{}</ins>", escaped(text)),
    };
    mark_words(before, after).iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_scripts_are_no_links() {
        assert_eq!(link(Some("javascript:alert(1)")), "<small>javascript:alert(1)</small>");
    }
}
