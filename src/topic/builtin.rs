//! The topics that come with the program: the ten practice categories by which privacy policies are labelled (Wilson et al., "The
//! Creation and Analysis of a Website Privacy Policy Corpus", ACL 2016) under their names there, and what people ask about besides.
//!
//! The words and weights were written by hand from knowledge of the field.

use super::Topic;

/// The built-in topic files, in the order of their names.
pub const BUILT_IN: &[&str] = &[
    include_str!("builtin/access.toml"),
    include_str!("builtin/advertising.toml"),
    include_str!("builtin/ai-training.toml"),
    include_str!("builtin/arbitration.toml"),
    include_str!("builtin/audiences.toml"),
    include_str!("builtin/automated-decisions.toml"),
    include_str!("builtin/biometrics.toml"),
    include_str!("builtin/breach-notice.toml"),
    include_str!("builtin/business-transfer.toml"),
    include_str!("builtin/ccpa.toml"),
    include_str!("builtin/children.toml"),
    include_str!("builtin/choice.toml"),
    include_str!("builtin/contact.toml"),
    include_str!("builtin/cookies.toml"),
    include_str!("builtin/deletion.toml"),
    include_str!("builtin/device-data.toml"),
    include_str!("builtin/do-not-track.toml"),
    include_str!("builtin/first-party.toml"),
    include_str!("builtin/gdpr.toml"),
    include_str!("builtin/government-requests.toml"),
    include_str!("builtin/health.toml"),
    include_str!("builtin/international-transfer.toml"),
    include_str!("builtin/location.toml"),
    include_str!("builtin/other.toml"),
    include_str!("builtin/partners.toml"),
    include_str!("builtin/payment-data.toml"),
    include_str!("builtin/policy-change.toml"),
    include_str!("builtin/portability.toml"),
    include_str!("builtin/retention.toml"),
    include_str!("builtin/sale.toml"),
    include_str!("builtin/security.toml"),
    include_str!("builtin/third-party.toml"),
];

/// The built-in topics, in the order of their names.
pub fn built_in() -> Vec<Topic> {
    // A test reads each of them.
    BUILT_IN.iter().filter_map(|text| Topic::parse(text).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_reads_and_names_its_neighbours_rightly() {
        let topics: Vec<Topic> =
            BUILT_IN.iter().map(|text| Topic::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))).collect();
        assert!(topics.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(topics.iter().filter(|topic| topic.practice).count(), 10);
        for topic in &topics {
            let is_known = |name: &String| topics.iter().any(|other| other.name == *name) && *name != topic.name;
            assert!(topic.neighbours.iter().all(is_known), "{}", topic.name);
            assert!(!topic.description.is_empty() && topic.bias.is_none() && topic.lang == "en", "{}", topic.name);
        }
    }
}
