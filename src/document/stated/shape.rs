//! The shapes in which companies write dates: which days each can mean.

use super::token::{Kind, Token};
use crate::snapshot::{Day, Instant, Precision};

/// A text in the shape of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// How many tokens it has.
    pub len: usize,
    pub readings: Vec<Instant>,
    /// The order of day and month that the numbers allow, where they allow one only; `None` where a name tells the month, or both do.
    pub order: Option<Order>,
    /// Whether the order of day and month is open.
    pub is_open: bool,
}

/// Whether the day or the month comes first in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    DayFirst,
    MonthFirst,
}

/// What else is known where a date stands.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Later days are no readings.
    pub last: Day,
    pub order: Option<Order>,
}

/// There was no web before.
const FIRST_YEAR: i16 = 1990;

/// The date at the start of some tokens.
pub fn at_start(tokens: &[Token], known: Known) -> Option<Shape> {
    named(tokens, known).or_else(|| numeric(tokens, known))
}

/// `October 8th, 2013`, `8. Oktober 2013`, `8 de octubre de 2013`, `8th day of October 2013`, `25-May-2018`, `October 2013`.
fn named(tokens: &[Token], known: Known) -> Option<Shape> {
    let mut at = Cursor { tokens, at: 0 };
    let (day, month) = if let Some(day) = at.number(1, 2) {
        at.words(&["st", "nd", "rd", "th", "er", "ter", "º", "o", "ro"], 1);
        at.marks(&['.', '-', '/', 'º', '°', ','], 1);
        at.words(&["day"], 1);
        at.words(&["of", "de"], 1);
        (Some(day), at.month()?)
    } else {
        let month = at.month()?;
        at.marks(&['.', '-', '/', ','], 1);
        at.words(&["the"], 1);
        let day = at.number(1, 2);
        if day.is_some() {
            at.words(&["st", "nd", "rd", "th"], 1);
        }
        (day, month)
    };
    at.marks(&['.', '-', '/', ','], 2);
    at.words(&["of", "de", "del"], 1);
    let year = at.number(4, 4)?;
    // `May 2018-06` and `8 May 2018/19` are something else.
    let reading = reading(year, month, day, known);
    Some(Shape { len: at.at, readings: reading.into_iter().collect(), order: None, is_open: false })
}

/// `2012-07-20`, `20/07/2012`, `7/20/12`, `20. 07. 2012`, `07/2012`, `20120720`.
fn numeric(tokens: &[Token], known: Known) -> Option<Shape> {
    let mut at = Cursor { tokens, at: 0 };
    if let Some(all) = at.number(8, 8) {
        let reading = reading(all / 10_000, all / 100 % 100, Some(all % 100), known)?;
        return Some(Shape { len: 1, readings: vec![reading], order: None, is_open: false });
    }
    let (first, first_digits) = at.digits()?;
    let separator = at.separator()?;
    let (second, second_digits) = at.digits()?;
    let mut len = at.at;
    let third = (at.separator() == Some(separator)).then(|| at.digits()).flatten();
    if third.is_some() {
        len = at.at;
    }
    // More of the same separator and number: a version, an address.
    let mut rest = Cursor { tokens, at: len };
    if rest.separator().is_some_and(|next| next == separator) && rest.digits().is_some() {
        return None;
    }
    let certain =
        |readings: Option<Instant>| Shape { len, readings: readings.into_iter().collect(), order: None, is_open: false };
    match ((first_digits, second_digits), third) {
        ((4, 1..=2), Some((day, 1..=2))) => Some(certain(reading(first, second, Some(day), known))),
        ((4, 2), None) if separator != '.' => Some(certain(reading(first, second, None, known))),
        ((1..=2, 4), None) => Some(certain(reading(second, first, None, known))),
        ((1..=2, 1..=2), Some((year, 4))) => Some(open(len, first, second, &[year], None, known)),
        ((1..=2, 1..=2), Some((year, 2))) => {
            // Years in two digits stand first only where all three have two, and never between points.
            let year_first = (first_digits == 2 && second_digits == 2 && separator != '.').then_some((first, second, year));
            Some(open(len, first, second, &[1900 + year, 2000 + year], year_first, known))
        }
        _ => None,
    }
}

