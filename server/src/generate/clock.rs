//! What the clock tells of a message, at the very instant: an answer is overdue, a follow-up is due, deleted words go.

use super::{
    calendar::instant,
    leave::is_wait,
    simulation::{Act, Simulation, Thread},
    visitors::Told,
};
use commands::rules;
use domain::{
    actor::Actor,
    desk::Grace,
    message::{BecomeOverdue, BringUpFollowUp, MessageCommand, ShredMessage},
};

impl Simulation {
    /// Has the clock look when the next thing of this message falls due.
    pub(super) fn watch(&mut self, at: i64, of: Thread) {
        let grace = self.settings().grace().unwrap_or(Grace::FOR_EVER);
        let Some(told) = self.told(of) else { return };
        let Some(due) = self.falls_due(told, grace).map(|due| due.max(at)) else { return };
        if told.watched.is_none_or(|watched| due < watched)
            && due < self.until
            && let Some(told) = self.told_mut(of)
        {
            told.watched = Some(due);
            self.plan(due, Act::Clock(of));
        }
    }

    /// The desk has been revised: everything may fall due at another time.
    pub(super) fn watch_all(&mut self, at: i64) {
        let all = self
            .visitors
            .messages()
            .filter(|(_, _, told)| told.submitted().is_some_and(|it| it.wait.is_some()));
        let all: Vec<Thread> = all.map(|(visitor, place, _)| Thread { visitor, place }).collect();
        for of in all {
            self.watch(at, of);
        }
    }

    pub(super) fn look_at_clock(&mut self, at: i64, of: Thread) {
        let grace = self.settings().grace().unwrap_or(Grace::FOR_EVER);
        let Some(told) = self.told_mut(of) else { return };
        // It was to look earlier since.
        if told.watched != Some(at) {
            return;
        }
        told.watched = None;
        let Some(message) = told.submitted().cloned() else { return };
        let now = instant(at);
        let mut told_of = false;
        if let Some(wait) = message.wait.filter(|wait| wait.overdue_since.is_none()) {
            let overdue = BecomeOverdue { at: now, wait: wait.began_with, target: self.target.clone() };
            told_of |= self.carry_out(
                at,
                of,
                Actor::System(rules::OVERDUE),
                MessageCommand::BecomeOverdue(overdue.into()),
            );
        }
        if let Some(follow_up) = message.follow_up.filter(|follow_up| follow_up.due_at <= now) {
            let bring_up = BringUpFollowUp { at: now, follow_up: follow_up.scheduled_with };
            told_of |= self.carry_out(
                at,
                of,
                Actor::System(rules::FOLLOW_UP),
                MessageCommand::BringUpFollowUp(bring_up),
            );
        }
        if message.deleted_at.is_some() && !message.shredded {
            let shred = ShredMessage { at: now, deletion: message.deleted_with, grace };
            told_of |= self.carry_out(at, of, Actor::System(rules::SHREDDED), MessageCommand::Shred(shred));
        }
        let later = |told: &Told| self.falls_due(told, grace).is_some_and(|due| due > at);
        // What the rules refused is not told of again at once.
        if told_of || self.told(of).is_some_and(later) {
            self.watch(at, of);
        }
    }

    fn falls_due(&self, told: &Told, grace: Grace) -> Option<i64> {
        let message = told.submitted()?;
        let overdue = message
            .wait
            .filter(|wait| wait.overdue_since.is_none() && is_wait(&told.message))
            .and_then(|_| message.due_at(&self.target));
        let follow_up = message.follow_up.filter(|_| message.deleted_at.is_none()).map(|it| it.due_at);
        let deleted_at = message.deleted_at.filter(|_| !message.shredded);
        let due = [overdue, follow_up, deleted_at.map(|deleted_at| grace.after(deleted_at))];
        due.into_iter().flatten().map(|due| due.timestamp_micros()).min()
    }
}
