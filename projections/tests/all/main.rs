//! What the views promise, each scenario on both databases.

mod analytics;
mod as_of;
mod cuts;
mod feed;
mod figures_seen;
mod gone;
mod members;
mod messages;
mod personal;
mod plans;
mod runs;
mod search;
mod searched_plans;
mod sights;
mod statistics;
mod tags;
mod target;
mod teams;
mod waits;

use cqrs_es::{Aggregate, DomainEvent};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    contact::Contact,
    decide::Decide,
    desk::{
        Desk as DeskAggregate, DeskEvent, Grace, OpeningHoursRevised, ServiceTarget, ServiceTargetRevised,
        TargetException,
    },
    hours::{AvailabilityRule, DeskHours, DeskHoursInput, HoursInput},
    ids::{CategoryId, MemberId, MessageId, ReplyId, TeamId, VisitorId},
    member::{Giving, Member, MemberCommand, MemberEmail},
    message::{
        AssignMessage, Assignee, BecomeOverdue, CategorizeMessage, ClaimMessage, EraseMessage, FormRules,
        Message, MessageCommand, PrioritizeMessage, Priority, ReplyToMessage, ShredMessage, Standing, Step,
        StepKind, SubmitMessage,
    },
    reference::Reference,
    team::{Team, TeamCommand},
    text::{Name, ReplyText, Words},
    visitor::{Visitor, VisitorCommand},
};
use projections::{Projections, Reader};
use std::{collections::BTreeMap, time::Duration};
use store::{
    Append, Clock, Dialect, NewEvent, Stood, Store, StreamAppend, StreamKey,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Every view: the tests read all of them.
const ALL: [&str; 12] = [
    "message_list",
    "message_entries",
    "message_tags",
    "reviews",
    "visitor_messages",
    "visitors",
    "members",
    "teams",
    "deletions",
    "log_index",
    "message_search",
    "statistics",
];
const MEMBER: MemberId = MemberId(Uuid::from_u128(7));
const TEAM: TeamId = TeamId(Uuid::from_u128(70));
/// A search may take as long as anything that happens soon: what one finds is another question than how fast it does.
const SEARCHING: Duration = Duration::from_secs(300);

/// A followed store, written to by the domain's own decisions.
struct Desk {
    store: Store,
    views: Projections,
    clock: Clock,
    stop: CancellationToken,
    database: TestDatabase,
}

impl Desk {
    async fn open(dialect: Dialect) -> Self {
        let database = TestDatabase::new(dialect).await;
        let clock = TestDatabase::clock();
        let store = database.open(clock.clone()).await;
        let stop = CancellationToken::new();
        let views = Projections::start(&store, &stop).searching_for(SEARCHING);
        Self { store, views, clock, stop, database }
    }

    fn visitor(n: u128) -> VisitorId {
        VisitorId(Uuid::from_u128(100 + n))
    }

    fn message(n: u128) -> MessageId {
        MessageId(Uuid::from_u128(1_000 + n))
    }

    fn reader(role: Role) -> Reader {
        Reader::of_messages(Actor::Member { id: MEMBER, grants: role.grants() }, &Reach::Desk)
            .expect("may read")
    }

    /// Decides on a stream and appends; a second later something else may happen.
    async fn carry_out<A: Decide + 'static>(&self, id: Uuid, key: StreamKey, command: A::Command) {
        let loaded = self.store.load::<A>(&id.to_string()).await.expect("loads");
        let decided = loaded.aggregate.decide(command).unwrap_or_else(|error| panic!("{error}"));
        self.happen::<A>(id, loaded.version(), Some(key), &decided).await;
    }

    /// Appends what happened, and waits until every view has seen it, as long as they follow.
    async fn happen<A: Aggregate>(&self, id: Uuid, after: i64, key: Option<StreamKey>, events: &[A::Event]) {
        let event = |event: &A::Event| NewEvent {
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: serde_json::to_value(event).expect("serialises"),
            by: None,
        };
        let events = events.iter().map(event).collect();
        let aggregate_id = id.to_string();
        let after = Stood::at(after);
        let stream = StreamAppend { aggregate_type: A::TYPE, aggregate_id, after, key, events, then: None };
        let metadata = BTreeMap::from([("actor".to_owned(), format!("member:{MEMBER}"))]);
        let (reservations, credentials, idempotency) = (vec![], vec![], None);
        let append = Append { streams: vec![stream], metadata, reservations, credentials, idempotency };
        let position = self.store.append(append).await.expect("appended").receipt().position;
        self.clock.advance(Duration::from_secs(1));
        if self.stop.is_cancelled() {
            return;
        }
        // A view that is behind on a busy machine is not waited for: it is asked again.
        soon("the views follow", || async { self.views.wait_for(&ALL, position).await.expect("readable") })
            .await;
    }

    /// The desk's service target for all messages, as the `n`th event of the desk.
    async fn revise_target(&self, n: i64, answer_within_seconds: u64) {
        self.except(n, answer_within_seconds, vec![]).await;
    }

    /// The same with exceptions.
    async fn except(&self, n: i64, answer_within_seconds: u64, exceptions: Vec<TargetException>) {
        let revised = ServiceTargetRevised { at: self.clock.now(), answer_within_seconds, exceptions };
        let revised = DeskEvent::ServiceTargetRevised(revised);
        self.happen::<DeskAggregate>(domain::ids::DESK_ID, n - 1, None, &[revised]).await;
    }

    /// The desk's opening hours, as the `n`th event of the desk.
    async fn revise_hours(&self, n: i64, desk: HoursInput) {
        let hours = DeskHours::read(DeskHoursInput { desk, categories: vec![] }).expect("hours");
        let availability = AvailabilityRule { by_hours: true, ..AvailabilityRule::default() };
        let revised = OpeningHoursRevised { at: self.clock.now(), hours, availability };
        let revised = DeskEvent::OpeningHoursRevised(revised);
        self.happen::<DeskAggregate>(domain::ids::DESK_ID, n - 1, None, &[revised]).await;
    }

    async fn arrive(&self, n: u128) {
        let (id, key) = (Self::visitor(n), visitor_key(n));
        let arrive = VisitorCommand::Arrive { at: self.clock.now(), locale: None };
        self.carry_out::<Visitor>(id.0, key.clone(), arrive).await;
        let (name, contact) = (Name::parse("李雷").ok(), contact());
        let remember =
            VisitorCommand::RememberContact { at: self.clock.now(), name, contact, unchanged: false };
        self.carry_out::<Visitor>(id.0, key, remember).await;
    }

    async fn to_visitor(&self, n: u128, command: VisitorCommand) {
        self.carry_out::<Visitor>(Self::visitor(n).0, visitor_key(n), command).await;
    }

    /// Somebody who arrived leaves another contact.
    async fn move_house(&self, n: u128) {
        let remember = VisitorCommand::RememberContact {
            at: self.clock.now(),
            name: None,
            contact: Contact::parse("lei@example.com", "CN").expect("an address"),
            unchanged: false,
        };
        self.carry_out::<Visitor>(Self::visitor(n).0, visitor_key(n), remember).await;
    }

    async fn submit(&self, n: u128, visitor: u128) {
        let [high, low] = u16::try_from(n).expect("a small number").to_be_bytes();
        let submit = SubmitMessage {
            at: self.clock.now(),
            visitor_id: Self::visitor(visitor),
            reference: Reference::from_random([0, 0, 0, high, low / 32, low % 32]),
            name: Name::parse("李雷").ok(),
            contact: contact(),
            content: Words::parse("请问我的订单什么时候发货？").expect("words"),
            images: vec![],
            files: vec![],
            category_id: None,
            related_to: None,
            locale: None,
            page_url: None,
            answers: vec![],
            privacy_notice: None,
            form: FormRules::default(),
            suspicion: None,
        };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Submit(Box::new(submit))).await;
    }

    async fn reply(&self, n: u128, visitor: u128) {
        let reply = ReplyToMessage {
            at: self.clock.now(),
            reply_id: ReplyId(Uuid::from_u128(n)),
            author: MEMBER,
            content: ReplyText::parse("今天下午发货。").expect("words"),
            images: vec![],
            files: vec![],
        };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Reply(reply)).await;
    }

    async fn close(&self, n: u128, visitor: u128) {
        let close = Step { at: self.clock.now(), kind: StepKind::Close, reason: None };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Step(close)).await;
    }

    async fn claim(&self, n: u128, visitor: u128) {
        let claim = ClaimMessage { at: self.clock.now(), member: MEMBER, reason: None };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Claim(claim)).await;
    }

    async fn assign(&self, n: u128, visitor: u128, to: Assignee) {
        let (at, standing) = (self.clock.now(), Standing::Active);
        let assign = AssignMessage { at, to, standing, reason: None };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Assign(assign)).await;
    }

    /// A team's own stream, which holds nothing that is sealed.
    async fn change_team(&self, team: TeamId, command: TeamCommand) {
        let loaded = self.store.load::<Team>(&team.to_string()).await.expect("loads");
        let decided = loaded.aggregate.decide(command).unwrap_or_else(|error| panic!("{error}"));
        self.happen::<Team>(team.0, loaded.version(), None, &decided).await;
    }

    async fn form_team(&self) {
        let (at, name) = (self.clock.now(), Name::parse("售后").expect("a name"));
        self.change_team(TEAM, TeamCommand::Form { at, name, standing: 0 }).await;
    }

    async fn rename_team(&self) {
        let (at, name) = (self.clock.now(), Name::parse("物流").expect("a name"));
        self.change_team(TEAM, TeamCommand::Rename { at, name }).await;
    }

    async fn reopen(&self, n: u128, visitor: u128) {
        let reopen = Step { at: self.clock.now(), kind: StepKind::Reopen, reason: None };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Step(reopen)).await;
    }

    async fn step(&self, n: u128, visitor: u128, kind: StepKind) {
        let step = Step { at: self.clock.now(), kind, reason: None };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Step(step)).await;
    }

    /// At once, whatever the desk says.
    async fn shred(&self, n: u128, visitor: u128, deletion: u32) {
        let shred = ShredMessage { at: self.clock.now(), deletion, grace: Grace::of_days(0) };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Shred(shred)).await;
    }

    async fn erase(&self, n: u128, visitor: u128) {
        let erase = EraseMessage { at: self.clock.now() };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Erase(erase)).await;
    }

    async fn prioritize(&self, n: u128, visitor: u128, priority: Priority) {
        let prioritize = PrioritizeMessage { at: self.clock.now(), priority };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Prioritize(prioritize)).await;
    }

    async fn categorize(&self, n: u128, visitor: u128, category: &str) {
        let category_id = CategoryId(category.to_owned());
        let categorize = CategorizeMessage { at: self.clock.now(), category_id, known: true };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::Categorize(categorize)).await;
    }

    async fn become_overdue(&self, n: u128, visitor: u128, wait: u32, target: ServiceTarget) {
        let overdue = BecomeOverdue { at: self.clock.now(), wait, target };
        let (id, key) = (Self::message(n), message_key(n, visitor));
        self.carry_out::<Message>(id.0, key, MessageCommand::BecomeOverdue(overdue.into())).await;
    }

    async fn invite(&self) {
        let invite = MemberCommand::Invite {
            at: self.clock.now(),
            name: Name::parse("韩梅梅").expect("a name"),
            email: MemberEmail::parse("mei@example.com").expect("an address"),
            role: Role::Agent.into(),
            giving: Giving::everything(),
        };
        let key = StreamKey { id: format!("member/{MEMBER}"), parent: None };
        self.carry_out::<Member>(MEMBER.0, key, invite).await;
    }

    async fn join(&self) {
        let key = StreamKey { id: format!("member/{MEMBER}"), parent: None };
        let join = MemberCommand::ChoosePassword { at: self.clock.now() };
        self.carry_out::<Member>(MEMBER.0, key, join).await;
    }
}

fn contact() -> Contact {
    Contact::parse("13800138000", "CN").expect("a phone number")
}

fn visitor_key(n: u128) -> StreamKey {
    StreamKey { id: format!("visitor/{}", Desk::visitor(n)), parent: None }
}

fn message_key(n: u128, visitor: u128) -> StreamKey {
    StreamKey { id: format!("message/{}", Desk::message(n)), parent: Some(visitor_key(visitor).id) }
}
