//! What of an event a reader does not see: somebody's contact, how a member can be reached elsewhere, what is thought of a
//! colleague's replies, the words of what was deleted.

use crate::{Reader, reader::Sight};
use domain::{contact::Contact, personal::Personal};
use serde::Deserialize;
use serde_json::{Value, json};

/// What stands where something is that the reader may not see.
pub(crate) const MASKED: &str = "masked";
/// What stands where the words of a deleted message are.
pub(crate) const DELETED: &str = "deleted";

/// What somebody wrote to what they did.
#[derive(Clone, PartialEq, Eq)]
pub enum Quote {
    /// These words.
    Said(String),
    /// It is gone for ever.
    Erased,
    /// It was deleted with its message.
    Deleted,
    /// The reader may not see it.
    Masked,
}

/// Never printed by accident.
impl std::fmt::Debug for Quote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Replaces every marker by what it marks: the value, `"erased"`, a contact's mask, or `"masked"`. Gives what the actor
/// wrote to it.
pub(crate) fn show(event_type: &str, payload: &mut Value, reader: &Reader, sight: Sight) -> Option<Quote> {
    for (of, path, may) in [
        // As `Member.handles` and `Member.apiKeys` are.
        ("MemberRevised", "/MemberRevised/handles", reader.manages_members()),
        ("ApiKeyCreated", "/ApiKeyCreated/name", reader.manages_members()),
        // What a host site calls somebody is often their address.
        ("VisitorIdentified", "/VisitorIdentified/subject", sight.contacts),
        // As `Reply.reviews` are; whoever wrote the reply reads them there.
        ("ReplyReviewed", "/ReplyReviewed/comment", sight.reviews),
    ] {
        if event_type == of
            && !may
            && let Some(field) = payload.pointer_mut(path)
        {
            hide(field, MASKED);
        }
    }
    if event_type == "ReplyReviewed"
        && !sight.reviews
        && let Some(scores) = payload.pointer_mut("/ReplyReviewed/scores")
    {
        *scores = json!([]);
    }
    let quote = quote(event_type, payload);
    plain("", payload, sight.contacts);
    quote
}

/// A reason, what was written to a follow-up or a rating: a marker still, or the word that stands where it was.
fn quote(event_type: &str, payload: &Value) -> Option<Quote> {
    let event = payload.get(event_type)?;
    let said = ["reason", "note", "comment"].into_iter().find_map(|name| event.get(name))?;
    match said {
        Value::Object(fields) if fields.contains_key("$personal") => {
            match Personal::<String>::deserialize(said) {
                Ok(Personal::Clear(said)) => Some(Quote::Said(said)),
                _ => Some(Quote::Erased),
            }
        }
        Value::String(word) if word == DELETED => Some(Quote::Deleted),
        Value::String(word) if word == MASKED => Some(Quote::Masked),
        // What a program said, such as why it paused a channel.
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => None,
    }
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
