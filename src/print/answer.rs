//! An answer for reading.

use super::look::{Look, QUIET, STRONG, bar, paint, paragraph, paragraph_hanging, shortened};
use super::{counted, harmless};
use crate::document::HitNotes;
use crate::search::{Answer, Appearing, Asked, Explanation, Folding, Hit, Request, YearCount};
use crate::site::SiteFacts;
use crate::topic::Weighed;
use crate::wire::day;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use std::ops::Range;

/// Of a longer passage only the neighbourhood of the first match is shown (characters).
const MAX_SHOWN: usize = 700;

/// How much of a long passage stands before its first match (characters).
const BEFORE_MATCH: usize = 200;

/// Of the companies that say the same so many are named.
const MAX_COMPANIES: usize = 8;

const INDENT: &str = "    ";
const MATCH: Style = AnsiColor::Red.on_default().bold();

/// The whole answer. `notes`: one for each hit, or none.
pub fn answer(answer: &Answer, request: &Request, notes: &[HitNotes], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    paragraph(out, look, "", &totals(answer))?;
    if let Some(asked) = &answer.asked {
        self::asked(asked, look, out)?;
    }
    if let Some(as_of) = answer.as_of {
        let unknown = match as_of.unknown {
            0 => String::new(),
            unknown => format!("; of {unknown} more the archive does not tell what stood then"),
        };
        let known = counted(as_of.known, "document", "documents");
        paragraph(out, look, "", &format!("As of {}: known of {known}{unknown}.", as_of.day))?;
    }
    if let Some(years) = &answer.years {
        writeln!(out)?;
        chart(years, look, out)?;
    }
    let mut notes = notes.iter();
    for hit in &answer.hits {
        writeln!(out)?;
        self::hit(hit, request, look, out)?;
        if answer.asked.is_some() && !hit.topics.is_empty() {
            paragraph(out, look, INDENT, &paint(look, QUIET, &format!("topics: {}", topics(&hit.topics))))?;
        }
        if let Some(notes) = notes.next() {
            for warning in &notes.warnings {
                paragraph(out, look, INDENT, &format!("warning: {}", harmless(&warning.to_string())))?;
            }
            if let Some(explanation) = &notes.explanation {
                self::explanation(explanation, look, out)?;
            }
            if let Some(citation) = &notes.citation {
                paragraph(out, look, INDENT, &format!("cite: {}", harmless(&crate::wire::document::cite(citation))))?;
            }
        }
    }
    if !answer.hits.is_empty() && answer.rest > 0 && request.per_company.is_none() {
        writeln!(out)?;
        let rest = match request.folding {
            Folding::Documents | Folding::Clauses => counted(answer.rest, "clause", "clauses"),
            Folding::Wordings => counted(answer.rest, "wording", "wordings"),
        };
        let shown = request.offset + answer.hits.len();
        let more = format!("{rest} more: --limit all, or --offset {shown} for the next.");
        paragraph(out, look, "", &paint(look, QUIET, &more))?;
    }
    Ok(())
}

fn totals(answer: &Answer) -> String {
    let totals = &answer.totals;
    if totals.passages == 0 {
        let is_question = answer.asked.as_ref().is_some_and(|asked| asked.question.is_some());
        return if is_question { "Not addressed in what was searched." } else { "Nothing found." }.to_owned();
    }
    let clauses = counted(totals.clauses, "clause", "clauses");
    let wordings = counted(totals.passages, "wording", "wordings");
    let snapshots = counted(totals.snapshots, "snapshot", "snapshots");
    let documents = counted(totals.documents, "document", "documents");
    let companies = counted(totals.companies, "company", "companies");
    format!("{clauses} ({wordings}), in {snapshots} of {documents} of {companies}.")
}

/// How a question was understood, and what was not scored.
fn asked(asked: &Asked, look: Look, out: &mut dyn Write) -> io::Result<()> {
    if let Some(question) = &asked.question {
        let parts: Vec<String> = question.parts.iter().map(|part| harmless(&part.name)).collect();
        let topics: Vec<&str> = question.topics.iter().map(|(topic, _)| topic.as_str()).collect();
        let topics = if topics.is_empty() { String::new() } else { format!("; topics: {}", topics.join(", ")) };
        paragraph(out, look, "", &paint(look, QUIET, &format!("Asked about: {}{topics}.", parts.join(", "))))?;
    }
    if asked.not_scored > 0 {
        let documents = counted(asked.not_scored, "document", "documents");
        paragraph(out, look, "", &format!("Not scored: {documents} in languages without these topics."))?;
    }
    if !asked.is_current {
        let told = "The scores are of other topics than this program has: `fineprint index` scores the passages anew.";
        paragraph(out, look, "", told)?;
    }
    Ok(())
}

