//! Claiming and reopening.

use super::{Desk, anonymous, caller, member, words};
use commands::{Caller, CommandError, ReplyInput, Submitted, Target, WorkInput};
use domain::{
    access::Role,
    actor::Actor,
    ids::{MemberId, MessageId},
    message::{Assignee, MessageError, StepKind},
    text::{Reason, ReplyText},
};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    of_forty_members_who_claim_at_once_one_wins_and_the_others_learn_who,
    a_claim_repeated_with_its_key_is_answered_and_not_refused,
    a_closed_message_is_reopened_and_an_open_one_is_not,
    reasons_are_sealed_with_the_message,
    only_members_who_may_work_claim_and_reopen,
    a_claim_of_what_has_changed_is_a_conflict,
);

fn id(submitted: &Submitted) -> MessageId {
    submitted.receipt.id.parse().expect("an id")
}

fn work(message_id: MessageId) -> WorkInput {
    WorkInput { target: message_id.into(), reason: None }
}

fn agent(n: u128) -> Caller {
    caller(Actor::Member { id: MemberId(Uuid::from_u128(n)), grants: Role::Agent.grants() })
}

async fn of_forty_members_who_claim_at_once_one_wins_and_the_others_learn_who(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let claims: Vec<_> = (1..=40)
        .map(|n| {
            let commands = desk.commands.clone();
            tokio::spawn(async move { (n, commands.claim_message(&agent(n), work(message)).await) })
        })
        .collect();
    let (mut winners, mut named) = (Vec::new(), Vec::new());
    for claim in claims {
        match claim.await.expect("finishes") {
            (n, Ok(receipt)) => {
                assert_eq!(receipt.version, 2);
                winners.push(Assignee::Member(MemberId(Uuid::from_u128(n))));
            }
            (_, Err(CommandError::Message(MessageError::AlreadyAssigned(to)))) => named.push(to),
            (_, Err(other)) => panic!("{other}"),
        }
    }
    assert_eq!((winners.len(), named.len()), (1, 39));
    assert!(named.iter().all(|to| *to == winners[0]));
    assert_eq!(desk.count("MessageAssigned").await, 1);
}

async fn a_claim_repeated_with_its_key_is_answered_and_not_refused(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let keyed = || {
        let target = Target { idempotency_key: Some("k".into()), ..message.into() };
        WorkInput { target, reason: None }
    };
    let first = desk.commands.claim_message(&agent(1), keyed()).await.expect("claimed");
    assert_eq!(desk.commands.claim_message(&agent(1), keyed()).await.expect("answered"), first);
    let theirs = desk.commands.claim_message(&agent(2), keyed()).await;
    assert!(
        matches!(theirs, Err(CommandError::Message(MessageError::AlreadyAssigned(_)))),
        "a key of their own"
    );
}

async fn a_closed_message_is_reopened_and_an_open_one_is_not(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let refused = desk.commands.step(&agent(1), StepKind::Reopen, work(message)).await;
    assert!(matches!(refused, Err(CommandError::Message(MessageError::NotClosed))));
    desk.commands.step(&agent(1), StepKind::Close, work(message)).await.expect("closed");
    let receipt = desk.commands.step(&agent(1), StepKind::Reopen, work(message)).await.expect("reopened");
    assert_eq!((receipt.version, desk.count("MessageReopened").await), (3, 1));
    desk.commands.step(&agent(1), StepKind::Close, work(message)).await.expect("closed again");
}

async fn reasons_are_sealed_with_the_message(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let because = || WorkInput { reason: Reason::parse("李雷是我的客户").ok(), ..work(message) };
    desk.commands.claim_message(&agent(1), because()).await.expect("claimed");
    desk.commands.step(&agent(1), StepKind::Close, because()).await.expect("closed");
    desk.commands.step(&agent(1), StepKind::Reopen, because()).await.expect("reopened");
    let sql = "SELECT payload FROM events WHERE aggregate_type = 'Message' AND sequence > 1";
    let rows = desk.store.database().log.rows(sql, &[]).await.expect("readable");
    let stored: Vec<String> = rows.iter().map(|row| row.text("payload").expect("text")).collect();
    assert_eq!(stored.len(), 3);
    assert!(stored.iter().all(|payload| payload.contains("sealed") && !payload.contains("李雷")));
}

async fn only_members_who_may_work_claim_and_reopen(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let submitted = desk.submit(&anonymous()).await;
    let visitor = caller(Actor::Visitor(submitted.visitor_id));
    for message in [id(&submitted), MessageId(Uuid::from_u128(404))] {
        for refused in [member(Role::Auditor), member(Role::Analyst), visitor.clone()] {
            let claimed = desk.commands.claim_message(&refused, work(message)).await;
            assert!(matches!(claimed, Err(CommandError::Forbidden(_))), "{refused:?}");
            let reopened = desk.commands.step(&refused, StepKind::Reopen, work(message)).await;
            assert!(matches!(reopened, Err(CommandError::Forbidden(_))), "{refused:?}");
        }
        let claimed = desk.commands.claim_message(&anonymous(), work(message)).await;
        assert!(matches!(claimed, Err(CommandError::Unauthenticated)));
    }
    let absent = desk.commands.claim_message(&agent(1), work(MessageId(Uuid::from_u128(404)))).await;
    assert!(matches!(absent, Err(CommandError::NotFound)));
}

async fn a_claim_of_what_has_changed_is_a_conflict(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.commands.submit_message(&anonymous(), words()).await.expect("submitted"));
    let content = ReplyText::parse("今天下午发货。").expect("words");
    let reply = ReplyInput { target: message.into(), content, upload_ids: vec![] };
    desk.commands.reply_to_message(&agent(1), reply).await.expect("replied");
    let seen = |version| {
        let target = Target { expected_version: Some(version), ..message.into() };
        WorkInput { target, reason: None }
    };
    let late = desk.commands.claim_message(&agent(2), seen(1)).await;
    assert!(matches!(late, Err(CommandError::Conflict { expected: 1, version: 2 })));
    for never in [3, i64::MAX, -1] {
        let claimed = desk.commands.claim_message(&agent(2), seen(never)).await;
        assert!(
            matches!(claimed, Err(CommandError::NoSuchVersion { expected, version: 2 }) if expected == never),
            "it never was at {never}"
        );
    }
    assert!(desk.commands.claim_message(&agent(2), seen(2)).await.is_ok());
}
