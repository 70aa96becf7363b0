//! One document at one moment: which text a name means, what stood in it, and what two versions differ in.

mod difference;
mod select;
mod stand;

pub use difference::{Difference, Side, Tally, difference, headings, pieces};
pub use select::{Choice, Moment, Named, SelectError, choose, named};
pub use stand::{Stand, StandError, stand};
