//! What users rely on, asked of the program as they run it. Where a number is counted, the test counts it again by reading everything.

mod as_of;
mod batch;
mod broken;
mod corpus;
mod counting;
mod damage;
mod document;
mod evidence;
mod git;
mod history;
mod options;
mod packed;
mod papers;
mod place;
mod princeton;
mod reading;
mod repository;
mod samples;
mod sources;
mod updates;
mod verify;
mod warc;
