//! A desk's years, one command after the other: whoever comes next does what they do, the rules decide, and what was
//! decided is handed out. Pure: the same options give the same.

use super::{
    Options,
    agenda::Agenda,
    calendar::{Arrivals, DAY, HOUR, instant},
    course::Courses,
    dice::Dice,
    rounds::Round,
    staff::Staff,
    visitors::Visitors,
    words::{self, Language},
};
use commands::{Happened, Past, PastEvents, Unique};
use cqrs_es::Aggregate;
use domain::{
    actor::Actor,
    decide::Decide,
    desk::{Desk, DeskCommand, ServiceTarget, Settings},
    ids::MemberId,
    locale::Locale,
};
use std::collections::VecDeque;
use uuid::Uuid;

/// Before its first message a desk is set up.
const SETTING_UP: i64 = 3 * DAY;
/// What is made up ends a little before it has to.
const MARGIN: i64 = 60_000_000;
/// An odd number, so that times it each number below 2^30 gives another one.
const SCATTER: u64 = 0x2545_F491;

/// The desk at one moment of its years.
pub(super) struct Simulation {
    pub(super) dice: Dice,
    pub(super) languages: Vec<Language>,
    pub(super) from: i64,
    pub(super) until: i64,
    arrivals: Arrivals,
    agenda: Agenda<Act>,
    pub(super) courses: Courses,
    pub(super) desk: Desk,
    /// When answers are due by the settings in force.
    pub(super) target: ServiceTarget,
    pub(super) staff: Staff,
    pub(super) visitors: Visitors,
    /// How many visitors wait for an answer.
    pub(super) waiting: usize,
    references: u64,
    decided: VecDeque<Past>,
}

/// Something that is to happen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    /// The desk is led.
    Round(Round),
    /// Somebody who was invited joins.
    Join(MemberId),
    /// The next line of a message's course.
    Line(Thread),
    /// The clock looks at a message.
    Clock(Thread),
    /// The closed desk answers a message.
    AutoReply(Thread),
}

/// A message of somebody who is still spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Thread {
    /// Whose.
    pub(super) visitor: u64,
    /// Which of theirs.
    pub(super) place: usize,
}

impl Simulation {
    pub(super) fn new(options: &Options) -> Self {
        let mut dice = Dice::new(options.seed);
        let languages = words::languages();
        let until = options.until.timestamp_micros() - MARGIN;
        let from = until - i64::from(options.days.max(30)) * DAY;
        let arrivals = Arrivals::new(from + SETTING_UP, until, options.messages, &languages, &mut dice);
        let mut simulation = Self {
            dice,
            languages,
            from,
            until,
            arrivals,
            agenda: Agenda::new(),
            courses: Courses::default(),
            desk: Desk::default(),
            target: ServiceTarget::default(),
            staff: Staff::default(),
            visitors: Visitors::default(),
            waiting: 0,
            references: options.seed,
            decided: VecDeque::new(),
        };
        simulation.plan_rounds(options.messages);
        simulation
    }

    pub(super) fn plan(&mut self, at: i64, act: Act) {
        if let Act::Line(of) | Act::Clock(of) | Act::AutoReply(of) = act {
            self.visitors.expects(of.visitor);
        }
        self.agenda.plan(at, act);
    }

    /// Lets the next thing happen; `false`: nothing does any more.
    fn go_on(&mut self) -> bool {
        let arrives = self.arrivals.peek(&mut self.dice);
        let planned = self.agenda.next_at().filter(|at| *at < self.until);
        match (arrives, planned) {
            (Some(arrives), planned) if planned.is_none_or(|planned| arrives < planned) => {
                if let Some(arrival) = self.arrivals.take(&mut self.dice) {
                    self.arrive(arrival);
                }
            }
            (_, Some(_)) => {
                if let Some((at, act)) = self.agenda.take() {
                    self.act(at, act);
                }
            }
            _ => return false,
        }
        true
    }

    fn act(&mut self, at: i64, act: Act) {
        match act {
            Act::Round(round) => self.lead(at, round),
            Act::Join(member) => self.join(at, member),
            Act::Line(of) => self.next_line(at, of),
            Act::Clock(of) => self.look_at_clock(at, of),
            Act::AutoReply(of) => self.reply_by_rule(at, of),
        }
        if let Act::Line(of) | Act::Clock(of) | Act::AutoReply(of) = act {
            self.visitors.had(of.visitor);
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        self.desk.settings()
    }

    /// A command to the desk, by an administrator or a rule; one that would change nothing does not.
    pub(super) fn revise(&mut self, at: i64, actor: Actor, command: DeskCommand) {
        let after = i64::from(self.settings().events);
        let Ok(events) = self.desk.decide(command) else { return };
        for event in &events {
            self.target.apply(event.clone());
            self.desk.apply(event.clone());
        }
        self.hand_out(at, actor, None, None, vec![(after, Happened::Desk(events))], vec![]);
    }

    /// A short name that no other message has.
    pub(super) fn reference(&mut self) -> domain::reference::Reference {
        self.references += 1;
        let scattered = self.references.wrapping_mul(SCATTER);
        let five_bits = |place: u64| u8::try_from((scattered >> (5 * place)) & 31).unwrap_or_default();
        domain::reference::Reference::from_random([0, 1, 2, 3, 4, 5].map(five_bits))
    }

    /// What was decided; says the id of its last event.
    pub(super) fn hand_out(
        &mut self,
        at: i64,
        actor: Actor,
        locale: Option<Locale>,
        cause: Option<Uuid>,
        streams: Vec<(i64, Happened)>,
        unique: Vec<Unique>,
    ) -> Uuid {
        let at = instant(at);
        let streams: Vec<PastEvents> = streams
            .into_iter()
            .map(|(after, happened)| PastEvents {
                after,
                event_ids: (0..count(&happened)).map(|_| self.dice.uuid(at)).collect(),
                happened,
            })
            .collect();
        let last =
            streams.iter().rev().find_map(|stream| stream.event_ids.last()).copied().unwrap_or_default();
        let (command_id, correlation_id) = (self.dice.uuid(at), self.dice.uuid(at));
        self.decided.push_back(Past {
            at,
            actor,
            locale,
            command_id,
            correlation_id,
            cause,
            streams,
            unique,
        });
        last
    }

    /// So many minutes of desk time from then on, more when many wait.
    pub(super) fn in_desk_time(&mut self, at: i64, minutes: i64) -> i64 {
        let hands = i64::try_from(self.staff.at_work()).unwrap_or(1).max(1) * 20;
        let waiting = i64::try_from(self.waiting).unwrap_or_default().min(hands * 8);
        let minute = HOUR / 60;
        let busy = self.dice.about(minutes * minute) * (hands + waiting) / hands + self.dice.within(minute);
        let hours = self.settings().hours(None);
        let free = hours.add_desk_time(instant(at), chrono::TimeDelta::microseconds(busy));
        free.map_or(at + busy, |free| free.timestamp_micros()).max(at + 1)
    }
}

/// How many events those are.
pub(super) fn count(happened: &Happened) -> usize {
    match happened {
        Happened::Desk(events) => events.len(),
        Happened::Member(_, events) => events.len(),
        Happened::Team(_, events) => events.len(),
        Happened::Visitor(_, events) => events.len(),
        Happened::Message { events, .. } => events.len(),
    }
}

impl Iterator for Simulation {
    type Item = Past;

    fn next(&mut self) -> Option<Past> {
        loop {
            if let Some(past) = self.decided.pop_front() {
                return Some(past);
            }
            if !self.go_on() {
                return None;
            }
        }
    }
}
