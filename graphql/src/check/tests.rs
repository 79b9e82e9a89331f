use super::*;
use async_graphql::parser::parse_query;
use serde_json::json;

fn asked_with(query: &str, variables: serde_json::Value) -> Result<Asked, TooMuch> {
    check(&parse_query(query).expect("a document"), None, &Variables::from_json(variables))
}

fn checked(query: &str) -> Result<(), TooMuch> {
    asked_with(query, json!({})).map(|_| ())
}

fn cost(query: &str) -> u64 {
    asked_with(query, json!({})).expect("within reason").cost
}

/// So many of them, one after the other.
fn all(n: usize, of: impl Fn(usize) -> String) -> String {
    (0..n).map(of).collect()
}

fn doubling(levels: u32) -> String {
    let level = |n: u32| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1);
    let bomb: String = (0..levels).map(level).collect();
    format!("{bomb} fragment F{levels} on Query {{ __typename }}")
}

fn widening(levels: u32) -> String {
    let level = |n: u32| format!("fragment F{n} on Query {{ {} }} ", format!("...F{} ", n + 1).repeat(10));
    let bomb: String = (0..levels).map(level).collect();
    format!("{bomb} fragment F{levels} on Query {{ a }}")
}

/// How many fields, fragments and spreads stand in a document.
fn nodes_of(document: &ExecutableDocument) -> usize {
    fn within(set: &SelectionSet) -> usize {
        let below = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => within(&field.node.selection_set.node),
            Selection::InlineFragment(fragment) => within(&fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => 0,
        });
        set.items.len() + below.sum::<usize>()
    }
    let operations = document.operations.iter().map(|(_, it)| within(&it.node.selection_set.node));
    let fragments = document.fragments.values().map(|it| within(&it.node.selection_set.node));
    operations.sum::<usize>() + fragments.sum::<usize>()
}

#[test]
fn fragments_that_double_are_refused_however_little_they_weigh() {
    assert_eq!(checked(&format!("{{ ...F0 }} {}", doubling(20))), Err(TooMuch::Nodes));
    assert_eq!(checked(&format!("{{ ...F0 }} {}", widening(7))), Err(TooMuch::Nodes));
}

#[test]
fn a_bomb_that_no_operation_spreads_is_refused_too() {
    assert_eq!(checked(&format!("{{ a }} {}", doubling(20))), Err(TooMuch::Nodes));
}

#[test]
fn no_more_is_looked_at_than_the_document_holds_whatever_it_comes_to() {
    let fits = format!("{{ ...F0 ...F1 ...F2 }} {}", doubling(7));
    for query in [fits, format!("{{ ...F0 }} {}", doubling(25)), format!("{{ ...F0 }} {}", widening(9))] {
        let document = parse_query(&query).expect("a document");
        let variables = Variables::default();
        let mut ruler = Ruler::new(&document, Pages::of(None, &variables));
        let outcome = ruler.document(None);
        assert!(ruler.visited <= nodes_of(&document), "{} of {}", ruler.visited, nodes_of(&document));
        if outcome.is_ok() {
            assert_eq!(ruler.visited, nodes_of(&document), "each of them once");
        }
    }
}

#[test]
fn a_chain_of_fragments_is_refused_before_the_stack_is_exhausted() {
    let chain = all(500, |n| format!("fragment F{n} on Query {{ ...F{} }} ", n + 1));
    let query = format!("{{ ...F0 }} {chain} fragment F500 on Query {{ a }}");
    assert_eq!(checked(&query), Err(TooMuch::Depth));
}

#[test]
fn each_measure_has_a_limit_and_one_more_is_too_much() {
    let aliases = |n: usize| {
        let fields = all(n, |n| format!("a{n}: name "));
        checked(&format!("{{ desk {{ {fields} }} }}"))
    };
    assert_eq!((aliases(30), aliases(31)), (Ok(()), Err(TooMuch::Aliases)));
    let directives =
        |n: usize| checked(&format!("{{ desk {{ name {} }} }}", "@include(if: true) ".repeat(n)));
    assert_eq!((directives(50), directives(51)), (Ok(()), Err(TooMuch::Directives)));
    let depth = |n: usize| checked(&format!("{}a{}", "{ a ".repeat(n - 1) + "{ ", "}".repeat(n)));
    assert_eq!((depth(15), depth(16)), (Ok(()), Err(TooMuch::Depth)));
    let nodes = |n: usize| checked(&format!("{{ desk {{ {} }} }}", "name ".repeat(n - 1)));
    assert_eq!((nodes(2_000), nodes(2_001)), (Ok(()), Err(TooMuch::Nodes)));
    let roots = |n: usize| checked(&format!("{{ {} }}", "desk { name } ".repeat(n)));
    assert_eq!((roots(10), roots(11)), (Ok(()), Err(TooMuch::Roots)));
    let operations = |n: usize| checked(&all(n, |n| format!("query Q{n} {{ a }} ")));
    assert_eq!((operations(5), operations(6)), (Ok(()), Err(TooMuch::Operations)));
}

