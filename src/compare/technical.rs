//! Tells wordings that differ by technical numbers only: what servers write into pages for themselves.
//!
//! A technical number is a word of one of these forms:
//! * at least 12 letters and digits with lower-case letters and six digits in a row (`icburule011226212175`),
//! * at least 16 hexadecimal digits, lower-case letters and digits among them, or the five groups of a UUID,
//! * at least 12 digits and nothing else, which do not begin as a date does (`20180525…`) and do not follow a `+` or a sign of currency,
//! * what follows the `?` of a web address.
//!
//! Dates, amounts, telephone and registration numbers are shorter, have capital letters only, or are written in groups: they are
//! never technical. White space, forms of quotation marks and dashes, and characters that cannot be seen make no difference either;
//! all other punctuation and the case of letters do.

/// What stands for a technical number.
const NUMBER: char = '\u{fffc}';

/// Whether two wordings say the same but for technical numbers and typography.
pub fn same_but_technical(a: &str, b: &str) -> bool {
    skeleton(a) == skeleton(b)
}

/// A text without its technical numbers, in plain typography.
pub(crate) fn skeleton(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let plain: String = word.chars().filter_map(plain).collect();
        if plain.is_empty() {
            continue;
        }
        if !found.is_empty() {
            found.push(' ');
        }
        without_numbers(&plain, &mut found);
    }
    found
}

/// Whether a passage holds nothing but a technical number.
pub(crate) fn is_only_technical(skeleton: &str) -> bool {
    skeleton.contains(NUMBER) && skeleton.chars().all(|c| c == NUMBER || !c.is_alphanumeric())
}

/// A character in its plain form; none where it cannot be seen.
fn plain(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{b4}' | '`' => Some('\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{202a}'..='\u{202e}' => None,
        c => Some(c),
    }
}

fn without_numbers(word: &str, found: &mut String) {
    let lower = word.to_ascii_lowercase();
    let query = ["http://", "https://", "www."].iter().any(|start| lower.contains(start)).then(|| word.find('?')).flatten();
    let (word, query) = word.split_at(query.unwrap_or(word.len()));
    let mut rest = word;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        found.push_str(&rest[..start]);
        let before = rest[..start].chars().next_back().or_else(|| found.chars().next_back());
        rest = &rest[start..];
        let len = uuid(rest).unwrap_or_else(|| {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if is_number(&rest[..end], before) { end } else { 0 }
        });
        if len > 0 {
            found.push(NUMBER);
            rest = &rest[len..];
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            found.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    found.push_str(rest);
    if !query.is_empty() {
        found.push('?');
        found.push(NUMBER);
    }
}

fn is_number(word: &str, before: Option<char>) -> bool {
    let bytes = word.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if !word.is_ascii() || digits == 0 {
        return false;
    }
    if digits == bytes.len() {
        let is_amount = before.is_some_and(|c| matches!(c, '+' | '$' | '€' | '£' | '¥' | '₹' | '.' | ','));
        return digits >= 12 && !is_amount && !begins_as_date(bytes);
    }
    // Numbers of registers, taxes and accounts have capital letters.
    if !bytes.iter().any(u8::is_ascii_lowercase) {
        return false;
    }
    let in_a_row = bytes.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0);
    (bytes.len() >= 16 && bytes.iter().all(u8::is_ascii_hexdigit)) || (bytes.len() >= 12 && in_a_row >= 6)
}

/// Whether digits begin with a year, a month and a day.
fn begins_as_date(digits: &[u8]) -> bool {
    let number = |range: std::ops::Range<usize>| {
        digits.get(range).unwrap_or_default().iter().fold(0u32, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
    };
    (1900..2100).contains(&number(0..4)) && (1..=12).contains(&number(4..6)) && (1..=31).contains(&number(6..8))
}

/// The length of a UUID at the start of a text.
fn uuid(text: &str) -> Option<usize> {
    const LEN: usize = 36;
    let bytes = text.as_bytes();
    let fits = |(at, byte): (usize, &u8)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() };
    let candidate = bytes.get(..LEN)?;
    let ends = bytes.get(LEN).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (ends && candidate.iter().enumerate().all(fits)).then_some(LEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn technical_numbers_and_typography_make_no_difference() {
        for (a, b) in [
            ("icburule011226212175", "icburule011230144130"),
            ("Request 0f8fad5b-d9cb-469f-a165-70867728950e.", "Request 7c9e6679-7425-40de-944b-e07fc1f90ae7."),
            ("ref 4d5e6f708192a3b4c5", "ref 0011223344556677ff"),
            ("ref: 128912891289", "ref: 555512891289123"),
            ("see https://acme.example/p?sid=1 now", "see https://acme.example/p?sid=2&x=3 now"),
            ("\u{201c}don\u{2019}t\u{201d}  \u{2013} ever", "\"don't\" - ever"),
            ("zero\u{200b}width", "zerowidth"),
        ] {
            assert!(same_but_technical(a, b), "{a} | {b}");
        }
    }

    #[test]
    fn dates_amounts_and_numbers_that_mean_something_do() {
        for (a, b) in [
            ("Updated 2018-05-25", "Updated 2018-05-26"),
            ("Updated 20180525", "Updated 20180526"),
            ("Updated 20180525120000", "Updated 20190525120000"),
            ("for 30 days", "for 90 days"),
            ("up to $1000000", "up to $2000000"),
            ("up to €1000000000000", "up to €2000000000000"),
            ("up to 1,000,000,000,000", "up to 2,000,000,000,000"),
            ("call 18005551234", "call 18005551235"),
            ("call +491711234567890", "call +491711234567891"),
            ("VAT DE123456789012", "VAT DE123456789013"),
            ("IBAN DE02120300000000202051", "IBAN DE02500105170137075030"),
            ("HRB 158855", "HRB 158856"),
            ("京ICP证110507号", "京ICP证110508号"),
            ("https://acme.example/2018", "https://acme.example/2019"),
            ("we do not, share", "we do not share"),
            ("we share", "We share"),
            ("is it so? 1", "is it so? 2"),
            ("", "a"),
        ] {
            assert!(!same_but_technical(a, b), "{a} | {b}");
        }
        assert!(
            is_only_technical(&skeleton("icburule011226212175")) && !is_only_technical(&skeleton("Page icburule011226212175"))
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", mixed in "(a|é|0123456|-|http://x\\?| |\\+){0,20}") {
            for text in [text, mixed] {
                prop_assert!(same_but_technical(&text, &text));
            }
        }
    }
}
