//! What the words of a text make up: sentences, and among them those of a policy.

use super::Wordbook;

/// What ends a sentence.
pub(super) const SENTENCE_ENDS: [char; 7] = ['.', '!', '?', '。', '！', '？', '।'];

/// A text with so many sentences of a policy is one, whatever else stands around them.
const ENOUGH_POLICY: u32 = 4;

/// A text with fewer is one where such sentences hold at least this share of its words (percent).
const ENOUGH_POLICY_SHARE: u32 = 40;

/// So is one where sentences of any kind hold this share: rules for live streams speak of other things than privacy.
const ENOUGH_PROSE_SHARE: u32 = 70;

/// Or this share, where there are at least so many of them.
const LONG_PROSE: (u32, u32) = (10, 55);

/// The fewest words of a sentence that counts.
const MIN_SENTENCE_WORDS: u32 = 8;

/// The fewest words of one that ends with a full stop or the like.
const MIN_ENDED_WORDS: u32 = 5;

/// In a sentence at most this share of the words is capitalised (percent); in menus and titles it is more.
const MOST_TITLED: u32 = 60;

/// How a word stands in its text: flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look(u8);

impl Look {
    /// A sentence ends between the word before and this one.
    const AFTER_END: u8 = 1;
    /// A line ends there.
    const AFTER_LINE: u8 = 2;
    /// It begins with a letter.
    const LETTERED: u8 = 4;
    /// It has one capital letter, the first.
    const TITLED: u8 = 8;

    /// Of a word as it is written, and what stands between the word before and it.
    pub(super) fn of(between: &str, written: &str) -> Look {
        let mut look = 0;
        if between != " " {
            look |= if Look::ends_sentence(between) { Look::AFTER_END } else { 0 };
            look |= if between.contains('\n') { Look::AFTER_LINE } else { 0 };
        }
        let mut letters = written.chars();
        let (first, second) = (letters.next(), letters.next());
        look |= if first.is_some_and(char::is_alphabetic) { Look::LETTERED } else { 0 };
        let is_titled = first.is_some_and(char::is_uppercase) && second.is_some_and(char::is_lowercase);
        Look(look | if is_titled { Look::TITLED } else { 0 })
    }

    /// Whether what stands behind a word ends a sentence.
    pub(super) fn ends_sentence(between: &str) -> bool {
        between.contains(SENTENCE_ENDS)
    }

    fn is(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// What a word is to the sentences of a policy: for each of the [`LANGUAGES`] whether it is a person, and whether it is a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PolicyWord(u8);

impl PolicyWord {
    pub(super) fn of(word: &str) -> PolicyWord {
        let flags = |language: &Language| {
            let is_subject = language.subjects.iter().any(|begins| word.starts_with(begins));
            u8::from(language.persons.contains(&word)) | u8::from(is_subject) << 1
        };
        PolicyWord(LANGUAGES.iter().rev().fold(0, |all, language| all << 2 | flags(language)))
    }

    fn is_person(self, language: usize) -> bool {
        self.0 >> (2 * language) & 1 != 0
    }

    fn is_subject(self, language: usize) -> bool {
        self.0 >> (2 * language) & 2 != 0
    }
}

/// The words by which a sentence of a policy is known in a language.
struct Language {
    code: &'static str,
    /// Who speaks, or who is spoken to.
    persons: &'static [&'static str],
    /// What is spoken of: beginnings of words.
    subjects: &'static [&'static str],
}

/// The languages in which they are known.
static LANGUAGES: [Language; 4] = [
    Language {
        code: "en",
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
    Language {
        code: "de",
        persons: &[
            "wir", "uns", "unser", "unsere", "unseren", "unserer", "sie", "ihr", "ihre", "ihren", "ihrer", "ihnen", "du", "dein",
            "deine", "nutzer",
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
    Language {
        code: "fr",
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
    Language {
        code: "es",
        persons: &[
            "nosotros", "nuestro", "nuestra", "nuestros", "nuestras", "usted", "su", "sus", "tu", "tus", "usuario", "usuarios",
            "nos",
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
];

/// The place of a language in [`LANGUAGES`]; none where its words are not known.
pub(super) fn language(lang: &str) -> Option<usize> {
    // Menus are taken for Latin, and the language of a few words cannot be told.
    let lang = if lang.is_empty() || lang == "la" { "en" } else { lang };
    LANGUAGES.iter().position(|language| language.code == lang)
}

/// What the words of a text make up.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prose {
    pub(super) words: u32,
    /// Sentences, and the words in them.
    sentences: (u32, u32),
    /// Those of a policy: they speak of somebody's data, rights or duties.
    pub(super) policy: (u32, u32),
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

    /// Whether it is one of a policy: in a language that is none of [`LANGUAGES`], every one.
    fn is_of_policy(&self, language: Option<usize>) -> bool {
        self.is_sentence() && (language.is_none() || (self.has_person && self.has_subject))
    }
}

impl Prose {
    pub(super) fn is_policy(&self) -> bool {
        self.policy.0 >= ENOUGH_POLICY || self.holds(self.policy.1, ENOUGH_POLICY_SHARE)
    }

    pub(super) fn is_prose(&self) -> bool {
        let (enough, share) = LONG_PROSE;
        self.holds(self.sentences.1, ENOUGH_PROSE_SHARE) || (self.sentences.0 >= enough && self.holds(self.sentences.1, share))
    }

    /// Whether some of the words are this share of all (percent).
    fn holds(&self, words: u32, share: u32) -> bool {
        u64::from(words) * 100 >= u64::from(self.words.max(1)) * u64::from(share)
    }

    pub(super) fn add(&mut self, other: Prose) {
        let sum = |a: (u32, u32), b: (u32, u32)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
        self.words = self.words.saturating_add(other.words);
        self.sentences = sum(self.sentences, other.sentences);
        self.policy = sum(self.policy, other.policy);
    }

    /// Of the words of a text, in a language of [`LANGUAGES`] or another one.
    pub(super) fn of(
        wordbook: &Wordbook,
        words: impl Iterator<Item = (u32, Look)>,
        has_end: bool,
        language: Option<usize>,
    ) -> Prose {
        let mut prose = Prose::default();
        let mut sentence = Sentence::default();
        for (word, look) in words {
            sentence.has_end = look.is(Look::AFTER_END);
            if sentence.has_end || look.is(Look::AFTER_LINE) {
                prose.close(std::mem::take(&mut sentence), language);
            }
            sentence.words += 1;
            sentence.lettered += u32::from(look.is(Look::LETTERED));
            sentence.titled += u32::from(look.is(Look::TITLED));
            if let Some(language) = language {
                let word = wordbook.policy(word);
                sentence.has_person |= word.is_person(language);
                sentence.has_subject |= word.is_subject(language);
            }
        }
        sentence.has_end = has_end;
        prose.close(sentence, language);
        prose
    }

    fn close(&mut self, sentence: Sentence, language: Option<usize>) {
        let counted = |counts: bool| if counts { (1, sentence.words) } else { (0, 0) };
        let (sentences, policy) = (counted(sentence.is_sentence()), counted(sentence.is_of_policy(language)));
        self.add(Prose { words: sentence.words, sentences, policy });
    }
}
