//! Writes the archive, a thread for some companies at a time, and counts what it holds.

use super::bank::Bank;
use super::company::{self, Company};
use super::passage::{Shape, push_markdown};
use super::policy::Policy;
use super::random::Random;
use super::template::{Day, Template, Voice};
use anyhow::Context;
use rustc_hash::FxHashSet;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many companies lie in one folder.
const COMPANIES_PER_FOLDER: u64 = 1_000;
/// The folder of the policies of a company: their kind.
const KIND: &str = "privacy-policy";
/// Of captures, the share that got an error page instead, and the share in another language.
const ERRORS: f64 = 0.02;
const FOREIGN: f64 = 0.015;
/// Streams of a company: one for what it is and says, one for what went wrong with its captures.
const SAYINGS: u64 = 1;
const MISHAPS: u64 = 2;

/// What is to be written: both are the most.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub companies: usize,
    pub snapshots: usize,
}

/// What was written. Bytes of text are those that a reader sees, in passages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub companies: u64,
    pub snapshots: u64,
    pub bytes: u64,
    pub text_bytes: u64,
    /// Each passage once in each document.
    pub distinct_in_documents: u64,
    /// Each passage once.
    pub distinct_in_archive: u64,
}

/// What one thread wrote; passages as hash and length, once for each document.
#[derive(Default)]
struct Part {
    totals: Totals,
    passages: Vec<(u64, u32)>,
}

/// Writes an archive. The files of a company follow from the seed and its number alone: a smaller archive is a part of a larger one.
///
/// # Errors
/// The folder is not empty, or cannot be written.
pub fn write(out: &Path, size: Size, seed: u64, threads: usize) -> anyhow::Result<Totals> {
    let bank = Bank::read()?;
    fs::create_dir_all(out)?;
    anyhow::ensure!(fs::read_dir(out)?.next().is_none(), "{} is not empty", out.display());
    let plan = plan(size, seed);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut part = Part::default();
        let mut page = String::new();
        while let number = next.fetch_add(1, Ordering::Relaxed)
            && let Some(&snapshots) = plan.get(number)
        {
            part.company(&bank, seed, number as u64, snapshots, out, &mut page)?;
        }
        anyhow::Ok(part)
    };
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect::<anyhow::Result<Vec<_>>>()
    })?;
    Ok(sum(parts))
}

/// How many snapshots each company gets: all that it has, until there are enough.
fn plan(size: Size, seed: u64) -> Vec<usize> {
    let mut left = size.snapshots;
    let mut plan = Vec::new();
    while plan.len() < size.companies && left > 0 {
        let count = company::count(&mut Random::of(&[seed, plan.len() as u64, SAYINGS])).min(left);
        plan.push(count);
        left -= count;
    }
    plan
}

fn sum(parts: Vec<Part>) -> Totals {
    let mut all = Totals::default();
    let mut passages = Vec::new();
    for part in parts {
        all.companies += part.totals.companies;
        all.snapshots += part.totals.snapshots;
        all.bytes += part.totals.bytes;
        all.text_bytes += part.totals.text_bytes;
        all.distinct_in_documents += part.totals.distinct_in_documents;
        passages.extend(part.passages);
    }
    passages.sort_unstable();
    passages.dedup();
    all.distinct_in_archive = passages.iter().map(|(_, bytes)| u64::from(*bytes)).sum();
    all
}

impl Part {
    /// Writes the first snapshots of a company.
    fn company(
        &mut self,
        bank: &Bank,
        seed: u64,
        number: u64,
        snapshots: usize,
        out: &Path,
        page: &mut String,
    ) -> anyhow::Result<()> {
        let mut random = Random::of(&[seed, number, SAYINGS]);
        let mut mishaps = Random::of(&[seed, number, MISHAPS]);
        let company = Company::draw(number, &mut random);
        let folder = out.join(format!("{:03}", number / COMPANIES_PER_FOLDER)).join(&company.domain).join(KIND);
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let mut policy = Policy::new(bank, &company, seed, random);
        let mut seen = FxHashSet::default();
        let mut half = company.captures[0].0;
        for (captured, day) in &company.captures[..snapshots] {
            while half < *captured {
                half += 1;
                policy.pass(half);
            }
            page.clear();
            let mishap = mishaps.share();
            if mishap < ERRORS + FOREIGN {
                let pages = if mishap < ERRORS { &bank.errors } else { &bank.foreign };
                let voice = Voice { bank, company: &company, terms: vec![0; bank.terms.len()], day: *day };
                for (shape, text) in short_page(&voice, mishaps.one::<Vec<Template>>(pages), &mut mishaps) {
                    self.passage(&text, &mut seen);
                    push_markdown(page, shape, &text);
                }
            } else {
                for (shape, text) in policy.page() {
                    let text = &policy.texts[text];
                    self.passage(text, &mut seen);
                    push_markdown(page, shape, text);
                }
            }
            let path = folder.join(file_name(*day));
            fs::write(&path, &page).with_context(|| format!("{} cannot be written", path.display()))?;
            self.totals.bytes += page.len() as u64;
        }
        self.totals.companies += 1;
        self.totals.snapshots += snapshots as u64;
        Ok(())
    }

    fn passage(&mut self, text: &str, seen: &mut FxHashSet<u64>) {
        let bytes = text.len() as u64;
        self.totals.text_bytes += bytes;
        let mut hasher = DefaultHasher::new();
        hasher.write(text.as_bytes());
        if seen.insert(hasher.finish()) {
            self.totals.distinct_in_documents += bytes;
            self.passages.push((hasher.finish(), text.len() as u32));
        }
    }
}

/// A page that is no policy in English: a title and some paragraphs.
fn short_page(voice: &Voice, of: &[Template], random: &mut Random) -> Vec<(Shape, String)> {
    let written = |template| {
        let mut text = String::new();
        voice.sentence(&mut text, template, random);
        text
    };
    let shapes = std::iter::once(Shape::Title).chain(std::iter::repeat(Shape::Body));
    shapes.zip(of.iter().map(written)).collect()
}

fn file_name(day: Day) -> PathBuf {
    PathBuf::from(format!("{}-{:02}-{:02}.md", day.year, day.month + 1, day.day))
}
