//! What a check of an index found, as scripts see it.

use super::SCHEMA;
use crate::index::verify::Verified;
use crate::originals::SourceCheck;
use serde::Serialize;

/// What `verify` says.
#[derive(Debug, Serialize)]
pub struct Verify {
    pub schema: u32,
    pub fingerprint: String,
    /// Whether nothing is damaged or changed.
    pub sound: bool,
    pub documents: u64,
    pub snapshots: u64,
    pub versions: u64,
    pub passages: u64,
    pub findings: Vec<Finding>,
    /// With `--archive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archives: Option<Vec<Archive>>,
}

#[derive(Debug, Serialize)]
pub struct Finding {
    /// Within the index directory.
    pub file: String,
    pub document: Option<String>,
    pub what: String,
}

/// What lies in an archive of that which was read from it.
#[derive(Debug, Serialize)]
pub struct Archive {
    pub name: String,
    pub path: String,
    pub at_hand: bool,
    /// Why it is not at hand.
    pub reason: Option<String>,
    pub snapshots: u64,
    pub same: u64,
    pub changed: u64,
    pub missing: u64,
    pub differing: Vec<Differing>,
}

#[derive(Debug, Serialize)]
pub struct Differing {
    /// `changed` or `missing`.
    pub original: &'static str,
    pub company: String,
    pub kind: String,
    pub instant: Option<String>,
    pub place: String,
    pub reason: Option<String>,
}

impl Verify {
    /// `archives`: where they were compared.
    pub fn new(verified: &Verified, archives: Option<&[SourceCheck]>) -> Verify {
        let archives: Option<Vec<Archive>> = archives.map(|archives| archives.iter().map(Archive::new).collect());
        let same = archives.iter().flatten().all(|archive| archive.differing.is_empty());
        let finding = |finding: &crate::index::verify::Finding| Finding {
            file: finding.file.clone(),
            document: finding.document.clone(),
            what: finding.what.clone(),
        };
        Verify {
            schema: SCHEMA,
            fingerprint: verified.fingerprint.clone(),
            sound: verified.findings.is_empty() && same,
            documents: verified.documents,
            snapshots: verified.snapshots,
            versions: verified.versions,
            passages: verified.passages,
            findings: verified.findings.iter().map(finding).collect(),
            archives,
        }
    }
}

impl Archive {
    fn new(check: &SourceCheck) -> Archive {
        let count = |name: &str| check.differing.iter().filter(|one| one.original.name() == name).count() as u64;
        Archive {
            name: check.name.clone(),
            path: check.root.clone(),
            at_hand: check.absent.is_none(),
            reason: check.absent.clone(),
            snapshots: check.snapshots,
            same: check.same,
            changed: count("changed"),
            missing: count("missing"),
            differing: check
                .differing
                .iter()
                .map(|one| Differing {
                    original: one.original.name(),
                    company: one.key.company.clone(),
                    kind: one.key.kind.clone(),
                    instant: one.captured.map(|captured| captured.instant.to_string()),
                    place: one.place.clone(),
                    reason: one.original.reason().map(str::to_owned),
                })
                .collect(),
        }
    }
}
