//! A message as it stood: at any position what the views said when the log had come that far.

use super::{Desk, MEMBER, message_key};
use cqrs_es::Aggregate;
use domain::{
    access::Role,
    decide::Decide,
    desk::{ServiceTarget, TargetException},
    hours::{HoursInput, always_open, china},
    ids::{CategoryId, NoteId, ReplyId, Tag, WordsId},
    message::{
        AddNote, AssignMessage, Assignee, BecomeOverdue, BringUpFollowUp, CategorizeMessage, ClaimMessage,
        ContinueMessage, Message, MessageCommand, MessageEvent, PrioritizeMessage, Priority, RateMessage,
        ReplyToMessage, ScheduleFollowUp, Standing, Stars, Step, StepKind, TagMessage,
    },
    text::{Reason, ReplyText, Words},
};
use projections::{EntryRow, MessageRow};
use std::{collections::BTreeMap, time::Duration};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(at_any_position_a_message_is_what_the_views_said_then);

const MESSAGES: u64 = 12;
/// Positions that are looked back to, each after a random number of events.
const POSITIONS: usize = 200;
const EVENTS: i64 = 20_000;
const TARGET: u64 = 3_600;

/// xorshift64*: the seed is told when something fails.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

async fn at_any_position_a_message_is_what_the_views_said_then(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let seed = u64::from_be_bytes(store::random::bytes()) | 1;
    let (mut random, mut targets) = (Random(seed), 1);
    desk.revise_target(1, TARGET).await;
    desk.arrive(1).await;
    let mut messages = BTreeMap::new();
    for n in 1..=MESSAGES {
        desk.submit(n.into(), 1).await;
        let loaded = desk.store.load::<Message>(&Desk::message(n.into()).to_string()).await.expect("loads");
        messages.insert(n, Message::clone(&loaded.aggregate));
    }
    let mut noted: Vec<(u64, i64, MessageRow, Vec<EntryRow>)> = Vec::new();
    while noted.len() < POSITIONS || desk.store.head().await.expect("readable") < EVENTS {
        if random.below(20) == 0 {
            targets += 1;
            revise(&desk, targets, &mut random).await;
        }
        let n = 1 + random.below(MESSAGES);
        let message = messages.get_mut(&n).expect("submitted");
        let wanted = 1 + usize::try_from(random.below(200)).expect("small");
        let before = i64::from(events(message));
        let happened = something(&desk, message, wanted, &mut random);
        let (id, key) = (Desk::message(n.into()), message_key(n.into(), 1));
        desk.happen::<Message>(id.0, before, Some(key), &happened).await;
        let n = 1 + random.below(MESSAGES);
        let (row, entries) = (row(&desk, n).await, said(&desk, n).await);
        noted.push((n, desk.store.head().await.expect("readable"), row, entries));
    }
    for (n, position, row, entries) in noted {
        let (reader, id) = (Desk::reader(Role::Admin), Desk::message(n.into()));
        let then = desk.views.message_as_of(&reader, id, position).await.expect("readable");
        assert_eq!(then.as_ref(), Some(&row), "seed {seed}, message {n} at {position}");
        let then = desk.views.entries_as_of(id, position).await.expect("readable");
        assert_eq!(then, entries, "seed {seed}, message {n} at {position}");
    }
}

/// Another target, with exceptions or without, or other hours.
async fn revise(desk: &Desk, n: i64, random: &mut Random) {
    let exception = |category: Option<&str>, priority| TargetException {
        category_id: category.map(|id| CategoryId(id.to_owned())),
        priority,
        answer_within_seconds: 1_200,
    };
    let seconds = 60 + random.below(7_200);
    match random.below(6) {
        0 => desk.revise_target(n, seconds).await,
        1 => desk.except(n, seconds, vec![exception(Some("complaint"), None)]).await,
        2 => desk.except(n, seconds, vec![exception(None, Some(Priority::Urgent))]).await,
        3 => desk.revise_hours(n, always_open("Asia/Shanghai")).await,
        4 => desk.revise_hours(n, china()).await,
        _ => desk.revise_hours(n, HoursInput { weekly: vec![], ..always_open("UTC") }).await,
    }
}

async fn row(desk: &Desk, n: u64) -> MessageRow {
    let row = desk.views.message(&Desk::reader(Role::Admin), Desk::message(n.into())).await;
    row.expect("readable").expect("a message, deleted or not")
}

async fn said(desk: &Desk, n: u64) -> Vec<EntryRow> {
    desk.views.entries(Desk::message(n.into()), true).await.expect("readable")
}

