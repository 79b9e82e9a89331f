//! What a generic webhook gets as `data`, without a word of a person's. One table has a field's value and its JSON Schema, so
//! that what is published is what is sent. Pure.

use super::tell::{About, OfChannel, OfMessage, Tale};
use domain::{
    channel::PauseReason,
    message::{Assignee, File, FileFormat, Image, ImageFormat, MessageStatus, Priority},
};
use serde_json::{Map, Value, json};

/// A field of `data`; all that there are of a type are always there, some of them null.
struct Field<T> {
    name: &'static str,
    /// What it is, for whoever writes a receiver.
    words: &'static str,
    /// Its schema, by the type and version of the notification.
    schema: fn(&str, u32) -> Value,
    value: fn(&T) -> Value,
}

/// Types by which something is due.
const DUE: [&str; 3] =
    ["message.follow_up_scheduled", "message.follow_up_came_due", "message.reply_became_overdue"];
/// The type by which stars are given.
const RATED: &str = "message.rated";
/// Types by which something is said that pictures and other files can come with.
const PICTURED: [&str; 3] = ["message.submitted", "message.continued", "message.replied"];
/// The type that says when a channel is paused.
const WARNED: &str = "channel.warned";
/// The type that says why one was.
const PAUSED: &str = "channel.paused";

static OF_EVENT: [Field<Tale>; 4] = [
    Field {
        name: "eventId",
        words: "The event's id, the same however often it is told.",
        schema: |_, _| uuid(),
        value: |tale| json!(tale.event_id),
    },
    Field {
        name: "position",
        words: "Its place in the log: the order of everything.",
        schema: |_, _| whole(None),
        value: |tale| json!(tale.due.position),
    },
    Field {
        name: "sequence",
        words: "Its place among the events of its message or channel.",
        schema: |_, _| whole(None),
        value: |tale| json!(tale.sequence),
    },
    Field {
        name: "version",
        words: "The version of its shape.",
        schema: |_, version| json!({"const": version.to_string()}),
        value: |tale| json!(tale.event_version),
    },
];

static OF_MESSAGE: [Field<OfMessage>; 11] = [
    Field {
        name: "messageId",
        words: "The message's id.",
        schema: |_, _| uuid(),
        value: |message| json!(message.id),
    },
    Field {
        name: "reference",
        words: "Its short name.",
        schema: |_, _| json!({"type": "string", "pattern": "^LW-[0-9A-HJKMNP-TV-Z]{6}$"}),
        value: |message| json!(message.reference),
    },
    Field {
        name: "status",
        words: "Its status when this is sent.",
        schema: |_, _| json!({"enum": MessageStatus::ALL.map(MessageStatus::name)}),
        value: |message| json!(message.status.map(MessageStatus::name)),
    },
    Field {
        name: "categoryId",
        words: "What it is about when this is sent, if anybody said.",
        schema: |_, _| json!({"type": ["string", "null"]}),
        value: |message| json!(message.category_id),
    },
    Field {
        name: "priority",
        words: "How urgent it is when this is sent.",
        schema: |_, _| json!({"enum": Priority::ALL.map(Priority::name)}),
        value: |message| json!(message.priority.name()),
    },
    Field {
        name: "assigneeId",
        words: "The member who is to answer it when this is sent.",
        schema: |_, _| or_null(uuid()),
        value: |message| match message.assignee {
            Some(Assignee::Member(id)) => json!(id.to_string()),
            Some(Assignee::Team(_)) | None => Value::Null,
        },
    },
    Field {
        name: "teamId",
        words: "The team that is to answer it when this is sent.",
        schema: |_, _| or_null(uuid()),
        value: |message| match message.assignee {
            Some(Assignee::Team(id)) => json!(id.to_string()),
            Some(Assignee::Member(_)) | None => Value::Null,
        },
    },
    Field {
        name: "dueAt",
        words: "When something is due by this event.",
        schema: |kind, _| only_if(DUE.contains(&kind), instant()),
        value: |message| json!(message.due_at),
    },
    Field {
        name: "rating",
        words: "How many stars were given by this event.",
        schema: |kind, _| only_if(kind == RATED, whole(Some(5))),
        value: |message| json!(message.stars),
    },
    Field {
        name: "images",
        words: "The pictures that came with what was said, in order, and not a byte of them.",
        schema: |kind, _| only_if(PICTURED.contains(&kind), json!({"type": "array", "items": picture()})),
        value: |message| json!(message.images.as_ref().map(|all| all.iter().map(told).collect::<Vec<_>>())),
    },
    Field {
        name: "files",
        words: "The other files that came with what was said, in order, without their names and not a byte of them.",
        schema: |kind, _| only_if(PICTURED.contains(&kind), json!({"type": "array", "items": file()})),
        value: |message| json!(message.files.as_ref().map(|all| all.iter().map(told_of).collect::<Vec<_>>())),
    },
];

