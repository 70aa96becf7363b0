//! fineprint searches the fine print across the years: archives of privacy policies and terms, each text captured again and again.
//!
//! The data flows one way: [`source`] → [`snapshot`] → [`extract`] → [`passage`] → [`history`] → [`index`]; and for questions
//! [`query`] → [`search`], [`time`] → [`wire`], [`mod@print`] or [`chart`]. The library knows no arguments, environment, clock or terminal.

pub mod chart;
pub mod compare;
pub mod contents;
pub mod document;
pub mod evidence;
pub mod extract;
pub mod history;
pub mod index;
pub mod language;
pub mod likeness;
pub mod originals;
pub mod passage;
pub mod print;
pub mod query;
pub mod search;
pub mod site;
pub mod snapshot;
pub mod source;
pub mod time;
pub mod topic;
pub mod vocabulary;
pub mod wire;
pub mod words;
