//! From the tree of what was written to the query: conditions on the whole are taken out as limits, the rest becomes nodes.

use super::diagnostic::{Notes, nothing_to_find};
use super::limits::{Conflict, Limits};
use super::parser::{Condition, Tree};
use super::{NameMatch, Node, Query, SiteCondition};
use std::ops::Range;

/// Whether what is read must hold for the whole query (outside `OR` and `NOT`) or not.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Whole,
    Part,
}

struct Assembler<'q> {
    limits: Limits,
    notes: &'q mut Notes,
}

/// Makes the query; `None` after an error. `length` is that of the query in characters.
pub(super) fn assemble(tree: Tree, length: usize, notes: &mut Notes) -> Option<Query> {
    let mut assembler = Assembler { limits: Limits::default(), notes };
    let node = assembler.node(tree, Standing::Whole);
    let limits = assembler.limits;
    if let Some(node) = &node
        && limits.is_empty()
        && node.only_excludes()
        && !node.is_condition()
    {
        let hint = "add a word or a condition beside what is excluded, for instance company:example.com";
        notes.error(0..length, "a query must say what to find, not only what to exclude", hint);
    }
    if node.is_none() && limits.is_empty() && notes.errors.is_empty() {
        notes.errors.push(nothing_to_find(0..length));
    }
    notes.errors.is_empty().then_some(Query { node, limits, topic_threshold: None })
}

impl Assembler<'_> {
    /// The node of a tree; `None` where all of it became limits.
    fn node(&mut self, tree: Tree, standing: Standing) -> Option<Node> {
        match tree {
            Tree::Text(node) => Some(node),
            Tree::Condition(condition, span) if standing == Standing::Whole => {
                self.limit(condition, span);
                None
            }
            Tree::Condition(condition, _) => Some(condition_node(condition)),
            Tree::Not(tree, _) => {
                let excluded = self.node(*tree, Standing::Part);
                combine(Vec::new(), Vec::new(), excluded.into_iter().collect())
            }
            Tree::All(trees) => {
                let must = trees.into_iter().filter_map(|tree| self.node(tree, standing)).collect();
                combine(must, Vec::new(), Vec::new())
            }
            Tree::Any(trees) => self.any(trees, standing),
            Tree::Beside(clauses) => self.beside(clauses, standing),
        }
    }

    fn any(&mut self, trees: Vec<Tree>, standing: Standing) -> Option<Node> {
        let trees = match merge_names(trees) {
            Ok(names) => return self.node(names, standing),
            Err(trees) => trees,
        };
        for tree in &trees {
            if let Tree::Not(_, span) = tree
                && !is_condition(tree)
            {
                let message = "as an alternative, this finds every passage without what follows";
                self.notes.warn(span.clone(), message, "to exclude it from the others, write AND NOT");
            }
        }
        let should = trees.into_iter().filter_map(|tree| self.node(tree, Standing::Part)).collect();
        combine(Vec::new(), should, Vec::new())
    }

    /// Conditions and exclusions are required, and so is what a `+` marks; the rest are alternatives, of which one is required
    /// unless a `+` requires something else.
    fn beside(&mut self, clauses: Vec<(bool, Tree)>, standing: Standing) -> Option<Node> {
        let (conditions, texts): (Vec<_>, Vec<_>) =
            clauses.into_iter().partition(|(_, tree)| is_condition(tree) || only_excludes(tree));
        let (required, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(plus, _)| *plus);
        let alone = required.is_empty() && others.len() == 1;
        if !alone {
            others.iter().for_each(|(_, tree)| self.warn_of_binding(tree));
        }
        let mut whole = |clauses: Vec<(bool, Tree)>, standing| -> Vec<Node> {
            clauses.into_iter().filter_map(|(_, tree)| self.node(tree, standing)).collect()
        };
        let conditions = whole(conditions, standing);
        let required = whole(required, standing);
        let others = whole(others, if alone { standing } else { Standing::Part });
        let text = combine(required, others, Vec::new());
        combine(text.into_iter().chain(conditions).collect(), Vec::new(), Vec::new())
    }

    /// `a b AND company:x` asks the company of `b` only.
    fn warn_of_binding(&mut self, alternative: &Tree) {
        let Tree::All(trees) = alternative else { return };
        if let Some(Tree::Condition(_, span)) = trees.iter().find(|tree| matches!(tree, Tree::Condition(..))) {
            let message = "AND joins this condition to its neighbour only, not to the other alternatives";
            self.notes.warn(span.clone(), message, "leave out the AND, or put the alternatives in parentheses");
        }
    }

    fn limit(&mut self, condition: Condition, span: Range<usize>) {
        let mut limits = Limits::default();
        let mut twice = None;
        match condition {
            Condition::Days(days) => limits.days = days,
            Condition::AsOf(day) => limits.as_of = Some(day),
            Condition::Heading(phrase) => limits.headings.push(phrase),
            Condition::Topic(names) => {
                twice = (!self.limits.topics.is_empty()).then_some("topic");
                limits.topics.push(names);
            }
            Condition::Site(condition) => {
                let is_interval = |one: &SiteCondition| matches!(one, SiteCondition::Interval(_));
                twice = (is_interval(&condition) && self.limits.sites.iter().any(is_interval)).then_some("interval");
                limits.sites.push(condition);
            }
            Condition::Lang(langs) => {
                twice = (!self.limits.langs.is_empty()).then_some("lang");
                limits.langs.push(langs);
            }
            Condition::Company(names) => {
                twice = (!self.limits.companies.is_empty()).then_some("company");
                limits.companies.push(names);
            }
            Condition::Kind(names) => {
                twice = (!self.limits.kinds.is_empty()).then_some("kind");
                limits.kinds.push(names);
            }
        }
        if let Some(name) = twice {
            let message = format!("{name}: stands twice, and a passage must satisfy both");
            self.notes.warn(span.clone(), message, &format!("for either, write {name}:(a OR b)"));
        }
        if let Err(conflict) = self.limits.narrow(limits) {
            let hint = match conflict {
                Conflict::Days(..) => "dates beside each other must hold for one and the same capture; for either, write OR",
                Conflict::AsOf(..) => "leave one out, or write OR",
                Conflict::AsOfBefore(..) => "leave one of the dates out",
                Conflict::Ranks(..) => "ranks beside each other must hold for one and the same capture; for either, write OR",
            };
            self.notes.error(span, conflict.to_string(), hint);
        }
    }
}

