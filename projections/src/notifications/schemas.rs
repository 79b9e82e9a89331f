//! What is published of webhooks: a JSON Schema (draft 2020-12) by type and version, as a file and at a server's
//! [`PATH`], and a page that lists them. Made of the table that the payloads are made of (`payload.rs`).

use super::payload::schema_of_data;
use domain::channel::told_events;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

/// Where a server has them, before the file's name.
pub const PATH: &str = "/webhooks/schemas/";

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What `testChannel` sends.
const TEST: (&str, &str) = ("test", "Somebody at the desk tries the channel.");

const HEAD: &str = "# Webhooks

The body of a webhook has a [JSON Schema](https://json-schema.org/draft/2020-12) by its type and version:
`<type>.v<version>.json`, where the version is the one in `data`. A server has the same files at
`/webhooks/schemas/<type>.v<version>.json`, and `$id` is that path. `cargo xtask schema` writes this folder from the code.

Pass over fields that you do not know: more may come under the same version. [Notifications](../notifications.md) says how
webhooks are signed, and when they are sent again.

| type | version | |
| --- | ---: | --- |
";

/// A schema and what its file is called.
struct Published {
    kind: String,
    version: u32,
    words: &'static str,
    schema: Value,
}

impl Published {
    fn new(kind: &str, version: u32, words: &'static str, data: &Value) -> Self {
        let file = file(kind, version);
        let schema = json!({
            "$schema": DRAFT,
            "$id": format!("{PATH}{file}"),
            "title": kind,
            "description": words,
            "type": "object",
            "required": ["type", "timestamp", "data"],
            "properties": {
                "type": {"const": kind, "description": "What happened."},
                "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
                "data": data,
            },
        });
        Self { kind: kind.to_owned(), version, words, schema }
    }
}

fn file(kind: &str, version: u32) -> String {
    format!("{kind}.v{version}.json")
}

/// Of every version that there ever was.
fn published() -> Vec<Published> {
    let mut all = Vec::new();
    for event in told_events() {
        let kind = event.notification.as_str();
        let versions = 1..=event.version;
        all.extend(versions.map(|it| Published::new(kind, it, event.words, &schema_of_data(kind, it))));
    }
    let test = json!({"type": "object", "required": ["test"], "properties": {"test": {"const": true}}});
    all.push(Published::new(TEST.0, 1, TEST.1, &test));
    all
}

/// The text of each schema, by its file's name.
pub fn schemas() -> &'static BTreeMap<String, String> {
    static ALL: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let text = |it: Published| (file(&it.kind, it.version), format!("{:#}\n", it.schema));
        published().into_iter().map(text).collect()
    });
    &ALL
}

/// The page that lists them.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for Published { kind, version, words, .. } in published() {
        let file = file(&kind, version);
        let _ = writeln!(page, "| [`{kind}`]({file}) | {version} | {words} |");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::channel::{NotificationType, notification_types};

    #[test]
    fn every_type_has_its_schema_at_its_path_and_a_line_of_the_page() {
        let page = page();
        for kind in notification_types().iter().map(NotificationType::as_str).chain([TEST.0]) {
            let text = schemas().get(&file(kind, 1)).unwrap_or_else(|| panic!("no schema of {kind}"));
            let schema: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(schema["$id"], format!("{PATH}{kind}.v1.json"));
            assert_eq!(schema["properties"]["type"]["const"], kind);
            assert!(page.contains(&format!("| [`{kind}`]({kind}.v1.json) | 1 |")), "{kind}");
        }
    }
}
