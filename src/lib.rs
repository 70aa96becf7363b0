pub mod extract;
pub mod snapshot;
pub mod words;