fn condition_node(condition: Condition) -> Node {
    match condition {
        Condition::Company(names) => Node::Company(names),
        Condition::Kind(names) => Node::Kind(names),
        Condition::Heading(phrase) => Node::Heading(phrase),
        Condition::Topic(names) => Node::Topic(names),
        Condition::Days(days) => Node::Days(days),
        Condition::AsOf(day) => Node::AsOf(day),
        Condition::Site(condition) => Node::Site(condition),
        Condition::Lang(mut langs) if langs.len() == 1 => Node::Lang(langs.remove(0)),
        Condition::Lang(langs) => {
            Node::Bool { must: Vec::new(), should: langs.into_iter().map(Node::Lang).collect(), must_not: Vec::new() }
        }
    }
}

/// `company:a OR company:b` asks for one of two names, and can limit the whole query as such.
fn merge_names(trees: Vec<Tree>) -> Result<Tree, Vec<Tree>> {
    let all = |wanted: fn(&Condition) -> bool| trees.iter().all(|tree| matches!(tree, Tree::Condition(one, _) if wanted(one)));
    let companies = all(|one| matches!(one, Condition::Company(_)));
    if !companies && !all(|one| matches!(one, Condition::Kind(_))) {
        return Err(trees);
    }
    let mut any_of = Vec::new();
    let mut place: Option<Range<usize>> = None;
    for tree in trees {
        if let Tree::Condition(Condition::Company(names) | Condition::Kind(names), span) = tree {
            any_of.extend(names.any_of);
            place = Some(place.map_or(span.clone(), |place| place.start..span.end));
        }
    }
    let names = NameMatch { any_of };
    let condition = if companies { Condition::Company(names) } else { Condition::Kind(names) };
    Ok(Tree::Condition(condition, place.unwrap_or_default()))
}

