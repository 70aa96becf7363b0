//! Which texts are no policy text: error, sign-in, consent and loading pages, and what has hardly a sentence of a policy.

use super::Entry;
use crate::passage::Shape;
use crate::words::Words;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

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

/// A text with so many sentences of a policy is one, whatever else stands around them.
const ENOUGH_POLICY: u32 = 4;

/// A text with fewer is one where such sentences hold at least this share of its words (percent).
const ENOUGH_POLICY_SHARE: u32 = 40;

/// So is one where sentences of any kind hold this share: rules for live streams speak of other things than privacy.
const ENOUGH_PROSE_SHARE: u32 = 70;

/// Or this share, where there are at least so many of them.
const LONG_PROSE: (u32, u32) = (10, 55);

/// A text of fewer words is too short to be told from a short policy by its sentences.
const MIN_WORDS: u32 = 20;

/// The fewest words of a sentence that counts.
const MIN_SENTENCE_WORDS: u32 = 8;

/// The fewest words of one that ends with a full stop or the like.
const MIN_ENDED_WORDS: u32 = 5;

/// In a sentence at most this share of the words is capitalised (percent); in menus and titles it is more.
const MOST_TITLED: u32 = 60;

/// What ends a sentence.
const SENTENCE_ENDS: [char; 7] = ['.', '!', '?', '。', '！', '？', '।'];

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
    /// By passage and the language whose vocabulary it was read with.
    seen: FxHashMap<(u32, &'static str), Seen>,
}

/// What is found of a passage.
struct Seen {
    prose: Prose,
    /// Whether it is short and says that the page is not there.
    is_error_title: bool,
}

impl Seen {
    fn of(text: &str, vocabulary: Option<&Vocabulary>) -> Seen {
        Seen {
            prose: Prose::of(text, vocabulary),
            is_error_title: text.trim() == "404" || (text.len() <= TITLE_BYTES && has_cue(text, ERROR_TITLES)),
        }
    }
}

/// What the words of a text make up.
#[derive(Debug, Clone, Copy, Default)]
struct Prose {
    words: u32,
    /// Sentences, and the words in them.
    sentences: (u32, u32),
    /// Those of a policy: they speak of somebody's data, rights or duties.
    policy: (u32, u32),
}

impl<'t> Marker<'t> {
    pub fn new(texts: &'t [Arc<str>]) -> Marker<'t> {
        Marker { texts, seen: FxHashMap::default() }
    }

    /// The mark of a version in a language (its code, empty where it cannot be told); `None` of policy text.
    pub fn mark(&mut self, entries: &[Entry], lang: &str) -> Option<Mark> {
        if entries.is_empty() {
            return Some(Mark::Empty);
        }
        let (lang, vocabulary) = vocabulary(lang);
        let (mut all, mut is_titled_error) = (Prose::default(), false);
        for entry in entries {
            let text = &self.texts[entry.passage as usize];
            let seen = self.seen.entry((entry.passage, lang)).or_insert_with(|| Seen::of(text, vocabulary));
            all.add(seen.prose);
            is_titled_error |= seen.is_error_title;
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

    /// Whether there are only titles: headings, and short passages of which none ends as a sentence does.
    fn has_no_sentence(&self, entries: &[Entry]) -> bool {
        entries.iter().all(|entry| {
            let text = &self.texts[entry.passage as usize];
            matches!(entry.shape, Shape::Heading(_)) || (text.len() <= LINE_BYTES && !text.contains(SENTENCE_ENDS))
        })
    }

    /// What a short page says instead of a policy.
    fn notice(&self, entries: &[Entry]) -> Option<Mark> {
        let has = |cues: &[&str]| entries.iter().any(|entry| has_cue(&self.texts[entry.passage as usize], cues));
        let notices = [(Mark::Error, ERRORS), (Mark::SignIn, SIGN_INS), (Mark::Consent, CONSENTS), (Mark::Loading, LOADINGS)];
        notices.into_iter().find(|(_, cues)| has(cues)).map(|(mark, _)| mark)
    }
}

/// Whether one of some phrases stands in a text as whole words.
fn has_cue(text: &str, cues: &[&str]) -> bool {
    let mut spaced = String::from(" ");
    let mut walk = Words::new(text);
    while walk.advance() {
        spaced.push_str(walk.word());
        spaced.push(' ');
    }
    cues.iter().any(|cue| spaced.contains(&format!(" {cue} ")))
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

/// The words by which a sentence of a policy is known in a language.
struct Vocabulary {
    /// Who speaks, or who is spoken to.
    persons: &'static [&'static str],
    /// What is spoken of: beginnings of words.
    subjects: &'static [&'static str],
}

static VOCABULARIES: LazyLock<FxHashMap<&'static str, Vocabulary>> = LazyLock::new(|| {
    let all = [
        (
            "en",
            Vocabulary {
                persons: &[
                    "we",
                    "us",
                    "our",
                    "you",
                    "your",
                    "users",
                    "user",
                    "visitors",
                    "customers",
                    "members",
                    "company",
                    "site",
                    "website",
                ],
                subjects: &[
                    "privacy",
                    "personal",
                    "information",
                    "data",
                    "cookie",
                    "collect",
                    "disclos",
                    "consent",
                    "terms",
                    "agree",
                    "liab",
                    "policy",
                    "licens",
                    "rights",
                    "third",
                    "law",
                    "process",
                ],
            },
        ),
        (
            "de",
            Vocabulary {
                persons: &[
                    "wir", "uns", "unser", "unsere", "unseren", "unserer", "sie", "ihr", "ihre", "ihren", "ihrer", "ihnen", "du",
                    "dein", "deine", "nutzer",
                ],
                subjects: &[
                    "daten",
                    "datenschutz",
                    "personenbezogen",
                    "information",
                    "cookie",
                    "verarbeit",
                    "einwillig",
                    "nutzungsbedingung",
                    "haft",
                    "recht",
                    "gesetz",
                ],
            },
        ),
        (
            "fr",
            Vocabulary {
                persons: &["nous", "notre", "nos", "vous", "votre", "vos", "utilisateur", "utilisateurs"],
                subjects: &[
                    "donnée",
                    "confidentialité",
                    "personnel",
                    "information",
                    "cookie",
                    "collect",
                    "consent",
                    "condition",
                    "responsab",
                    "droit",
                    "loi",
                    "traitement",
                ],
            },
        ),
        (
            "es",
            Vocabulary {
                persons: &[
                    "nosotros", "nuestro", "nuestra", "nuestros", "nuestras", "usted", "su", "sus", "tu", "tus", "usuario",
                    "usuarios", "nos",
                ],
                subjects: &[
                    "dato",
                    "privacidad",
                    "personal",
                    "información",
                    "cookie",
                    "recopil",
                    "consent",
                    "condicion",
                    "términos",
                    "responsab",
                    "derecho",
                    "ley",
                    "tratamiento",
                ],
            },
        ),
    ];
    all.into_iter().collect()
});

