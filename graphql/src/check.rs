//! Looking at a document before the library does: how much it asks for, each fragment counted once.
//!
//! The library walks a fragment anew wherever it is spread, before it applies its limits: some hundred bytes of
//! fragments that spread each other twice keep it busy for seconds. Here each fragment is measured once and its
//! measure added wherever it is spread, so this costs no more than the document is long.

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};
use std::collections::HashMap;

/// Fields and spreads, every fragment counted wherever it is spread.
const NODES: usize = 2_000;
const DEPTH: usize = 30;
const OPERATIONS: usize = 5;

/// Why a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("the document asks for more than 2000 fields, fragments counted wherever they are spread")]
    Nodes,
    #[error("the document is nested too deep")]
    Depth,
    #[error("the document has more than 5 operations")]
    Operations,
    #[error("a fragment spreads itself")]
    Cycle,
}

/// What a selection asks for.
#[derive(Clone, Copy, Default)]
struct Measure {
    nodes: usize,
    depth: usize,
}

struct Ruler<'d> {
    document: &'d ExecutableDocument,
    /// A fragment's measure; `None` while it is being measured, so that a cycle is seen.
    fragments: HashMap<&'d Name, Option<Measure>>,
}

/// Refuses a document that asks for too much, or in circles.
pub(crate) fn check(document: &ExecutableDocument) -> Result<(), TooMuch> {
    if document.operations.iter().count() > OPERATIONS {
        return Err(TooMuch::Operations);
    }
    let mut ruler = Ruler { document, fragments: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        ruler.measure(&operation.node.selection_set.node, 0)?;
    }
    // Also those that no operation spreads: the library walks them too.
    for (name, fragment) in &document.fragments {
        ruler.fragment(name, &fragment.node.selection_set.node, 0)?;
    }
    Ok(())
}

impl<'d> Ruler<'d> {
    fn measure(&mut self, selection: &'d SelectionSet, above: usize) -> Result<Measure, TooMuch> {
        let mut total = Measure::default();
        for Positioned { node, .. } in &selection.items {
            let below = match node {
                Selection::Field(field) => {
                    let below = self.measure(&field.node.selection_set.node, above + 1)?;
                    Measure { nodes: below.nodes, depth: below.depth + 1 }
                }
                Selection::InlineFragment(fragment) => {
                    self.measure(&fragment.node.selection_set.node, above + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    match self.document.fragments.get_key_value(&spread.node.fragment_name.node) {
                        Some((name, fragment)) => {
                            self.fragment(name, &fragment.node.selection_set.node, above + 1)?
                        }
                        None => Measure::default(),
                    }
                }
            };
            total.nodes = total.nodes.saturating_add(below.nodes).saturating_add(1);
            total.depth = total.depth.max(below.depth);
            if total.nodes > NODES {
                return Err(TooMuch::Nodes);
            }
            if above + total.depth > DEPTH {
                return Err(TooMuch::Depth);
            }
        }
        Ok(total)
    }

    fn fragment(
        &mut self,
        name: &'d Name,
        selection: &'d SelectionSet,
        above: usize,
    ) -> Result<Measure, TooMuch> {
        match self.fragments.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => return Err(TooMuch::Cycle),
            None => {}
        }
        if above > DEPTH {
            return Err(TooMuch::Depth);
        }
        self.fragments.insert(name, None);
        let measure = self.measure(selection, above)?;
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn checked(query: &str) -> Result<(), TooMuch> {
        check(&parse_query(query).expect("a document"))
    }

    #[test]
    fn fragments_that_double_are_refused_however_little_they_weigh() {
        let doubling = |n: u32| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1);
        let bomb: String = (0..20).map(doubling).collect();
        let bomb = format!("{{ ...F0 }} {bomb} fragment F20 on Query {{ __typename }}");
        assert_eq!(checked(&bomb), Err(TooMuch::Nodes));
        let wide = |n: u32| format!("fragment F{n} on Query {{ {} }} ", format!("...F{} ", n + 1).repeat(10));
        let bomb: String = (0..7).map(wide).collect();
        assert_eq!(checked(&format!("{{ ...F0 }} {bomb} fragment F7 on Query {{ a }}")), Err(TooMuch::Nodes));
    }

    #[test]
    fn a_bomb_that_no_operation_spreads_is_refused_too() {
        let doubling = |n: u32| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1);
        let bomb: String = (0..20).map(doubling).collect();
        assert_eq!(checked(&format!("{{ a }} {bomb} fragment F20 on Query {{ a }}")), Err(TooMuch::Nodes));
    }

    #[test]
    fn circles_depth_and_many_operations_are_refused() {
        assert_eq!(checked("{ ...A } fragment A on Q { b { ...A } }"), Err(TooMuch::Cycle));
        let deep = format!("{}a{}", "{ a ".repeat(40), "}".repeat(40));
        assert_eq!(checked(&deep), Err(TooMuch::Depth));
        let many = "query A { a } query B { a } query C { a } query D { a } query E { a } query F { a }";
        assert_eq!(checked(many), Err(TooMuch::Operations));
    }

    #[test]
    fn a_fragment_used_twice_within_reason_is_fine() {
        assert_eq!(checked("{ a { ...F } b { ...F } } fragment F on T { c d e }"), Ok(()));
    }
}
