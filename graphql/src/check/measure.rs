//! What a selection asks for, in numbers that add up. A fragment's are the same wherever it is spread.

use async_graphql::{
    Name, Value, Variables,
    parser::types::{Field, OperationDefinition},
};
use chrono::NaiveDate;

/// What a page has when nobody says how long it is to be.
const PAGE: u64 = 20;
/// The longest page; asking for a longer one is refused where it is read.
const LONGEST_PAGE: u64 = 100;
/// What a list that is no page is taken to hold.
const LIST: u64 = 5;
/// What a list of groups is taken to hold: as many as are told.
const GROUPS: u64 = 100;
/// … and one of what members think of each other's replies: several criteria of each member, or of one.
const QUALITIES: u64 = 10;
/// A series has at most so many points.
const POINTS: u64 = projections::statistics::MOST_POINTS as u64;
/// How long a point may be, as `Interval` names it; those first of which there are more.
const INTERVALS: [&str; 4] = ["HOUR", "DAY", "WEEK", "MONTH"];
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
    /// What it costs for each point of a series in the range that it stands in, by how long its points are.
    pub(super) per_point: [u64; INTERVALS.len()],
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
        for (cost, more) in self.per_point.iter_mut().zip(other.per_point) {
            *cost = cost.saturating_add(more);
        }
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

    /// As a series, which costs so much for each of its points, however many of them its range has.
    pub(super) fn as_series(mut self, interval: usize) -> Self {
        // In a list as `under_field` has it: once the figures, and then what each point leads to.
        let point = self.per_item.saturating_sub(FIGURES).saturating_add(1);
        (self.fixed, self.per_item) = (FIGURES, 0);
        if let Some(cost) = self.per_point.get_mut(interval) {
            *cost = cost.saturating_add(point);
        }
        self
    }

    /// As what stands in a range, of which a series has so many points by each interval.
    pub(super) fn in_range(mut self, points: [u64; INTERVALS.len()]) -> Self {
        for (cost, points) in std::mem::take(&mut self.per_point).into_iter().zip(points) {
            self.fixed = self.fixed.saturating_add(cost.saturating_mul(points));
        }
        self
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
        let (fixed, per_item) = match (of, name) {
            ("Statistics", "byCategory" | "byMember" | "byTeam" | "byTag") => {
                (FIGURES.saturating_add(GROUPS.saturating_mul(inner.saturating_add(1))), 0)
            }
            ("Statistics" | "Figures", "quality") => (QUALITIES.saturating_mul(cost), 0),
            _ if list => (0, cost),
            _ => (cost, 0),
        };
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
        let value = self.argument(field, "filter");
        matches!(value, Some(Value::Object(filter)) if filter.get("search").is_some_and(|it| *it != Value::Null))
    }

    /// How long the points of a series are that a field asks for: the place among the intervals; when that is not said, the one
    /// that has most.
    pub(super) fn interval(&self, field: &Field) -> usize {
        let place = |name: &str| INTERVALS.iter().position(|interval| *interval == name);
        match self.argument(field, "interval") {
            Some(Value::Enum(name)) => place(&name),
            Some(Value::String(name)) => place(&name),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// How many points a series has at most in the range that a field asks for, by each interval.
    pub(super) fn points(&self, field: &Field) -> [u64; INTERVALS.len()] {
        let Some(days) = self.days(field) else { return [POINTS; INTERVALS.len()] };
        // Clocks that are changed make a day an hour longer; weeks and months may be cut at either end.
        let points = [days.saturating_mul(24).saturating_add(1), days, days / 7 + 2, days / 28 + 2];
        points.map(|points| points.clamp(1, POINTS))
    }

    /// How many days there are in the range that a field asks for, when it is one.
    fn days(&self, field: &Field) -> Option<u64> {
        let Some(Value::Object(range)) = self.argument(field, "range") else { return None };
        let day = |name: &str| match range.get(name) {
            Some(Value::String(day)) => day.parse::<NaiveDate>().ok(),
            _ => None,
        };
        u64::try_from((day("until")? - day("from")?).num_days()).ok()
    }

    /// What a field is given, with what variables stand for.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        // What is not given is left out.
        let given = |name: Name| Ok::<_, ()>(self.variable(&name).unwrap_or_default());
        field.get_argument(name)?.node.clone().into_const_with(given).ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let definitions = self.operation.map_or(&[][..], |it| &it.variable_definitions);
        let definition = definitions.iter().find(|it| it.node.name.node == *name);
        self.variables.get(name).or_else(|| definition?.node.default_value()).cloned()
    }
}
