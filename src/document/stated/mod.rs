//! The company's stated dates: what a text itself says of when it was last changed or takes effect.
//!
//! A date counts only near words that announce it, in the same sentence or, where these stand alone, in the next line. Every day that
//! it can mean is a reading; where language or the other dates of the text do not settle the order of day and month, all are listed.

mod cue;
mod shape;
mod token;

use crate::snapshot::{Day, Instant, Precision};
use shape::{Known, Order};
use std::ops::Range;
use token::{Token, tokens};

/// A date that a text states of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedDate {
    pub role: Role,
    /// Place of the announcing words and the date in the text, in characters.
    pub place: Range<usize>,
    /// The same as written.
    pub words: String,
    /// The days or months that the date can mean, in order; never none.
    pub readings: Vec<Instant>,
}

/// What a stated date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// When the text was last changed.
    Updated,
    /// From when on it holds.
    Effective,
}

impl Role {
    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Role::Updated => "updated",
            Role::Effective => "effective",
        }
    }
}

/// Whether the words leave one day or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    Certain,
    Ambiguous,
}

impl Certainty {
    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Ambiguous => "ambiguous",
        }
    }
}

impl StatedDate {
    pub fn certainty(&self) -> Certainty {
        if self.readings.len() == 1 { Certainty::Certain } else { Certainty::Ambiguous }
    }

    /// The readings for people: `2001-10-16 or 2016-10-01`.
    pub fn readings_text(&self) -> String {
        let readings: Vec<String> = self.readings.iter().map(Instant::to_string).collect();
        readings.join(" or ")
    }

    /// Whether all readings lie after a day: a month does where its first day does.
    pub fn is_after(&self, day: Day) -> bool {
        self.readings.iter().all(|reading| reading.day() > day)
    }

    /// Whether all readings lie at or before a day: a month does where its last day does.
    pub fn is_by(&self, day: Day) -> bool {
        self.readings.iter().all(|reading| last_day(*reading) <= day)
    }
}

/// The last day of a month, or the day itself.
fn last_day(reading: Instant) -> Day {
    match reading.precision {
        Precision::Month => {
            let date = reading.day().date();
            Day::from_date(date.year(), date.month(), date.days_in_month()).unwrap_or(reading.day())
        }
        _ => reading.day(),
    }
}

/// A company may announce a text that takes effect later; a date beyond this is a mistake of the reading or the writer.
const MAX_AHEAD_DAYS: i32 = 731;

/// So many words that say nothing of dates may stand between the announcing words and the date.
const MAX_GAP_WORDS: usize = 6;

/// A sentence of more words must name the text that the date is of.
const MAX_LABEL_WORDS: usize = 12;

/// The dates that a text states of itself, in the order in which they stand there.
///
/// `lang`: the text's language, empty where it cannot be told. `captured`: a day on which the text stood already.
pub fn stated_dates(text: &str, lang: &str, captured: Option<Day>) -> Vec<StatedDate> {
    let last = captured.map_or(Day(i32::MAX), |day| Day(day.0.saturating_add(MAX_AHEAD_DAYS)));
    let known = Known { last, order: order_of(lang) };
    let lines = lines(text);
    let mut finder = Finder { lines: &lines, known, found: Vec::new(), is_open: false };
    finder.look();
    if finder.is_open && known.order.is_none() {
        // What the other dates of the text tell of the order of day and month.
        finder.known.order = order_in(&lines, known);
        finder.look();
    }
    settle(&mut finder.found);
    finder.found
}

/// An open date of which one reading is stated beyond doubt elsewhere in the text means that one.
fn settle(found: &mut [StatedDate]) {
    let certain: Vec<Instant> =
        found.iter().filter(|stated| stated.certainty() == Certainty::Certain).map(|stated| stated.readings[0]).collect();
    for stated in found.iter_mut().filter(|stated| stated.readings.len() > 1) {
        let mut told = stated.readings.iter().filter(|reading| certain.contains(reading));
        if let (Some(&one), None) = (told.next(), told.next()) {
            stated.readings = vec![one];
        }
    }
}

