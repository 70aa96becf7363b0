//! What users rely on, asked of the program as they run it. Where a number is counted, the test counts it again by reading everything.

mod as_of;
mod batch;
mod broken;
mod changes;
mod charts;
mod corpus;
mod counting;
mod damage;
mod diff;
mod git;
mod history;
mod lifetimes;
mod marks;
mod options;
mod packed;
mod papers;
mod place;
mod princeton;
mod reading;
mod repository;
mod samples;
mod sources;
mod spread;
mod trend;
mod updates;
mod warc;