/// Whether nothing but conditions stands in it.
fn is_condition(tree: &Tree) -> bool {
    match tree {
        Tree::Text(_) => false,
        Tree::Condition(..) => true,
        Tree::Not(tree, _) => is_condition(tree),
        Tree::All(trees) | Tree::Any(trees) => trees.iter().all(is_condition),
        Tree::Beside(clauses) => clauses.iter().all(|(_, tree)| is_condition(tree)),
    }
}

/// Whether it says only what is not to be found.
fn only_excludes(tree: &Tree) -> bool {
    match tree {
        Tree::Text(_) | Tree::Condition(..) | Tree::Any(_) => false,
        Tree::Not(..) => true,
        Tree::All(trees) => trees.iter().all(only_excludes),
        Tree::Beside(clauses) => clauses.iter().all(|(_, tree)| only_excludes(tree)),
    }
}

/// The plainest node that means this; `None` for nothing.
fn combine(must: Vec<Node>, should: Vec<Node>, must_not: Vec<Node>) -> Option<Node> {
    let mut alternatives = Vec::new();
    for node in should {
        match node {
            Node::Bool { must, should, must_not } if must.is_empty() && must_not.is_empty() => alternatives.extend(should),
            node => alternatives.push(node),
        }
    }
    // An only alternative is required where nothing else is.
    let single = if must.is_empty() && alternatives.len() == 1 { alternatives.pop() } else { None };
    let mut excluded = must_not;
    let mut required = Vec::new();
    let ranks_only = !alternatives.is_empty() && !must.is_empty();
    for node in must.into_iter().chain(single) {
        match node {
            // Its alternatives count for rank only, here as there.
            Node::Bool { must, should, must_not } if !must.is_empty() => {
                required.extend(must);
                alternatives.extend(should);
                excluded.extend(must_not);
            }
            Node::Bool { should, must_not, .. } if should.is_empty() && !ranks_only => excluded.extend(must_not),
            node => required.push(node),
        }
    }
    if let [Node::Bool { must_not, .. }] = required.as_mut_slice()
        && alternatives.is_empty()
    {
        must_not.append(&mut excluded);
    }
    match (required.len(), alternatives.is_empty() && excluded.is_empty()) {
        (0, true) => None,
        (1, true) => required.pop(),
        _ => Some(Node::Bool { must: required, should: alternatives, must_not: excluded }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

    #[test]
    fn conditions_beside_text_are_required() {
        assert_eq!(shown("privacy company:Facebook"), "privacy {company:facebook}");
        assert_eq!(shown("a b kind:\"Privacy  Policy\""), "(|a |b) {kind:privacy policy}");
        assert_eq!(shown("+a b lang:EN"), "(+a |b) {lang:en}");
        assert_eq!(shown("a b -company:face*"), "(|a |b -company:face*)");
        assert_eq!(shown("a b (lang:en OR kind:x)"), "(+(|a |b) +(|lang:en |kind:x))");
        assert_eq!(shown("a (b company:x)"), "(|a |(+b +company:x))");
        assert_eq!(shown("(a company:x) kind:y"), "a {company:x, kind:y}");
        assert_eq!(shown("a AND company:x"), "a {company:x}");
        assert_eq!(shown("+(a company:x) b"), "(+a |b) {company:x}");
        assert_eq!(
            shown("heading:\"do (not)? sell\" heading:Third-Party a"),
            "a {heading:<do not sell/do sell>, heading:<third party>}"
        );
    }

    #[test]
    fn conditions_alone_are_a_query() {
        assert_eq!(shown("company:x"), "* {company:x}");
        assert_eq!(shown("-company:x"), "(-company:x)");
        assert_eq!(shown("NOT year:2005 kind:y"), "(-days:[from 2005-01-01 to 2005-12-31]) {kind:y}");
        assert_eq!(shown("-sell company:x"), "(-sell) {company:x}");
        assert_eq!(shown("-sell -company:x"), "!0..16 a query must say what to find, not only what to exclude");
    }

    #[test]
    fn one_of_several_names_limits_as_one() {
        assert_eq!(shown("a company:(x OR \"Open Collective\" OR z*)"), "a {company:x/open collective/z*}");
        assert_eq!(shown("a (company:x OR company:y)"), "a {company:x/y}");
        assert_eq!(shown("a lang:(en OR de)"), "a {lang:en/de}");
        assert_eq!(shown("a OR lang:(en OR de)"), "(|a |lang:en |lang:de)");
        assert_eq!(
            shown("company:x company:y"),
            "* {company:x, company:y} !10..19 company: stands twice, and a passage must satisfy both"
        );
        assert_eq!(shown("company:(open collective)"), "!8..9 this list of values needs OR between them and a ) at its end");
        assert_eq!(shown("heading:(a OR b)"), "!8..9 heading: has one value");
    }

    #[test]
    fn dates_outside_or_and_not_are_one_range() {
        assert_eq!(shown("a since:2005-05 until:2010"), "a {from 2005-05-01 to 2010-12-31}");
        assert_eq!(shown("a AND (b year:2005..2010) AND year:2010.."), "(+a +b) {from 2010-01-01 to 2010-12-31}");
        assert_eq!(shown("a asof:2010-05-25"), "a {asof:2010-05-25}");
        assert_eq!(
            shown("year:2005 OR year:2007"),
            "(|days:[from 2005-01-01 to 2005-12-31] |days:[from 2007-01-01 to 2007-12-31])"
        );
        assert_eq!(
            shown("a year:2005 since:2007"),
            "!12..22 no day is both from 2005-01-01 to 2005-12-31 and on or after 2007-01-01"
        );
        assert_eq!(
            shown("asof:2005-01-01 asof:2006-01-01"),
            "!16..31 a text cannot be asked for as of two days, 2005-01-01 and 2006-01-01"
        );
    }

    #[test]
    fn conditions_on_the_site_limit_as_others_do() {
        assert_eq!(
            shown("a rank:..1000 category:(News OR \"arts*\") interval:(2019_a OR 2019_B)"),
            "a {rank:[1000 or less], category:news/arts*, interval:2019_A/2019_B}"
        );
        assert_eq!(shown("a OR rank:500 -category:news"), "(|a |rank:[500] -category:news)");
        assert_eq!(shown("NOT interval:2019_A a"), "(+a -interval:2019_A)");
        assert_eq!(shown("category:news category:arts"), "* {category:news, category:arts}");
        assert_eq!(shown("rank:1..9 a rank:10.."), "!12..21 no rank is both from 1 to 9 and 10 or more");
        assert_eq!(
            shown("interval:2019_A interval:2019_B"),
            "* {interval:2019_A, interval:2019_B} !16..31 interval: stands twice, and a passage must satisfy both"
        );
        assert_eq!(shown("rank:(1 OR 2)"), "!5..6 rank: has one value");
        assert_eq!(
            shown("rank:1-9 OR interval:2019 OR category:*"),
            "!0..8 `1-9` is not a range of ranks !12..25 `2019` is not a half year !29..39 a name is missing"
        );
    }

    #[test]
    fn mistakes_in_values_are_told_together() {
        assert_eq!(
            shown("year:05 AND compnay:x asof:2010 topic:\"\""),
            "!0..7 `05` is not a range of years !12..20 there is no field `compnay:` !22..31 2010 has more than one day \
             !32..40 the name of a topic is missing"
        );
        assert_eq!(shown("company:\"x"), "!8..9 this quotation mark is not closed");
        assert_eq!(shown("company:* company:\"a b\"~3"), "!0..9 a name is missing !10..25 ~ has no meaning behind company:");
        assert_eq!(
            shown("heading:sell* heading:!"),
            "!8..13 a heading is searched for whole words !22..23 there is no word in this value"
        );
        assert_eq!(shown("lang:english"), "!0..12 `english` is not the code of a language");
        assert_eq!(shown("company: x"), "(|company |x) !0..8 `company:` with nothing directly behind it is read as a word");
    }

    #[test]
    fn a_condition_that_and_binds_to_one_alternative_is_said() {
        assert_eq!(
            shown("a b AND company:x"),
            "(|a |(+b +company:x)) !8..17 AND joins this condition to its neighbour only, not to the other alternatives"
        );
        assert_eq!(shown("(a b) AND company:x"), "(|a |b) {company:x}");
    }
}