/// The order of day and month in a language; English has both.
fn order_of(lang: &str) -> Option<Order> {
    matches!(lang, "de" | "fr" | "es" | "it" | "pt" | "nl").then_some(Order::DayFirst)
}

/// The order of day and month that all dates of a text allow whose numbers allow one only.
fn order_in(lines: &[Line<'_>], known: Known) -> Option<Order> {
    let mut order = None;
    for line in lines.iter().filter(|line| line.text.bytes().any(|byte| byte.is_ascii_digit())) {
        let tokens = tokens(line.text);
        let mut at = 0;
        while at < tokens.len() {
            let shape = if begins(&tokens, at) { shape::at_start(&tokens[at..], known) } else { None };
            let Some(shape) = shape else {
                at += 1;
                continue;
            };
            match (order, shape.order) {
                (Some(one), Some(other)) if one != other => return None,
                (None, found) => order = found,
                _ => {}
            }
            at += shape.len;
        }
    }
    order
}

/// Whether a date can begin at a token: no number or word is joined to it in front.
fn begins(tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return true };
    tokens[at].apart || (before.mark().is_some() && !(matches!(before.mark(), Some('/' | '.' | '-')) && joins(tokens, at - 1)))
}

/// Whether a mark stands right after a number.
fn joins(tokens: &[Token], mark: usize) -> bool {
    !tokens[mark].apart && mark.checked_sub(1).is_some_and(|before| tokens[before].number(1, 64).is_some())
}

/// A line of a text.
struct Line<'t> {
    text: &'t str,
    /// Its place in the text, in characters.
    start: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split('\n')
        .map(|text| {
            let line = Line { text, start };
            start += text.chars().count() + 1;
            line
        })
        .collect()
}

struct Finder<'l, 't> {
    lines: &'l [Line<'t>],
    known: Known,
    found: Vec<StatedDate>,
    /// Whether the order of day and month was open anywhere.
    is_open: bool,
}

impl Finder<'_, '_> {
    fn look(&mut self) {
        self.found.clear();
        let lines = self.lines;
        let mut lists_earlier = false;
        for (number, line) in lines.iter().enumerate() {
            lists_earlier = lists_earlier_texts(line.text, lists_earlier);
            if lists_earlier || !may_announce(line.text) {
                continue;
            }
            let tokens = tokens(line.text);
            for sentence in sentences(&tokens) {
                self.look_in(number, &tokens, sentence);
            }
        }
        self.found.sort_by_key(|stated| (stated.place.end, stated.role, stated.place.start));
        // Of several announcements of one date in one role the nearest counts.
        self.found.dedup_by(|later, first| {
            let same = later.place.end == first.place.end && later.role == first.role;
            if same {
                *first = later.clone();
            }
            same
        });
    }

    fn look_in(&mut self, line: usize, tokens: &[Token], sentence: Range<usize>) {
        let mut at = sentence.start;
        while at < sentence.end {
            let within = &tokens[at..sentence.end];
            if let Some((role, len)) = cue::at_start(within) {
                let after = at + len;
                match self.date_after(tokens, after..sentence.end) {
                    Some((date, shape)) if is_of_this_text(tokens, &sentence, at, date, date + shape.len) => {
                        self.add(role, line, tokens[at].start..tokens[date + shape.len - 1].end, shape);
                    }
                    None if after_only_marks(&tokens[after..]) && is_of_this_text(tokens, &sentence, at, after, after) => {
                        self.look_in_next(role, line, tokens[at].start)
                    }
                    _ => {}
                }
                at = after;
                continue;
            }
            if begins(tokens, at)
                && let Some(shape) = shape::at_start(within, self.known)
            {
                let end = at + shape.len;
                if let Some((role, len)) = cue::after_date(&tokens[end..sentence.end])
                    && self.date_after(tokens, end + len..sentence.end).is_none()
                    && is_of_this_text(tokens, &sentence, at, end, end + len)
                {
                    self.add(role, line, tokens[at].start..tokens[end + len - 1].end, shape);
                }
                at = end;
                continue;
            }
            at += 1;
        }
    }

