//! What is rarer: sorting, parking, rating and reviewing, and what becomes of visitors.

use super::{
    calendar::{DAY, HOUR, instant},
    course::Step,
    lines::OWN,
    simulation::{Simulation, Thread},
};
use commands::{Happened, Unique, rules};
use cqrs_es::Aggregate;
use domain::{
    access::Permission,
    actor::Actor,
    contact::ContactKind,
    decide::Decide,
    ids::{CategoryId, ReviewId},
    message::{
        CategorizeMessage, CriterionScore, EraseMessage, MessageCommand, PrioritizeMessage, Priority,
        RateMessage, ReviewReply, ScheduleFollowUp, Stars, TagMessage,
    },
    visitor::{Identity, ReturnMeans, Subject, VisitorCommand},
};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Simulation {
    pub(super) fn sort(&mut self, at: i64, of: Thread, step: Step) {
        let Some((_, actor)) = self.who(of, Permission::MessagesWork) else { return };
        let Some((topic, tags)) =
            self.told(of).and_then(|told| Some((told.topic, told.submitted()?.tags.clone())))
        else {
            return;
        };
        let (now, known) = (instant(at), self.settings().tags());
        let command = match step {
            Step::Prioritize => {
                let priority =
                    *self.dice.pick(&[Priority::Low, Priority::High, Priority::High, Priority::Urgent]);
                MessageCommand::Prioritize(PrioritizeMessage { at: now, priority })
            }
            Step::Untag => {
                let remove = tags.into_iter().take(1).collect();
                MessageCommand::Tag(TagMessage { at: now, add: BTreeSet::new(), remove, known })
            }
            Step::Tag => {
                let many = 1 + self.dice.below(2);
                let add = (0..many).map(|_| self.dice.pick(&known).clone()).collect();
                MessageCommand::Tag(TagMessage { at: now, add, remove: BTreeSet::new(), known })
            }
            _ => {
                let categories = self.settings().form_rules(None).categories;
                let wanted = CategoryId(topic.to_owned());
                // What it is about, or something else when that is known already.
                let current = self.told(of).and_then(|told| told.submitted()?.category_id.clone());
                let fits = categories.contains(&wanted) && current.as_ref() != Some(&wanted);
                let category_id = if fits { wanted } else { self.dice.pick(&categories).clone() };
                MessageCommand::Categorize(CategorizeMessage { at: now, category_id, known: true })
            }
        };
        self.carry_out(at, of, actor, command);
    }

    pub(super) fn park(&mut self, at: i64, of: Thread) {
        let Some((by, actor)) = self.who(of, Permission::MessagesWork) else { return };
        let due_at = instant(at + (2 + self.dice.within(4)) * DAY + self.dice.within(10) * HOUR);
        let note = Some(self.languages[OWN].text("note", &mut self.dice));
        let park = ScheduleFollowUp { at: instant(at), by, due_at, note };
        self.carry_out(at, of, actor, MessageCommand::ScheduleFollowUp(park));
    }

    pub(super) fn rate(&mut self, at: i64, of: Thread, good: bool) {
        let Some(guest) = self.visitors.get(of.visitor) else { return };
        let (actor, language) = (Actor::Visitor(guest.id), &self.languages[guest.language]);
        let says = self.dice.percent(45);
        let comment = says.then(|| language.text(if good { "good" } else { "bad" }, &mut self.dice));
        let stars = if good { self.dice.pick(&[5, 5, 5, 4, 4, 3]) } else { self.dice.pick(&[1, 1, 2, 2, 3]) };
        let Some(rating) = Stars::new(*stars) else { return };
        self.carry_out(at, of, actor, MessageCommand::Rate(RateMessage { at: instant(at), rating, comment }));
    }

    pub(super) fn review(&mut self, at: i64, of: Thread) {
        let Some(told) = self.told(of) else { return };
        let Some((&(reply_id, author), assignee)) =
            told.replies.last().zip(told.submitted().map(|message| message.assignee))
        else {
            return;
        };
        let Some((reviewer, actor)) = self.staff.who_else(Permission::QualityReview, assignee, &[author])
        else {
            return;
        };
        let criteria = self.settings().criteria();
        let scores = criteria.iter().filter_map(|criterion| {
            let score = Stars::new(*self.dice.pick(&[5, 5, 4, 4, 3, 2]))?;
            Some(CriterionScore { criterion: criterion.clone(), score })
        });
        let scores = scores.collect();
        let review = ReviewReply {
            at: instant(at),
            review_id: ReviewId(self.dice.uuid(instant(at))),
            reply_id,
            author: Some(author),
            reviewer,
            scores,
            criteria,
            comment: self.dice.percent(60).then(|| self.languages[OWN].text("review", &mut self.dice)),
        };
        self.carry_out(at, of, actor, MessageCommand::Review(review));
    }

    pub(super) fn block(&mut self, at: i64, of: Thread, blocked: bool) {
        let Some((_, actor)) = self.staff.who(Permission::VisitorsBlock, None, &mut self.dice) else {
            return;
        };
        let command = if blocked {
            let reason = Some(self.languages[OWN].text("note", &mut self.dice));
            VisitorCommand::Block { at: instant(at), reason }
        } else {
            VisitorCommand::Unblock { at: instant(at) }
        };
        self.command_visitor(at, of.visitor, actor, command, vec![]);
    }

    pub(super) fn ask_for_erasure(&mut self, at: i64, of: Thread) {
        let Some(guest) = self.visitors.get(of.visitor) else { return };
        let (actor, language) = (Actor::Visitor(guest.id), &self.languages[guest.language]);
        let reason = Some(language.text("erase", &mut self.dice));
        self.command_visitor(
            at,
            of.visitor,
            actor,
            VisitorCommand::RequestErasure { at: instant(at), reason },
            vec![],
        );
    }

    /// The visitor first, and each of their messages because of that, the rule's next moment.
    pub(super) fn erase(&mut self, at: i64, of: Thread) {
        let Some((_, actor)) = self.staff.who(Permission::VisitorsErase, None, &mut self.dice) else {
            return;
        };
        let reason = self.languages[OWN].text("erase", &mut self.dice);
        let command = VisitorCommand::Erase { at: instant(at), reason };
        let Some(cause) = self.command_visitor(at, of.visitor, actor, command, vec![]) else { return };
        let places = self.visitors.get(of.visitor).map_or(0, |guest| guest.messages.len());
        for place in 0..places {
            let by_rule = (Actor::System(rules::ERASED), Some(cause), vec![]);
            let erase = MessageCommand::Erase(EraseMessage { at: instant(at) });
            self.carry_out_as(at, Thread { place, ..of }, by_rule, erase);
        }
    }

    /// The host site says who they are; said before, something else than then.
    pub(super) fn identify(&mut self, at: i64, of: Thread) {
        let Some(guest) = self.visitors.get_mut(of.visitor) else { return };
        let (id, contact) = (guest.id, guest.contact.clone());
        let is_new = guest.subject.is_none();
        let subject =
            guest.subject.clone().or_else(|| Subject::parse(&format!("shop-{}", id.0.simple())).ok());
        let Some(subject) = subject else { return };
        let language = &self.languages[guest.language];
        let name = if is_new { guest.name.clone() } else { language.name(&mut self.dice) };
        let (email, phone_number) = match contact.kind {
            ContactKind::Email => (Some(contact), None),
            ContactKind::Phone => (None, Some(contact)),
        };
        let identity = Identity { subject: subject.clone(), name: Some(name), email, phone_number };
        let command =
            VisitorCommand::Identify { at: instant(at), identity: identity.into(), unchanged: false };
        let unique = if is_new { vec![Unique::Identity(subject.clone(), id)] } else { vec![] };
        if self.command_visitor(at, of.visitor, Actor::Visitor(id), command, unique).is_some()
            && let Some(guest) = self.visitors.get_mut(of.visitor)
        {
            guest.subject = Some(subject);
            // The next form is filled in with what the host site said.
            guest.remembered = false;
        }
    }

    /// The visitor comes back by what was sent to them; a link comes with a reply.
    pub(super) fn come_back(&mut self, at: i64, of: Thread, means: ReturnMeans) {
        let Some(id) = self.visitors.get(of.visitor).map(|guest| guest.id) else { return };
        if means == ReturnMeans::Code || self.told(of).is_some_and(|told| !told.replies.is_empty()) {
            let command = VisitorCommand::Return { at: instant(at), means };
            self.command_visitor(at, of.visitor, Actor::Visitor(id), command, vec![]);
        }
    }

    /// A command to a visitor; the id of the last event, unless the rules say no.
    fn command_visitor(
        &mut self,
        at: i64,
        number: u64,
        actor: Actor,
        command: VisitorCommand,
        unique: Vec<Unique>,
    ) -> Option<Uuid> {
        let guest = self.visitors.get_mut(number)?;
        let events = guest.visitor.decide(command).ok()?;
        events.iter().cloned().for_each(|event| guest.visitor.apply(event));
        let (after, id) = (guest.version, guest.id);
        guest.version += i64::try_from(events.len()).unwrap_or_default();
        let locale =
            matches!(actor, Actor::Visitor(_)).then(|| self.languages[guest.language].locale.clone());
        Some(self.hand_out(at, actor, locale, None, vec![(after, Happened::Visitor(id, events))], unique))
    }
}
