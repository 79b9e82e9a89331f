//! Signing in and out.

use super::{Desk, anonymous};
use commands::{Caller, CommandError, NewMember, PasswordError};
use domain::{access::Role, actor::Actor, member::MemberEmail, text::Name};
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    first_start_happens_once_however_often_and_by_however_many,
    the_first_link_signs_the_administrator_in_once_and_for_all,
    a_password_opens_a_session_until_it_is_signed_out,
    a_wrong_password_and_an_unknown_address_are_refused_alike,
    an_address_belongs_to_one_member_whatever_its_case,
    a_member_without_a_password_cannot_sign_in_with_any,
    a_new_password_ends_every_other_session,
    a_visitors_token_lives_on_while_it_is_used,
);

const PASSWORD: &str = "correct horse battery";

fn new(email: &str, role: Role) -> NewMember {
    let name = Name::parse("韩梅梅").expect("a name");
    NewMember { name, email: MemberEmail::parse(email).expect("an address"), role: role.into() }
}

fn operator() -> Caller {
    Caller::system("test")
}

async fn first_start_happens_once_however_often_and_by_however_many(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let commands = desk.commands.clone();
            tokio::spawn(async move { commands.first_start().await })
        })
        .collect();
    for start in starts {
        start.await.expect("finishes").expect("starts");
    }
    assert_eq!((desk.count("DeskRevised").await, desk.count("MemberInvited").await), (1, 1));
}

async fn the_first_link_signs_the_administrator_in_once_and_for_all(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (earlier, email) = desk.commands.first_administrator().await.expect("readable").expect("a link");
    let (link, _) = desk.commands.first_administrator().await.expect("readable").expect("a fresh link");
    assert_eq!(email, "admin@localhost");
    let redeem = |token: String, password: &'static str| {
        let commands = desk.commands.clone();
        async move { commands.redeem_sign_in_link(&anonymous(), &token, password).await }
    };
    let stale = redeem(earlier.token, PASSWORD).await;
    assert!(matches!(stale, Err(CommandError::LinkUnknown)), "a fresh link ends the earlier one");
    let short = redeem(link.token.clone(), "short").await;
    assert!(matches!(short, Err(CommandError::Password(PasswordError::TooShort))));
    let signed_in = redeem(link.token.clone(), PASSWORD).await.expect("a refused password does not spend it");
    let opens = desk.commands.authenticate(&signed_in.token).await.expect("readable");
    assert_eq!(opens, Some(Actor::Member { id: signed_in.member_id, grants: Role::Admin.grants() }));
    assert!(matches!(redeem(link.token, PASSWORD).await, Err(CommandError::LinkUnknown)));
    assert!(desk.commands.first_administrator().await.expect("readable").is_none());
    desk.commands.sign_in(&anonymous(), email, PASSWORD).await.expect("signs in like any other");
}

async fn a_password_opens_a_session_until_it_is_signed_out(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.commands
        .add_member(&operator(), new("mei@example.com", Role::Agent), Some(PASSWORD))
        .await
        .expect("added");
    let session = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("signs in");
    assert!(desk.commands.authenticate(&session.token).await.expect("readable").is_some());
    assert!(desk.commands.sign_out(&session.token).await.expect("signed out"));
    assert_eq!(desk.commands.authenticate(&session.token).await.expect("readable"), None);
    let session = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("signs in");
    desk.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(desk.commands.authenticate(&session.token).await.expect("readable"), None);
}

async fn a_wrong_password_and_an_unknown_address_are_refused_alike(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.commands
        .add_member(&operator(), new("mei@example.com", Role::Agent), Some(PASSWORD))
        .await
        .expect("added");
    for (email, password) in
        [("mei@example.com", "wrong horse battery"), ("nobody@example.com", PASSWORD), ("not an address", "")]
    {
        let refused = desk.commands.sign_in(&anonymous(), email, password).await;
        assert!(matches!(refused, Err(CommandError::WrongCredentials)), "{email}");
    }
}

async fn an_address_belongs_to_one_member_whatever_its_case(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.commands
        .add_member(&operator(), new("Mei@Example.com", Role::Agent), Some(PASSWORD))
        .await
        .expect("added");
    let second = desk.commands.add_member(&operator(), new("mei@example.com", Role::Lead), None).await;
    assert!(matches!(second, Err(CommandError::EmailTaken)));
    desk.commands.sign_in(&anonymous(), "MEI@example.COM", PASSWORD).await.expect("signs in");
}

async fn a_member_without_a_password_cannot_sign_in_with_any(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.commands.add_member(&operator(), new("mei@example.com", Role::Agent), None).await.expect("added");
    let refused = desk.commands.sign_in(&anonymous(), "mei@example.com", "nobody's password").await;
    assert!(matches!(refused, Err(CommandError::WrongCredentials)));
}

async fn a_new_password_ends_every_other_session(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let email = MemberEmail::parse("mei@example.com").expect("an address");
    desk.commands
        .add_member(&operator(), new("mei@example.com", Role::Agent), Some(PASSWORD))
        .await
        .expect("added");
    let old = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("signs in");
    let link = desk.commands.create_sign_in_link(&email).await.expect("a link");
    let new = desk
        .commands
        .redeem_sign_in_link(&anonymous(), &link.token, "another horse")
        .await
        .expect("redeemed");
    assert_eq!(desk.commands.authenticate(&old.token).await.expect("readable"), None);
    assert!(desk.commands.authenticate(&new.token).await.expect("readable").is_some());
    let refused = desk.commands.sign_in(&anonymous(), "mei@example.com", PASSWORD).await;
    assert!(matches!(refused, Err(CommandError::WrongCredentials)));
}

async fn a_visitors_token_lives_on_while_it_is_used(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let day = Duration::from_secs(24 * 60 * 60);
    let token = desk.submit(&anonymous()).await.visitor_token.expect("a token");
    for _ in 0..5 {
        desk.clock.advance(day * 60);
        assert!(desk.commands.authenticate(&token).await.expect("readable").is_some());
    }
    desk.clock.advance(day * 90);
    assert_eq!(desk.commands.authenticate(&token).await.expect("readable"), None);
}