static OF_CHANNEL: [Field<OfChannel>; 4] = [
    Field {
        name: "channel",
        words: "What the channel is called.",
        schema: |_, _| json!({"type": "string", "minLength": 1}),
        value: |channel| json!(channel.name),
    },
    Field {
        name: "pausesAt",
        words: "When it is paused, if it goes on like this.",
        schema: |kind, _| only_if(kind == WARNED, instant()),
        value: |channel| json!(channel.pauses_at),
    },
    Field {
        name: "reason",
        words: "Why it was paused: by hand, because its receiver refused or is gone for good, or after days of failures.",
        schema: |kind, _| only_if(kind == PAUSED, json!({"enum": ["BY_HAND", "REFUSED", "GONE", "FAILING"]})),
        value: |channel| json!(channel.reason.as_ref().map(name_of)),
    },
    Field {
        name: "code",
        words: "The receiver's own code, if it refused and gave one.",
        schema: |kind, _| {
            let text = json!({"type": "string"});
            only_if(kind == PAUSED, or_null(text))
        },
        value: |channel| match &channel.reason {
            Some(PauseReason::Refused(code)) => json!(code),
            Some(PauseReason::ByHand | PauseReason::Gone | PauseReason::Failing) | None => Value::Null,
        },
    },
];

/// `data` of a delivery.
pub(crate) fn data(tale: &Tale) -> Value {
    let mut data = Map::new();
    fill(&mut data, &OF_EVENT, tale);
    match &tale.about {
        About::Message(message) => fill(&mut data, &OF_MESSAGE, message),
        About::Channel(channel) => fill(&mut data, &OF_CHANNEL, channel),
        About::Nothing => {}
    }
    Value::Object(data)
}

/// The schema of `data` by the type and version of the notification.
pub(crate) fn schema_of_data(kind: &str, version: u32) -> Value {
    let mut properties = Map::new();
    describe(&mut properties, &OF_EVENT, kind, version);
    if kind.starts_with("channel.") {
        describe(&mut properties, &OF_CHANNEL, kind, version);
    } else {
        describe(&mut properties, &OF_MESSAGE, kind, version);
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "required": required, "properties": properties})
}

fn fill<T>(data: &mut Map<String, Value>, fields: &[Field<T>], of: &T) {
    data.extend(fields.iter().map(|field| (field.name.to_owned(), (field.value)(of))));
}

fn describe<T>(properties: &mut Map<String, Value>, fields: &[Field<T>], kind: &str, version: u32) {
    for field in fields {
        let mut schema = (field.schema)(kind, version);
        schema["description"] = json!(field.words);
        properties.insert(field.name.to_owned(), schema);
    }
}

fn name_of(reason: &PauseReason) -> &'static str {
    match reason {
        PauseReason::ByHand => "BY_HAND",
        PauseReason::Refused(_) => "REFUSED",
        PauseReason::Gone => "GONE",
        PauseReason::Failing => "FAILING",
    }
}

