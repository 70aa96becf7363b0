//! Topics: weighted lexicons that tell what a passage is about, built in or the user's own.
//!
//! A topic's score of a passage is a number from 0 to 1 that follows from the passage, the headings above it, the passages beside it,
//! and the topics alone; see [`Lexicon::of_history`].

mod builtin;
pub mod evaluate;
mod features;
mod file;
pub mod labelled;
pub mod learn;
mod lexicon;
mod ridge;
mod score;
mod terms;
#[cfg(test)]
mod tests;

pub use builtin::{BUILT_IN, built_in};
pub use file::{Evaluated, MAX_FILE_BYTES, Term, Topic, TopicFileError};
pub use lexicon::{Lexicon, TopicError};
pub use score::{HALF, HEADING_SHARE, Level, MIN_LEVEL, NEIGHBOUR_SHARE, score_of};
pub use terms::{Reader, Weighed, Weigher};

/// From this score on, a passage counts as about a topic where nothing else is asked for.
pub const DEFAULT_THRESHOLD: f32 = 0.5;

/// The most topics of an index.
pub const MAX_TOPICS: usize = 256;
