//! Credentials that are committed with the log.

use super::{append, said, stream};
use std::time::Duration;
use store::{
    AccountChange, AppendError, CredentialRow, Dialect, RolesChange, TokenHash, on_both_databases,
    testing::TestDatabase,
};

on_both_databases!(
    a_sign_in_link_is_used_once,
    a_sign_in_link_ends_with_its_time_and_with_the_next_one,
    a_session_ends_by_time_by_signing_out_and_by_a_new_password,
    a_visitors_token_opens_until_it_expires,
    a_role_that_somebody_has_does_not_go_whatever_was_seen_before,
);

const MINUTE: i64 = 60_000_000;

fn account() -> CredentialRow {
    CredentialRow::Account { member_id: "m".into(), role: "ADMIN".into() }
}

async fn a_role_that_somebody_has_does_not_go_whatever_was_seen_before(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let with = |id: &str, rows: Vec<CredentialRow>| {
        let mut command = append(vec![stream(id, 0, vec![said("员")])]);
        command.credentials = rows;
        command
    };
    let roles = |roles: &[(&str, &str)], gone: &[&str]| {
        let roles = roles.iter().map(|(id, grants)| ((*id).to_owned(), (*grants).to_owned())).collect();
        CredentialRow::Roles(RolesChange { roles, gone: gone.iter().map(|id| (*id).to_owned()).collect() })
    };
    let both = roles(&[("CLERK", "messages.read:own"), ("OTHER", "audit.read:all")], &[]);
    store.append(with("first", vec![account(), both])).await.expect("appended");
    let role = AccountChange::Role { member_id: "m".into(), role: "CLERK".into() };
    store.append(with("given", vec![CredentialRow::Changed(role)])).await.expect("appended");
    let grants = async || store.authority_of("m").await.expect("readable").expect("a member").grants;
    assert_eq!(grants().await.as_deref(), Some("messages.read:own"));
    let gone = with("gone", vec![roles(&[("OTHER", "audit.read:all")], &["CLERK"])]);
    assert!(matches!(store.append(gone).await, Err(AppendError::Conflict)));
    assert_eq!(
        (grants().await.as_deref(), store.head().await.expect("a head")),
        (Some("messages.read:own"), 2)
    );
    assert_eq!(
        store.held_roles(&["CLERK", "OTHER"]).await.expect("readable"),
        [("CLERK".to_owned(), 1)].into()
    );
    // Who is away is in nobody's way, and has nothing.
    let away = CredentialRow::Changed(AccountChange::Deactivated { member_id: "m".into() });
    let gone = roles(&[("OTHER", "audit.read:all")], &["CLERK"]);
    store.append(with("away", vec![away, gone])).await.expect("appended");
    let back = CredentialRow::Changed(AccountChange::Reactivated { member_id: "m".into() });
    store.append(with("back", vec![back])).await.expect("appended");
    assert_eq!(grants().await, None);
}

async fn a_sign_in_link_is_used_once(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let (token, now) = (TokenHash::of("link"), store.clock().micros());
    store.write_sign_in_link(&token, "m", now + MINUTE).await.expect("written");
    assert_eq!(store.sign_in_link(&token).await.expect("readable").as_deref(), Some("m"));
    let using = |id: &str| {
        let mut command = append(vec![stream(id, 0, vec![said("登")])]);
        command.credentials.push(CredentialRow::LinkUsed { token: token.clone(), at: now });
        command
    };
    store.append(using("one")).await.expect("used");
    assert!(matches!(store.append(using("two")).await, Err(AppendError::Spent)));
    assert_eq!(store.sign_in_link(&token).await.expect("readable"), None);
    assert_eq!(store.head().await.expect("a head"), 1, "the second use appended nothing");
}

async fn a_sign_in_link_ends_with_its_time_and_with_the_next_one(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let clock = TestDatabase::clock();
    let store = database.open(clock.clone()).await;
    let (first, second) = (TokenHash::of("first"), TokenHash::of("second"));
    let expires_at = clock.micros() + MINUTE;
    store.write_sign_in_link(&first, "m", expires_at).await.expect("written");
    store.write_sign_in_link(&second, "m", expires_at).await.expect("written");
    assert_eq!(store.sign_in_link(&first).await.expect("readable"), None);
    assert!(store.sign_in_link(&second).await.expect("readable").is_some());
    clock.advance(Duration::from_secs(60));
    assert_eq!(store.sign_in_link(&second).await.expect("readable"), None);
}

async fn a_session_ends_by_time_by_signing_out_and_by_a_new_password(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let clock = TestDatabase::clock();
    let store = database.open(clock.clone()).await;
    let session = |token: &str| CredentialRow::Session {
        token: TokenHash::of(token),
        member_id: "m".into(),
        created_at: clock.micros(),
        expires_at: clock.micros() + MINUTE,
    };
    let mut command = append(vec![stream("m", 0, vec![said("一")])]);
    command.credentials = vec![account(), session("a"), session("b")];
    store.append(command).await.expect("appended");
    let role = |token: &'static str| {
        let store = store.clone();
        async move { store.session(&TokenHash::of(token)).await.expect("readable").map(|of| of.role) }
    };
    assert_eq!(role("a").await.as_deref(), Some("ADMIN"));
    assert!(store.end_session(&TokenHash::of("a")).await.expect("ended"));
    assert!(!store.end_session(&TokenHash::of("a")).await.expect("ended before"));
    assert_eq!(role("a").await, None);
    let mut command = append(vec![stream("m", 1, vec![said("二")])]);
    let password = CredentialRow::Password { member_id: "m".into(), hash: "$argon2id$…".into() };
    command.credentials = vec![password, session("c")];
    store.append(command).await.expect("appended");
    assert_eq!((role("b").await, role("c").await.as_deref()), (None, Some("ADMIN")));
    clock.advance(Duration::from_secs(60));
    assert_eq!(role("c").await, None);
}

async fn a_visitors_token_opens_until_it_expires(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let clock = TestDatabase::clock();
    let store = database.open(clock.clone()).await;
    let token = TokenHash::of("visitor");
    let (now, expires_at) = (clock.micros(), clock.micros() + MINUTE);
    let mut command = append(vec![stream("v", 0, vec![said("来")])]);
    let row = CredentialRow::VisitorToken {
        token: token.clone(),
        visitor_id: "v".into(),
        created_at: now,
        expires_at,
    };
    command.credentials.push(row);
    store.append(command).await.expect("appended");
    assert_eq!(store.visitor_of(&token).await.expect("readable"), Some(("v".into(), expires_at)));
    store.extend_visitor_token(&token, expires_at + MINUTE).await.expect("extended");
    clock.advance(Duration::from_secs(60));
    assert!(store.visitor_of(&token).await.expect("readable").is_some());
    clock.advance(Duration::from_secs(60));
    assert_eq!(store.visitor_of(&token).await.expect("readable"), None);
    assert_eq!(store.visitor_of(&TokenHash::of("guess")).await.expect("readable"), None);
}