/// A picture, as a webhook hears of it.
fn told(image: &Image) -> Value {
    json!({"id": image.image_id.to_string(), "contentType": image.format.content_type(),
        "width": image.width, "height": image.height, "bytes": image.bytes})
}

fn picture() -> Value {
    let kinds = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif].map(ImageFormat::content_type);
    let properties = json!({"id": uuid(), "contentType": {"enum": kinds},
        "width": whole(None), "height": whole(None), "bytes": whole(None)});
    let required = ["id", "contentType", "width", "height", "bytes"];
    json!({"type": "object", "required": required, "properties": properties})
}

/// Another file, as a webhook hears of it: its name is a person's.
fn told_of(file: &File) -> Value {
    json!({"id": file.file_id.to_string(), "contentType": file.format.content_type(), "bytes": file.bytes})
}

fn file() -> Value {
    let kinds = FileFormat::ALL.map(FileFormat::content_type);
    let properties = json!({"id": uuid(), "contentType": {"enum": kinds}, "bytes": whole(None)});
    json!({"type": "object", "required": ["id", "contentType", "bytes"], "properties": properties})
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// From 1 on.
fn whole(most: Option<u8>) -> Value {
    let mut schema = json!({"type": "integer", "minimum": 1});
    if let Some(most) = most {
        schema["maximum"] = json!(most);
    }
    schema
}

fn only_if(it_is: bool, schema: Value) -> Value {
    if it_is { schema } else { json!({"type": "null"}) }
}

fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::tell::{came_with, due_of, stars_of};
    use domain::message::MessageEvent;
    use std::{fs, path::Path};

    /// Every event ever written is an example: what it has by the code of `tell.rs` is what its schema promises.
    #[test]
    fn what_a_type_says_to_have_its_events_have() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/src/message/golden");
        let mut examples = 0;
        for entry in fs::read_dir(folder).expect("examples") {
            let text = fs::read_to_string(entry.expect("an example").path()).expect("text");
            let event: MessageEvent = serde_json::from_str(&text).expect("an event");
            let name = cqrs_es::DomainEvent::event_type(&event);
            let kind = domain::channel::type_of("Message", &name);
            assert_eq!(due_of(&event).is_some(), DUE.contains(&kind.as_str()), "{kind}");
            assert_eq!(stars_of(&event).is_some(), kind.as_str() == RATED, "{kind}");
            assert_eq!(came_with(event).is_some(), PICTURED.contains(&kind.as_str()), "{kind}");
            examples += 1;
        }
        assert!(examples >= MessageEvent::TYPES.len());
    }

    #[test]
    fn a_field_is_what_its_schema_names() {
        let schema = schema_of_data("message.rated", 1);
        assert_eq!(schema["properties"]["rating"]["maximum"], 5);
        assert_eq!(schema["properties"]["dueAt"]["type"], "null");
        let message = OfMessage { stars: Some(4), ..OfMessage::default() };
        let mut data = Map::new();
        fill(&mut data, &OF_MESSAGE, &message);
        assert!(data.keys().all(|name| schema["properties"].get(name).is_some()), "{data:?}");
        assert_eq!(data["rating"], 4);
        let paused = schema_of_data("channel.paused", 1);
        assert_eq!(paused["properties"].get("rating"), None);
        let reason = Some(PauseReason::Refused(Some("93000".to_owned())));
        let mut data = Map::new();
        fill(&mut data, &OF_CHANNEL, &OfChannel { name: "售后群".to_owned(), pauses_at: None, reason });
        assert_eq!((&data["reason"], &data["code"]), (&json!("REFUSED"), &json!("93000")));
        assert!(
            paused["properties"]["reason"]["enum"]
                .as_array()
                .is_some_and(|all| all.contains(&data["reason"]))
        );
        assert_eq!(schema_of_data("channel.warned", 1)["properties"]["reason"]["type"], "null");
    }
}
