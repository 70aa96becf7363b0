//! Which texts are no policy text: error, sign-in, consent and loading pages, and what has hardly a sentence of a policy.

use super::prose::{self, Prose, SENTENCE_ENDS};
use super::{Entry, Wordbook, Worded};
use crate::passage::Shape;
use rustc_hash::FxHashMap;
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
    /// Links, menus, code, a page about something else: hardly a sentence of a policy.
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
}

/// A text of fewer words is too short to be told from a short policy by its sentences.
const MIN_WORDS: u32 = 20;

/// A page that is nothing but a notice has at most so many words.
const NOTICE_WORDS: u32 = 100;

/// A page of so many words that says that something went wrong is nothing else, though it says so in a sentence.
const FAILURE_WORDS: u32 = 40;

/// The longest passage that can be a line of a menu, or several (bytes).
const LINE_BYTES: usize = 200;

/// The longest passage that can be the title of an error page (bytes).
const TITLE_BYTES: usize = 80;

/// An error page may have so many sentences of a policy in its footer.
const FOOTER_POLICY: u32 = 60;

/// Marks the versions of one document. What is found of a passage is kept for the next version with it.
pub struct Marker<'t> {
    texts: &'t [Arc<str>],
    wordbook: &'t Wordbook,
    worded: &'t Worded,
    /// By passage and the language whose words of a policy it was read with.
    seen: FxHashMap<(u32, Option<usize>), Seen>,
}

/// What is found of a passage.
#[derive(Clone, Copy)]
struct Seen {
    prose: Prose,
    /// Whether it is short and says that the page is not there.
    is_error_title: bool,
}

impl<'t> Marker<'t> {
    pub fn new(texts: &'t [Arc<str>], wordbook: &'t Wordbook, worded: &'t Worded) -> Marker<'t> {
        Marker { texts, wordbook, worded, seen: FxHashMap::default() }
    }

    /// The mark of a version in a language (its code, empty where it cannot be told); `None` of policy text.
    pub fn mark(&mut self, entries: &[Entry], lang: &str) -> Option<Mark> {
        if entries.is_empty() {
            return Some(Mark::Empty);
        }
        let language = prose::language(lang);
        let (mut all, mut is_titled_error) = (Prose::default(), false);
        for entry in entries {
            let key = (entry.passage, language);
            let known = self.seen.get(&key).copied();
            let Seen { prose, is_error_title } = known.unwrap_or_else(|| {
                let seen = self.see(entry.passage, language);
                self.seen.insert(key, seen);
                seen
            });
            all.add(prose);
            is_titled_error |= is_error_title;
        }
        if all.policy.0 <= FOOTER_POLICY && is_titled_error {
            return Some(Mark::Error);
        }
        if all.words <= FAILURE_WORDS
            && let Some(mark) = self.notice(entries).filter(|mark| matches!(mark, Mark::Error | Mark::Loading))
        {
            return Some(mark);
        }
        if all.is_policy() {
            return None;
        }
        if all.words <= NOTICE_WORDS
            && let Some(mark) = self.notice(entries)
        {
            return Some(mark);
        }
        if self.has_no_sentence(entries) {
            return Some(Mark::HeadingsOnly);
        }
        (all.words >= MIN_WORDS && !all.is_prose()).then_some(Mark::NotProse)
    }

    fn see(&self, passage: u32, language: Option<usize>) -> Seen {
        let text = &self.texts[passage as usize];
        let (words, has_end) = self.worded.looks(passage);
        Seen {
            prose: Prose::of(self.wordbook, words, has_end, language),
            is_error_title: text.trim() == "404" || (text.len() <= TITLE_BYTES && self.has_cue(passage, ERROR_TITLES)),
        }
    }

    /// Whether there are only titles: headings, and short passages of which none ends as a sentence does.
    fn has_no_sentence(&self, entries: &[Entry]) -> bool {
        entries.iter().all(|entry| {
            let text = &self.texts[entry.passage as usize];
            matches!(entry.shape, Shape::Heading(_)) || (text.len() <= LINE_BYTES && !text.contains(SENTENCE_ENDS))
        })
    }

    /// What a short page says instead of a policy.
    fn notice(&self, entries: &[Entry]) -> Option<Mark> {
        let has = |cues: &[&str]| entries.iter().any(|entry| self.has_cue(entry.passage, cues));
        let notices = [(Mark::Error, ERRORS), (Mark::SignIn, SIGN_INS), (Mark::Consent, CONSENTS), (Mark::Loading, LOADINGS)];
        notices.into_iter().find(|(_, cues)| has(cues)).map(|(mark, _)| mark)
    }

    /// Whether one of some phrases stands in a passage as whole words.
    fn has_cue(&self, passage: u32, cues: &[&str]) -> bool {
        let mut spaced = String::from(" ");
        for word in self.worded.words(passage) {
            spaced.push_str(self.wordbook.vocabulary().word(*word));
            spaced.push(' ');
        }
        let stands = |cue: &str| {
            let is_whole = |at: usize| spaced[..at].ends_with(' ') && spaced[at + cue.len()..].starts_with(' ');
            spaced.match_indices(cue).any(|(at, _)| is_whole(at))
        };
        cues.iter().any(|cue| stands(cue))
    }
}

/// Titles of pages that are not there.
const ERROR_TITLES: &[&str] = &[
    "error 404",
    "404 error",
    "404 not found",
    "page not found",
    "page is currently unavailable",
    "page isn't available",
    "access denied",
    "403 forbidden",
    "503 service unavailable",
    "502 bad gateway",
];

/// What pages say that cannot be shown.
const ERRORS: &[&str] = &[
    "error 404",
    "404 error",
    "not found",
    "cannot be found",
    "could not be found",
    "can't be found",
    "access denied",
    "captcha",
    "are a robot",
    "not a robot",
    "unusual traffic",
    "service unavailable",
    "temporarily unavailable",
    "isn't available right now",
    "try again later",
    "try reloading",
    "schiefgegangen",
    "bad gateway",
    "gateway timeout",
    "enable javascript",
    "javascript is disabled",
    "requires javascript",
    "something went wrong",
    "an error occurred",
    "browser is not supported",
    "unsupported browser",
    "under maintenance",
    "seite nicht gefunden",
    "page introuvable",
    "página no encontrada",
];

/// What pages say that ask to sign in.
const SIGN_INS: &[&str] = &[
    "sign in",
    "log in",
    "login",
    "password",
    "create an account",
    "sign up",
    "anmelden",
    "passwort",
    "se connecter",
    "mot de passe",
    "iniciar sesión",
    "contraseña",
];

/// What pages say that ask for consent.
const CONSENTS: &[&str] = &[
    "accept cookies",
    "accept all",
    "accept all cookies",
    "cookie settings",
    "cookie preferences",
    "uses cookies",
    "use cookies",
    "your age",
    "date of birth",
    "alle akzeptieren",
    "tout accepter",
    "aceptar todo",
];

/// What pages say whose text had not been loaded.
const LOADINGS: &[&str] = &["loading", "please wait", "wird geladen", "chargement", "cargando"];
