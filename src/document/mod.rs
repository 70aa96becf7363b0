//! One document at one moment: which text a name means, what stood in it, and which dates the text states of itself.

mod select;
mod stated;

pub use select::{Choice, Moment, Named, SelectError, choose, named};
pub use stated::{Certainty, Role, StatedDate, stated_dates};
