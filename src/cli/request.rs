//! From options to a search request.

use super::BadQuery;
use super::args::{AppearingIn, CarryOptions, Conditions, QueryOptions, SortOrder, Unfold};
use fineprint::index::Index;
use fineprint::query::question::Thesaurus;
use fineprint::query::{self, Limits, NameMatch, Node, Query, Question, SiteCondition, ValueError};
use fineprint::search::{Appearing, Carry, Folding, Observing, Request, Sort};
use std::sync::{Arc, LazyLock};

const DEFAULT_LIMIT: usize = 10;

/// What `--lang` says where the language does not matter.
const ANY_LANGUAGE: &str = "any";

/// The query that was typed, within the conditions of the options, and what its writer may not have meant.
pub fn query(text: &str, conditions: &Conditions, as_of: Option<&str>) -> Result<(Query, Vec<String>), BadQuery> {
    let parse = |text: &str| query::parse(text).map_err(|diagnostics| BadQuery(render(text, &diagnostics.0)));
    let (query, mut warnings) = within(text, conditions, as_of, parse)?;
    if query::is_question(text) {
        let hint = "to ask the question, use `fineprint search`; to count what texts are about, use --topic";
        warnings.push(format!("this question is taken by its words\nhint: {hint}\n"));
    }
    Ok((query, warnings))
}

/// The query, or the question, that was typed.
fn query_or_question(text: &str, options: &QueryOptions) -> Result<(Query, Vec<String>), BadQuery> {
    let question = query::is_question(text).then(|| match &options.thesaurus {
        Some(thesaurus) => Question::read(text, thesaurus),
        None => Question::read(text, &BUILT_IN),
    });
    match question.flatten() {
        None => query(text, &options.conditions, options.as_of.as_deref()),
        Some(question) => within(text, &options.conditions, options.as_of.as_deref(), |_| {
            let query = Query { node: Some(Node::Question(question)), ..Query::default() };
            Ok(query::Parsed { query, warnings: Vec::new() })
        }),
    }
}

static BUILT_IN: LazyLock<Thesaurus> = LazyLock::new(Thesaurus::built_in);

/// The concepts of a file, beside those of the program.
pub fn thesaurus(path: &str) -> Result<Arc<Thesaurus>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut thesaurus = Thesaurus::built_in();
    thesaurus.add(&text).map_err(|error| error.to_string())?;
    Ok(Arc::new(thesaurus))
}

/// What was typed, within the conditions of the options.
fn within(
    text: &str,
    conditions: &Conditions,
    as_of: Option<&str>,
    read: impl FnOnce(&str) -> Result<query::Parsed, BadQuery>,
) -> Result<(Query, Vec<String>), BadQuery> {
    let mut limits = limits(conditions)?;
    if let Some(value) = as_of {
        let day = query::parse_as_of(value).map_err(bad("--as-of"))?;
        narrow(&mut limits, "--as-of", Limits { as_of: Some(day), ..Limits::default() })?;
    }
    // Options alone are a query: every passage that they admit.
    let parsed = if text.trim().is_empty() && !limits.is_empty() {
        query::Parsed { query: Query::default(), warnings: Vec::new() }
    } else {
        read(text)?
    };
    let mut query = parsed.query;
    query.topic_threshold = threshold(conditions)?;
    query
        .limits
        .narrow(limits)
        .map_err(|conflict| BadQuery(format!("fineprint: the query and the options conflict: {conflict}")))?;
    Ok((query, parsed.warnings.iter().map(|warning| query::render(text, warning)).collect()))
}

/// The query that was typed, within the conditions of the options; without either, every passage.
pub fn query_or_all(text: &str, conditions: &Conditions) -> Result<(Query, Vec<String>), BadQuery> {
    if text.trim().is_empty() && limits(conditions)?.is_empty() {
        return Ok((Query::default(), Vec::new()));
    }
    query(text, conditions, None)
}

