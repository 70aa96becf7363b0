//! What archives write into the messages of their commits.

use crate::snapshot::{CommitKind, Instant, Precision};
use crate::source::date;
use serde::Deserialize;

/// How the subjects of Open Terms Archive begin, over the years.
const SUBJECTS: &[(&str, CommitKind)] = &[
    ("Start tracking ", CommitKind::FirstRecord),
    ("First record of ", CommitKind::FirstRecord),
    ("Update ", CommitKind::Change),
    ("Record new changes of ", CommitKind::Change),
    ("Refilter ", CommitKind::ReExtraction),
    ("Apply technical or declaration upgrade on ", CommitKind::ReExtraction),
];
/// The trailer with the address from which Open Terms Archive took a page.
const LOCATION: &str = "X-source-document-location:";
/// A longer address is no address.
const MAX_URL_BYTES: usize = 4096;

/// What Open Terms Archive says of the text that the commit records.
pub fn kind(message: &str) -> Option<CommitKind> {
    SUBJECTS.iter().find(|(start, _)| message.starts_with(start)).map(|(_, kind)| *kind)
}

/// Where Open Terms Archive says that the text comes from: the page's address, else the snapshot that it was made from.
pub fn url(message: &str) -> Option<String> {
    kind(message)?;
    let (_, body) = message.split_once('\n')?;
    let stated = body.lines().find_map(|line| line.strip_prefix(LOCATION)).and_then(|rest| rest.split_whitespace().next());
    let linked = || body.split_whitespace().find(|word| is_address(word));
    let url = stated.filter(|url| is_address(url)).or_else(linked)?;
    Some(url.trim_end_matches(['.', ',', ')']).to_owned())
}

fn is_address(word: &str) -> bool {
    word.len() <= MAX_URL_BYTES && (word.starts_with("https://") || word.starts_with("http://"))
}

/// What the Princeton-Leuven corpus says of a snapshot in its commit.
#[derive(Debug, PartialEq, Eq)]
pub struct Princeton {
    pub instant: Instant,
    /// The capture at the Wayback Machine.
    pub url: Option<String>,
}

#[derive(Deserialize)]
struct Written {
    timestamp: Option<serde_json::Value>,
    policy_snapshot_url: Option<serde_json::Value>,
}

/// Reads the JSON object after the subject `acme.test (archived on 2019-06-29)`. The time it states is the capture's: that of the
/// commit itself is labelled with a wrong zone.
pub fn princeton(message: &str) -> Option<Princeton> {
    let (subject, body) = message.split_once('\n')?;
    if !subject.contains(" (archived on ") {
        return None;
    }
    let object = body.get(body.find('{')?..=body.rfind('}')?)?;
    let written: Written = serde_json::from_str(&without_nan(object)).ok()?;
    let timestamp = match written.timestamp? {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let instant = date::whole(timestamp.trim())?.ok().filter(|instant| instant.precision == Precision::Second)?;
    let url = written.policy_snapshot_url.as_ref().and_then(|url| url.as_str()).filter(|url| is_address(url));
    Some(Princeton { instant, url: url.map(str::to_owned) })
}

/// Writes `null` for the bare `NaN` that is no JSON; strings stay as they are.
fn without_nan(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 16);
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if !quoted && let Some(after) = rest.strip_prefix("NaN") {
            written.push_str("null");
            rest = after;
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        written.push(c);
        rest = &rest[c.len_utf8()..];
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn subjects_tell_what_was_recorded() {
        assert_eq!(kind("Start tracking Acme Privacy Policy"), Some(CommitKind::FirstRecord));
        assert_eq!(kind("Record new changes of Acme Privacy Policy\n\n"), Some(CommitKind::Change));
        assert_eq!(kind("Refilter Acme Privacy Policy"), Some(CommitKind::ReExtraction));
        assert_eq!(kind("Apply technical or declaration upgrade on Acme Terms"), Some(CommitKind::ReExtraction));
        assert_eq!(kind("Updated README"), None);
    }

    #[test]
    fn the_address_of_the_page_comes_before_that_of_the_snapshot() {
        let body = "Update Acme\n\nThis version was recorded after filtering snapshot https://git.test/commit/1.\n";
        assert_eq!(url(body).as_deref(), Some("https://git.test/commit/1"));
        let with_page = format!("{body}\nX-engine-version: 1\nX-source-document-location: https://acme.test/privacy\n");
        assert_eq!(url(&with_page).as_deref(), Some("https://acme.test/privacy"));
        assert_eq!(url("Fix a typo\n\nSee https://git.test/issue/1"), None);
        assert_eq!(url("Update Acme"), None);
    }

    #[test]
    fn the_json_of_the_corpus_is_read_with_its_faults() {
        let message = "acme.test (archived on 2019-06-29)\n\n{\"timestamp\": \"20190629091058\", \"alexa_rank\": NaN, \
                       \"simhash\": 18446744073709551616, \"policy_title\": \"NaN \\\" {\", \
                       \"policy_snapshot_url\": \"https://web.archive.org/web/20190629091058id_/http://acme.test/\"}\n";
        let found = princeton(message).unwrap();
        assert_eq!(found.instant.to_string(), "2019-06-29T09:10:58Z");
        assert_eq!(found.url.as_deref(), Some("https://web.archive.org/web/20190629091058id_/http://acme.test/"));
        assert_eq!(without_nan("{\"a\": NaN, \"b\": \"NaN\"}"), "{\"a\": null, \"b\": \"NaN\"}");
        assert_eq!(princeton("Acme\n\n{\"timestamp\": \"20190629091058\"}"), None);
        assert_eq!(princeton("acme.test (archived on 2019-06-29)\n\n{\"timestamp\": \"2019\"}"), None);
        assert_eq!(princeton("acme.test (archived on 2019-06-29)\n\n}{"), None);
    }

    proptest! {
        #[test]
        fn no_message_panics(text in "(Update |a \\(archived on b\\)|\n|\\{|\\}|\"|\\\\|NaN|é|timestamp|:|https://| |X-source-document-location:){0,30}") {
            let _ = (kind(&text), url(&text), princeton(&text));
        }
    }
}
