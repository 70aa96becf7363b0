//! `fineprint topics`.

use super::args::AnswerFormat;
use super::updating::processors;
use super::{BadQuery, Outcome, location, write_file};
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use fineprint::index::Index;
use fineprint::index::scoring::change_topics;
use fineprint::print;
use fineprint::topic::evaluate::{cross_validate, evaluate};
use fineprint::topic::labelled::{Labelled, MAX_LABELLED_BYTES};
use fineprint::topic::learn::{DEFAULT_TERMS, Learner, MIN_LABELLED, built_in_of};
use fineprint::topic::{DEFAULT_THRESHOLD, Lexicon, MAX_FILE_BYTES, MAX_TOPICS, Topic};
use fineprint::wire::topics::{Evaluated, Learned, Topics};
use rayon::prelude::*;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

pub const HELP: &str = "\
A topic is a list of words and phrases with weights, in a file to read and change. Passages are scored in each, from 0 to 1, when they \
are indexed; `fineprint search --topic retention` finds those with at least 0.5. See docs/topics.md.

Examples:
  fineprint topics                               # list them
  fineprint topics show retention > mine.toml    # change name and terms
  fineprint topics add mine.toml                 # score the index in it, too
  fineprint topics learn labels.jsonl --out dir
  fineprint topics eval labels.jsonl --topics mine.toml";

const SHOW_HELP: &str = "\
The file goes to standard output as it is. To change a built-in topic, give the changed one another name and leave `practice` out: built-in \
ones stay as they are, so that scores can be compared.

Example:
  fineprint topics show 'Data Retention' > mine.toml";

const ADD_HELP: &str = "\
A file of the name of one of your topics takes its place. All passages are scored anew from what the index holds, the archives are not \
read. Your topics change nobody else's scores: only built-in ones compete with each other.

Example:
  fineprint topics add mine.toml other.toml --index .fineprint";

const LEARN_HELP: &str = "\
LABELS is JSON Lines: {\"text\": \"…\", \"labels\": [\"…\"], \"group\": \"…\"}, where the group is the policy that the passage is of, or left out. \
What has other labels, or none, is what a topic is told from. Each label with at least 10 passages becomes a file DIR/NAME.toml; one that \
is there is written anew. The same labels give the same files. A built-in topic of the label (by its labels, title or name) is where \
learning begins.