/// Topics with their scores, in hundredths.
fn topics(topics: &[(String, f32)]) -> String {
    topics.iter().map(|(topic, score)| format!("{topic} {score:.2}")).collect::<Vec<_>>().join(", ")
}

/// What adds to the score of a hit, a line each.
fn explanation(explanation: &Explanation, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let parts: Vec<String> = explanation.parts.iter().map(|part| format!("{} {:.2}", harmless(&part.part), part.score)).collect();
    let weight = explanation.heading_weight.map(|weight| format!("; times {weight}, for it is a heading")).unwrap_or_default();
    paragraph(out, look, INDENT, &format!("score: {}{weight}", parts.join(" + ")))?;
    for told in &explanation.topics {
        let term = |term: &Weighed| {
            let times = if term.times > 1 { format!(" ×{}", term.times) } else { String::new() };
            format!("{}{times} {:+.1}", harmless(&term.term), term.weight)
        };
        let terms: Vec<String> = told.terms.iter().map(term).collect();
        let terms = if terms.is_empty() { "its headings and neighbours".to_owned() } else { terms.join(", ") };
        paragraph_hanging(out, look, INDENT, &format!("{INDENT}  "), &format!("{} {:.2}: {terms}", told.topic, told.score))?;
    }
    Ok(())
}

/// Companies by year as bars, with the other counts beside them.
fn chart(years: &[YearCount], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let most = years.iter().map(|year| year.companies).max().unwrap_or(0).max(1);
    let numbers_width = 36;
    let bar_width = look.width.saturating_sub(5 + numbers_width + 1).min(50);
    writeln!(out, "{}", paint(look, QUIET, "year  companies  documents  snapshots"))?;
    for year in years {
        let bar = bar(year.companies as f64 / most as f64, bar_width);
        let numbers = format!("{:>9}  {:>9}  {:>9}", year.companies, year.documents, year.snapshots);
        writeln!(out, "{}", format!("{:>4}  {numbers}  {bar}", year.year).trim_end())?;
    }
    Ok(())
}

fn hit(hit: &Hit, request: &Request, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let company = hit.company.as_deref().unwrap_or("unknown company");
    let kind = paint(look, QUIET, &format!("· {}", harmless(&hit.kind)));
    let mut title = format!("{} {kind}", paint(look, STRONG, &harmless(company)));
    let path: Vec<String> = hit.heading.iter().map(|heading| harmless(&shortened(heading))).collect();
    if !path.is_empty() {
        title.push_str(&paint(look, QUIET, &format!(" › {}", path.join(" › "))));
    }
    let rank = format!("{}. ", hit.rank);
    paragraph_hanging(out, look, &rank, INDENT, &title)?;
    paragraph(out, look, INDENT, &dates(hit, request))?;
    let shown = excerpt(&hit.text, &hit.highlights);
    for line in marked(&shown, look).split('\n') {
        paragraph(out, look, INDENT, line)?;
    }
    if let Some(others) = others(hit) {
        paragraph(out, look, INDENT, &paint(look, QUIET, &others))?;
    }
    let evidence = &hit.evidence;
    if let Some(site) = site(&evidence.site) {
        paragraph(out, look, INDENT, &paint(look, QUIET, &site))?;
    }
    let instant = evidence.captured.map_or_else(|| "undated".to_owned(), |captured| captured.instant.to_string());
    let locator = &evidence.provenance.locator;
    let commit = locator.revision.map(|revision| format!(" in commit {:.12}", revision.commit)).unwrap_or_default();
    let place = evidence.provenance.url.clone().unwrap_or_else(|| format!("{}{commit}", locator.place()));
    // One line however long, so that an address can be copied whole.
    writeln!(out, "{INDENT}{}", paint(look, QUIET, &format!("{instant}  {}", harmless(&place))))
}

/// The site's rank and categories, with the half year for which they hold: alone, that says no more than the date.
fn site(facts: &SiteFacts) -> Option<String> {
    let rank = facts.rank.map(|rank| format!("rank {}", super::grouped(u64::from(rank))));
    let categories = (!facts.categories.is_empty()).then(|| harmless(&facts.categories.join(", ")));
    let told: Vec<String> = rank.into_iter().chain(categories).collect();
    let interval = facts.interval.map(|interval| interval.to_string());
    (!told.is_empty()).then(|| told.into_iter().chain(interval).collect::<Vec<_>>().join(" · "))
}

