//! What a selection asks for, in numbers that add up. A fragment's are the same wherever it is spread.

use async_graphql::{
    Name, Value, Variables,
    parser::types::{Field, OperationDefinition},
};

/// What a page has when nobody says how long it is to be.
const PAGE: u64 = 20;
/// The longest page; asking for a longer one is refused where it is read.
const LONGEST_PAGE: u64 = 100;
/// What a list that is no page is taken to hold.
const LIST: u64 = 5;
/// What a mutation costs: it is decided, written and read back.
const MUTATION: u64 = 10;
/// What figures cost, and each way in which they are told: all that happened in a range is gone through.
const FIGURES: u64 = 50;
/// What has a limit of its own, which is kept apart from the budget: a desk behind one address is not to run out of
/// budget by the messages that it is there for.
const APART: [&str; 1] = ["submitMessage"];

/// What a selection asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Fields and spreads.
    pub(super) nodes: usize,
    /// Fields that stand directly in it.
    pub(super) direct: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
    /// Fields within fields.
    pub(super) depth: usize,
    /// Fields and fragments within each other.
    pub(super) nesting: usize,
    /// What it costs, whatever page it stands in.
    pub(super) fixed: u64,
    /// What it costs for each thing of the page that it stands in.
    pub(super) per_item: u64,
    /// What of the cost has a limit of its own.
    pub(super) apart: u64,
    pub(super) introspects: bool,
}

impl Measure {
    /// Beside another.
    pub(super) fn add(&mut self, other: &Self) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.direct = self.direct.saturating_add(other.direct);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.per_item = self.per_item.saturating_add(other.per_item);
        self.apart = self.apart.saturating_add(other.apart);
        self.introspects |= other.introspects;
    }

    /// With the field or spread that leads to it.
    pub(super) fn one_more(mut self) -> Self {
        self.nodes = self.nodes.saturating_add(1);
        self
    }

    /// Within a fragment.
    pub(super) fn nested(mut self) -> Self {
        self.nesting += 1;
        self
    }

    /// What it costs when it stands in no page.
    pub(super) fn cost(&self) -> u64 {
        self.fixed.saturating_add(self.per_item.saturating_mul(LIST))
    }

    /// As what a field of that type leads to. A page multiplies the lists that stand directly below it.
    pub(super) fn under_field(self, of: &str, name: &str, list: bool, page: Option<u64>) -> Self {
        let each = match (of, name) {
            ("Mutation", _) => MUTATION,
            ("Query", "statistics" | "backlogAt" | "explain")
            | (
                "Statistics",
                "trend" | "byCategory" | "byMember" | "byTeam" | "byTag" | "firstResponseDifferences",
            ) => FIGURES,
            _ => 1,
        };
        let inner = self.fixed.saturating_add(self.per_item.saturating_mul(page.unwrap_or(LIST)));
        let cost = each.saturating_add(inner);
        let (fixed, per_item) = if list { (0, cost) } else { (cost, 0) };
        let apart = if of == "Mutation" && APART.contains(&name) { cost } else { 0 };
        let introspects = self.introspects || (of == "Query" && ["__schema", "__type"].contains(&name));
        Self {
            direct: 1,
            depth: self.depth + 1,
            nesting: self.nesting + 1,
            fixed,
            per_item,
            apart,
            introspects,
            ..self
        }
    }
}

/// Does an operation begin at that type?
pub(super) fn is_root(of: &str) -> bool {
    ["Query", "Mutation", "Subscription"].contains(&of)
}

/// How long the pages are that an operation asks for.
pub(super) struct Pages<'d> {
    operation: Option<&'d OperationDefinition>,
    variables: &'d Variables,
}

impl<'d> Pages<'d> {
    pub(super) fn of(operation: Option<&'d OperationDefinition>, variables: &'d Variables) -> Self {
        Self { operation, variables }
    }

    /// How many things a page has at most.
    pub(super) fn size(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].into_iter().filter_map(|name| field.get_argument(name));
        let sizes = asked.filter_map(|argument| {
            let value = argument.node.clone().into_const_with(|name| self.variable(&name).ok_or(()));
            match value {
                // Not given after all.
                Err(()) | Ok(Value::Null) => None,
                Ok(Value::Number(number)) => Some(number.as_u64().unwrap_or(LONGEST_PAGE)),
                Ok(_) => Some(LONGEST_PAGE),
            }
        });
        sizes.max().unwrap_or(PAGE).clamp(1, LONGEST_PAGE)
    }

    /// Is something looked for in what it lists?
    pub(super) fn searches(&self, field: &Field) -> bool {
        let Some(filter) = field.get_argument("filter") else { return false };
        // What is not given is left out.
        let given = |name: Name| Ok::<_, ()>(self.variable(&name).unwrap_or_default());
        let value = filter.node.clone().into_const_with(given);
        matches!(value, Ok(Value::Object(filter)) if filter.get("search").is_some_and(|it| *it != Value::Null))
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let definitions = self.operation.map_or(&[][..], |it| &it.variable_definitions);
        let definition = definitions.iter().find(|it| it.node.name.node == *name);
        self.variables.get(name).or_else(|| definition?.node.default_value()).cloned()
    }
}
