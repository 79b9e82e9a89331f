//! Who may ask for what: every mutation, every subscription and every field of the schema, asked for by everybody, cell by cell.
//!
//! `roles/cells.txt` is the table, and people review it. The test asks the schema what there is: a field without a line
//! in the table fails, and so does a line whose field is gone.

mod ask;
mod told;

use super::Desk;
use ask::{Schema, mutation, selections, subscription};
use domain::access::Role;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write};
use store::{Dialect, testing::soon};

const CELLS: &str = include_str!("roles/cells.txt");

/// Where a type's fields are asked for. `$id`: a message. A type that is not here is asked for nowhere by itself.
const PLACES: &[(&str, &str)] = &[
    ("Query", ""),
    ("Desk", "desk"),
    ("Visitor", "visitor"),
    ("VisitorMessage", "visitor { message(id: $id)"),
    ("Member", "viewer"),
    ("Message", "message(id: $id)"),
    ("StaffVisitor", "message(id: $id) { visitor"),
    ("Contact", "message(id: $id) { visitor { contact"),
    ("LogHead", "logHead"),
    ("LogEntry", "log(first: 1) { nodes"),
    ("MessageCounts", "messageCounts"),
    ("Team", "teams"),
    ("Role", "roles"),
    ("ErasureRequest", "erasureRequests { nodes"),
    ("Channel", "channels"),
    ("Delivery", "deliveries(first: 1) { nodes"),
    ("Statistics", "statistics(range: {from: \"2026-11-01\", until: \"2026-12-01\"})"),
];

/// Types that are told whole to whoever is told the field that they stand in.
const PARTS: &[&str] = &[
    "Actor",
    "ApiKey",
    "AutoReply",
    "Availability",
    "AvailabilityRule",
    "Category",
    "CategoryHours",
    "Challenge",
    "ChannelHealth",
    "Conflict",
    "Criterion",
    "CriterionScore",
    "DateRangeOut",
    "DeliveryAttempt",
    "Durations",
    "ExplainingEvent",
    "FieldValue",
    "Figures",
    "File",
    "FollowUp",
    "Form",
    "FormField",
    "FormOption",
    "Grant",
    "GroupRow",
    "Handles",
    "Holiday",
    "Hours",
    "HoursRange",
    "Image",
    "Invitation",
    "LeftOut",
    "LocalisedText",
    // The socket tells it, and only what its caller may see (`socket.rs`).
    "MessageChange",
    "Metric",
    "MetricDifference",
    "MetricDifferences",
    "MetricExplanation",
    "MetricFact",
    "Note",
    "OpeningHours",
    "PageInfo",
    "Quality",
    "Rating",
    "Receipt",
    "Reply",
    "Review",
    "RoleName",
    "Satisfaction",
    "ServiceTarget",
    "Session",
    "TargetException",
    "TimeRange",
    "TrendPoint",
    "Upload",
    "UploadLimits",
    "UserError",
    "VisitorEntry",
    "VisitorMessageChange",
    "VisitorWords",
    "WorkingDay",
];

/// Types whose fields are asked for one by one, each in its own way.
const ROOTS: &[&str] = &["Mutation", "Subscription"];

/// Everybody who may ask.
struct Everybody {
    desk: Desk,
    /// Their token, in the order of the table's columns.
    tokens: Vec<Option<String>>,
    /// The visitor's message.
    id: String,
}

impl Everybody {
    async fn gather() -> Self {
        let desk = Desk::start(Dialect::Sqlite).await;
        let (visitor, id) = desk.submit().await;
        let mut tokens = vec![None, Some(visitor)];
        for role in Role::ALL {
            tokens.push(Some(desk.member(role).await));
        }
        // Something of everything that is asked for.
        let admin =
            tokens[2 + Role::ALL.iter().position(|role| *role == Role::Admin).expect("a role")].clone();
        let channel = "mutation { connectChannel(input: {name: \"x\", kind: EMAIL, emails: [\"a@example.com\"]}) { \
                       userErrors { code } } }";
        for (token, mutation) in [
            (&admin, channel),
            (&admin, "mutation { formTeam(name: \"夜班\") { userErrors { code } } }"),
            (&tokens[1], "mutation { requestErasure }"),
        ] {
            desk.ask(token.as_deref(), mutation, json!({})).await.data();
        }
        // Told in the channel, which sends no mail.
        desk.submit().await;
        let query = "{ teams { id } erasureRequests { totalCount } deliveries { totalCount } }";
        let ready = json!({"teams": 1, "requests": 1, "deliveries": 1});
        soon("both are seen", || async {
            let seen = desk.ask(admin.as_deref(), query, json!({})).await.data();
            let teams = seen["teams"].as_array().map_or(0, Vec::len);
            json!({
                "teams": teams,
                "requests": seen["erasureRequests"]["totalCount"],
                "deliveries": seen["deliveries"]["totalCount"],
            }) == ready
        })
        .await;
        Self { desk, tokens, id }
    }