#[test]
fn limits_hold_for_what_fragments_come_to_wherever_they_are_spread() {
    let aliases = "fragment F on Desk { a: name b: name c: name d: name }";
    assert_eq!(checked(&format!("{{ desk {{ {} }} }} {aliases}", "...F ".repeat(7))), Ok(()));
    assert_eq!(checked(&format!("{{ desk {{ {} }} }} {aliases}", "...F ".repeat(8))), Err(TooMuch::Aliases));
    let roots = "fragment F on Query { desk { name } viewer { name } }";
    assert_eq!(checked(&format!("{{ {} }} {roots}", "...F ".repeat(6))), Err(TooMuch::Roots));
    let directives = "fragment F on Desk { name @include(if: true) @skip(if: false) }";
    assert_eq!(
        checked(&format!("{{ desk {{ {} }} }} {directives}", "...F ".repeat(26))),
        Err(TooMuch::Directives)
    );
    assert_eq!(checked("{ ...A } fragment A on Q { b { ...A } }"), Err(TooMuch::Cycle));
    assert_eq!(checked("{ a { ...F } b { ...F } } fragment F on T { c d e }"), Ok(()));
}

#[test]
fn cost_is_multiplied_by_the_length_of_pages_within_pages() {
    // A page, its edges, and what stands behind each.
    assert_eq!(cost("{ messages(first: 10) { edges { node { id content } } } }"), 1 + 10 * 2);
    assert_eq!(cost("{ messages { edges { node { id } } } }"), 1 + 20 * 2, "a page that nobody measured");
    assert_eq!(
        cost("{ messages(last: 3) { edges { cursor } pageInfo { hasNextPage } totalCount } }"),
        1 + 3 + 1
    );
    let nested = "{ messages(first: 10) { edges { node { history(first: 30) { nodes { story } } } } } }";
    assert_eq!(cost(nested), 1 + 10 * (2 + 1 + 30));
    let spread = "{ messages(first: 10) { ...F } } fragment F on MessageConnection { edges { node { id } } }";
    assert_eq!(cost(spread), 1 + 10 * 2, "a fragment costs what it costs where it is spread");
    assert_eq!(cost("mutation { claimMessage(input: {messageId: \"x\"}) { message { id } } }"), 10 + 1);
    assert_eq!(cost("{ __typename }"), 1);
}

#[test]
fn a_page_may_be_measured_by_a_variable() {
    let query = "query($n: Int = 7) { messages(first: $n) { edges { cursor } } }";
    let cost = |variables| asked_with(query, variables).expect("within reason").cost;
    assert_eq!([cost(json!({})), cost(json!({"n": 50})), cost(json!({"n": null}))], [1 + 7, 1 + 50, 1 + 20]);
    // What is out of bounds is refused where it is read; until then it costs as much as the longest.
    assert_eq!([cost(json!({"n": -1})), cost(json!({"n": 1_000_000})), cost(json!({"n": "x"}))], [101; 3]);
}

#[test]
fn a_search_costs_more_however_it_is_asked_for() {
    let literal = "{ messages(first: 1, filter: {spam: true, search: \"x\"}) { edges { cursor } } }";
    assert_eq!(cost(literal), 1 + 1 + 100);
    let whole = "query($f: MessageFilter) { messages(first: 1, filter: $f) { edges { cursor } } }";
    let part = "query($x: String, $v: ID) { messages(first: 1, filter: {search: $x, visitorId: $v}) { edges { cursor } } }";
    let cost = |query, variables| asked_with(query, variables).expect("within reason").cost;
    assert_eq!(cost(whole, json!({"f": {"search": "x"}})), 102);
    assert_eq!(cost(part, json!({"x": "x"})), 102);
    assert_eq!([cost(whole, json!({"f": {"search": null}})), cost(part, json!({}))], [2, 2]);
}

/// Figures, and each way in which they are told.
const FIGURES: u64 = 50;