Examples:
  fineprint topics learn labels.jsonl --out learned
  fineprint topics learn labels.jsonl --out learned --label 'Data Retention'
  fineprint topics add learned/*.toml";

const EVAL_HELP: &str = "\
LABELS is as of `topics learn`. Each topic is compared with the passages that have one of the labels that its file names, else its title or \
name. Passages are scored alone: in an index, headings and neighbours count besides. With --folds, topics are learned on all parts but one \
and scored on that one; a group is never in two parts.

  AP       of those with the label, the mean of the precision at their ranks
  P@10     the share of the first ten that has the label
  nDCG@10  the same, the first counting more
  prec.    of what is found, the share that has the label
  recall   of what has the label, the share that is found

Examples:
  fineprint topics eval labels.jsonl
  fineprint topics eval labels.jsonl --folds 5 --label 'Data Retention'
  fineprint topics eval labels.jsonl --topics mine.toml --format csv";

/// The most parts of an evaluation with learning.
const MAX_FOLDS: u16 = 100;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TopicsArgs {
    #[command(subcommand)]
    pub command: Option<TopicsCommand>,
    #[command(flatten)]
    pub list: ListArgs,
}

#[derive(Debug, Subcommand)]
pub enum TopicsCommand {
    /// Show the file of a topic
    #[command(after_help = SHOW_HELP)]
    Show(ShowArgs),
    /// Score the passages of an index in topics of yours, too
    #[command(after_help = ADD_HELP)]
    Add(AddArgs),
    /// Take topics of yours out of an index
    Remove(RemoveArgs),
    /// Learn topics from labelled passages
    #[command(after_help = LEARN_HELP)]
    Learn(LearnArgs),
    /// Tell how well topics find what people labelled
    #[command(after_help = EVAL_HELP)]
    Eval(EvalArgs),
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Directory of the index; several are read as one [default: $FINEPRINT_INDEX, or else the nearest .fineprint upward; without any,
    /// built-in topics are listed]
    #[arg(long, value_name = "DIR")]
    pub index: Vec<PathBuf>,
    /// How the list is written: for reading, as one JSON object, as a JSON object a topic, or as a table
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The name of a topic, its title or its label
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Directory of the index; several are read as one [default: $FINEPRINT_INDEX, or else the nearest .fineprint upward; without any,
    /// built-in topics are shown]
    #[arg(long, value_name = "DIR")]
    pub index: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct AddArgs {
    /// Topic files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub changed: Changed,
}

#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Names of topics
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub changed: Changed,
}

/// The index whose topics are changed.
#[derive(Debug, Args)]
pub struct Changed {
    /// Directory of the index [default: $FINEPRINT_INDEX, or else the nearest .fineprint upward]
    #[arg(long, value_name = "DIR")]
    pub index: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct LearnArgs {
    /// Labelled passages; `-` for standard input
    #[arg(value_name = "LABELS")]
    pub labels: PathBuf,
    /// The directory for the files
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Learn this label only; several: each of them
    #[arg(long, value_name = "NAME")]
    pub label: Vec<String>,
    /// How many terms a topic has at most
    #[arg(long, value_name = "N", default_value_t = DEFAULT_TERMS as u16, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub terms: u16,
    /// The name of the topic, where one label is learned [default: that of the label, with -learned]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Labelled passages; `-` for standard input
    #[arg(value_name = "LABELS")]
    pub labels: PathBuf,
    /// The topics of these files, and not the built-in ones
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub topics: Vec<PathBuf>,
    /// Learn a topic for each label instead, on all of so many parts of the passages but the one that is scored
    #[arg(long, value_name = "K", conflicts_with = "topics", value_parser = clap::value_parser!(u16).range(2..=MAX_FOLDS as i64))]
    pub folds: Option<u16>,
    /// Only this label; several: each of them
    #[arg(long, value_name = "NAME")]
    pub label: Vec<String>,
    /// With --folds: how many terms a topic has at most [default: 100]
    #[arg(long, value_name = "N", requires = "folds", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub terms: Option<u16>,
    /// From which score on, 0 to 1, a passage is found
    #[arg(long, value_name = "SCORE", default_value_t = DEFAULT_THRESHOLD, value_parser = threshold)]
    pub threshold: f32,
    /// How the result is written: for reading, as one JSON object, or as a table
    #[arg(long, value_enum, default_value_t = EvalFormat::Text)]
    pub format: EvalFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EvalFormat {
    Text,
    Json,
    Csv,
}

pub fn run(args: &TopicsArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    match &args.command {
        None => list(&args.list, out),
        Some(TopicsCommand::Show(args)) => show(args, out),
        Some(TopicsCommand::Add(args)) => add(args, out),
        Some(TopicsCommand::Remove(args)) => remove(args, out),
        Some(TopicsCommand::Learn(args)) => learn(args, out),
        Some(TopicsCommand::Eval(args)) => eval(args, out),
    }
}

fn list(args: &ListArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let known = Known::open(&args.index)?;
    let topics = Topics::new(&known.lexicon, known.fingerprint.as_deref());
    match args.format {
        AnswerFormat::Text => print::topics::list(&topics, super::look(), out)?,
        AnswerFormat::Json => print::json(&topics, out)?,
        AnswerFormat::Jsonl => topics.topics.iter().try_for_each(|topic| print::json(topic, out))?,
        AnswerFormat::Csv => print::topics::table(&topics, out)?,
    }
    Ok(Outcome::Found)
}

fn show(args: &ShowArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let lexicon = Known::open(&args.index)?.lexicon;
    let Some(file) = lexicon.find(&args.name).and_then(|number| lexicon.file(number)) else {
        return Err(BadQuery(format!("fineprint: there is no topic `{}`\nhint: {}", args.name, lexicon.hint(&args.name))).into());
    };
    out.write_all(file.as_bytes())?;
    Ok(Outcome::Found)
}

/// The topics that can be searched.
struct Known {
    lexicon: Lexicon,
    /// Of the index, where there is one.
    fingerprint: Option<String>,
}

impl Known {
    /// The built-in topics, and those of an index where there is one.
    fn open(given: &[PathBuf]) -> anyhow::Result<Known> {
        let dirs = location::to_read(given)?;
        if dirs.is_empty() {
            return Ok(Known { lexicon: Lexicon::new([])?, fingerprint: None });
        }
        let catalog = Index::open_all(&dirs)?.catalog;
        Ok(Known { lexicon: catalog.lexicon()?, fingerprint: Some(catalog.fingerprint) })
    }
}

fn add(args: &AddArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let texts = args.files.iter().map(|file| topic_file(file)).collect::<anyhow::Result<Vec<String>>>()?;
    for (file, text) in args.files.iter().zip(&texts) {
        Lexicon::new([text.as_str()]).with_context(|| file.display().to_string())?;
    }
    // Two of one name.
    Lexicon::new(texts.iter().map(String::as_str))?;
    change(&args.changed, &texts, &[], out)
}

fn remove(args: &RemoveArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    change(&args.changed, &[], &args.names, out)
}

fn change(changed: &Changed, add: &[String], remove: &[String], out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let dir = location::to_change(changed.index.as_deref())?;
    let scored = change_topics(&dir, processors(), add, remove)?;
    print::topics::scored(&scored, &dir.display().to_string(), out)?;
    Ok(Outcome::Found)
}

/// The text of a topic file.
fn topic_file(path: &Path) -> anyhow::Result<String> {
    read(path, MAX_FILE_BYTES as u64)
}

/// The text of a file; `-` is standard input.
fn read(path: &Path, most: u64) -> anyhow::Result<String> {
    let name = path.display().to_string();
    let input: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(File::open(path).with_context(|| name.clone())?),
    };
    let mut text = String::new();
    input.take(most + 1).read_to_string(&mut text).with_context(|| name.clone())?;
    if text.len() as u64 > most {
        bail!("{name}: it has more than {most} bytes");
    }
    Ok(text)
}

/// The labelled passages of a file, with these labels only where any are named.
fn labelled(path: &Path, labels: &[String]) -> anyhow::Result<Labelled> {
    let mut labelled = Labelled::parse(&read(path, MAX_LABELLED_BYTES)?).with_context(|| path.display().to_string())?;
    if !labels.is_empty() {
        let known: Vec<String> = labelled.labels().keys().map(|label| (*label).to_owned()).collect();
        if let Err(unknown) = labelled.keep(labels) {
            let known = known.join(", ");
            return Err(BadQuery(format!(
                "fineprint: --label: no passage is labelled `{unknown}`\nhint: the labels are {known}"
            ))
            .into());
        }
    }
    Ok(labelled)
}

/// The labels that can be learned; the others are told, or refused where they were asked for.
fn learnable(labelled: &Labelled, asked: &[String]) -> anyhow::Result<Vec<String>> {
    type Counted<'l> = Vec<(&'l str, usize)>;
    let (enough, few): (Counted<'_>, Counted<'_>) =
        labelled.labels().into_iter().partition(|(_, passages)| *passages >= MIN_LABELLED);
    if !few.is_empty() {
        let few: Vec<String> = few.iter().map(|(label, passages)| format!("{label} ({passages})")).collect();
        let problem = format!("fewer than {MIN_LABELLED} passages, from which nothing can be learned: {}", few.join(", "));
        if enough.is_empty() || !asked.is_empty() {
            bail!("{problem}");
        }
        tell!("fineprint: {problem}");
    }
    Ok(enough.into_iter().map(|(label, _)| label.to_owned()).collect())
}

fn learn(args: &LearnArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let labelled = labelled(&args.labels, &args.label)?;
    let labels = learnable(&labelled, &args.label)?;
    if args.name.is_some() && labels.len() > 1 {
        bail!("--name is the name of one topic, and {} are learned: choose one with --label", labels.len());
    }
    let learner = Learner::new(labelled.passages.iter().collect());
    let learned: Vec<Topic> = labels
        .par_iter()
        .map(|label| learner.topic(label, built_in_of(label).as_ref(), usize::from(args.terms)))
        .collect::<Result<_, _>>()?;
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    for mut topic in learned {
        if let Some(name) = &args.name {
            topic.name.clone_from(name);
        }
        let text = topic.to_file();
        Lexicon::new([text.as_str()])?;
        let path = args.out.join(format!("{}.toml", topic.name));
        write_file(&path, |file| Ok(file.write_all(text.as_bytes())?))?;
        print::topics::learned(&topic, &path.display().to_string(), out)?;
    }
    Ok(Outcome::Found)
}

fn eval(args: &EvalArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let labelled = labelled(&args.labels, &args.label)?;
    let evaluated = match args.folds.map(usize::from) {
        Some(folds) => {
            if labelled.groups < folds {
                bail!("--folds: {folds} parts cannot be made of {} groups", labelled.groups);
            }
            let labels = learnable(&labelled, &args.label)?;
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            let terms = args.terms.map_or(DEFAULT_TERMS, usize::from);
            let evaluation = cross_validate(&labelled, &labels, folds, terms, args.threshold);
            Evaluated::new(&evaluation, args.threshold, Some(Learned { folds, terms }))
        }
        None => {
            if args.topics.len() > MAX_TOPICS {
                bail!("--topics: {} topics are too many: {MAX_TOPICS} are the most", args.topics.len());
            }
            let lexicon = match args.topics.is_empty() {
                true => Lexicon::new([])?,
                false => Lexicon::alone(args.topics.iter().map(|file| topic(file)).collect::<anyhow::Result<_>>()?),
            };
            Evaluated::new(&evaluate(&lexicon, &labelled, args.threshold), args.threshold, None)
        }
    };
    match args.format {
        EvalFormat::Text => print::topics::evaluated(&evaluated, super::look(), out)?,
        EvalFormat::Json => print::json(&evaluated, out)?,
        EvalFormat::Csv => print::topics::evaluated_table(&evaluated, out)?,
    }
    Ok(if evaluated.topics.is_empty() { Outcome::NothingFound } else { Outcome::Found })
}

fn topic(file: &Path) -> anyhow::Result<Topic> {
    Topic::parse(&topic_file(file)?).with_context(|| file.display().to_string())
}

fn threshold(text: &str) -> Result<f32, String> {
    let score = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "write a number from 0 to 1".to_owned())
}
