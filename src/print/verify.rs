//! What a check of an index found, for reading.

use super::{counted, grouped, harmless};
use crate::wire::verify::Verify;
use std::io::{self, Write};

/// So many snapshots of an archive are named.
const SHOWN: usize = 20;

/// An index.
pub fn index(verify: &Verify, dir: &str, out: &mut dyn Write) -> io::Result<()> {
    for finding in &verify.findings {
        let document = finding.document.as_ref().map(|document| format!(", {}", harmless(document))).unwrap_or_default();
        writeln!(out, "DAMAGED {dir}/{}{document}: {}", harmless(&finding.file), harmless(&finding.what))?;
    }
    let what = format!(
        "{}, {}, {}",
        counted(verify.documents, "document", "documents"),
        counted(verify.snapshots, "snapshot", "snapshots"),
        counted(verify.passages, "distinct passage", "distinct passages")
    );
    match verify.findings.len() as u64 {
        0 => writeln!(out, "{dir}: whole ({what}; fingerprint {})", harmless(&verify.fingerprint))?,
        findings => writeln!(out, "{dir}: {} ({what})", counted(findings, "finding", "findings"))?,
    }
    Ok(())
}

/// The archives of all indexes, where they were compared.
pub fn archives(verify: &Verify, out: &mut dyn Write) -> io::Result<()> {
    for archive in verify.archives.iter().flatten() {
        let name = format!("{} ({})", harmless(&archive.name), harmless(&archive.path));
        if let Some(reason) = &archive.reason {
            writeln!(out, "{name}: not at hand: {}", harmless(reason))?;
            continue;
        }
        writeln!(
            out,
            "{name}: {} of {} the same, {} changed, {} missing",
            grouped(archive.same),
            counted(archive.snapshots, "snapshot", "snapshots"),
            grouped(archive.changed),
            grouped(archive.missing)
        )?;
        for one in archive.differing.iter().take(SHOWN) {
            writeln!(out, "  {}: {}", one.original, harmless(one.reason.as_deref().unwrap_or(&one.place)))?;
        }
        if archive.differing.len() > SHOWN {
            let more = (archive.differing.len() - SHOWN) as u64;
            writeln!(out, "  and {} more (--format json names all)", grouped(more))?;
        }
    }
    Ok(())
}