    /// The first date after a cue, within its reach.
    fn date_after(&self, tokens: &[Token], reach: Range<usize>) -> Option<(usize, shape::Shape)> {
        let mut gap = 0;
        for at in reach.clone() {
            if begins(tokens, at)
                && let Some(shape) = shape::at_start(&tokens[at..reach.end], self.known)
            {
                return Some((at, shape));
            }
            if let Some(word) = tokens[at].word() {
                gap += usize::from(!cue::is_filler(word));
                if cue::is_barrier(word) || gap > MAX_GAP_WORDS {
                    return None;
                }
            }
        }
        None
    }

    /// A date at the start of the next line with text.
    fn look_in_next(&mut self, role: Role, line: usize, start: usize) {
        let lines = self.lines;
        let Some(next) = (line + 1..lines.len()).find(|&next| !lines[next].text.trim().is_empty()) else { return };
        let tokens = tokens(lines[next].text);
        let skipped =
            tokens.iter().take_while(|token| token.mark().is_some() || token.word().is_some_and(cue::is_filler)).count();
        let Some(shape) = shape::at_start(&tokens[skipped..], self.known) else { return };
        let rest = &tokens[skipped + shape.len..];
        if is_range(rest) {
            return;
        }
        let end = lines[next].start - lines[line].start + tokens[skipped + shape.len - 1].end;
        self.add(role, line, start..end, shape);
    }

    /// Adds a date; `place` counts from the start of a line.
    fn add(&mut self, role: Role, line: usize, place: Range<usize>, shape: shape::Shape) {
        self.is_open |= shape.is_open;
        if shape.readings.is_empty() {
            return;
        }
        let from = &self.lines[line];
        // The words may end in a later line.
        let mut words: Vec<&str> = Vec::new();
        let mut wanted = place.clone();
        for line in &self.lines[line..] {
            let chars = line.text.chars().count();
            let part = slice(line.text, wanted.start.min(chars)..wanted.end.min(chars)).trim();
            if !part.is_empty() {
                words.push(part);
            }
            if wanted.end <= chars {
                break;
            }
            wanted = wanted.start.saturating_sub(chars + 1)..wanted.end - chars - 1;
        }
        let place = from.start + place.start..from.start + place.end;
        self.found.push(StatedDate { role, place, words: words.join(" "), readings: shape.readings });
    }
}

/// Some characters of a text.
fn slice(text: &str, chars: Range<usize>) -> &str {
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    &text[byte(chars.start)..byte(chars.end)]
}

/// A quick look whether a line can hold announcing words.
fn may_announce(line: &str) -> bool {
    const STEMS: &[&str] = &[
        "updat",
        "revis",
        "modif",
        "amend",
        "effect",
        "version",
        "edited",
        "last change",
        "force",
        "apply",
        "applies",
        "valid",
        "stand",
        "letzt",
        "aktualisier",
        "uberarbeit",
        "geandert",
        "fassung",
        "gultig",
        "gilt",
        "gelten",
        "wirksam",
        "anwendbar",
        "kraft",
        "jour",
        "vigueur",
        "effet",
        "applicable",
        "actuali",
        "vigor",
        "vigen",
        "efectiv",
        "fecha",
    ];
    let folded = if line.is_ascii() { line.to_ascii_lowercase() } else { token::fold(line) };
    STEMS.iter().any(|stem| folded.contains(stem))
}