/// Who else says it, of what is folded into the hit.
fn others(hit: &Hit) -> Option<String> {
    let others = || hit.companies.iter().filter(|saying| saying.company != hit.company);
    let names: Vec<String> = others().filter_map(|saying| saying.company.as_deref()).map(harmless).collect();
    let more = if names.len() > MAX_COMPANIES { ", …" } else { "" };
    let named = names.iter().take(MAX_COMPANIES).map(String::as_str).collect::<Vec<_>>().join(", ");
    let companies =
        (!names.is_empty()).then(|| format!("{}: {named}{more}", counted(names.len() as u64, "company", "companies")));
    let own =
        hit.companies.iter().find(|saying| saying.company == hit.company).map_or(0, |saying| saying.documents.saturating_sub(1));
    let unknown = others().filter(|saying| saying.company.is_none()).map(|saying| saying.documents).sum();
    let (own, unknown) = if hit.company.is_some() { (own, unknown) } else { (0, own) };
    let own = (own > 0).then(|| counted(own, "other text of the same company", "other texts of the same company"));
    let unknown = (unknown > 0).then(|| counted(unknown, "text of an unknown company", "texts of unknown companies"));
    let told: Vec<String> = [companies, own, unknown].into_iter().flatten().collect();
    (!told.is_empty()).then(|| format!("also {} (--unfold=companies shows each)", told.join("; ")))
}

/// When the wordings that match stood.
fn dates(hit: &Hit, request: &Request) -> String {
    let life = &hit.matching;
    let (Some(first), Some(last)) = (day(life.first_seen), day(life.last_seen)) else {
        return "undated".to_owned();
    };
    let before = if life.since_before { " or before" } else { "" };
    let absent = match day(hit.absent_from) {
        Some(absent) if life.wordings == 1 && request.appearing.is_none() => format!(", gone by {absent}"),
        _ => String::new(),
    };
    let mut text = if first == last { format!("{first}{before}{absent}") } else { format!("{first}{before} to {last}{absent}") };
    text.push_str(&format!(" · {}", counted(life.snapshots, "snapshot", "snapshots")));
    if hit.clause.wordings > 1 {
        text.push_str(&format!(" · {} of {} wordings match", life.wordings, hit.clause.wordings));
    }
    match (request.appearing, day(hit.evidence.captured.map(|captured| captured.instant)), day(hit.absent_from)) {
        (Some(Appearing::Added), Some(added), _) => text.push_str(&format!(" · this wording added in the capture of {added}")),
        (Some(Appearing::Removed), _, Some(removed)) => {
            text.push_str(&format!(" · this wording not in the capture of {removed}"))
        }
        _ => {}
    }
    if let (Some(asked), Some(captured)) = (request.query.limits.as_of, hit.evidence.captured) {
        let age = asked.0 - captured.instant.day().0;
        let how =
            if age == 0 { "observed that day".to_owned() } else { format!("carried {} days", super::grouped(age.max(0) as u64)) };
        text.push_str(&format!(" · {how}"));
    }
    text
}

/// A passage, or the part of it around the first match, with the places of the match in it.
struct Excerpt {
    chars: Vec<char>,
    places: Vec<Range<usize>>,
}

fn excerpt(text: &str, places: &[Range<usize>]) -> Excerpt {
    let chars: Vec<char> = harmless(text).chars().collect();
    if chars.len() <= MAX_SHOWN {
        return Excerpt { chars, places: places.to_vec() };
    }
    let first = places.first().map_or(0, |place| place.start);
    let mut start = first.saturating_sub(BEFORE_MATCH).min(chars.len() - MAX_SHOWN);
    let mut end = start + MAX_SHOWN;
    // Cut at blanks.
    while start > 0 && start < first && !chars[start - 1].is_whitespace() {
        start += 1;
    }
    while end < chars.len() && end > start + MAX_SHOWN / 2 && !chars[end].is_whitespace() {
        end -= 1;
    }
    let mut shown: Vec<char> = Vec::new();
    if start > 0 {
        shown.extend("… ".chars());
    }
    let shift = |place: usize| place.clamp(start, end) - start + if start > 0 { 2 } else { 0 };
    let places = places.iter().map(|place| shift(place.start)..shift(place.end)).filter(|place| !place.is_empty()).collect();
    shown.extend(&chars[start..end]);
    if end < chars.len() {
        shown.extend(" …".chars());
    }
    Excerpt { chars: shown, places }
}

/// The text with its matches marked. Marks are set for each word, so that they survive the breaking of lines.
fn marked(shown: &Excerpt, look: Look) -> String {
    let mut text = String::new();
    let mut at = 0;
    for place in &shown.places {
        text.extend(&shown.chars[at..place.start]);
        let matched: String = shown.chars[place.clone()].iter().collect();
        text.push_str(&if look.colour { mark_words(&matched) } else { format!("**{matched}**") });
        at = place.end;
    }
    text.extend(&shown.chars[at..]);
    text
}

fn mark_words(matched: &str) -> String {
    let words: Vec<String> = matched.split(' ').map(|word| format!("{MATCH}{word}{MATCH:#}")).collect();
    words.join(" ")
}
