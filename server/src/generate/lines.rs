//! The lines of a message's course: when each comes, who does it, and what the rules say to it.

use super::{
    calendar::{DAY, HOUR, instant},
    course::{Line, Step, Wait},
    leave::is_wait,
    simulation::{Act, Simulation, Thread},
    visitors::Told,
};
use commands::{Happened, Unique};
use domain::{
    access::Permission,
    actor::Actor,
    decide::Decide,
    ids::{MemberId, NoteId, ReplyId, WordsId},
    message::{
        AddNote, AssignMessage, Assignee, ClaimMessage, ContinueMessage, MessageCommand, ReplyToMessage,
        Standing, Step as Taken, StepKind,
    },
    visitor::ReturnMeans,
};
use uuid::Uuid;

/// In which language the desk writes for itself: the first one.
pub(super) const OWN: usize = 0;

/// Who does something: the rule or person, the event that caused it, and what is nobody else's then.
pub(super) type By = (Actor, Option<Uuid>, Vec<Unique>);

impl Simulation {
    pub(super) fn told(&self, of: Thread) -> Option<&Told> {
        self.visitors.get(of.visitor)?.messages.get(of.place)
    }

    pub(super) fn told_mut(&mut self, of: Thread) -> Option<&mut Told> {
        self.visitors.get_mut(of.visitor)?.messages.get_mut(of.place)
    }

    /// Says when the next line that comes to pass does.
    pub(super) fn plan_line(&mut self, at: i64, of: Thread) {
        while let Some(Line { wait, percent, .. }) =
            self.told(of).and_then(|told| told.course.line(told.line))
        {
            if self.dice.percent(percent) {
                let at = match wait {
                    Wait::Desk(minutes) => self.in_desk_time(at, minutes),
                    Wait::Hours(hours) => at + self.dice.about(hours * HOUR),
                    Wait::Days(days) => at + days * DAY + self.dice.about(6 * HOUR),
                };
                self.plan(at, Act::Line(of));
                return;
            }
            self.pass(of);
        }
    }

    fn pass(&mut self, of: Thread) {
        if let Some(told) = self.told_mut(of) {
            told.line += 1;
        }
    }

    pub(super) fn next_line(&mut self, at: i64, of: Thread) {
        let Some(line) = self.told(of).and_then(|told| told.course.line(told.line)) else { return };
        self.pass(of);
        self.take(at, of, line.step);
        self.watch(at, of);
        self.plan_line(at, of);
    }

    /// Somebody does it, unless the rules say no.
    fn take(&mut self, at: i64, of: Thread, step: Step) {
        match step {
            Step::Claim => self.claim(at, of),
            Step::AssignMember => self.assign_member(at, of),
            Step::AssignTeam => self.assign_team(at, of),
            Step::Unassign => self.step(at, of, Permission::MessagesAssign, StepKind::Unassign),
            Step::Categorize | Step::Tag | Step::Untag | Step::Prioritize => self.sort(at, of, step),
            Step::Note => self.note(at, of),
            Step::Reply => self.reply(at, of, "reply"),
            Step::Apologize => self.reply(at, of, "sorry"),
            Step::Continue => self.go_on_writing(at, of, "more"),
            Step::Thank => self.go_on_writing(at, of, "thanks"),
            Step::Park => self.park(at, of),
            Step::Unpark => self.step(at, of, Permission::MessagesWork, StepKind::CompleteFollowUp),
            Step::Resolve => self.step(at, of, Permission::MessagesWork, StepKind::Resolve),
            Step::Close => self.step(at, of, Permission::MessagesWork, StepKind::Close),
            Step::CloseOwn => self.close_own(at, of),
            Step::Reopen => self.step(at, of, Permission::MessagesWork, StepKind::Reopen),
            Step::MarkAsSpam => self.step(at, of, Permission::MessagesWork, StepKind::MarkAsSpam),
            Step::UnmarkAsSpam => self.step(at, of, Permission::MessagesWork, StepKind::UnmarkAsSpam),
            Step::Archive => self.step(at, of, Permission::MessagesWork, StepKind::Archive),
            Step::Unarchive => self.step(at, of, Permission::MessagesWork, StepKind::Unarchive),
            Step::Delete => self.step(at, of, Permission::MessagesDelete, StepKind::Delete),
            Step::Restore => self.step(at, of, Permission::MessagesDelete, StepKind::Restore),
            Step::Rate => self.rate(at, of, true),
            Step::RateBadly => self.rate(at, of, false),
            Step::Review => self.review(at, of),
            Step::Block | Step::Unblock => self.block(at, of, step == Step::Block),
            Step::AskForErasure => self.ask_for_erasure(at, of),
            Step::Erase => self.erase(at, of),
            Step::Identify | Step::Correct => self.identify(at, of),
            Step::ReturnByLink => self.come_back(at, of, ReturnMeans::Link),
            Step::ReturnByCode => self.come_back(at, of, ReturnMeans::Code),
        }
    }

    /// A command to a message; `false`: the rules say no.
    pub(super) fn carry_out(&mut self, at: i64, of: Thread, actor: Actor, command: MessageCommand) -> bool {
        self.carry_out_as(at, of, (actor, None, vec![]), command)
    }