/// Whether a line begins a list of earlier texts, or goes on with it: `See our previous policies:`, then lines with their dates.
fn lists_earlier_texts(line: &str, was: bool) -> bool {
    let line = line.trim();
    if line.is_empty() {
        return was;
    }
    let words = || line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_short = words().take(MAX_LABEL_WORDS + 1).count() <= MAX_LABEL_WORDS;
    let begins = is_short && line.ends_with(':') && words().any(|word| cue::is_earlier(&token::fold(word)));
    begins || (was && is_short && line.bytes().any(|byte| byte.is_ascii_digit()))
}

/// The sentences of a line, as ranges of its tokens.
fn sentences(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let ends = match token.mark() {
            Some('.') => next.is_none_or(|next| next.apart && !goes_on(tokens, at)),
            Some('!' | '?' | ';') => true,
            _ => false,
        };
        if ends {
            found.push(start..at + 1);
            start = at + 1;
        }
    }
    found.push(start..tokens.len());
    found
}

/// Whether a point is of an abbreviation or a number: `8. Oktober`, `Oct. 8`, `Acme Inc. last updated`.
fn goes_on(tokens: &[Token], point: usize) -> bool {
    const SHORT: &[&str] = &["inc", "ltd", "corp", "co", "llc", "no", "nr", "art", "v", "s", "u", "st"];
    let (Some(before), Some(after)) = (point.checked_sub(1).and_then(|at| tokens.get(at)), tokens.get(point + 1)) else {
        return false;
    };
    let is_date = |token: &Token| token.number(1, 4).is_some() || token.word().is_some_and(|word| shape::month(word).is_some());
    match before.word() {
        Some(word) => SHORT.contains(&word) || (shape::month(word).is_some() && after.number(1, 4).is_some()),
        None => before.number(1, 2).is_some() && is_date(after),
    }
}

/// Whether nothing but marks and fillers follows, so that the date can only stand in the next line.
fn after_only_marks(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| token.mark().is_some() || token.word().is_some_and(cue::is_filler))
}

/// Whether a date is given as the beginning of a time that has ended.
fn is_range(after: &[Token]) -> bool {
    const ENDS: &[&str] = &["until", "till", "through", "to", "bis", "jusqu", "hasta"];
    let rest = after.iter().find(|token| !matches!(token.mark(), Some(',' | ')' | '(')));
    rest.is_some_and(|token| token.word().is_some_and(|word| ENDS.contains(&word)))
}

/// Whether a date is of the text that states it, and not of a law, of an earlier text, or of something else that is told there.
///
/// `cue`, `date` and `end`: where the announcing words and the date begin, and where both have ended.
fn is_of_this_text(tokens: &[Token], sentence: &Range<usize>, cue: usize, date: usize, end: usize) -> bool {
    let words = |range: Range<usize>| tokens[range].iter().filter_map(Token::word);
    let before = || words(sentence.start..date);
    // Run-on text has no sentences: what stands far before says nothing of the date.
    let near: Vec<&str> = words(sentence.start..cue).collect();
    let near = &near[near.len().saturating_sub(MAX_LABEL_WORDS)..];
    let is_earlier = |at: usize, words: &[&str]| cue::is_earlier(words[at]) && words.get(at + 1) != Some(&"to");
    let after_cue: Vec<&str> = words(cue..date).collect();
    let names_earlier = |words: &[&str]| (0..words.len()).any(|at| is_earlier(at, words));
    if names_earlier(near) || names_earlier(&after_cue) || is_range(&tokens[end..sentence.end]) {
        return false;
    }
    // The date is of what is named last before it.
    let subject = before().rfind(|word| cue::is_own(word) || cue::is_law(word));
    if subject.is_some_and(|word| cue::is_law(word) && !cue::is_own(word)) {
        return false;
    }
    let is_label = tokens[cue..date].iter().any(|token| token.mark() == Some(':'));
    is_label || words(sentence.clone()).count() <= MAX_LABEL_WORDS || words(sentence.clone()).any(cue::is_own)
}

#[cfg(test)]
mod tests;
