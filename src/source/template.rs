//! Path templates such as `{company}/{kind}/{date}.{ext}`: how they are written, and what they read out of a path.

use crate::snapshot::{Instant, Precision};
use crate::source::date::{self, ImpossibleDate, Reading};
use jiff::fmt::strtime::BrokenDownTime;
use std::ops::Range;

/// What may stand in a template, for messages.
pub const PLACEHOLDERS: &str =
    "{company}, {kind}, {part}, {date}, {date:%Y%m%d}, {ext}, * (a part of a name) and **/ (any folders)";
/// More pieces than any path has; keeps matching cheap.
const MAX_PIECES: usize = 40;
/// No date is longer in a path.
const MAX_DATE_BYTES: usize = 64;

/// One template, ready to match paths relative to the archive's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Field(Field),
    /// A date in one of the known shapes, or in the shape that the template gives.
    Date(Option<String>),
    /// `{ext}`: what follows the last dot.
    Extension,
    /// `*`: any text within a name, also none.
    Star,
    /// `**/`: any folders, also none.
    Folders,
    /// `**`: anything.
    Anything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Company,
    Kind,
    Part,
}

/// What a template reads out of a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match {
    pub company: Option<String>,
    pub kind: Option<String>,
    pub part: Option<String>,
    pub date: Option<Reading>,
}

/// What is wrong with a template, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    pub at: Range<usize>,
    pub what: String,
}

impl Template {
    /// Reads a template as the user writes it.
    pub fn parse(text: &str) -> Result<Template, TemplateProblem> {
        let problem = |at: Range<usize>, what: String| Err(TemplateProblem { at, what });
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let (piece, len) = if rest.starts_with("**/") {
                (Piece::Folders, 3)
            } else if rest.starts_with("**") {
                (Piece::Anything, 2)
            } else if c == '*' {
                (Piece::Star, 1)
            } else if c == '{' {
                let Some(end) = rest.find('}') else {
                    return problem(at..text.len(), "`{` without `}`".to_owned());
                };
                let piece = placeholder(&rest[1..end]).map_err(|what| TemplateProblem { at: at..at + end + 1, what })?;
                if pieces.iter().any(|known| known.same_place(&piece)) {
                    return problem(at..at + end + 1, format!("{} stands twice", &rest[..=end]));
                }
                (piece, end + 1)
            } else {
                let len = rest.find(['*', '{']).unwrap_or(rest.len());
                (Piece::Literal(rest[..len].to_owned()), len)
            };
            pieces.push(piece);
            at += len;
        }
        if pieces.is_empty() {
            return problem(0..text.len(), "an empty path template".to_owned());
        }
        if pieces.len() > MAX_PIECES {
            return problem(0..text.len(), format!("more than {MAX_PIECES} pieces"));
        }
        if text.starts_with('/') {
            return problem(0..1, "a path template is relative to the archive: it does not begin with `/`".to_owned());
        }
        Ok(Template { pieces })
    }

    /// Whether the template takes the path apart; one of plain names and stars only says which paths it is about.
    pub fn explains(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Field(_) | Piece::Date(_)))
    }

    /// Reads a path by the template; `None` where the whole path does not fit.
    pub fn read(&self, path: &str) -> Option<Match> {
        let mut attempt = Attempt { pieces: &self.pieces, path, failed: vec![false; self.pieces.len() * (path.len() + 1)] };
        attempt.from(0, 0)
    }
}

impl Piece {
    fn same_place(&self, other: &Piece) -> bool {
        match (self, other) {
            (Piece::Field(one), Piece::Field(other)) => one == other,
            (Piece::Date(_), Piece::Date(_)) | (Piece::Extension, Piece::Extension) => true,
            _ => false,
        }
    }
}

fn placeholder(name: &str) -> Result<Piece, String> {
    match name.split_once(':').map_or((name, None), |(name, format)| (name, Some(format))) {
        ("company", None) => Ok(Piece::Field(Field::Company)),
        ("kind", None) => Ok(Piece::Field(Field::Kind)),
        ("part", None) => Ok(Piece::Field(Field::Part)),
        ("ext", None) => Ok(Piece::Extension),
        ("date", None) => Ok(Piece::Date(None)),
        ("date", Some(format)) => check_format(format).map(|()| Piece::Date(Some(format.to_owned()))),
        (_, _) => Err(format!("unknown placeholder {{{name}}}")),
    }
}

