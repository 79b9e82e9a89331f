//! What is asked, and whether all sides answer it alike: byte for byte, once each row is written down in one form.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// As many messages as a page has.
const PAGE: usize = 50;

const INBOX: &str = "query Inbox($filter: MessageFilter, $order: MessageOrder!, $first: Int!) { \
    messages(filter: $filter, order: $order, first: $first) { nodes { \
    id reference status content submittedAt lastActivityAt dueAt visitor { name } \
    category { id name } assignee { id name } } pageInfo { hasNextPage } } }";

/// The same in the words of the schema that `PostGraphile` makes of the tables.
const INBOX_OF_TABLES: &str = "query Inbox($of: MessageCondition!, $order: [MessagesOrderBy!], $first: Int!) { \
    messages(condition: $of, orderBy: $order, first: $first) { nodes { \
    id: messageId reference status content submittedAt lastActivityAt dueAt name \
    category { id: categoryId name } assignee { id: memberId name } } pageInfo { hasNextPage } } }";

/// The request, as our schema and the one written after it for mercurius have it.
pub(crate) fn body() -> Value {
    let variables = json!({"filter": {"status": ["OPEN"]}, "order": "LAST_ACTIVITY", "first": PAGE});
    json!({"query": INBOX, "variables": variables})
}

/// The request, as `PostGraphile` has it.
pub(crate) fn body_for_postgraphile() -> Value {
    let of = json!({"status": "OPEN", "deleted": "0", "spam": "0", "archived": "0"});
    let order = ["LAST_ACTIVITY_AT_DESC", "MESSAGE_ID_DESC"];
    json!({"query": INBOX_OF_TABLES, "variables": {"of": of, "order": order, "first": PAGE}})
}

/// An answer, a row a line. The error says what is missing.
pub(crate) fn page(answer: &Value) -> Result<String, String> {
    let nodes = answer["nodes"].as_array().filter(|nodes| nodes.len() == PAGE);
    let nodes = nodes.ok_or_else(|| format!("there are no {PAGE} messages in {answer}"))?;
    let mut lines = nodes.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    for neighbour in ["category", "assignee"] {
        if nodes.iter().all(|node| node[neighbour].is_null()) {
            return Err(format!("no message has a {neighbour}: there is nothing to look up"));
        }
    }
    lines.push(part(&answer["pageInfo"], "/hasNextPage")?.to_string());
    Ok(lines.join("\n"))
}

/// A row: its parts in one order, instants written in one way, and the visitor's name wherever it stands.
fn line(node: &Value) -> Result<String, String> {
    let mut parts = Vec::new();
    for place in ["/id", "/reference", "/status", "/content"] {
        parts.push(part(node, place)?.clone());
    }
    for place in ["/submittedAt", "/lastActivityAt", "/dueAt"] {
        parts.push(instant(part(node, place)?)?);
    }
    parts.push(part(node, if node.get("visitor").is_some() { "/visitor/name" } else { "/name" })?.clone());
    for neighbour in ["category", "assignee"] {
        match part(node, &format!("/{neighbour}"))? {
            Value::Null => parts.push(Value::Null),
            it => parts.push(json!([part(it, "/id")?, part(it, "/name")?])),
        }
    }
    Ok(Value::Array(parts).to_string())
}

fn part<'v>(of: &'v Value, place: &str) -> Result<&'v Value, String> {
    of.pointer(place).ok_or_else(|| format!("there is no {place} in {of}"))
}

fn instant(value: &Value) -> Result<Value, String> {
    let Some(text) = value.as_str() else { return Ok(Value::Null) };
    let at = DateTime::parse_from_rfc3339(text).map_err(|error| format!("{text}: {error}"))?;
    Ok(json!(at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Micros, true)))
}

/// Are these the same? The error shows the first line that is not.
pub(crate) fn compare(one: &(&str, String), other: &(&str, String)) -> Result<(), String> {
    if one.1 == other.1 {
        return Ok(());
    }
    let mut pairs = one.1.lines().zip(other.1.lines());
    let (first, second) = pairs.find(|(first, second)| first != second).unwrap_or((&one.1, &other.1));
    Err(format!("{} and {} answer differently:\n{first}\n{second}", one.0, other.0))
}
