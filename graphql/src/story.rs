//! What happened, told as a story: who, what, from what to what; in the reader's language.
//!
//! Knows the events and the keys of their sentences in `graphql/locales/`. Must not know where events come from.

use crate::{
    language::{Gap, Language},
    query::channel::why_paused,
};
use chrono::{DateTime, Utc};
use domain::{
    actor::Acted,
    channel::PauseReason,
    desk::Settings,
    ids::{CategoryId, MemberId},
    locale::Locale,
    message::{Assignee, Message, MessageEvent, Submitted},
};
use projections::{Around, HistoryEntry, Quote, Tale};

/// What a story needs to know of the desk.
pub struct Story<'a> {
    /// In which language.
    pub locale: Option<&'a Locale>,
    /// What categories are called.
    pub settings: &'a Settings,
    /// What it is told from; whoever is missing is "a member".
    pub tale: &'a Tale,
}

impl Story<'_> {
    /// The sentence of an event, its status change and its reason with it.
    pub fn tell(&self, entry: &HistoryEntry) -> String {
        let around = self.tale.around.get(&entry.event.position);
        let actor = self.actor(entry);
        let story = match around {
            Some(around) => self.of_message(entry, &actor, around),
            None => self.plainly(entry, &actor),
        };
        let story = match around.and_then(|around| self.status_change(around)) {
            Some((from, to)) => {
                self.say("story-with-status", &[("story", &story), ("from", &from), ("to", &to)])
            }
            None => story,
        };
        self.with_quote(story, entry)
    }

    /// The sentence with what the actor wrote to it, or with what became of that.
    fn with_quote(&self, story: String, entry: &HistoryEntry) -> String {
        let told = |key| self.say(key, &[("story", &story)]);
        match &entry.quote {
            Some(Quote::Said(reason)) => {
                self.say("story-with-reason", &[("story", &story), ("reason", reason)])
            }
            Some(Quote::Erased) => told("story-with-reason-erased"),
            Some(Quote::Deleted) => told("story-with-reason-deleted"),
            Some(Quote::Masked) => told("story-with-reason-masked"),
            None => match paused(entry) {
                Some(reason) => {
                    let reason = why_paused(&reason, Language::of(self.locale));
                    self.say("story-with-why", &[("story", &story), ("why", &reason)])
                }
                None => story,
            },
        }
    }

    /// An event by what it says itself, and what its aggregate is called. A sentence that needs more than is known becomes
    /// the event's own name.
    fn plainly(&self, entry: &HistoryEntry, actor: &str) -> String {
        let event_type = &entry.event.event_type;
        let called = self.tale.called.get(&entry.event.position);
        let member = entry.subject().map(|id| self.member(id));
        let from = called.and_then(|called| called.before.as_deref());
        let name = called.and_then(|called| called.since.as_deref());
        let due = due(entry);
        let role = field(entry, "role").map(|role| self.role(role));
        let to = due.as_deref().or(role);
        let gaps: Vec<Gap> = [
            ("actor", Some(actor)),
            ("reference", field(entry, "reference")),
            ("to", to),
            ("from", from),
            ("name", name),
            ("member", member.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, words)| Some((name, words?)))
        .collect();
        let told = Language::of(self.locale).find(&key(event_type), &gaps);
        told.unwrap_or_else(|| format!("{actor}: {event_type}"))
    }

    fn of_message(&self, entry: &HistoryEntry, actor: &str, around: &Around) -> String {
        let before = around.change.as_ref().and_then(|(before, _)| submitted(before));
        let say = |key: &str, gaps: &[Gap]| self.say(key, &[&[("actor", actor)], gaps].concat());
        let from_to = |key: &str, from: Option<String>, to: &str| match from {
            Some(from) => say(&format!("{key}-from"), &[("from", &from), ("to", to)]),
            None => say(key, &[("to", to)]),
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others are told by their name alone")]
        match &around.event {
            MessageEvent::MessageSubmitted(event) => {
                let reference = ("reference", event.reference.as_str());
                match &event.category_id {
                    Some(id) => {
                        let gaps = [reference, ("category", &self.category(id))];
                        say("story-message-submitted-about", &gaps)
                    }
                    None => say("story-message-submitted", &[reference]),
                }
            }
            MessageEvent::MessageContinued(event) if event.reopened => {
                say("story-message-continued-reopened", &[])
            }
            MessageEvent::MessageAssigned(event) if is_by(entry, event.to) => {
                say("story-message-claimed", &[])
            }
            MessageEvent::MessageAssigned(event) => {
                let from = before.and_then(|before| before.assignee).map(|from| self.assignee(from));
                from_to("story-message-assigned", from, &self.assignee(event.to))
            }
            MessageEvent::MessageUnassigned(_) => match before.and_then(|before| before.assignee) {
                Some(from) => say("story-message-unassigned-from", &[("from", &self.assignee(from))]),
                None => say("story-message-unassigned", &[]),
            },
            MessageEvent::FollowUpScheduled(event) => {
                let from = before.and_then(|before| before.follow_up).map(|from| minute(from.due_at));
                from_to("story-follow-up-scheduled", from, &minute(event.due_at))
            }
            MessageEvent::MessageCategorized(event) => {
                let from = before.and_then(|before| before.category_id.as_ref()).map(|id| self.category(id));
                from_to("story-message-categorized", from, &self.category(&event.category_id))
            }
            MessageEvent::MessagePrioritized(event) => {
                let named = |name: &str| self.say(&format!("priority-{}", name.to_lowercase()), &[]);
                let from = before.map(|before| named(before.priority.name()));
                from_to("story-message-prioritized", from, &named(event.priority.name()))
            }
            MessageEvent::MessageTagged(event) => {
                let list = |tags: &[domain::ids::Tag]| {
                    let next = |first: String, tag: &domain::ids::Tag| match first.is_empty() {
                        true => tag.0.clone(),
                        false => self.say("list-separator", &[("first", &first), ("next", &tag.0)]),
                    };
                    tags.iter().fold(String::new(), next)
                };
                let (added, removed) = (list(&event.added), list(&event.removed));
                let key = match (added.is_empty(), removed.is_empty()) {
                    (_, true) => "story-message-tagged",
                    (true, false) => "story-message-untagged",
                    (false, false) => "story-message-retagged",
                };
                say(key, &[("added", &added), ("removed", &removed)])
            }
            MessageEvent::MessageRated(event) => {
                say("story-message-rated", &[("to", &event.rating.count().to_string())])
            }
            MessageEvent::MessageMarkedAsSpam(_) => match entry.acted() {
                Acted::System(rule) => {
                    let told = Language::of(self.locale).find(&format!("story-taken-for-spam-{rule}"), &[]);
                    told.unwrap_or_else(|| self.plainly(entry, actor))
                }
                _ => self.plainly(entry, actor),
            },
            _ => self.plainly(entry, actor),
        }
    }

    fn say(&self, key: &str, gaps: &[Gap]) -> String {
        Language::of(self.locale).say(key, gaps)
    }

    fn status_change(&self, around: &Around) -> Option<(String, String)> {
        let (before, after) = around.change.as_ref()?;
        let ((before, _), (after, _)) = (before.status()?, after.status()?);
        let named = |name: &str| self.say(&format!("status-{}", name.to_lowercase().replace('_', "-")), &[]);
        (before != after).then(|| (named(before.name()), named(after.name())))
    }

    fn actor(&self, entry: &HistoryEntry) -> String {
        match entry.acted() {
            Acted::Member(id) => self.member(id),
            Acted::Visitor(_) => self.say("actor-visitor", &[]),
            Acted::Integration(_) => self.say("actor-integration", &[]),
            Acted::System(_) => self.say("actor-system", &[]),
            Acted::Anonymous => self.say("actor-anonymous", &[]),
        }
    }

    fn assignee(&self, assignee: Assignee) -> String {
        match assignee {
            Assignee::Member(id) => self.member(id),
            Assignee::Team(id) => {
                let known = self.tale.teams.iter().find(|team| team.id == id);
                known.map_or_else(|| self.say("team", &[]), |team| team.name.as_str().to_owned())
            }
        }
    }

    fn member(&self, id: MemberId) -> String {
        let known = self.tale.members.iter().find(|member| member.id == id);
        let name = known.and_then(|member| member.name.text()).map(str::to_owned);
        name.unwrap_or_else(|| self.say("actor-member", &[]))
    }

    /// The name of one of the desk's own roles; of another its id.
    fn role<'r>(&'r self, id: &'r str) -> &'r str {
        let own = self.settings.desk.as_ref().and_then(|desk| desk.locales.first());
        let known = self.settings.own_roles().iter().find(|role| role.id.as_str() == id).zip(own);
        known.map_or(id, |(known, own)| known.name.text(self.locale, own))
    }

    fn category(&self, id: &CategoryId) -> String {
        let own = self.settings.desk.as_ref().and_then(|desk| desk.locales.first());
        let known = self.settings.category_ever(id).zip(own);
        known.map_or_else(|| id.0.clone(), |(known, own)| known.name.text(self.locale, own).to_owned())
    }
}

