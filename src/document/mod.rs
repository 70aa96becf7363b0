//! One document at one moment: which text a name means, and what stood in it.

mod select;

pub use select::{Choice, Moment, Named, SelectError, choose, named};