/// The vocabulary for a language, and the language that it is of; none, and an empty name, where there is no vocabulary.
fn vocabulary(lang: &str) -> (&'static str, Option<&'static Vocabulary>) {
    // Menus are taken for Latin, and the language of a few words cannot be told.
    let lang = if lang.is_empty() || lang == "la" { "en" } else { lang };
    VOCABULARIES.get_key_value(lang).map_or(("", None), |(lang, vocabulary)| (*lang, Some(vocabulary)))
}

/// A sentence as far as it has been read.
#[derive(Debug, Clone, Copy, Default)]
struct Sentence {
    words: u32,
    /// Words that begin with a letter, and those with one capital letter, the first, as in menus and titles.
    lettered: u32,
    titled: u32,
    has_person: bool,
    has_subject: bool,
    /// Whether it ends as a sentence does, not as a line.
    has_end: bool,
}

impl Sentence {
    fn is_sentence(&self) -> bool {
        let fewest = if self.has_end { MIN_ENDED_WORDS } else { MIN_SENTENCE_WORDS };
        self.words >= fewest && self.titled * 100 <= self.lettered * MOST_TITLED
    }

    /// Whether it is one of a policy: of a language without vocabulary, every one.
    fn is_of_policy(&self, vocabulary: Option<&Vocabulary>) -> bool {
        self.is_sentence() && (vocabulary.is_none() || (self.has_person && self.has_subject))
    }
}

impl Prose {
    fn is_policy(&self) -> bool {
        self.policy.0 >= ENOUGH_POLICY || self.holds(self.policy.1, ENOUGH_POLICY_SHARE)
    }

    fn is_prose(&self) -> bool {
        let (enough, share) = LONG_PROSE;
        self.holds(self.sentences.1, ENOUGH_PROSE_SHARE) || (self.sentences.0 >= enough && self.holds(self.sentences.1, share))
    }

    /// Whether some of the words are this share of all (percent).
    fn holds(&self, words: u32, share: u32) -> bool {
        u64::from(words) * 100 >= u64::from(self.words.max(1)) * u64::from(share)
    }

    fn add(&mut self, other: Prose) {
        let sum = |a: (u32, u32), b: (u32, u32)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
        self.words = self.words.saturating_add(other.words);
        self.sentences = sum(self.sentences, other.sentences);
        self.policy = sum(self.policy, other.policy);
    }

    fn of(text: &str, vocabulary: Option<&Vocabulary>) -> Prose {
        let mut prose = Prose::default();
        let mut sentence = Sentence::default();
        let mut end = 0;
        let mut walk = Words::new(text);
        while walk.advance() {
            let between = &text[end..walk.start()];
            sentence.has_end = between.contains(SENTENCE_ENDS);
            if sentence.has_end || between.contains('\n') {
                prose.close(std::mem::take(&mut sentence), vocabulary);
            }
            end = walk.end();
            sentence.words += 1;
            let mut letters = text[walk.start()..end].chars();
            let (first, second) = (letters.next(), letters.next());
            sentence.lettered += u32::from(first.is_some_and(char::is_alphabetic));
            sentence.titled += u32::from(first.is_some_and(char::is_uppercase) && second.is_some_and(char::is_lowercase));
            if let Some(vocabulary) = vocabulary {
                let word = walk.word();
                sentence.has_person = sentence.has_person || vocabulary.persons.contains(&word);
                sentence.has_subject = sentence.has_subject || vocabulary.subjects.iter().any(|begins| word.starts_with(begins));
            }
        }
        sentence.has_end = text[end..].contains(SENTENCE_ENDS);
        prose.close(sentence, vocabulary);
        prose
    }

    fn close(&mut self, sentence: Sentence, vocabulary: Option<&Vocabulary>) {
        let counted = |counts: bool| if counts { (1, sentence.words) } else { (0, 0) };
        let (sentences, policy) = (counted(sentence.is_sentence()), counted(sentence.is_of_policy(vocabulary)));
        self.add(Prose { words: sentence.words, sentences, policy });
    }
}