    /// A line of the table: what each of them is answered.
    async fn ask(&self, question: &str) -> String {
        let mut cells = String::new();
        for token in &self.tokens {
            let token = token.as_deref();
            cells.push(' ');
            if question.starts_with("subscription") {
                cells.push_str(told::told(&self.desk, token, question).await);
                continue;
            }
            let answer = self.desk.ask(token, question, json!({"id": self.id})).await.json();
            cells.push_str(cell(&answer, question));
        }
        cells
    }
}

/// What an answer is worth: `ok`, `no` (FORBIDDEN), `--` (UNAUTHENTICATED), `null` (absent, or not theirs), or the
/// request was no request.
fn cell(answer: &Value, question: &str) -> &'static str {
    match answer["errors"][0]["extensions"]["code"].as_str() {
        Some("FORBIDDEN") => "no",
        Some("UNAUTHENTICATED") => "--",
        // Nothing of that id: they may try.
        Some("NOT_FOUND") => "ok",
        None if answer["errors"].is_array() => panic!("{question}: {answer}"),
        None if holds_a_value(&answer["data"]) => "ok",
        None => "null",
        Some(_) => panic!("{question}: {answer}"),
    }
}

/// Is anything there below the root? Only the way to a field can be null: then it is not theirs to ask for.
fn holds_a_value(data: &Value) -> bool {
    match data {
        Value::Object(fields) => fields.values().any(|field| !field.is_null()),
        other => !other.is_null(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_answered_as_the_table_says() {
    let everybody = Everybody::gather().await;
    let schema = Schema::of(&everybody.desk).await;
    for of in schema.objects() {
        let told = PLACES.iter().any(|(place, _)| *place == of)
            || PARTS.contains(&of.as_str())
            || ROOTS.contains(&of.as_str());
        let passed_on = ["Payload", "Connection", "Edge"].iter().any(|ending| of.ends_with(ending));
        assert!(
            told || passed_on,
            "{of} is new: say where it is asked for, or that it is a part of something"
        );
    }
    let mut table = String::new();
    let mut lines = BTreeMap::new();
    for (of, place) in PLACES {
        for (field, selection) in selections(&schema, of) {
            // An argument may hold brackets that are closed again.
            let open = place.matches('{').count() - place.matches('}').count();
            let closing = " }".repeat(open + usize::from(!place.is_empty()));
            let opening = if place.is_empty() { String::new() } else { format!("{place} {{ ") };
            let used = if place.contains("$id") || selection.contains("$id") { "($id: ID!)" } else { "" };
            let question = format!("query{used} {{ {opening}{selection}{closing} }}");
            lines.insert(format!("{of}.{field}"), question);
        }
    }
    for field in schema.fields("Mutation") {
        lines.insert(format!("Mutation.{}", field.name), mutation(&schema, &field));
    }
    for field in schema.fields("Subscription") {
        lines.insert(format!("Subscription.{}", field.name), subscription(&field));
    }
    // Whoever has signed out is nobody: that is asked last.
    let signing_out = lines.remove_entry("Mutation.signOut");
    for (name, question) in lines.into_iter().chain(signing_out) {
        let _ = writeln!(table, "{name:<40}{}", everybody.ask(&question).await);
    }
    let expected: String =
        CELLS.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    if table != expected {
        let written = std::env::temp_dir().join("leaveword_cells.txt");
        std::fs::write(&written, &table).expect("written");
        let missing = table.lines().find(|line| !expected.contains(line)).unwrap_or("a line is gone");
        panic!(
            "not as tests/tests/end_to_end/roles/cells.txt says, first: {missing}\nall of it: {}",
            written.display()
        );
    }
}
