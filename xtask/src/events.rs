//! `docs/events.md`: every event with its fields and who reads it, told by the sources themselves.
//!
//! Reads `events! { … }`, the structs beside it, and the macros that declare several of them, as text: their comments are
//! the page's words.

use crate::cargo;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Who reads an aggregate's events, beside the views that read every event. Checked against the list of views.
const READERS: [(&str, &str); 6] = [
    (
        "Message",
        "message_list, message_entries, visitor_messages, deletions, message_search, statistics; message_tags reads MessageSubmitted and MessageTagged, reviews reads ReplyReviewed",
    ),
    ("Visitor", "visitors"),
    ("Member", "members"),
    ("Team", "teams"),
    ("Channel", "the projector of notifications; channels are folded when asked for"),
    (
        "Desk",
        "message_list and statistics read OpeningHoursRevised and ServiceTargetRevised; the desk's settings are folded when asked for",
    ),
];

/// Reads the event of every aggregate.
const OF_EVERYTHING: &str = "log_index";

const HEAD: &str = "# Events

Everything that happened, as it stands in the log: `cargo xtask schema` writes this page from `domain/src`.

An event's payload is JSON, `{\"MessageReplied\": {\"at\": …}}`; a field of the type `Personal<…>` is sealed:
`{\"$personal\": …}` (`ARCHITECTURE.md`, \"personal data\"). Its metadata is a flat map of strings: `actor` (`member:ID`, `visitor:ID`,
`key:ID`, `system:RULE`), `commandId`, `correlationId`, `causationId`, `locale`. Every version ever written has a file in `domain/src/*/golden/`.

The view `log_index` reads every event, for the question `log`.
";

struct Event {
    name: String,
    version: String,
    what: String,
}

struct Field {
    name: String,
    kind: String,
    what: String,
}

/// The page as the sources have it.
pub(crate) fn page() -> Result<String, String> {
    let root = cargo::root();
    let mut page = HEAD.to_owned();
    for file in sources(&root.join("domain/src"))? {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let Some((aggregate, events)) = events(&text) else { continue };
        let readers = READERS.iter().find(|(of, _)| *of == aggregate).map(|(_, readers)| *readers);
        let readers = readers.ok_or_else(|| format!("xtask/src/events.rs says not who reads {aggregate}"))?;
        let _ = write!(page, "\n## {aggregate}\n\nRead by {readers}.\n");
        let structs = structs(&text);
        for Event { name, version, what } in events {
            let _ = write!(
                page,
                "\n### {name}, version {version}\n\n{what}\n\n| field | type | |\n| --- | --- | --- |\n"
            );
            let fields = structs.iter().find(|(of, _)| *of == name).map(|(_, fields)| fields);
            for Field { name, kind, what } in
                fields.ok_or_else(|| format!("{name} has no struct beside it"))?
            {
                let _ = writeln!(page, "| `{name}` | `{kind}` | {what} |");
            }
        }
    }
    every_view_is_named(&root)?;
    Ok(page)
}

fn every_view_is_named(root: &Path) -> Result<(), String> {
    let file = root.join("projections/src/lib.rs");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let names = text.split(" name: \"").skip(1).filter_map(|rest| rest.split('"').next());
    for name in names {
        if name != OF_EVERYTHING && !READERS.iter().any(|(_, readers)| readers.contains(name)) {
            return Err(format!("xtask/src/events.rs says not whose events the view {name} reads"));
        }
    }
    Ok(())
}

/// Rust files, in the order of their paths.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The aggregate of `events! { MessageEvent { … } }`, and its events.
fn events(text: &str) -> Option<(String, Vec<Event>)> {
    let block = text.split("\nevents! {").nth(1)?;
    let block = &block[..block.find("\n}")?];
    let mut lines = documented(block);
    let (_, first) = lines.next()?;
    let aggregate = first.strip_suffix("Event {")?.to_owned();
    let event = |(what, line): (String, &str)| {
        let (name, version) = line.trim_end_matches(',').split_once(' ')?;
        let version = version.trim_matches('"').to_owned();
        Some(Event { name: name.to_owned(), version, what })
    };
    Some((aggregate, lines.filter_map(event).collect()))
}

/// Structs and their fields; those that a macro of the file declares have the fields that it gives them.
fn structs(text: &str) -> Vec<(String, Vec<Field>)> {
    let mut found = Vec::new();
    for block in text.split("\npub struct ").skip(1) {
        let Some((name, fields)) = block.split_once(" {\n") else { continue };
        let fields = &fields[..fields.find("\n}").unwrap_or(fields.len())];
        found.push((name.to_owned(), documented(fields).filter_map(field).collect()));
    }
    for declared in text.split("\nmacro_rules! ").skip(1) {
        let Some((name, rules)) = declared.split_once(" {\n") else { continue };
        let shape = rules.split("pub struct $name {\n").nth(1).and_then(|block| block.split('}').next());
        let uses = text.split(&format!("\n{name}! {{")).nth(1).and_then(|block| block.split("\n}").next());
        let (Some(shape), Some(uses)) = (shape, uses) else { continue };
        for (_, event) in documented(uses) {
            let fields = documented(shape).filter_map(field).collect();
            found.push((event.trim_end_matches(',').to_owned(), fields));
        }
    }
    found
}

fn field((what, line): (String, &str)) -> Option<Field> {
    let (name, kind) = line.strip_prefix("pub ")?.trim_end_matches(',').split_once(": ")?;
    Some(Field { name: name.to_owned(), kind: kind.to_owned(), what })
}

/// Lines with the comment above each; attributes are passed over.
fn documented(block: &str) -> impl Iterator<Item = (String, &str)> {
    let mut comment = String::new();
    block.lines().map(str::trim).filter_map(move |line| {
        if let Some(more) = line.strip_prefix("/// ") {
            if !comment.is_empty() {
                comment.push(' ');
            }
            comment.push_str(more);
            return None;
        }
        if line.is_empty() || line.starts_with("#[") || line.starts_with("//") || line == "}" {
            return None;
        }
        Some((std::mem::take(&mut comment), line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\nevents! {\n    /// An event.\n    LampEvent {\n        /// It was lit.\n        LampLit \"2\",\n    }\n}\n\
        \n/// It was lit.\n#[derive(Clone)]\npub struct LampLit {\n    /// When it\n    /// was.\n    pub at: DateTime<Utc>,\n}\n";

    #[test]
    fn events_and_their_fields_are_read_with_their_comments() {
        let (aggregate, events) = events(SOURCE).unwrap();
        assert_eq!((aggregate.as_str(), events.len()), ("Lamp", 1));
        assert_eq!((events[0].name.as_str(), events[0].version.as_str()), ("LampLit", "2"));
        assert_eq!(events[0].what, "It was lit.");
        let structs = structs(SOURCE);
        let field = &structs[0].1[0];
        assert_eq!((field.name.as_str(), field.kind.as_str()), ("at", "DateTime<Utc>"));
        assert_eq!(field.what, "When it was.");
    }

    #[test]
    fn the_page_has_every_event_of_the_house() {
        let page = page().unwrap();
        for name in ["MessageSubmitted", "MessageUnarchived", "VisitorArrived", "MemberJoined", "DeskRevised"]
        {
            assert!(page.contains(&format!("### {name}, version ")), "{name}");
        }
    }
}