/// A date format is good when it can write a date and read the year back from what it wrote.
fn check_format(format: &str) -> Result<(), String> {
    let sample = jiff::civil::date(2005, 5, 25).at(10, 11, 12, 0);
    let written = BrokenDownTime::from(sample).to_string(format).map_err(|error| format!("date format {format:?}: {error}"))?;
    let read = BrokenDownTime::parse(format, &written).map_err(|error| format!("date format {format:?}: {error}"))?;
    match read.year() {
        Some(2005) => Ok(()),
        _ => Err(format!("date format {format:?} does not tell the year")),
    }
}

/// One try to fit a path; places where the rest did not fit are not tried again, so time is bounded by pieces × length².
struct Attempt<'a> {
    pieces: &'a [Piece],
    path: &'a str,
    failed: Vec<bool>,
}

impl Attempt<'_> {
    fn from(&mut self, piece: usize, at: usize) -> Option<Match> {
        let Some(wanted) = self.pieces.get(piece) else {
            return (at == self.path.len()).then(Match::default);
        };
        let place = piece * (self.path.len() + 1) + at;
        if self.failed[place] {
            return None;
        }
        let found = self.try_piece(wanted, piece, at);
        self.failed[place] = found.is_none();
        found
    }

    fn try_piece(&mut self, wanted: &Piece, piece: usize, at: usize) -> Option<Match> {
        let path = self.path;
        let rest = &path[at..];
        let next = piece + 1;
        match wanted {
            Piece::Literal(text) => rest.starts_with(text.as_str()).then(|| self.from(next, at + text.len()))?,
            Piece::Field(field) => {
                let end = rest.find('/').unwrap_or(rest.len());
                ends(&rest[..end]).skip(1).find_map(|len| {
                    let found = self.from(next, at + len)?;
                    Some(found.with(*field, &rest[..len]))
                })
            }
            Piece::Date(None) => {
                let most = rest.len().min(MAX_DATE_BYTES);
                (4..=most).rev().filter(|&len| rest.is_char_boundary(len)).find_map(|len| {
                    let reading = date::whole(&rest[..len])?;
                    Some(Match { date: Some(reading), ..self.from(next, at + len)? })
                })
            }
            Piece::Date(Some(format)) => {
                let (len, reading) = read_format(format, rest)?;
                Some(Match { date: Some(reading), ..self.from(next, at + len)? })
            }
            Piece::Extension => {
                let plain = |byte: u8| byte != b'.' && byte != b'/';
                let end = rest.bytes().take_while(|&byte| plain(byte)).count();
                if end == 0 { None } else { self.from(next, at + end) }
            }
            Piece::Star => {
                let end = rest.find('/').unwrap_or(rest.len());
                ends(&rest[..end]).find_map(|len| self.from(next, at + len))
            }
            Piece::Folders => std::iter::once(0)
                .chain(rest.match_indices('/').map(|(slash, _)| slash + 1))
                .find_map(|len| self.from(next, at + len)),
            Piece::Anything => ends(rest).find_map(|len| self.from(next, at + len)),
        }
    }
}

impl Match {
    fn with(self, field: Field, value: &str) -> Match {
        let value = Some(value.to_owned());
        match field {
            Field::Company => Match { company: value, ..self },
            Field::Kind => Match { kind: value, ..self },
            Field::Part => Match { part: value, ..self },
        }
    }
}

/// Every length at which a text can be cut, from 0 to all of it.
fn ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len()))
}

