//! One policy through the years: what stays, what is edited, added, removed, and what returns.

use super::bank::{Bank, Term};
use super::company::{Company, FIRST_YEAR, HALVES, day_in};
use super::passage::{Shape, count_words};
use super::random::Random;
use super::template::{Template, Voice};

/// The words of a policy of usual length in the first and in the last half year.
const WORDS: (f64, f64) = (760.0, 1_500.0);
/// Policies of other lengths than wished for are left as they are within this part of it.
const SLACK: f64 = 0.12;

/// In a half year: the share of policies in which nothing changes, and of those that are written anew.
const STILL: f64 = 0.13;
const REWRITTEN: f64 = 0.075;
/// The share of passages that a new policy takes over from the old one.
const TAKEN_OVER: f64 = 0.25;
/// In a half year with changes: the share of passages that are removed, and of those of 100 words that are edited.
const EDITED: f64 = 0.24;
const REMOVED: f64 = 0.045;
const RETITLED: f64 = 0.01;
/// The chance that what was removed returns, for one passage a half year.
const RETURNING: f64 = 0.15;
/// The chance that a clause that others have is taken up in a half year with changes.
const ADOPTED: f64 = 0.5;

/// The share of passages that are boilerplate, in one of 2^so many wordings.
const SHARED: f64 = 0.35;
const WORDING_OCTAVES: usize = 11;

const HAS_DATE: f64 = 0.45;
const HAS_FOOTER: f64 = 0.4;
const DATE_CHANGES: f64 = 0.8;

/// A policy as it stands in a half year.
pub struct Policy<'a> {
    voice: Voice<'a>,
    seed: u64,
    random: Random,
    /// For each clause, how much of all policies must have it before this one wishes for it.
    late: Vec<f64>,
    title: usize,
    date: Option<usize>,
    footer: Option<usize>,
    headings: Vec<usize>,
    pieces: Vec<Piece>,
    removed: Vec<Piece>,
    words: usize,
    /// All passages that ever stood in it, headings too.
    pub texts: Vec<String>,
}

#[derive(Clone, Copy)]
struct Piece {
    section: usize,
    /// `None` where it says nothing in particular.
    clause: Option<usize>,
    text: usize,
}