/// When what the event speaks of was due.
fn due(entry: &HistoryEntry) -> Option<String> {
    field(entry, "due_at")?.parse().ok().map(minute)
}

/// The key of an event's sentence: `MessageReplied` is `story-message-replied`.
pub(crate) fn key(event_type: &str) -> String {
    let mut key = "story".to_owned();
    for letter in event_type.chars() {
        if letter.is_ascii_uppercase() {
            key.push('-');
        }
        key.push(letter.to_ascii_lowercase());
    }
    key
}

/// Was it whoever the message went to?
fn is_by(entry: &HistoryEntry, to: Assignee) -> bool {
    matches!((entry.acted(), to), (Acted::Member(by), Assignee::Member(to)) if by == to)
}

fn submitted(message: &Message) -> Option<&Submitted> {
    match message {
        Message::Submitted(submitted) => Some(submitted),
        Message::NotSubmitted => None,
    }
}

/// A text field of the event as it was opened for this reader.
fn field<'e>(entry: &'e HistoryEntry, name: &str) -> Option<&'e str> {
    entry.payload.get(&entry.event.event_type)?.get(name)?.as_str()
}

/// Why a channel was paused, when it was.
fn paused(entry: &HistoryEntry) -> Option<PauseReason> {
    serde_json::from_value(entry.payload.get("ChannelPaused")?.get("reason")?.clone()).ok()
}

/// To the minute, in UTC.
fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        channel::ChannelEvent, desk::DeskEvent, member::MemberEvent, team::TeamEvent, visitor::VisitorEvent,
    };

    #[test]
    fn every_event_has_a_sentence_in_every_language() {
        let types = [
            MessageEvent::TYPES,
            VisitorEvent::TYPES,
            MemberEvent::TYPES,
            TeamEvent::TYPES,
            DeskEvent::TYPES,
            ChannelEvent::TYPES,
        ];
        let types = types.concat();
        let gaps = ["actor", "reference", "to", "from", "added", "name", "member"].map(|gap| (gap, "X"));
        for (event_type, _) in types {
            for language in Language::ALL {
                let told = language.find(&key(event_type), &gaps);
                assert!(told.is_some(), "{event_type} has no sentence in {}", language.tag());
            }
        }
    }
}