/// The request that a query and its options make, and what its writer may not have meant.
pub fn request(text: &str, options: &QueryOptions) -> Result<(Request, Vec<String>), BadQuery> {
    let (query, warnings) = query_or_question(text, options)?;
    let appearing = options.appearing.map(|appearing| match appearing {
        AppearingIn::Added => Appearing::Added,
        AppearingIn::Removed => Appearing::Removed,
    });
    if appearing.is_some() {
        refuse_as_of(&query, "--in")?;
    }
    let request = Request {
        query,
        text: text.to_owned(),
        sort: match options.sort.unwrap_or(SortOrder::Relevance) {
            SortOrder::Relevance => Sort::Relevance,
            SortOrder::FirstSeen => Sort::FirstSeen,
            SortOrder::LastSeen => Sort::LastSeen,
            SortOrder::Company => Sort::Company,
        },
        limit: options.limit.as_deref().map_or(Ok(Some(DEFAULT_LIMIT)), limit)?,
        offset: options.offset.unwrap_or(0),
        per_company: match options.per_company {
            Some(0) => {
                return Err(BadQuery("fineprint: --per-company: 0 hits of each company are no hits: write 1 or more".into()));
            }
            most => most,
        },
        folding: match options.unfold {
            None => Folding::Documents,
            Some(Unfold::Companies) => Folding::Clauses,
            Some(Unfold::Wordings) => Folding::Wordings,
        },
        by_year: options.by_year,
        appearing,
        observing: observing(&options.carry, false)?,
    };
    Ok((request, warnings))
}

fn render(text: &str, diagnostics: &[query::Diagnostic]) -> String {
    let parts: Vec<String> = diagnostics.iter().map(|diagnostic| query::render(text, diagnostic)).collect();
    parts.join("\n")
}

/// The options that are conditions.
pub fn limits(options: &Conditions) -> Result<Limits, BadQuery> {
    let mut limits = Limits::default();
    let companies = names("--company", &options.company)?.into_iter().collect();
    let kinds = names("--kind", &options.kind)?.into_iter().collect();
    let langs = languages(&options.lang)?;
    let langs = if langs.is_empty() { Vec::new() } else { vec![langs] };
    let topics =
        options.topic.iter().map(|name| query::parse_topic(name)).collect::<Result<Vec<_>, _>>().map_err(bad("--topic"))?;
    let topics = if topics.is_empty() { Vec::new() } else { vec![topics] };
    narrow(&mut limits, "--lang", Limits { companies, kinds, langs, topics, ..Limits::default() })?;
    narrow(&mut limits, "--rank", Limits { sites: sites(options)?, ..Limits::default() })?;
    for (option, value, parse) in [
        ("--years", &options.years, query::parse_years as fn(&str) -> Result<query::DayRange, ValueError>),
        ("--since", &options.since, query::parse_since),
        ("--until", &options.until, query::parse_until),
    ] {
        if let Some(value) = value {
            narrow(&mut limits, option, Limits { days: parse(value).map_err(bad(option))?, ..Limits::default() })?;
        }
    }
    Ok(limits)
}

/// The threshold that `--topic-threshold` names.
fn threshold(options: &Conditions) -> Result<Option<f32>, BadQuery> {
    match options.topic_threshold {
        Some(score) if !(0.0..=1.0).contains(&score) => {
            Err(BadQuery(format!("fineprint: --topic-threshold: {score} is no score of a topic: write a number from 0 to 1")))
        }
        threshold => Ok(threshold),
    }
}

/// The languages that `--lang` names; none where any will do.
pub fn languages(given: &[String]) -> Result<Vec<String>, BadQuery> {
    let named = given.iter().filter(|lang| *lang != ANY_LANGUAGE).map(|lang| query::parse_language(lang));
    let named: Vec<String> = named.collect::<Result<_, _>>().map_err(bad("--lang"))?;
    Ok(if named.len() < given.len() { Vec::new() } else { named })
}

fn narrow(limits: &mut Limits, option: &str, other: Limits) -> Result<(), BadQuery> {
    limits.narrow(other).map_err(|conflict| BadQuery(format!("fineprint: {option} conflicts with another option: {conflict}")))
}

/// What observes a text, as options say it.
pub fn observing(options: &CarryOptions, suspect: bool) -> Result<Observing, BadQuery> {
    let mut observing = Observing { suspect, ..Observing::default() };
    for rule in &options.carry {
        match rule.rsplit_once('=') {
            Some((source, age)) => observing.carry_of.push((source.to_owned(), carry(age)?)),
            None => observing.carry = Some(carry(rule)?),
        }
    }
    Ok(observing)
}

/// Of an index: the sources that `--carry` names are there.
pub fn check_sources(observing: &Observing, index: &Index) -> Result<(), BadQuery> {
    let known: Vec<&str> = index.catalog.sources.iter().map(|source| source.name.as_str()).collect();
    match observing.carry_of.iter().find(|(source, _)| !known.contains(&source.as_str())) {
        None => Ok(()),
        Some((source, _)) => {
            Err(BadQuery(format!("fineprint: --carry: the index has no archive {source:?}\nhint: it has {}", known.join(", "))))
        }
    }
}

/// Narrows a query that counts over time to one language: those asked for, or else the commonest of the index, which is told.
pub fn one_language(query: &mut Query, options: &Conditions, index: &Index) -> Option<String> {
    let commonest = index.commonest_language().filter(|_| query.limits.langs.is_empty() && options.lang.is_empty())?;
    query.limits.langs.push(vec![commonest.to_owned()]);
    Some(commonest.to_owned())
}

