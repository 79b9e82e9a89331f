//! API keys, sessions and passwords; and sign-ins that are refused.

use super::{Desk, anonymous, caller};
use commands::{Caller, CommandError, Commands, KeyInput, NewKey, ReplyInput, WorkInput};
use domain::{
    access::{Permissions, Role},
    ids::{KeyId, MessageId},
    member::MemberError,
    message::StepKind,
    text::{Name, ReplyText},
};
use std::time::Duration;
use store::{Dialect, LogFilter, on_both_databases, testing::soon};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases!(
    a_key_acts_for_its_owner_within_what_it_was_given,
    a_key_may_never_do_more_than_its_owner_may_now,
    a_key_ends_with_its_time_with_its_owner_and_when_it_is_revoked,
    a_key_makes_no_key_no_session_and_no_member,
    only_its_hash_is_kept_and_nothing_of_it_is_printed,
    a_new_password_ends_every_other_session_and_needs_the_old_one,
    a_sign_in_that_is_under_way_does_not_outlive_a_new_password,
    sessions_are_listed_and_ended_one_by_one,
    refused_sign_ins_are_counted_by_the_hour_and_told_once,
    the_watch_tells_of_an_hour_as_soon_as_it_is_over,
    the_oldest_session_makes_room_for_the_fifty_first,
);

const PASSWORD: &str = "correct horse battery";

fn input(permissions: &[&str]) -> KeyInput {
    let permissions = Permissions::named(permissions).expect("permissions");
    KeyInput { name: Name::parse("报表").expect("a name"), permissions, expires_at: None }
}

impl Desk {
    async fn key(&self, owner: &Caller, permissions: &[&str]) -> NewKey {
        self.commands.create_api_key(owner, input(permissions)).await.expect("a key")
    }

    /// Whoever holds this, as the server finds out.
    async fn holder(&self, token: &str) -> Option<Caller> {
        self.commands.authenticate(token).await.expect("readable").map(caller)
    }

    async fn message(&self) -> MessageId {
        self.submit(&anonymous()).await.receipt.id.parse().expect("an id")
    }
}

fn reply(id: MessageId) -> ReplyInput {
    let content = ReplyText::parse("好的。").expect("words");
    ReplyInput { target: id.into(), content, upload_ids: vec![] }
}

fn work(message_id: MessageId) -> WorkInput {
    WorkInput { target: message_id.into(), reason: None }
}

async fn a_key_acts_for_its_owner_within_what_it_was_given(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, _) = desk.employ("mei", Role::Agent).await;
    let key = desk.key(&agent, &["messages.read", "messages.reply"]).await;
    let program = desk.holder(&key.secret).await.expect("opens");
    assert_eq!(program.actor.to_string(), format!("key:{}", key.id));
    assert_eq!(program.actor.member(), Some(id));
    let message = desk.message().await;
    desk.commands.reply_to_message(&program, reply(message)).await.expect("was given");
    let closed = desk.commands.step(&program, StepKind::Close, work(message)).await;
    assert!(matches!(closed, Err(CommandError::Forbidden(_))), "was not given");
    let filter = LogFilter { types: vec!["MessageReplied".to_owned()], ..LogFilter::default() };
    let replied = desk.store.read(&filter, 0, 10).await.expect("readable");
    let metadata = replied[0].metadata().expect("readable");
    assert_eq!(metadata.get("actor"), Some(&program.actor.to_string()));
    let payload = replied[0].payload().expect("readable").to_string();
    assert!(payload.contains(&id.to_string()), "the reply is its owner's");
}

async fn a_key_may_never_do_more_than_its_owner_may_now(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, _) = desk.employ("mei", Role::Agent).await;
    let beyond = desk.commands.create_api_key(&agent, input(&["messages.read", "members.manage"])).await;
    assert!(matches!(beyond, Err(CommandError::Member(MemberError::BeyondRole(_)))));
    let key = desk.key(&agent, &["messages.read", "messages.reply"]).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    desk.commands.change_member_role(&admin, id, Role::Auditor.into()).await.expect("changed");
    let program = desk.holder(&key.secret).await.expect("opens");
    let replied = desk.commands.reply_to_message(&program, reply(desk.message().await)).await;
    assert!(matches!(replied, Err(CommandError::Forbidden(_))));
}

