//! What texts say over time. Everything here counts observations: snapshots of which [`crate::search::Scope`] says that they observe.

mod changes;
mod grouped;
mod interval;
mod lifetimes;
mod period;
mod spread;
mod texts;
pub mod trend;

pub use changes::{Change, ChangeEvent, ChangeKind, ChangeTotals, Changes, ChangesAsked, Return, SnapshotRef, changes};
pub use grouped::SPREAD_THRESHOLD;
pub use interval::{Event, Gap, Interval, Length, days_between, intervals};
pub use lifetimes::{CompanyLife, Life, LifetimeTotals, Lifetimes, TextLife, lifetimes};
pub use period::{Period, Step};
pub use spread::{Cluster, Seed, Spread, SpreadTotals, Spreading, spread};
pub use trend::{Point, Series, Trend};
