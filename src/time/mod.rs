//! What texts say over time. Everything here counts observations: snapshots of which [`crate::search::Scope`] says that they observe.

mod period;
pub mod trend;

pub use period::{Period, Step};
pub use trend::{Point, Series, Trend};