/// Reads a date in a format that the template gives, at the start of a text.
fn read_format(format: &str, text: &str) -> Option<(usize, Reading)> {
    let (parts, len) = BrokenDownTime::parse_prefix(format, text).ok()?;
    let written = text.get(..len)?;
    let impossible = || ImpossibleDate(written.to_owned());
    let year = parts.year()?;
    let instant = match (parts.to_date(), parts.month()) {
        (Ok(date), _) => {
            let day = (date.year(), date.month(), date.day());
            let offset = i64::from(parts.offset().map_or(0, |offset| offset.seconds()));
            match (parts.hour(), parts.minute(), parts.second()) {
                (Some(hour), Some(minute), second) => {
                    let precision = if second.is_some() { Precision::Second } else { Precision::Minute };
                    Instant::from_date_time(day, (hour, minute, second.unwrap_or(0)), precision)
                        .map(|local| Instant { seconds: local.seconds - offset, precision })
                }
                _ => Instant::from_date(day.0, day.1, day.2, Precision::Day),
            }
        }
        (Err(_), _) if parts.day().is_some() => None,
        (Err(_), Some(month)) => Instant::from_date(year, month, 1, Precision::Month),
        (Err(_), None) => Instant::from_date(year, 1, 1, Precision::Year),
    };
    Some((len, instant.ok_or_else(impossible)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(template: &str, path: &str) -> Option<(String, String, String)> {
        let found = Template::parse(template).unwrap().read(path)?;
        let date = match found.date {
            Some(Ok(instant)) => instant.to_string(),
            Some(Err(ImpossibleDate(text))) => format!("impossible {text}"),
            None => String::new(),
        };
        Some((found.company.unwrap_or_default(), found.kind.unwrap_or_default(), date))
    }

    fn expect(company: &str, kind: &str, date: &str) -> Option<(String, String, String)> {
        Some((company.to_owned(), kind.to_owned(), date.to_owned()))
    }

    #[test]
    fn placeholders_read_whole_names_and_parts_of_names() {
        assert_eq!(read("{company}/{kind}/{date}.{ext}", "Acme/Terms/2005-05-25.md"), expect("Acme", "Terms", "2005-05-25"));
        assert_eq!(read("{company}_{date}.{ext}", "my_shop_2005-05.html"), expect("my_shop", "", "2005-05"));
        assert_eq!(read("{company}.{ext}", "acme.test.md"), expect("acme.test", "", ""));
        assert_eq!(read("{date}-{company}.{ext}", "20050525101112-acme.txt"), expect("acme", "", "2005-05-25T10:11:12Z"));
        assert_eq!(read("{company}/{date}.{ext}", "x/Acme/2005.md"), None);
    }

    #[test]
    fn stars_pass_over_what_does_not_matter() {
        assert_eq!(read("**/{company}/v*/{date}.{ext}", "a/b/Acme/v12/2005.md"), expect("Acme", "", "2005"));
        assert_eq!(read("**/{company}/{date}.*", "Acme/2005.md"), expect("Acme", "", "2005"));
        assert_eq!(read("{company}/**", "Acme/x/y/z"), expect("Acme", "", ""));
    }

    #[test]
    fn a_date_may_have_a_format_of_its_own() {
        assert_eq!(read("{company}/{date:%d.%m.%Y}.{ext}", "Acme/25.05.2005.md"), expect("Acme", "", "2005-05-25"));
        assert_eq!(read("{company}/{date:%Y/%m}/*", "Acme/2005/06/x.md"), expect("Acme", "", "2005-06"));
        assert_eq!(read("{company}/{date:%d.%m.%Y}.{ext}", "Acme/30.02.2005.md"), expect("Acme", "", "impossible 30.02.2005"));
        assert_eq!(read("{company}/{date}.{ext}", "Acme/2005-02-30.md"), expect("Acme", "", "impossible 2005-02-30"));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let problem = |text| Template::parse(text).unwrap_err();
        assert_eq!(problem("{company}/{when}").at, 10..16);
        assert!(problem("{company}/{when}").what.contains("{when}"));
        assert!(problem("{date:%d}").what.contains("year"));
        assert!(problem("{date:%Q!}").what.contains("date format"));
        assert!(problem("{company").what.contains("without"));
        assert!(problem("{kind}/{kind}").what.contains("twice"));
        assert!(problem("").what.contains("empty"));
    }

    proptest! {
        #[test]
        fn no_template_and_no_path_panics(
            template in "(\\{company\\}|\\{kind\\}|\\{date\\}|\\{date:%Y-%m\\}|\\{ext\\}|\\*|\\*\\*/|/|[é.{}%-]){0,12}",
            path in "[-a-c0-9é/._]{0,80}",
        ) {
            if let Ok(template) = Template::parse(&template) {
                let _ = template.read(&path);
            }
        }
    }
}
