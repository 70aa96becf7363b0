//! What texts say over time. Everything here counts observations: snapshots of which [`crate::search::Scope`] says that they observe.

mod changes;
mod period;

pub use changes::{Change, ChangeKind, ChangeTotals, Changes, ChangesAsked, Event, Return, SnapshotRef, changes};
pub use period::{Period, Step};