/// Refuses a query that asks for one day, wherever in it, where a whole time is looked at: by a command or an option.
pub fn refuse_as_of(query: &Query, what: &str) -> Result<(), BadQuery> {
    if !query.asks_as_of() {
        return Ok(());
    }
    let hint = "since: and until: name the days to look at; `fineprint search` answers as of a day";
    Err(BadQuery(format!(
        "fineprint: {what} looks at captures over time, and asof: asks for what stood on one day\nhint: {hint}"
    )))
}

/// Refuses the options of a search that mean nothing where a query has no hits but a time.
pub fn refuse_hit_options(options: &QueryOptions, what: &str) -> Result<(), BadQuery> {
    refuse(options, &["as_of", "in", "sort", "limit", "offset", "per_company", "unfold", "by_year"], what)
}

/// Refuses options of hits, by their names in JSON Lines, that mean nothing.
pub fn refuse(options: &QueryOptions, names: &[&str], what: &str) -> Result<(), BadQuery> {
    let given = [
        ("as_of", options.as_of.is_some()),
        ("in", options.appearing.is_some()),
        ("thesaurus", options.thesaurus.is_some()),
        ("sort", options.sort.is_some()),
        ("limit", options.limit.is_some()),
        ("offset", options.offset.is_some()),
        ("per_company", options.per_company.is_some()),
        ("unfold", options.unfold.is_some()),
        ("by_year", options.by_year),
    ];
    let refused = given.iter().find(|(name, is_given)| *is_given && names.contains(name));
    refused.map_or(Ok(()), |(name, _)| Err(without_meaning(name, what)))
}

/// Of an option, by its name in JSON Lines, that has no effect.
pub fn without_meaning(name: &str, what: &str) -> BadQuery {
    BadQuery(format!("fineprint: --{} (\"{name}\" in JSON Lines) has no meaning with {what}", name.replace('_', "-")))
}

/// Of an index: narrows a search for what was added or removed to one language, which is given back, for a text in another language
/// neither adds nor removes anything.
pub fn of_index(request: &mut Request, options: &QueryOptions, index: &Index) -> Result<Option<String>, BadQuery> {
    check_sources(&request.observing, index)?;
    Ok(request.appearing.and_then(|_| one_language(&mut request.query, &options.conditions, index)))
}

/// The conditions on what is told of the site.
fn sites(options: &Conditions) -> Result<Vec<SiteCondition>, BadQuery> {
    let ranks = options.rank.as_deref().map(query::parse_ranks).transpose().map_err(bad("--rank"))?;
    let categories = names("--category", &options.category)?;
    let intervals: Vec<_> =
        options.interval.iter().map(|half| query::parse_interval(half)).collect::<Result<_, _>>().map_err(bad("--interval"))?;
    let intervals = (!intervals.is_empty()).then_some(SiteCondition::Interval(intervals));
    Ok(ranks.map(SiteCondition::Rank).into_iter().chain(categories.map(SiteCondition::Category)).chain(intervals).collect())
}

/// The names of an option that can be given several times.
fn names(option: &str, values: &[String]) -> Result<Option<NameMatch>, BadQuery> {
    NameMatch::from_values(values.iter().map(String::as_str)).map_err(bad(option))
}

fn bad(option: &str) -> impl FnOnce(ValueError) -> BadQuery {
    let option = option.to_owned();
    move |error| BadQuery(format!("fineprint: {option}: {error}\nhint: {}", error.hint))
}

/// `all`, or how many.
pub fn limit(text: &str) -> Result<Option<usize>, BadQuery> {
    if text == "all" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| BadQuery(format!("fineprint: --limit: `{text}` is neither a number nor `all`")))
}

/// `90d`, `18m`, `2y`, `unlimited`, `none`.
fn carry(text: &str) -> Result<Carry, BadQuery> {
    let refused = || {
        BadQuery(format!("fineprint: --carry: `{text}` is no age: write days (90d), months (18m), years (2y), unlimited or none"))
    };
    match text {
        "unlimited" => return Ok(Carry::Unlimited),
        "none" => return Ok(Carry::Never),
        _ => {}
    }
    let unit = text.chars().next_back().ok_or_else(refused)?;
    let number: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| refused())?;
    match unit {
        'd' => Ok(Carry::Days(number)),
        'm' => Ok(Carry::Months(number)),
        'y' => Ok(Carry::Months(number.saturating_mul(12))),
        _ => Err(refused()),
    }
}