    pub(super) fn carry_out_as(&mut self, at: i64, of: Thread, by: By, command: MessageCommand) -> bool {
        let (actor, cause, unique) = by;
        let Some(guest) = self.visitors.get_mut(of.visitor) else { return false };
        let (visitor_id, language) = (guest.id, guest.language);
        let Some(told) = guest.messages.get_mut(of.place) else { return false };
        let Some((after, erased)) = told.submitted().map(|message| (message.events, message.erased)) else {
            return false;
        };
        let Ok(events) = told.message.decide(command) else { return false };
        let waited = is_wait(&told.message);
        for event in &events {
            told.apply(event);
        }
        let (id, waits) = (told.id, is_wait(&told.message));
        self.waiting = self.waiting + usize::from(waits) - usize::from(waited);
        let locale = matches!(actor, Actor::Visitor(_)).then(|| self.languages[language].locale.clone());
        let happened = Happened::Message { id, visitor_id, erased, events };
        self.hand_out(at, actor, locale, cause, vec![(after.into(), happened)], unique);
        true
    }

    /// Somebody who may do that to this message.
    pub(super) fn who(&mut self, of: Thread, permission: Permission) -> Option<(MemberId, Actor)> {
        let assignee = self.told(of)?.submitted()?.assignee;
        self.staff.who(permission, assignee, &mut self.dice)
    }

    fn step(&mut self, at: i64, of: Thread, permission: Permission, kind: StepKind) {
        let Some((_, actor)) = self.who(of, permission) else { return };
        let says = self.dice.percent(30);
        let reason = says.then(|| self.languages[OWN].text("close", &mut self.dice));
        let taken = Taken { at: instant(at), kind, reason };
        self.carry_out(at, of, actor, MessageCommand::Step(taken));
    }

    fn close_own(&mut self, at: i64, of: Thread) {
        let Some(guest) = self.visitors.get(of.visitor) else { return };
        let actor = Actor::Visitor(guest.id);
        let taken = Taken { at: instant(at), kind: StepKind::Close, reason: None };
        self.carry_out(at, of, actor, MessageCommand::Step(taken));
    }

    fn claim(&mut self, at: i64, of: Thread) {
        let Some((member, actor)) = self.who(of, Permission::MessagesWork) else { return };
        let claim = ClaimMessage { at: instant(at), member, reason: None };
        self.carry_out(at, of, actor, MessageCommand::Claim(claim));
    }

    fn assign_member(&mut self, at: i64, of: Thread) {
        let Some((_, actor)) = self.who(of, Permission::MessagesAssign) else { return };
        let Some((to, _)) = self.staff.who(Permission::MessagesReply, None, &mut self.dice) else { return };
        self.assign(at, of, actor, Assignee::Member(to));
    }

    fn assign_team(&mut self, at: i64, of: Thread) {
        let Some((_, actor)) = self.who(of, Permission::MessagesAssign) else { return };
        let teams: Vec<_> = self.staff.standing_teams().map(|group| group.id).collect();
        if !teams.is_empty() {
            let to = *self.dice.pick(&teams);
            self.assign(at, of, actor, Assignee::Team(to));
        }
    }

    fn assign(&mut self, at: i64, of: Thread, actor: Actor, to: Assignee) {
        let says = self.dice.percent(20);
        let reason = says.then(|| self.languages[OWN].text("note", &mut self.dice));
        let assign = AssignMessage { at: instant(at), to, standing: Standing::Active, reason };
        self.carry_out(at, of, actor, MessageCommand::Assign(assign));
    }

    fn note(&mut self, at: i64, of: Thread) {
        let Some((author, actor)) = self.who(of, Permission::MessagesWork) else { return };
        let mentions =
            self.dice.percent(30).then(|| self.staff.anybody(&mut self.dice).map(|person| person.id));
        let note = AddNote {
            at: instant(at),
            note_id: NoteId(self.dice.uuid(instant(at))),
            author,
            content: self.languages[OWN].text("note", &mut self.dice),
            mentions: mentions.flatten().into_iter().collect(),
            mentions_known: true,
        };
        self.carry_out(at, of, actor, MessageCommand::AddNote(note));
    }

    fn reply(&mut self, at: i64, of: Thread, kind: &str) {
        let Some((author, actor)) = self.who(of, Permission::MessagesReply) else { return };
        let Some(language) = self.visitors.get(of.visitor).map(|guest| guest.language) else { return };
        let reply = ReplyToMessage {
            at: instant(at),
            reply_id: ReplyId(self.dice.uuid(instant(at))),
            author,
            content: self.languages[language].text(kind, &mut self.dice),
            images: vec![],
            files: vec![],
        };
        self.carry_out(at, of, actor, MessageCommand::Reply(reply));
    }

    fn go_on_writing(&mut self, at: i64, of: Thread, kind: &str) {
        let Some(guest) = self.visitors.get(of.visitor) else { return };
        let (actor, language) = (Actor::Visitor(guest.id), &self.languages[guest.language]);
        // To its visitor a deleted message is absent.
        if self.told(of).and_then(Told::submitted).is_none_or(|message| message.deleted_at.is_some()) {
            return;
        }
        let content = language.text(kind, &mut self.dice);
        let words_id = WordsId(self.dice.uuid(instant(at)));
        let words = ContinueMessage { at: instant(at), words_id, content, images: vec![], files: vec![] };
        self.carry_out(at, of, actor, MessageCommand::Continue(words));
    }
}
