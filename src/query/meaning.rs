//! Compares what queries find with the plain meaning of what is written.

use super::{Attributes, DayRange, NameMatch, Parsed, PassageWords, Phrase, SiteCondition, matches, parse};
use crate::site::SiteFacts;
use crate::snapshot::Day;
use Expr::*;
use proptest::prelude::*;

/// What a query may be made of, to compare with its plain meaning.
#[derive(Debug, Clone)]
enum Expr {
    Word(char),
    Lang(bool),
    Rank(u32, u32),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Beside(Vec<(bool, Expr)>),
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![3 => (0u8..3).prop_map(|word| Word(char::from(b'x' + word))), 1 => any::<bool>().prop_map(Lang),
        1 => (1..9u32, 0..9u32).prop_map(|(first, more)| Rank(first, first + more)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let several = || proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.clone().prop_map(|inner| Not(Box::new(inner))),
            several().prop_map(All),
            several().prop_map(Any),
            proptest::collection::vec((any::<bool>(), inner.clone()), 2..4).prop_map(Beside),
        ]
    })
}

fn written(expr: &Expr) -> String {
    let joined = |exprs: &[Expr], operator| format!("({})", exprs.iter().map(written).collect::<Vec<_>>().join(operator));
    match expr {
        Word(word) => word.to_string(),
        Lang(held) => format!("lang:{}", if *held { "en" } else { "de" }),
        Rank(first, last) => format!("rank:{first}..{last}"),
        Not(inner) => format!("(NOT {})", written(inner)),
        All(exprs) => joined(exprs, " AND "),
        Any(exprs) => joined(exprs, " OR "),
        Beside(exprs) => {
            let signed = |(plus, expr): &(bool, Expr)| format!("{}{}", if *plus { "+" } else { "" }, written(expr));
            format!("({})", exprs.iter().map(signed).collect::<Vec<_>>().join(" "))
        }
    }
}

fn asks(expr: &Expr) -> bool {
    match expr {
        Word(_) => true,
        Lang(_) | Rank(..) => false,
        Not(inner) => asks(inner),
        All(exprs) | Any(exprs) => exprs.iter().any(asks),
        Beside(exprs) => exprs.iter().any(|(_, expr)| asks(expr)),
    }
}

fn excludes(expr: &Expr) -> bool {
    match expr {
        Word(_) | Lang(_) | Rank(..) | Any(_) => false,
        Not(_) => true,
        All(exprs) => exprs.iter().all(excludes),
        Beside(exprs) => exprs.iter().all(|(_, expr)| excludes(expr)),
    }
}

fn holds(expr: &Expr, passage: &str) -> bool {
    match expr {
        Word(word) => passage.contains(*word),
        Lang(held) => *held,
        Rank(first, last) => (*first..=*last).contains(&RANK),
        Not(inner) => !holds(inner, passage),
        All(exprs) => exprs.iter().all(|expr| holds(expr, passage)),
        Any(exprs) => exprs.iter().any(|expr| holds(expr, passage)),
        Beside(exprs) => {
            let (conditions, texts): (Vec<_>, Vec<_>) = exprs.iter().partition(|(_, expr)| !asks(expr) || excludes(expr));
            let plus = texts.iter().any(|(plus, _)| *plus);
            conditions.iter().all(|(_, expr)| holds(expr, passage))
                && texts.iter().all(|(plus, expr)| !plus || holds(expr, passage))
                && (plus || texts.is_empty() || texts.iter().any(|(_, expr)| holds(expr, passage)))
        }
    }
}

/// The rank of every site.
const RANK: u32 = 5;

/// Every passage is in English.
struct English;

impl Attributes for English {
    fn topic(&self, _: &[String]) -> bool {
        false
    }

    fn heading(&self, _: &Phrase) -> bool {
        false
    }
    fn company(&self, _: &NameMatch) -> bool {
        false
    }
    fn kind(&self, _: &NameMatch) -> bool {
        false
    }
    fn lang(&self, code: &str) -> bool {
        code == "en"
    }
    fn site(&self, condition: &SiteCondition) -> bool {
        condition.holds(&SiteFacts { rank: Some(RANK), ..SiteFacts::default() })
    }
    fn days(&self, _: DayRange) -> bool {
        false
    }
    fn as_of(&self, _: Day) -> bool {
        false
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn a_query_means_what_is_written(expr in expr(), passage in "[xyz]?( [xyz]){0,2}") {
        let text = written(&expr);
        // Refused are a query that only excludes, a + that means nothing, and ranks that exclude each other.
        if let Ok(Parsed { query, .. }) = parse(&text) {
            let node = query.node.is_none_or(|node| matches(&node, &PassageWords::new(&passage), &English));
            let limits = query.limits.langs.iter().all(|langs| langs.iter().any(|code| code == "en"));
            let limits = limits && query.limits.sites.iter().all(|condition| English.site(condition));
            prop_assert_eq!(node && limits, holds(&expr, &passage), "{}", text);
        }
    }
}