async fn a_key_ends_with_its_time_with_its_owner_and_when_it_is_revoked(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, _) = desk.employ("mei", Role::Agent).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let (_, other, _) = desk.employ("hua", Role::Lead).await;
    let revoked = desk.key(&agent, &["messages.read"]).await;
    assert!(!desk.commands.revoke_api_key(&other, revoked.id).await.expect("absent to others"));
    assert!(desk.holder(&revoked.secret).await.is_some());
    assert!(desk.commands.revoke_api_key(&agent, revoked.id).await.expect("their own"));
    assert!(desk.holder(&revoked.secret).await.is_none());
    assert!(!desk.commands.revoke_api_key(&agent, revoked.id).await.expect("not any more"));
    assert!(!desk.commands.revoke_api_key(&agent, KeyId(Uuid::nil())).await.expect("never was"));
    let by_admin = desk.key(&agent, &["messages.read"]).await;
    assert!(desk.commands.revoke_api_key(&admin, by_admin.id).await.expect("anybody's"));

    let expires_at = Some(desk.clock.now() + Duration::from_secs(60));
    let short = KeyInput { expires_at, ..input(&["messages.read"]) };
    let short = desk.commands.create_api_key(&agent, short).await.expect("a key");
    desk.clock.advance(Duration::from_secs(59));
    assert!(desk.holder(&short.secret).await.is_some());
    desk.clock.advance(Duration::from_secs(1));
    assert!(desk.holder(&short.secret).await.is_none());

    let left = desk.key(&agent, &["messages.read"]).await;
    desk.commands.deactivate_member(&admin, id).await.expect("deactivated");
    assert!(desk.holder(&left.secret).await.is_none());
    desk.commands.reactivate_member(&admin, id).await.expect("back");
    assert!(desk.holder(&left.secret).await.is_none(), "their keys ended for good");
    assert_eq!((desk.count("ApiKeyCreated").await, desk.count("ApiKeyRevoked").await), (4, 3));
}

async fn a_key_makes_no_key_no_session_and_no_member(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, admin, _) = desk.employ("admin", Role::Admin).await;
    let key = desk.key(&admin, &["members.manage"]).await;
    let program = desk.holder(&key.secret).await.expect("opens");
    let commands = &desk.commands;
    let invited = commands.invite_member(&program, super::members::new("new", Role::Admin), &[].into()).await;
    let refused = [
        commands.create_api_key(&program, input(&["members.manage"])).await.map(drop),
        commands.change_password(&program, PASSWORD, "another horse").await.map(drop),
        commands.create_link_for(&program, id).await.map(drop),
        commands.change_member_role(&program, id, Role::Agent.into()).await.map(drop),
        commands.sessions(&program, None).await.map(drop),
        commands.set_presence(&program, true).await.map(drop),
        invited.map(drop),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(CommandError::NotForYou(_))), "{refused:?}");
    }
    // What it was given it may: teams are members' matters, too.
    commands.form_team(&program, Name::parse("售后").expect("a name")).await.expect("formed");
}

async fn only_its_hash_is_kept_and_nothing_of_it_is_printed(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, agent, _) = desk.employ("mei", Role::Agent).await;
    let key = desk.key(&agent, &["messages.read"]).await;
    assert!(key.secret.starts_with("lwk_"));
    assert!(!format!("{key:?}").contains(&key.secret));
    let log = &desk.store.database().log;
    let rows = log.rows("SELECT payload FROM events WHERE event_type LIKE 'ApiKey%'", &[]).await;
    for row in rows.expect("readable") {
        let payload = row.text("payload").expect("text");
        assert!(!payload.contains(&key.secret) && !payload.contains("报表"), "{payload}");
    }
    let rows = log.rows("SELECT token_hash FROM api_keys", &[]).await.expect("readable");
    assert_eq!(rows[0].bytes("token_hash").expect("bytes").len(), 32);
}

async fn a_new_password_ends_every_other_session_and_needs_the_old_one(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, agent, session) = desk.employ("mei", Role::Agent).await;
    let other = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("signs in");
    let wrong = desk.commands.change_password(&agent, "wrong horse", "another horse").await;
    assert!(matches!(wrong, Err(CommandError::WrongCredentials)));
    let short = desk.commands.change_password(&agent, PASSWORD, "short").await;
    assert!(matches!(short, Err(CommandError::Password(_))));
    assert!(desk.holder(&session).await.is_some(), "what was refused ends nothing");
    let changed = desk.commands.change_password(&agent, PASSWORD, "another horse").await.expect("changed");
    assert!(desk.holder(&changed.token).await.is_some());
    assert!(desk.holder(&session).await.is_none() && desk.holder(&other.token).await.is_none());
    let old = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await;
    assert!(matches!(old, Err(CommandError::WrongCredentials)));
    desk.commands.sign_in(&anonymous(), "mei@example.com", "another horse").await.expect("signs in");
}

