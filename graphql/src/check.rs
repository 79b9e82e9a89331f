//! Looking at a document before the library does: how much it asks for, each fragment counted once.
//!
//! The library walks a fragment anew wherever it is spread, before it applies its limits: some hundred bytes of
//! fragments that spread each other twice keep it busy for seconds. Here each fragment is measured once and its
//! measure added wherever it is spread, so this costs no more than the document is long.

mod measure;

use crate::shape::{SHAPE, root};
use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use measure::{Measure, Pages};
use std::collections::HashMap;

/// Fields and spreads, every fragment counted wherever it is spread.
const NODES: usize = 2_000;
/// Fields within fields: introspection as tools ask for it just fits.
const DEPTH: usize = 15;
/// Fields, fragments and spreads within each other: less than what the library's own walk takes.
const NESTING: usize = 30;
const ALIASES: usize = 30;
const DIRECTIVES: usize = 50;
const OPERATIONS: usize = 5;
const ROOTS: usize = 10;
/// What a search costs beside its page: so many more messages may be opened for it.
const SEARCH: u64 = 100;
/// The most that one request may cost.
pub(crate) const MOST_COST: u64 = 5_000;

/// Why a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("the document asks for more than 2000 fields, fragments counted wherever they are spread")]
    Nodes,
    #[error("the document is nested too deep: at most 15 fields within each other")]
    Depth,
    #[error(
        "the document has more than 30 aliases, fragments counted wherever they are spread; send several requests"
    )]
    Aliases,
    #[error("the document has more than 50 directives, fragments counted wherever they are spread")]
    Directives,
    #[error("the document has more than 5 operations")]
    Operations,
    #[error("an operation asks for more than 10 fields at its root; send several requests")]
    Roots,
    #[error("a fragment spreads itself")]
    Cycle,
    #[error(
        "this costs {0}, and a request at most 5000; ask for shorter pages, or for fewer pages within pages"
    )]
    Cost(u64),
}

/// What a document asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What the operation that is meant costs.
    pub(crate) cost: u64,
    /// What of it the caller's budget pays: what has a limit of its own is not in it.
    pub(crate) charged: u64,
    /// Does it ask for the schema?
    pub(crate) introspects: bool,
    /// What kind of operation is meant; `None`: there is no such operation.
    pub(crate) kind: Option<OperationType>,
}

/// Refuses a document that asks for too much, or in circles; says what the operation that is meant costs.
pub(crate) fn check(
    document: &ExecutableDocument,
    operation: Option<&str>,
    variables: &Variables,
) -> Result<Asked, TooMuch> {
    let meant = meant(document, operation);
    Ruler::new(document, Pages::of(meant, variables)).document(meant)
}

/// The operation that a request means.
pub(crate) fn meant<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Option<&'d OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name).map(|it| &it.node),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|it| &it.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

struct Ruler<'d> {
    document: &'d ExecutableDocument,
    pages: Pages<'d>,
    /// A fragment's measure; `None` while it is being measured, so that a cycle is seen.
    fragments: HashMap<&'d Name, Option<Measure>>,
    #[cfg(test)]
    visited: usize,
}

impl<'d> Ruler<'d> {
    fn new(document: &'d ExecutableDocument, pages: Pages<'d>) -> Self {
        Self {
            document,
            pages,
            fragments: HashMap::new(),
            #[cfg(test)]
            visited: 0,
        }
    }