#[test]
fn a_series_costs_as_much_as_its_range_has_points() {
    let year = r#"from: "2026-01-01", until: "2027-01-01""#;
    let series = |range: &str, interval: &str| {
        let points = format!("trend(interval: {interval}) {{ from figures {{ submitted }} }}");
        cost(&format!("{{ statistics(range: {{{range}}}) {{ {points} }} }}"))
    };
    // Each has figures.
    let of = |points: u64| 2 * FIGURES + 2 * points;
    assert_eq!([series(year, "DAY"), series(year, "WEEK"), series(year, "MONTH")], [365, 54, 15].map(of));
    assert_eq!(series(year, "HOUR"), of(1_100), "more there never are");
    assert_eq!(series(r#"from: "2026-01-01", until: "2026-01-02""#, "HOUR"), of(25));
    assert_eq!(series(r#"from: "soon", until: "later""#, "MONTH"), of(1_100));
    let query = "query($from: Date!, $range: DateRange!, $by: Interval!) { \
                 a: statistics(range: {from: $from, until: \"2026-01-11\"}) { ...F } b: statistics(range: $range) { ...F } } \
                 fragment F on Statistics { trend(interval: $by) { from figures { submitted } } }";
    let cost = |variables| asked_with(query, variables).expect("within reason").cost;
    let range = json!({"from": "2026-01-01", "until": "2026-01-03"});
    assert_eq!(cost(json!({"from": "2026-01-01", "range": range, "by": "DAY"})), of(10) + of(2));
    assert_eq!(cost(json!({})), 2 * of(1_100), "whatever is not said");
    let all = "reply { p50 } handling { p50 } quality { member { name } }";
    let deep =
        format!("{{ statistics(range: {{{year}}}) {{ trend(interval: DAY) {{ figures {{ {all} }} }} }} }}");
    assert_eq!(checked(&deep), Err(TooMuch::Cost(2 * FIGURES + 365 * (2 + 2 + 10 * 2))));
}

#[test]
fn groups_cost_as_much_as_there_may_be() {
    let statistics = |of: &str| {
        format!("{{ statistics(range: {{from: \"2026-01-01\", until: \"2026-01-02\"}}) {{ {of} }} }}")
    };
    assert_eq!(cost(&statistics("byTag { key }")), 2 * FIGURES + 100);
    assert_eq!(cost(&statistics("byMember { name figures { reply { p50 } } }")), 2 * FIGURES + 100 * 3);
    assert_eq!(cost(&statistics("quality { mean }")), FIGURES + 10);
    assert_eq!(cost(&statistics("quality { mean member { name } } handling { p50 }")), FIGURES + 10 * 2 + 1);
    assert_eq!(
        cost(&statistics("firstResponseDifferences(first: 30) { messages { messageId } }")),
        2 * FIGURES + 30
    );
    // Everything of every member is within reason.
    let groups = "byMember { key figures { reply { p50 } satisfaction { mean } quality { mean } } }";
    assert_eq!(cost(&statistics(groups)), 2 * FIGURES + 100 * (2 + 2 + 10));
}

#[test]
fn what_costs_more_than_a_request_may_is_refused_with_what_it_costs() {
    let query = "{ messages(first: 100) { edges { node { history(first: 100) { nodes { story } } } } } }";
    assert_eq!(checked(query), Err(TooMuch::Cost(1 + 100 * (2 + 1 + 100))));
}

#[test]
fn a_submission_is_not_charged_for_beside_its_own_limit() {
    let query =
        "mutation { submitMessage(input: {contact: \"x\", content: \"x\"}) { receipt { id } } signOut }";
    let asked = asked_with(query, json!({})).expect("within reason");
    assert_eq!((asked.cost, asked.charged), (11 + 10, 10));
}

#[test]
fn asking_for_the_schema_is_seen_wherever_it_is_asked() {
    let introspects = |query| asked_with(query, json!({})).expect("within reason").introspects;
    assert!(introspects("{ __schema { types { name } } }"));
    assert!(introspects("{ desk { name } ...F } fragment F on Query { x: __type(name: \"Desk\") { name } }"));
    assert!(!introspects("{ __typename desk { __typename } }"));
}

#[test]
fn the_operation_that_is_meant_is_weighed() {
    let query = "query A { desk { name } } mutation B { signOut }";
    let document = parse_query(query).expect("a document");
    let asked = |name| check(&document, name, &Variables::default()).expect("within reason");
    assert_eq!(asked(Some("A")).kind, Some(OperationType::Query));
    assert_eq!((asked(Some("B")).kind, asked(Some("B")).cost), (Some(OperationType::Mutation), 10));
    assert_eq!((asked(None).kind, asked(Some("C")).kind), (None, None));
}
