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
    /// Within the index directory; of several indexes, with that before it.
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
    /// What was found of indexes in some directories. `fingerprint`: of several, that of all together; `archives`: where they were
    /// compared.
    pub fn new(indexes: &[(String, &Verified)], fingerprint: Option<&str>, archives: Option<&[SourceCheck]>) -> Verify {
        let archives: Option<Vec<Archive>> = archives.map(|archives| archives.iter().map(Archive::new).collect());
        let same = archives.iter().flatten().all(|archive| archive.differing.is_empty());
        let alone = if let [(_, one)] = indexes { Some(one.fingerprint.as_str()) } else { None };
        let mut verify = Verify {
            schema: SCHEMA,
            fingerprint: fingerprint.or(alone).unwrap_or_default().to_owned(),
            sound: same && indexes.iter().all(|(_, verified)| verified.findings.is_empty()),
            documents: 0,
            snapshots: 0,
            versions: 0,
            passages: 0,
            findings: Vec::new(),
            archives,
        };
        for (dir, verified) in indexes {
            verify.documents += verified.documents;
            verify.snapshots += verified.snapshots;
            verify.versions += verified.versions;
            verify.passages += verified.passages;
            verify.findings.extend(verified.findings.iter().map(|finding| Finding {
                file: if indexes.len() > 1 { format!("{dir}/{}", finding.file) } else { finding.file.clone() },
                document: finding.document.clone(),
                what: finding.what.clone(),
            }));
        }
        verify
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