/// All days that two numbers before a year can mean, and, where a year may stand first, those of year, month and day.
fn open(len: usize, first: u32, second: u32, years: &[u32], year_first: Option<(u32, u32, u32)>, known: Known) -> Shape {
    let orders = [(Order::DayFirst, first, second), (Order::MonthFirst, second, first)];
    let mut readings: Vec<Instant> = Vec::new();
    let mut possible: Vec<Order> = Vec::new();
    for (order, day, month) in orders {
        let of_order: Vec<Instant> = years.iter().filter_map(|&year| reading(year, month, Some(day), known)).collect();
        if of_order.is_empty() {
            continue;
        }
        possible.push(order);
        if known.order.is_none_or(|settled| settled == order) || first == second {
            readings.extend(of_order);
        }
    }
    // An order that the rest of the text tells, but in which the numbers are no date, settles nothing.
    if readings.is_empty() && !possible.is_empty() {
        return open(len, first, second, years, year_first, Known { order: None, ..known });
    }
    if let Some((year, month, day)) = year_first {
        readings.extend([1900 + year, 2000 + year].iter().filter_map(|&year| reading(year, month, Some(day), known)));
    }
    readings.sort_unstable();
    readings.dedup();
    let order = match possible.as_slice() {
        [one] if year_first.is_none() => Some(*one),
        _ => None,
    };
    Shape { len, is_open: possible.len() > 1 && first != second, readings, order }
}

/// A date of the calendar that the company can mean.
fn reading(year: u32, month: u32, day: Option<u32>, known: Known) -> Option<Instant> {
    let year = i16::try_from(year).ok().filter(|year| *year >= FIRST_YEAR)?;
    let precision = if day.is_some() { Precision::Day } else { Precision::Month };
    let instant = Instant::from_date(year, i8::try_from(month).ok()?, i8::try_from(day.unwrap_or(1)).ok()?, precision)?;
    (instant.day() <= known.last).then_some(instant)
}

struct Cursor<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Cursor<'_> {
    fn take<T>(&mut self, read: impl FnOnce(&Token) -> Option<T>) -> Option<T> {
        let value = read(self.tokens.get(self.at)?)?;
        self.at += 1;
        Some(value)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        self.take(|token| token.number(least, most))
    }

    fn digits(&mut self) -> Option<(u32, usize)> {
        self.take(|token| if let Kind::Number { value, digits } = token.kind { Some((value, digits)) } else { None })
    }

    fn separator(&mut self) -> Option<char> {
        self.take(|token| match token.mark()? {
            '/' => Some('/'),
            '.' => Some('.'),
            '-' | '\u{2010}'..='\u{2013}' => Some('-'),
            _ => None,
        })
    }

    fn month(&mut self) -> Option<u32> {
        self.take(|token| month(token.word()?))
    }

    fn words(&mut self, any: &[&str], most: usize) {
        (0..most).for_each(|_| _ = self.take(|token| token.word().filter(|word| any.contains(word)).map(|_| ())));
    }

    fn marks(&mut self, any: &[char], most: usize) {
        (0..most).for_each(|_| _ = self.take(|token| token.mark().filter(|mark| any.contains(mark)).map(|_| ())));
    }
}

/// The number of a month by its folded name or abbreviation, in English, German, French or Spanish.
pub fn month(word: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["january", "jan", "januar", "janner", "jaenner", "janvier", "janv", "enero", "ene"],
        &["february", "feb", "februar", "feber", "fevrier", "fevr", "fev", "febrero"],
        &["march", "mar", "marz", "maerz", "mrz", "mars", "marzo"],
        &["april", "apr", "avril", "avr", "abril", "abr"],
        &["may", "mai", "mayo"],
        &["june", "jun", "juni", "juin", "junio"],
        &["july", "jul", "juli", "juillet", "juil", "julio"],
        &["august", "aug", "aout", "agosto", "ago"],
        &["september", "sep", "sept", "septembre", "septiembre", "setiembre"],
        &["october", "oct", "oktober", "okt", "octobre", "octubre"],
        &["november", "nov", "novembre", "noviembre"],
        &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dic"],
    ];
    (1..).zip(NAMES).find(|(_, names)| names.contains(&word)).map(|(number, _)| number)
}
