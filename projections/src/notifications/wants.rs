//! Does a channel want to hear of it? Pure.

use domain::{
    channel::{ChannelKind, NotificationType, Rules},
    contact::ContactKind,
    ids::CategoryId,
    message::{Message, Priority},
};
use serde_json::Value;

/// What rules ask of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    category_id: Option<CategoryId>,
    priority: Priority,
    /// Of the rating that this is about.
    stars: Option<u64>,
    /// What was said, or else what the message began with; none once they are erased.
    words: Option<String>,
    /// How its visitor can be reached who wrote it themselves; none once that is erased.
    reach: Option<ContactKind>,
}

/// Where an event keeps what was said.
const WORDS: [&str; 4] = ["content", "comment", "note", "reason"];

impl Subject {
    /// Reads it off a message, and off the opened payloads of this event and of its first one. `own`: did its visitor write it?
    pub(crate) fn read(message: &Message, said: &Value, first: &Value, own: bool) -> Self {
        let (category_id, priority) = match message {
            Message::NotSubmitted => (None, Priority::default()),
            Message::Submitted(message) => (message.category_id.clone(), message.priority),
        };
        let stars = fields(said).and_then(|fields| fields.get("rating")?.as_u64());
        let reach = own.then(|| reach(first)).flatten();
        Self { category_id, priority, stars, words: words(said).or_else(|| words(first)), reach }
    }

    /// Does a channel of this kind reach whom it is for? What tells the desk always does.
    pub(crate) fn is_reached_by(&self, kind: ChannelKind) -> bool {
        kind.reaches().is_none_or(|by| self.reach == Some(by))
    }
}

/// The fields of an event, which stand below its name.
fn fields(payload: &Value) -> Option<&Value> {
    payload.as_object()?.values().next()
}

/// What was said in an event whose personal data is open.
fn words(payload: &Value) -> Option<String> {
    let fields = fields(payload)?;
    let clear = |name: &&str| fields.get(*name)?.get("$personal")?.get("clear")?.as_str().map(str::to_owned);
    WORDS.iter().find_map(clear)
}

/// How whoever left a message can be reached.
fn reach(first: &Value) -> Option<ContactKind> {
    let contact = fields(first)?.get("contact")?.get("$personal")?.get("clear")?;
    serde_json::from_value(contact.get("kind")?.clone()).ok()
}

/// Does any rule ask for more than the type?
pub(crate) fn asks_for_subject(rules: &Rules) -> bool {
    !rules.category_ids.is_empty()
        || !rules.priorities.is_empty()
        || rules.highest_rating.is_some()
        || rules.asks_for_words()
}

/// Do the rules take it, whose type they have?
pub(crate) fn wants(rules: &Rules, event_type: &NotificationType, subject: &Subject) -> bool {
    let category = rules.category_ids.is_empty()
        || subject.category_id.as_ref().is_some_and(|category| rules.category_ids.contains(category));
    let priority = rules.priorities.is_empty() || rules.priorities.contains(&subject.priority);
    let rating = match (rules.highest_rating, subject.stars) {
        (Some(highest), Some(stars)) if event_type.as_str() == "message.rated" => {
            stars <= u64::from(highest.count())
        }
        _ => true,
    };
    let words = !rules.asks_for_words() || rules.take_words(subject.words.as_deref().unwrap_or_default());
    category && priority && rating && words
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{channel::Keyword, message::Stars};
    use serde_json::json;

    fn subject() -> Subject {
        Subject {
            category_id: Some(CategoryId("complaint".to_owned())),
            priority: Priority::High,
            stars: Some(2),
            words: Some("我要退款".to_owned()),
            reach: None,
        }
    }

    fn takes(rules: &Rules) -> bool {
        let rated = NotificationType::parse("message.rated").expect("a type");
        assert!(asks_for_subject(rules));
        wants(rules, &rated, &subject())
    }

    #[test]
    fn every_rule_takes_what_fits_it_and_nothing_else() {
        let category = |id: &str| Rules { category_ids: vec![CategoryId(id.to_owned())], ..Rules::default() };
        assert!(takes(&category("complaint")) && !takes(&category("inquiry")));
        let priority = |priority| Rules { priorities: vec![priority], ..Rules::default() };
        assert!(takes(&priority(Priority::High)) && !takes(&priority(Priority::Low)));
        let rating = |stars| Rules { highest_rating: Stars::new(stars), ..Rules::default() };
        assert!(takes(&rating(2)) && takes(&rating(3)) && !takes(&rating(1)));
        let keyword = |text| vec![Keyword::parse(text).expect("a keyword")];
        assert!(takes(&Rules { require_keywords: keyword("退款"), ..Rules::default() }));
        assert!(!takes(&Rules { skip_keywords: keyword("退款"), ..Rules::default() }));
    }

    #[test]
    fn words_are_those_of_the_event_or_else_those_that_the_message_began_with() {
        let said = |text: &str| json!({"MessageContinued": {"content": {"$personal": {"clear": text}}}});
        let none = json!({"MessageAssigned": {"reason": null}});
        let erased = json!({"MessageSubmitted": {"content": {"$personal": "erased"}}});
        let read = |this: &Value, first: &Value| Subject::read(&Message::default(), this, first, true).words;
        assert_eq!(read(&said("more"), &said("first")).as_deref(), Some("more"));
        assert_eq!(read(&none, &said("first")).as_deref(), Some("first"));
        assert_eq!(read(&none, &erased), None);
        let rated = json!({"MessageRated": {"rating": 2, "comment": null}});
        assert_eq!(Subject::read(&Message::default(), &rated, &erased, true).stars, Some(2));
    }

    #[test]
    fn a_visitor_is_reached_by_the_contact_that_they_wrote_with_themselves() {
        let left =
            |kind: &str| json!({"MessageSubmitted": {"contact": {"$personal": {"clear": {"kind": kind}}}}});
        let reached = |first: &Value, own, kind| {
            Subject::read(&Message::default(), &Value::Null, first, own).is_reached_by(kind)
        };
        let (mail, sms, robot) = (ChannelKind::VisitorEmail, ChannelKind::VisitorSms, ChannelKind::Wecom);
        assert!(reached(&left("email"), true, mail) && !reached(&left("email"), true, sms));
        assert!(reached(&left("phone"), true, sms) && !reached(&left("phone"), true, mail));
        assert!(!reached(&left("email"), false, mail), "a member wrote it down");
        let erased = json!({"MessageSubmitted": {"contact": {"$personal": "erased"}}});
        assert!(!reached(&erased, true, mail) && reached(&erased, true, robot));
    }
}
