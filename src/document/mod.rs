//! One document: which text a name means, its history, what stood in it at a moment, which dates the text states of itself, and what
//! two versions differ in.

pub mod cite;
mod difference;
pub mod history;
mod select;
mod standing;
mod stated;

pub use cite::{Citation, HitNotes, Neighbour, TOOL, hit_notes};
pub use difference::{Difference, Side, Tally, difference, headings, pieces};
pub use select::{Choice, Moment, Named, SelectError, choose, named};
pub use standing::{Standing, Unknown, View, Warning, distinct, stated_of_version, version_text};
pub use stated::{Certainty, Role, StatedDate, stated_dates};
