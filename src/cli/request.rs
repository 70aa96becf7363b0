//! From options to a search request.

use super::BadQuery;
use super::args::{QueryOptions, SortOrder};
use fineprint::query::{self, Limits, NameMatch, SiteCondition, ValueError};
use fineprint::search::{Carry, Folding, Request, Sort};

const DEFAULT_LIMIT: usize = 10;

/// The request that a query and its options make, and what its writer may not have meant.
pub fn request(text: &str, options: &QueryOptions) -> Result<(Request, Vec<String>), BadQuery> {
    let limits = limits(options)?;
    // Options alone are a query: every passage that they admit.
    let parsed = if text.trim().is_empty() && !limits.is_empty() {
        query::Parsed { query: query::Query::default(), warnings: Vec::new() }
    } else {
        query::parse(text).map_err(|diagnostics| BadQuery(render(text, &diagnostics.0)))?
    };
    let mut query = parsed.query;
    query
        .limits
        .narrow(limits)
        .map_err(|conflict| BadQuery(format!("fineprint: the query and the options conflict: {conflict}")))?;
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
        folding: if options.unfold { Folding::Wordings } else { Folding::Clauses },
        by_year: options.by_year,
        carry: options.carry.as_deref().map(carry).transpose()?,
    };
    Ok((request, parsed.warnings.iter().map(|warning| query::render(text, warning)).collect()))
}

fn render(text: &str, diagnostics: &[query::Diagnostic]) -> String {
    let parts: Vec<String> = diagnostics.iter().map(|diagnostic| query::render(text, diagnostic)).collect();
    parts.join("\n")
}

/// The options that are conditions.
fn limits(options: &QueryOptions) -> Result<Limits, BadQuery> {
    let mut limits = Limits::default();
    let mut add = |option: &str, other: Limits| {
        limits
            .narrow(other)
            .map_err(|conflict| BadQuery(format!("fineprint: {option} conflicts with another option: {conflict}")))
    };
    let companies = names("--company", &options.company)?.into_iter().collect();
    let kinds = names("--kind", &options.kind)?.into_iter().collect();
    let langs: Vec<String> =
        options.lang.iter().map(|lang| query::parse_language(lang)).collect::<Result<_, _>>().map_err(bad("--lang"))?;
    add(
        "--lang",
        Limits { companies, kinds, langs: if langs.is_empty() { Vec::new() } else { vec![langs] }, ..Limits::default() },
    )?;
    add("--rank", Limits { sites: sites(options)?, ..Limits::default() })?;
    for (option, value, parse) in [
        ("--years", &options.years, query::parse_years as fn(&str) -> Result<query::DayRange, ValueError>),
        ("--since", &options.since, query::parse_since),
        ("--until", &options.until, query::parse_until),
    ] {
        if let Some(value) = value {
            add(option, Limits { days: parse(value).map_err(bad(option))?, ..Limits::default() })?;
        }
    }
    if let Some(value) = &options.as_of {
        add("--as-of", Limits { as_of: Some(query::parse_as_of(value).map_err(bad("--as-of"))?), ..Limits::default() })?;
    }
    Ok(limits)
}

/// The conditions on what is told of the site.
fn sites(options: &QueryOptions) -> Result<Vec<SiteCondition>, BadQuery> {
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

fn limit(text: &str) -> Result<Option<usize>, BadQuery> {
    if text == "all" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| BadQuery(format!("fineprint: --limit: `{text}` is neither a number nor `all`")))
}

/// `90d`, `18m`, `2y`, `unlimited`.
fn carry(text: &str) -> Result<Carry, BadQuery> {
    let refused =
        || BadQuery(format!("fineprint: --carry: `{text}` is no age: write days (90d), months (18m), years (2y) or unlimited"));
    if text == "unlimited" {
        return Ok(Carry::Unlimited);
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
