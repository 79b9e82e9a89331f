//! Who has a message at the end of the log, and its status there: what scopes and filters go by, from the raw log as well.

use super::{Log, Told};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How a message stands.
#[derive(Clone, Debug)]
pub(in super::super) struct Standing {
    pub(in super::super) member: Option<Uuid>,
    pub(in super::super) team: Option<Uuid>,
    /// `None`: neither resolved nor closed.
    over: Option<&'static str>,
    owes: bool,
    attention: bool,
    /// Parked, and whether its visitor wrote since.
    parked: Option<bool>,
}

impl Standing {
    pub(in super::super) fn status(&self) -> &'static str {
        match (self.over, self.parked) {
            (Some(over), _) => over,
            (None, Some(false)) => "FOLLOW_UP",
            (None, _) if self.owes || self.attention => "OPEN",
            (None, _) => "REPLIED",
        }
    }
}

impl Told {
    /// As it is told to somebody who reads their own figures: what is thought of others' replies is not for them.
    pub(in super::super) fn seen_by(&self, own: Uuid) -> Self {
        let mut seen = self.clone();
        seen.all.retain(|once| once.what != "reviewed" || once.by == Some(own));
        seen
    }
}

impl Log {
    /// Of every message.
    pub(in super::super) fn standings(&self) -> BTreeMap<Uuid, Standing> {
        let new =
            Standing { member: None, team: None, over: None, owes: true, attention: false, parked: None };
        let mut all: BTreeMap<Uuid, Standing> = BTreeMap::new();
        for raw in self.0.iter().filter(|raw| raw.stream.0 == "Message") {
            let id = raw.stream.1.parse().expect("an id");
            let now = all.entry(id).or_insert_with(|| new.clone());
            let of = |kind: &str| raw.event["to"][kind].as_str().map(|id| id.parse().expect("an id"));
            match raw.event_type.as_str() {
                "MessageContinued" => {
                    (now.owes, now.over, now.parked) = (true, None, now.parked.map(|_| true));
                }
                "MessageReplied" => (now.owes, now.attention, now.parked) = (false, false, None),
                "MessageResolved" => (now.over, now.attention, now.parked) = (Some("RESOLVED"), false, None),
                "MessageClosed" => (now.over, now.attention, now.parked) = (Some("CLOSED"), false, None),
                "MessageReopened" => (now.over, now.attention) = (None, true),
                "FollowUpScheduled" => (now.parked, now.attention) = (Some(false), false),
                "FollowUpCompleted" | "MessageMarkedAsSpam" => now.parked = None,
                "FollowUpCameDue" => (now.parked, now.attention) = (None, true),
                "MessageAssigned" => (now.member, now.team) = (of("member"), of("team")),
                "MessageUnassigned" => (now.member, now.team) = (None, None),
                _ => {}
            }
        }
        all
    }
}

impl Told {
    pub(in super::super) fn id(&self) -> Uuid {
        self.id
    }

    pub(in super::super) fn tags(&self) -> &BTreeSet<String> {
        &self.tags
    }
}
