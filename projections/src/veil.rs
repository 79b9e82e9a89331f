//! What of an event a reader does not see: somebody's contact, how a member can be reached elsewhere, what is thought of a
//! colleague's replies, the words of what was deleted.

use crate::Reader;
use domain::{contact::Contact, personal::Personal};
use serde::Deserialize;
use serde_json::{Value, json};

/// What stands where something is that the reader may not see.
const MASKED: &str = "masked";

/// Replaces every marker by what it marks: the value, `"erased"`, a contact's mask, or `"masked"`.
pub(crate) fn show(event_type: &str, payload: &mut Value, reader: &Reader) {
    for (of, path, may) in [
        // As `Member.handles` and `Member.apiKeys` are.
        ("MemberRevised", "/MemberRevised/handles", reader.manages_members()),
        ("ApiKeyCreated", "/ApiKeyCreated/name", reader.manages_members()),
        // What a host site calls somebody is often their address.
        ("VisitorIdentified", "/VisitorIdentified/subject", reader.sees_contacts()),
        // As `Reply.reviews` are; whoever wrote the reply reads them there.
        ("ReplyReviewed", "/ReplyReviewed/comment", reader.reviews()),
    ] {
        if event_type == of
            && !may
            && let Some(field) = payload.pointer_mut(path)
        {
            hide(field, MASKED);
        }
    }
    if event_type == "ReplyReviewed"
        && !reader.reviews()
        && let Some(scores) = payload.pointer_mut("/ReplyReviewed/scores")
    {
        *scores = json!([]);
    }
    plain("", payload, reader.sees_contacts());
}

/// Replaces every marker by a word.
pub(crate) fn hide(value: &mut Value, word: &str) {
    match value {
        Value::Object(fields) if fields.contains_key("$personal") => *value = json!(word),
        Value::Object(fields) => fields.values_mut().for_each(|field| hide(field, word)),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, word)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn plain(name: &str, value: &mut Value, contacts: bool) {
    match value {
        Value::Object(fields) if fields.contains_key("$personal") => {
            *value = match Personal::<Value>::deserialize(&*value) {
                Ok(Personal::Clear(clear)) => match Contact::deserialize(&clear) {
                    Ok(contact) if !contacts => json!({"kind": contact.kind, "masked": contact.masked()}),
                    Err(_) if !contacts && name == "contact" => json!(MASKED),
                    _ => clear,
                },
                _ => json!("erased"),
            };
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                plain(name, field, contacts);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plain(name, item, contacts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
