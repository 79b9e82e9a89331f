//! Commands to messages.

use super::{Desk, anonymous, caller, member, words};
use commands::{Caller, CommandError, ReplyInput, Submitted, Target, WorkInput};
use domain::{
    access::Role,
    actor::Actor,
    contact::ContactError,
    ids::MessageId,
    message::{MessageError, StepKind},
    text::{Name, ReplyText},
};
use std::time::Duration;
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    a_first_message_makes_a_visitor_whose_token_opens_their_messages,
    a_known_visitor_keeps_their_identity_and_is_remembered_once,
    fifty_repeats_with_one_key_are_one_message_one_receipt_and_one_token,
    a_key_whose_answer_is_forgotten_doubles_nothing,
    a_key_used_with_other_input_is_refused,
    an_anonymous_key_that_could_be_guessed_is_refused,
    of_fifty_replies_with_one_expected_version_one_wins,
    replies_at_once_without_an_expected_version_all_arrive,
    a_contact_that_is_neither_phone_nor_email_is_refused_and_leaves_nothing,
    a_visitor_closes_their_own_message_and_no_other,
    an_earlier_message_of_somebody_else_looks_absent,
    absent_messages_and_those_of_others_are_refused_alike,
    roles_that_may_not_reply_or_close_are_refused_before_anything_is_looked_up,
    a_token_that_opens_nothing_is_told_so_instead_of_making_another_visitor,
);

fn id(submitted: &Submitted) -> MessageId {
    submitted.receipt.id.parse().expect("an id")
}

fn visitor(submitted: &Submitted) -> Caller {
    caller(Actor::Visitor(submitted.visitor_id))
}

fn reply(message_id: MessageId) -> ReplyInput {
    let content = ReplyText::parse("今天下午发货。").expect("words");
    ReplyInput { target: message_id.into(), content, upload_ids: vec![] }
}

fn close(message_id: MessageId) -> WorkInput {
    WorkInput { target: message_id.into(), reason: None }
}

async fn a_first_message_makes_a_visitor_whose_token_opens_their_messages(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let submitted = desk.submit(&anonymous()).await;
    let token = submitted.visitor_token.as_deref().expect("a token");
    let opens = desk.commands.authenticate(token).await.expect("readable");
    assert_eq!(opens, Some(Actor::Visitor(submitted.visitor_id)));
    assert_eq!(submitted.receipt.version, 1);
    assert_eq!((desk.count("VisitorArrived").await, desk.count("MessageSubmitted").await), (1, 1));
}

async fn a_known_visitor_keeps_their_identity_and_is_remembered_once(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let first = desk.submit(&anonymous()).await;
    let second = desk.submit(&visitor(&first)).await;
    assert_eq!((second.visitor_id, second.visitor_token), (first.visitor_id, None));
    assert_eq!(desk.count("ContactRemembered").await, 1, "nothing about them changed");
    let mut married = words();
    married.name = Name::parse("韩梅梅").ok();
    desk.commands.submit_message(&visitor(&first), married).await.expect("submitted");
    assert_eq!((desk.count("ContactRemembered").await, desk.count("VisitorArrived").await), (2, 1));
}