async fn a_sign_in_that_is_under_way_does_not_outlive_a_new_password(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, agent, _) = desk.employ("mei", Role::Agent).await;
    let (mut old, mut new) = (PASSWORD, "another horse");
    for _ in 0..5 {
        let thief = anonymous();
        let (stolen, changed) = tokio::join!(
            desk.commands.sign_in(&thief, "mei@example.com", old),
            desk.commands.change_password(&agent, old, new)
        );
        changed.expect("changed");
        if let Ok(stolen) = stolen {
            assert!(desk.holder(&stolen.token).await.is_none(), "it was opened by the old password");
        }
        std::mem::swap(&mut old, &mut new);
    }
}

async fn sessions_are_listed_and_ended_one_by_one(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, agent, first) = desk.employ("mei", Role::Agent).await;
    let (_, stranger, _) = desk.employ("hua", Role::Agent).await;
    desk.clock.advance(Duration::from_secs(1));
    let second = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("signs in");
    let sessions = desk.commands.sessions(&agent, Some(&first)).await.expect("readable");
    let current: Vec<bool> = sessions.iter().map(|session| session.current).collect();
    assert_eq!(current, [false, true], "the newest first");
    let theirs = desk.commands.revoke_session(&stranger, sessions[0].id).await;
    assert!(!theirs.expect("absent to others"));
    assert!(desk.commands.revoke_session(&agent, sessions[0].id).await.expect("ended"));
    assert!(!desk.commands.revoke_session(&agent, sessions[0].id).await.expect("not any more"));
    assert!(desk.holder(&second.token).await.is_none() && desk.holder(&first).await.is_some());
}

async fn the_oldest_session_makes_room_for_the_fifty_first(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, first) = desk.employ("mei", Role::Agent).await;
    let log = &desk.store.database().log;
    for n in 0_u8..49 {
        let sql =
            "INSERT INTO sessions (token_hash, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        let (hash, created_at) = (vec![n; 32], desk.clock.micros() + 1 + i64::from(n));
        let values = [hash.into(), id.to_string().into(), created_at.into(), i64::MAX.into()];
        log.execute(sql, &values).await.expect("written");
    }
    desk.clock.advance(Duration::from_secs(1));
    assert_eq!(desk.commands.sessions(&agent, None).await.expect("readable").len(), 50);
    let newest = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("signs in");
    assert_eq!(desk.commands.sessions(&agent, None).await.expect("readable").len(), 50);
    assert!(desk.holder(&newest.token).await.is_some() && desk.holder(&first).await.is_none());
}

async fn the_watch_tells_of_an_hour_as_soon_as_it_is_over(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.employ("mei", Role::Agent).await;
    let refused = desk.commands.sign_in(&anonymous(), "mei@example.com", "wrong horse").await;
    assert!(matches!(refused, Err(CommandError::WrongCredentials)));
    let stop = CancellationToken::new();
    let watch = tokio::spawn(desk.commands.clone().watch_refusals(stop.clone()));
    desk.clock.advance(Duration::from_secs(60 * 60));
    soon("it is told", || async { desk.count("SignInRefused").await == 1 }).await;
    stop.cancel();
    watch.await.expect("ends when it is stopped");
}

async fn refused_sign_ins_are_counted_by_the_hour_and_told_once(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, _) = desk.employ("mei", Role::Agent).await;
    let hour = 60 * 60;
    for _ in 0..3 {
        let refused = desk.commands.sign_in(&anonymous(), "mei@example.com", "wrong horse").await;
        assert!(matches!(refused, Err(CommandError::WrongCredentials)));
    }
    let nobody = desk.commands.sign_in(&anonymous(), "nobody@example.com", PASSWORD).await;
    assert!(matches!(nobody, Err(CommandError::WrongCredentials)));
    assert_eq!(desk.commands.tell_refusals().await.expect("told"), 0, "the hour is not over");
    desk.clock.advance(Duration::from_secs(hour));
    let _ = desk.commands.change_password(&agent, "wrong horse", "another horse").await;
    let store = desk.database.open(desk.clock.clone()).await;
    let elsewhere = Commands::new(store.clone());
    let (here, there) = tokio::join!(desk.commands.tell_refusals(), elsewhere.tell_refusals());
    assert_eq!(here.expect("told") + there.expect("told"), 1, "of two processes one tells");
    desk.clock.advance(Duration::from_secs(hour));
    assert_eq!(desk.commands.tell_refusals().await.expect("told"), 1, "of another hour");
    let filter = LogFilter { types: vec!["SignInRefused".to_owned()], ..LogFilter::default() };
    let told = desk.store.read(&filter, 0, 10).await.expect("readable");
    let counts: Vec<_> =
        told.iter().map(|event| event.payload().expect("JSON")["SignInRefused"]["count"].clone()).collect();
    assert_eq!(counts, [3, 1]);
    assert!(told.iter().all(|event| event.aggregate_id == id.to_string()));
    assert_eq!(told[0].metadata().expect("JSON").get("actor"), Some(&"system:sign-in-refused".to_owned()));
    store.close().await;
}
