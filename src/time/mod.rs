//! What texts say over time. Everything here counts observations: snapshots of which [`crate::search::Scope`] says that they observe.

mod interval;
mod lifetimes;
mod period;
mod texts;

pub use interval::{Event, Gap, Interval, days_between, intervals};
pub use lifetimes::{CompanyLife, Life, LifetimeTotals, Lifetimes, TextLife, lifetimes};
pub use period::{Period, Step};
