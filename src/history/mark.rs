//! Which texts are no policy text: error, sign-in, consent and loading pages, and what has no sentences.

use super::Entry;
use crate::passage::Shape;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why a version is no policy text. Its snapshots stay searchable, and observe nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// No text at all.
    Empty,
    /// A page that says that something went wrong, or that the reader may not or cannot see the page.
    Error,
    /// A page that asks to sign in.
    SignIn,
    /// A page that asks for consent to cookies, for the reader's age or region.
    Consent,
    /// A page whose text had not been loaded.
    Loading,
    /// Titles without text.
    HeadingsOnly,
    /// Links, menus, code: no sentences.
    NotProse,
}

impl Mark {
    /// The name in JSON and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Mark::Empty => "empty",
            Mark::Error => "error",
            Mark::SignIn => "sign_in",
            Mark::Consent => "consent",
            Mark::Loading => "loading",
            Mark::HeadingsOnly => "headings_only",
            Mark::NotProse => "not_prose",
        }
    }

    /// The mark of a version; `None` of policy text.
    pub fn of(entries: &[Entry], _texts: &[Arc<str>]) -> Option<Mark> {
        if entries.is_empty() {
            return Some(Mark::Empty);
        }
        let has_text = entries.iter().any(|entry| !matches!(entry.shape, Shape::Heading(_)));
        (!has_text).then_some(Mark::HeadingsOnly)
    }
}
