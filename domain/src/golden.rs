//! Every event version ever written has a file in `golden/`, as it is stored, and is read back from it.

use cqrs_es::DomainEvent;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

/// Keys under which an event may hold a bare string: ids, times, enumerations.
/// Everything else that a person wrote, or that names one, has to be `Personal`.
const BARE: &[&str] = &[
    "added",
    "at",
    "author",
    "by",
    "category_id",
    "criterion",
    "due_at",
    "expires_at",
    "field_id",
    "file_id",
    "format",
    "hour",
    "image_id",
    "key_id",
    "locale",
    "means",
    "member",
    "mentions",
    "note_id",
    "of",
    "opens_at",
    "permissions",
    "priority",
    "reference",
    "related_to",
    "removed",
    "reply_id",
    "review_id",
    "reviewer",
    "role",
    "team",
    "visitor_id",
    "words_id",
];

/// The desk's own settings, which name nobody.
const BARE_OF_THE_DESK: &[&str] = &[
    "at",
    "availability",
    "category_id",
    "date",
    "en",
    "files",
    "from",
    "icon",
    "id",
    "kind",
    "locales",
    "name",
    "permission",
    "phone_region",
    "priority",
    "scope",
    "tags",
    "time_zone",
    "until",
    "words",
    "zh-CN",
];

/// Of teams: a team's name is a word of the desk's, as a category's is.
const BARE_OF_TEAMS: &[&str] = &["at", "member", "name"];

/// Of channels: where the desk is told of things is a matter of the desk's, but whom it mentions there is not.
const BARE_OF_CHANNELS: &[&str] = &[
    "at",
    "category_id",
    "category_ids",
    "digest",
    "events",
    "format",
    "from",
    "kind",
    "locale",
    "name",
    "pauses_at",
    "priorities",
    "reason",
    "refused",
    "require_keywords",
    "show_content",
    "since",
    "skip_keywords",
    "template",
    "until",
];

/// Reads every golden file of an aggregate: the event is understood, writes back what was read, and has a file for
/// each version written today.
pub(crate) fn check<E: DomainEvent>(folder: &str, types: &[(&str, &str)]) {
    let bare = match folder {
        "desk" => BARE_OF_THE_DESK,
        "team" => BARE_OF_TEAMS,
        "channel" => BARE_OF_CHANNELS,
        _ => BARE,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder).join("golden");
    let mut seen = BTreeSet::new();
    for file in fs::read_dir(&folder).expect("the folder of golden files") {
        let path = file.expect("a golden file").path();
        let stored: Value =
            serde_json::from_str(&fs::read_to_string(&path).expect("readable")).expect("JSON");
        let event: E = serde_json::from_value(stored.clone()).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let (event_type, version) = stem.split_once('.').expect("Type.version.json");
        assert_eq!(event.event_type(), event_type, "{path:?}");
        if types.contains(&(event_type, version)) {
            assert_eq!(
                serde_json::to_value(&event).expect("serialises"),
                stored,
                "{path:?} is written differently"
            );
        }
        refuse_bare_text(&stored, "", &stem, bare);
        seen.insert((event_type.to_owned(), version.to_owned()));
    }
    for (event_type, version) in types {
        let key = ((*event_type).to_owned(), (*version).to_owned());
        assert!(seen.contains(&key), "{event_type} version {version} has no golden file in {folder:?}");
    }
}

fn refuse_bare_text(value: &Value, key: &str, event: &str, bare: &[&str]) {
    match value {
        Value::String(_) => {
            assert!(bare.contains(&key), "{event}: `{key}` holds a bare string; is it Personal?");
        }
        Value::Array(items) => items.iter().for_each(|item| refuse_bare_text(item, key, event, bare)),
        Value::Object(fields) => match fields.get("$personal") {
            Some(form) => assert!(form.get("clear").is_none(), "{event}: `{key}` stands in the clear"),
            None => fields.iter().for_each(|(key, value)| refuse_bare_text(value, key, event, bare)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