fn events(message: &Message) -> u32 {
    match message {
        Message::Submitted(submitted) => submitted.events,
        Message::NotSubmitted => 0,
    }
}

/// So many events, or one or two more, of commands by chance; what is refused is not counted.
fn something(desk: &Desk, message: &mut Message, wanted: usize, random: &mut Random) -> Vec<MessageEvent> {
    let mut happened = Vec::new();
    while happened.len() < wanted {
        desk.clock.advance(Duration::from_secs(random.below(120)));
        let Ok(events) = message.decide(command(desk, message, random)) else { continue };
        for event in events {
            message.apply(event.clone());
            happened.push(event);
        }
    }
    happened
}

fn command(desk: &Desk, message: &Message, random: &mut Random) -> MessageCommand {
    let at = desk.clock.now();
    let id = Uuid::from_u128(u128::from(random.below(u64::MAX)) << 64 | u128::from(random.below(1 << 30)));
    let reason = (random.below(2) == 0).then(|| Reason::parse("再看看").expect("a reason"));
    let content = || ReplyText::parse("今天下午发货。").expect("words");
    let Message::Submitted(submitted) = message else { panic!("it was submitted") };
    let tag = || Tag(["refund", "complaint", "praise"][usize::from(at.timestamp() % 3 == 1)].to_owned());
    match random.below(16) {
        0 => MessageCommand::Continue(ContinueMessage {
            at,
            words_id: WordsId(id),
            content: Words::parse("还有一个问题。").expect("words"),
            images: vec![],
            files: vec![],
        }),
        1 | 2 => MessageCommand::Reply(ReplyToMessage {
            at,
            reply_id: ReplyId(id),
            author: MEMBER,
            content: content(),
            images: vec![],
            files: vec![],
        }),
        3 => MessageCommand::AddNote(AddNote {
            at,
            note_id: NoteId(id),
            author: MEMBER,
            content: content(),
            mentions: if random.below(2) == 0 { vec![MEMBER] } else { vec![] },
            mentions_known: true,
        }),
        4 => MessageCommand::Claim(ClaimMessage { at, member: MEMBER, reason }),
        5 => {
            let to =
                Assignee::Member(domain::ids::MemberId(Uuid::from_u128(7 + u128::from(random.below(3)))));
            MessageCommand::Assign(AssignMessage { at, to, standing: Standing::Active, reason })
        }
        6 => {
            let due_at = at + Duration::from_secs(1 + random.below(9_000));
            MessageCommand::ScheduleFollowUp(ScheduleFollowUp { at, by: MEMBER, due_at, note: reason })
        }
        7 => match submitted.follow_up {
            Some(parked) => MessageCommand::BringUpFollowUp(BringUpFollowUp {
                at: parked.due_at.max(at),
                follow_up: parked.scheduled_with,
            }),
            None => MessageCommand::Claim(ClaimMessage { at, member: MEMBER, reason }),
        },
        8 => {
            let category_id =
                CategoryId(["question", "complaint"][usize::from(random.below(2) == 0)].to_owned());
            MessageCommand::Categorize(CategorizeMessage { at, category_id, known: true })
        }
        9 => {
            let known = ["refund", "complaint", "praise"].map(|tag| Tag(tag.to_owned())).to_vec();
            let (add, remove) = match random.below(2) {
                0 => ([tag()].into(), [].into()),
                _ => ([].into(), [tag()].into()),
            };
            MessageCommand::Tag(TagMessage { at, add, remove, known })
        }
        10 => {
            let priority = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
            let priority = priority[usize::try_from(random.below(4)).expect("small")];
            MessageCommand::Prioritize(PrioritizeMessage { at, priority })
        }
        11 => {
            let rating = Stars::new(1 + i64::from(random.below(5) == 0)).expect("a rating");
            MessageCommand::Rate(RateMessage { at, rating, comment: reason })
        }
        12 => match submitted.wait {
            Some(wait) => {
                let target = ServiceTarget::of_seconds(60);
                let due_at = submitted.due_at(&target).expect("an instant");
                let overdue = BecomeOverdue { at: due_at.max(at), wait: wait.began_with, target };
                MessageCommand::BecomeOverdue(overdue.into())
            }
            None => MessageCommand::Claim(ClaimMessage { at, member: MEMBER, reason }),
        },
        _ => {
            let kinds = StepKind::ALL;
            let kind = kinds[usize::try_from(random.below(kinds.len() as u64)).expect("small")];
            MessageCommand::Step(Step { at, kind, reason })
        }
    }
}