async fn fifty_repeats_with_one_key_are_one_message_one_receipt_and_one_token(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let repeats: Vec<_> = (0..50)
        .map(|_| {
            let commands = desk.commands.clone();
            let mut input = words();
            input.idempotency_key = Some("f3b1c5de-8a52-4e0c-9a43-0d3c9d2f7a11".into());
            tokio::spawn(async move { commands.submit_message(&anonymous(), input).await })
        })
        .collect();
    let mut answers = Vec::new();
    for repeat in repeats {
        answers.push(repeat.await.expect("finishes").expect("submitted"));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert!(answers[0].visitor_token.is_some());
    assert_eq!((desk.count("VisitorArrived").await, desk.count("MessageSubmitted").await), (1, 1));
    // A day later it still is the same.
    desk.clock.advance(Duration::from_secs(24 * 60 * 60));
    let mut input = words();
    input.idempotency_key = Some("f3b1c5de-8a52-4e0c-9a43-0d3c9d2f7a11".into());
    assert_eq!(desk.commands.submit_message(&anonymous(), input).await.expect("answered"), answers[0]);
}

async fn a_key_whose_answer_is_forgotten_doubles_nothing(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let mut input = words();
    input.idempotency_key = Some("f3b1c5de-8a52-4e0c-9a43-0d3c9d2f7a11".into());
    let first = desk.commands.submit_message(&anonymous(), input.clone()).await.expect("submitted");
    let known = visitor(&first);
    desk.commands.submit_message(&known, input.clone()).await.expect("submitted by a known visitor");
    // What seven days do, on either database's clock.
    desk.store.database().log.execute("DELETE FROM idempotency", &[]).await.expect("forgotten");
    for caller in [anonymous(), known] {
        let late = desk.commands.submit_message(&caller, input.clone()).await;
        assert!(matches!(late, Err(CommandError::KeyExpired)));
    }
    assert_eq!((desk.count("VisitorArrived").await, desk.count("MessageSubmitted").await), (1, 2));
}

async fn a_key_used_with_other_input_is_refused(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let keyed = |content: &str| {
        let content = ReplyText::parse(content).expect("words");
        let target = Target { idempotency_key: Some("k".into()), ..message.into() };
        ReplyInput { content, target, upload_ids: vec![] }
    };
    let agent = member(Role::Agent);
    let first = desk.commands.reply_to_message(&agent, keyed("好")).await.expect("replied");
    assert_eq!(desk.commands.reply_to_message(&agent, keyed("好")).await.expect("answered"), first);
    let other = desk.commands.reply_to_message(&agent, keyed("不好")).await;
    assert!(matches!(other, Err(CommandError::KeyReused)));
    assert_eq!(desk.count("MessageReplied").await, 1);
}

async fn an_anonymous_key_that_could_be_guessed_is_refused(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let mut input = words();
    input.idempotency_key = Some("1".into());
    let refused = desk.commands.submit_message(&anonymous(), input).await;
    assert!(matches!(refused, Err(CommandError::KeyTooShort)));
}

async fn of_fifty_replies_with_one_expected_version_one_wins(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let replies: Vec<_> = (0..50)
        .map(|_| {
            let commands = desk.commands.clone();
            let target = Target { expected_version: Some(1), ..message.into() };
            let input = ReplyInput { target, ..reply(message) };
            tokio::spawn(async move { commands.reply_to_message(&member(Role::Agent), input).await })
        })
        .collect();
    let mut won = 0;
    for reply in replies {
        match reply.await.expect("finishes") {
            Ok(receipt) => {
                assert_eq!(receipt.version, 2);
                won += 1;
            }
            Err(CommandError::Conflict { expected: 1, version: 2 }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, desk.count("MessageReplied").await), (1, 1));
}

async fn replies_at_once_without_an_expected_version_all_arrive(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let replies: Vec<_> = (0..5)
        .map(|_| {
            let commands = desk.commands.clone();
            tokio::spawn(async move { commands.reply_to_message(&member(Role::Agent), reply(message)).await })
        })
        .collect();
    for reply in replies {
        reply.await.expect("finishes").expect("replied");
    }
    assert_eq!(desk.count("MessageReplied").await, 5);
}

async fn a_contact_that_is_neither_phone_nor_email_is_refused_and_leaves_nothing(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let mut input = words();
    input.contact = "call me".into();
    let refused = desk.commands.submit_message(&anonymous(), input).await;
    assert!(matches!(refused, Err(CommandError::Contact(ContactError::Neither))));
    assert_eq!(desk.count("VisitorArrived").await, 0);
}

async fn a_visitor_closes_their_own_message_and_no_other(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (mine, theirs) = (desk.submit(&anonymous()).await, desk.submit(&anonymous()).await);
    let refused = desk.commands.step(&visitor(&mine), StepKind::Close, close(id(&theirs))).await;
    assert!(matches!(refused, Err(CommandError::NotFound)));
    desk.commands.step(&visitor(&mine), StepKind::Close, close(id(&mine))).await.expect("closed");
    let again = desk.commands.step(&visitor(&mine), StepKind::Close, close(id(&mine))).await;
    assert!(matches!(again, Err(CommandError::Message(MessageError::AlreadyClosed))));
}

async fn an_earlier_message_of_somebody_else_looks_absent(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (mine, theirs) = (desk.submit(&anonymous()).await, desk.submit(&anonymous()).await);
    let related = |earlier: MessageId| {
        let mut input = words();
        input.related_to = Some(earlier);
        input
    };
    for absent in [id(&theirs), MessageId(Uuid::from_u128(404))] {
        let refused = desk.commands.submit_message(&visitor(&mine), related(absent)).await;
        assert!(matches!(refused, Err(CommandError::Message(MessageError::RelatedUnknown))));
    }
    desk.commands.submit_message(&visitor(&mine), related(id(&mine))).await.expect("submitted");
}

async fn absent_messages_and_those_of_others_are_refused_alike(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (mine, theirs) = (desk.submit(&anonymous()).await, desk.submit(&anonymous()).await);
    let absent = MessageId(Uuid::from_u128(404));
    let mut refusals = Vec::new();
    for message in [absent, id(&theirs)] {
        let refused = desk.commands.step(&visitor(&mine), StepKind::Close, close(message)).await;
        refusals.push(refused.expect_err("refused").to_string());
    }
    let refused = desk.commands.reply_to_message(&member(Role::Agent), reply(absent)).await;
    refusals.push(refused.expect_err("refused").to_string());
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "{refusals:?}");
}

async fn roles_that_may_not_reply_or_close_are_refused_before_anything_is_looked_up(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let mine = desk.submit(&anonymous()).await;
    for role in [Role::Auditor, Role::Analyst] {
        for id in [message, MessageId(Uuid::from_u128(404))] {
            let refused = desk.commands.reply_to_message(&member(role), reply(id)).await;
            assert!(matches!(refused, Err(CommandError::Forbidden(_))));
            let refused = desk.commands.step(&member(role), StepKind::Close, close(id)).await;
            assert!(matches!(refused, Err(CommandError::Forbidden(_))));
        }
    }
    let refused = desk.commands.reply_to_message(&visitor(&mine), reply(message)).await;
    assert!(matches!(refused, Err(CommandError::Forbidden(_))));
    let refused = desk.commands.step(&anonymous(), StepKind::Close, close(message)).await;
    assert!(matches!(refused, Err(CommandError::Unauthenticated)));
    let refused = desk.commands.submit_message(&member(Role::Admin), words()).await;
    assert!(matches!(refused, Err(CommandError::NotForYou(_))));
}

async fn a_token_that_opens_nothing_is_told_so_instead_of_making_another_visitor(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let caller = Caller { token_unknown: true, ..anonymous() };
    let refused = desk.commands.submit_message(&caller, words()).await;
    assert!(matches!(refused, Err(CommandError::TokenUnknown)));
    assert_eq!(desk.count("VisitorArrived").await, 0);
}