    fn document(&mut self, meant: Option<&'d OperationDefinition>) -> Result<Asked, TooMuch> {
        let document = self.document;
        if document.operations.iter().count() > OPERATIONS {
            return Err(TooMuch::Operations);
        }
        let mut asked = Asked { cost: 0, charged: 0, introspects: false, kind: meant.map(|it| it.ty) };
        for (_, Positioned { node: operation, .. }) in document.operations.iter() {
            let mut measure = self.selection(root(operation.ty), &operation.selection_set.node, 0)?;
            let variables = operation.variable_definitions.iter().map(|it| it.node.directives.len());
            measure.directives = variables.fold(measure.directives, usize::saturating_add);
            measure.directives = measure.directives.saturating_add(operation.directives.len());
            within(&measure)?;
            if measure.direct > ROOTS {
                return Err(TooMuch::Roots);
            }
            asked.introspects |= measure.introspects;
            if meant.is_some_and(|meant| std::ptr::eq(meant, operation)) {
                (asked.cost, asked.charged) = (measure.cost(), measure.cost() - measure.apart);
            }
        }
        // Also those that no operation spreads: the library walks them too.
        for (name, fragment) in &document.fragments {
            let of = &fragment.node.type_condition.node.on.node;
            let mut measure = self.fragment(name, of, &fragment.node.selection_set.node, 0)?;
            measure.directives = measure.directives.saturating_add(fragment.node.directives.len());
            within(&measure)?;
        }
        match asked.cost > MOST_COST {
            true => Err(TooMuch::Cost(asked.cost)),
            false => Ok(asked),
        }
    }

    /// `of`: the type that it is selected from. `level`: what it stands within, so that nobody exhausts the stack.
    fn selection(&mut self, of: &str, set: &'d SelectionSet, level: usize) -> Result<Measure, TooMuch> {
        if level > NESTING {
            return Err(TooMuch::Depth);
        }
        let mut total = Measure::default();
        for Positioned { node, .. } in &set.items {
            #[cfg(test)]
            {
                self.visited += 1;
            }
            let mut below = match node {
                Selection::Field(field) => self.field(of, &field.node, level)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map_or(of, |on| &on.node.on.node);
                    self.selection(on, &fragment.node.selection_set.node, level + 1)?.nested()
                }
                Selection::FragmentSpread(spread) => {
                    match self.document.fragments.get_key_value(&spread.node.fragment_name.node) {
                        Some((name, fragment)) => {
                            let on = &fragment.node.type_condition.node.on.node;
                            self.fragment(name, on, &fragment.node.selection_set.node, level + 1)?.nested()
                        }
                        None => Measure::default(),
                    }
                }
            };
            below.directives = below.directives.saturating_add(node.directives().len());
            total.add(&below.one_more());
            within(&total)?;
        }
        Ok(total)
    }

    fn field(&mut self, of: &str, field: &'d Field, level: usize) -> Result<Measure, TooMuch> {
        let name = &*field.name.node;
        let shape = SHAPE.field(of, name);
        let leads_to = shape.map_or("", |shape| &shape.of);
        let below = self.selection(leads_to, &field.selection_set.node, level + 1)?;
        let page = shape.filter(|shape| shape.paged).map(|_| self.pages.size(field));
        let mut measure = below.under_field(of, name, shape.is_some_and(|shape| shape.list), page);
        match (of, name) {
            ("Statistics", "trend") => measure = measure.as_series(self.pages.interval(field)),
            ("Query", "statistics") => measure = measure.in_range(self.pages.points(field)),
            _ => {}
        }
        if self.pages.searches(field) {
            measure.fixed = measure.fixed.saturating_add(SEARCH);
        }
        measure.aliases = measure.aliases.saturating_add(usize::from(field.alias.is_some()));
        if field.selection_set.node.items.is_empty() && !measure::is_root(of) {
            // A plain value costs nothing beside the thing that it is read from.
            (measure.fixed, measure.per_item) = (0, 0);
        }
        Ok(measure)
    }

    fn fragment(
        &mut self,
        name: &'d Name,
        of: &str,
        set: &'d SelectionSet,
        level: usize,
    ) -> Result<Measure, TooMuch> {
        match self.fragments.get(name) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => return Err(TooMuch::Cycle),
            None => {}
        }
        self.fragments.insert(name, None);
        let measure = self.selection(of, set, level)?;
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }
}

fn within(measure: &Measure) -> Result<(), TooMuch> {
    match measure {
        it if it.nodes > NODES => Err(TooMuch::Nodes),
        it if it.depth > DEPTH || it.nesting > NESTING => Err(TooMuch::Depth),
        it if it.aliases > ALIASES => Err(TooMuch::Aliases),
        it if it.directives > DIRECTIVES => Err(TooMuch::Directives),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
