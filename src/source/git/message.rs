//! What Open Terms Archive writes into the messages of its commits.

use crate::snapshot::CommitKind;

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
    let (_, body) = message.split_once('\n')?;
    let stated = body.lines().find_map(|line| line.strip_prefix(LOCATION)).and_then(|rest| rest.split_whitespace().next());
    if let Some(url) = stated.filter(|url| is_address(url)) {
        return Some(url.to_owned());
    }
    // Other messages may link to anything.
    kind(message)?;
    let linked = body.split_whitespace().find(|word| is_address(word))?;
    Some(linked.trim_end_matches(['.', ',', ')']).to_owned())
}

pub fn is_address(word: &str) -> bool {
    word.len() <= MAX_URL_BYTES && (word.starts_with("https://") || word.starts_with("http://"))
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
        let with_page = format!("{body}\nX-engine-version: 1\nX-source-document-location: https://acme.test/privacy_(us)\n");
        assert_eq!(url(&with_page).as_deref(), Some("https://acme.test/privacy_(us)"));
        assert_eq!(url(&with_page.replacen("Update", "Repair", 1)).as_deref(), Some("https://acme.test/privacy_(us)"));
        assert_eq!(url("Fix a typo\n\nSee https://git.test/issue/1"), None);
        assert_eq!(url("Update Acme"), None);
    }

    proptest! {
        #[test]
        fn no_message_panics(text in "(Update |\n|é|https://|\\.| |X-source-document-location:){0,30}") {
            let _ = (kind(&text), url(&text));
        }
    }
}