impl<'a> Policy<'a> {
    pub fn new(bank: &'a Bank, company: &'a Company, seed: u64, mut random: Random) -> Policy<'a> {
        let half = company.captures.first().map_or(0, |(half, _)| *half);
        let late = bank.clauses.iter().map(|_| random.share()).collect();
        let day = day_in(half, &mut random);
        let mut policy = Policy {
            voice: Voice { bank, company, terms: Vec::new(), day },
            seed,
            random,
            late,
            title: 0,
            date: None,
            footer: None,
            headings: Vec::new(),
            pieces: Vec::new(),
            removed: Vec::new(),
            words: 0,
            texts: Vec::new(),
        };
        policy.write_anew(half);
        policy
    }

    /// Goes on to the next half year.
    pub fn pass(&mut self, half: usize) {
        let restless = self.voice.company.restless;
        if self.random.chance(STILL / restless) {
            return;
        }
        self.voice.day = day_in(half, &mut self.random);
        if self.random.chance(REWRITTEN * restless) {
            self.write_anew(half);
            return;
        }
        self.change(restless);
        self.take_back();
        self.adopt(half, ADOPTED);
        self.fit(half);
        if self.date.is_some() && self.random.chance(DATE_CHANGES) {
            self.date = Some(self.dated());
        }
        if self.footer.is_some() {
            self.footer = Some(self.footed());
        }
    }

    /// The passages of the page from top to bottom, as numbers of texts.
    pub fn page(&self) -> impl Iterator<Item = (Shape, usize)> {
        let body = |text: usize| (Shape::Body, text);
        let top = std::iter::once((Shape::Title, self.title)).chain(self.date.map(body));
        let pieces = self.pieces.iter().enumerate().flat_map(move |(at, piece)| {
            let is_first = at == 0 || self.pieces[at - 1].section != piece.section;
            let heading = is_first.then(|| (Shape::Heading, self.headings[piece.section]));
            heading.into_iter().chain([body(piece.text)])
        });
        top.chain(pieces).chain(self.footer.map(body))
    }

    fn write_anew(&mut self, half: usize) {
        let bank = self.voice.bank;
        self.voice.terms = terms(bank, &mut self.random);
        let (kept, removed): (Vec<_>, Vec<_>) = self.pieces.iter().partition(|_| self.random.chance(TAKEN_OVER));
        self.pieces = kept;
        self.removed.extend(removed);
        self.words = self.pieces.iter().map(|piece| count_words(&self.texts[piece.text])).sum();
        self.title = self.line(&bank.titles);
        self.headings = bank.sections.iter().map(|headings| self.line(headings)).collect();
        self.date = self.random.chance(HAS_DATE).then(|| self.dated());
        self.footer = self.random.chance(HAS_FOOTER).then(|| self.footed());
        self.adopt(half, 1.0);
        self.fit(half);
    }

    fn change(&mut self, restless: f64) {
        let mut at = 0;
        while at < self.pieces.len() {
            let words = count_words(&self.texts[self.pieces[at].text]);
            let drawn = self.random.share() / restless;
            if drawn < REMOVED {
                self.remove(at);
                continue;
            }
            if drawn < REMOVED + EDITED * words as f64 / 100.0 {
                let text = &self.texts[self.pieces[at].text];
                let edited = self.voice.edited(text, &mut self.random);
                self.words = self.words - words + count_words(&edited);
                self.pieces[at].text = self.keep(edited);
            }
            at += 1;
        }
        for section in 0..self.headings.len() {
            if self.random.chance(RETITLED * restless) {
                self.headings[section] = self.line(&self.voice.bank.sections[section]);
            }
        }
    }

    /// Lets something return that was removed, unless its clause was written anew since.
    fn take_back(&mut self) {
        if self.removed.is_empty() || !self.random.chance(RETURNING) {
            return;
        }
        let piece = self.removed.swap_remove(self.random.below(self.removed.len()));
        if piece.clause.is_none_or(|clause| !self.has(clause)) {
            self.place(piece);
        }
    }

    /// Takes up clauses that are usual by now.
    fn adopt(&mut self, half: usize, chance: f64) {
        let year = FIRST_YEAR as f64 + half as f64 / 2.0;
        for (number, clause) in self.voice.bank.clauses.iter().enumerate() {
            if self.late[number] < clause.years.share_at(year) && !self.has(number) && self.random.chance(chance) {
                let text = self.written(Some(number));
                self.place(Piece { section: clause.section, clause: Some(number), text });
            }
        }
    }

    /// Adds and removes passages that say nothing in particular, until the length is the wished one.
    fn fit(&mut self, half: usize) {
        let grown = WORDS.0 + (WORDS.1 - WORDS.0) * half as f64 / (HALVES - 1) as f64;
        let wished = grown * self.voice.company.length;
        while (self.words as f64) < wished * (1.0 - SLACK) {
            let section = self.random.below(self.voice.bank.sections.len());
            let text = self.written(None);
            self.place(Piece { section, clause: None, text });
        }
        while self.words as f64 > wished * (1.0 + SLACK) {
            let free: Vec<usize> = (0..self.pieces.len()).filter(|&at| self.pieces[at].clause.is_none()).collect();
            if free.is_empty() {
                return;
            }
            let at = *self.random.one(&free);
            self.remove(at);
        }
    }

    /// Writes a passage, in words of its own or in those of many policies.
    fn written(&mut self, clause: Option<usize>) -> usize {
        if !self.random.chance(SHARED) {
            let text = self.voice.passage(clause, &mut self.random);
            return self.keep(text);
        }
        // What follows from clause and wording alone is the same in all companies, but for their names.
        let wording = self.random.rank(0..WORDING_OCTAVES);
        let mut random = Random::of(&[self.seed, clause.map_or(0, |clause| clause as u64 + 1), wording]);
        let voice = Voice { terms: terms(self.voice.bank, &mut random), ..self.voice };
        self.keep(voice.passage(clause, &mut random))
    }

    fn line(&mut self, of: &[Template]) -> usize {
        let mut text = String::new();
        self.voice.sentence(&mut text, self.random.early(of), &mut self.random);
        self.keep(text)
    }

    fn dated(&mut self) -> usize {
        self.line(&self.voice.bank.dates)
    }

    fn footed(&mut self) -> usize {
        self.line(&self.voice.bank.footers)
    }

    fn has(&self, clause: usize) -> bool {
        self.pieces.iter().any(|piece| piece.clause == Some(clause))
    }

    fn keep(&mut self, text: String) -> usize {
        self.texts.push(text);
        self.texts.len() - 1
    }

    fn place(&mut self, piece: Piece) {
        let first = self.pieces.partition_point(|other| other.section < piece.section);
        let end = self.pieces.partition_point(|other| other.section <= piece.section);
        self.pieces.insert(self.random.between(first, end), piece);
        self.words += count_words(&self.texts[piece.text]);
    }

    fn remove(&mut self, at: usize) {
        let piece = self.pieces.remove(at);
        self.words -= count_words(&self.texts[piece.text]);
        self.removed.push(piece);
    }
}

/// Draws how each term is called.
fn terms(bank: &Bank, random: &mut Random) -> Vec<usize> {
    let way = |term: &Term| match random.chance(term.share) {
        true => 0,
        false => random.between(1, term.ways.len() - 1),
    };
    bank.terms.iter().map(way).collect()
}
