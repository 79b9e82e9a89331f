//! How often somebody may ask for something: the clock is the test's, so a minute is over when it says so.

use super::{Desk, anonymous, challenge::solved, words};
use commands::{Caller, CommandError, Commands, Limits, NewMember, SubmitInput};
use domain::{access::Role, member::MemberEmail, text::Name};
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    an_address_submits_so_often_in_a_minute_whatever_process_it_asks,
    a_contact_is_named_twenty_times_a_day_however_it_is_written_and_wherever_from,
    a_repeat_that_was_answered_is_answered_again_although_nothing_more_may_be_submitted,
    a_hundred_wrong_passwords_from_one_address_are_slowed_and_the_right_one_works_afterwards,
    a_hundred_addresses_that_guess_at_one_account_slow_it_and_never_lock_it,
    wrong_passwords_at_once_are_counted_although_none_has_been_refused_yet,
    signing_in_with_the_right_password_is_not_limited,
    an_account_that_is_not_there_is_slowed_like_one_that_is,
    one_password_is_compared_whatever_is_wrong,
);

const PASSWORD: &str = "correct horse battery";

fn from(address: &str) -> Caller {
    Caller { address: address.parse().ok(), ..anonymous() }
}

/// With a proof, for so few are allowed that the third one presses.
fn proven(commands: &Commands) -> SubmitInput {
    SubmitInput { proof: Some(solved(&commands.challenge())), ..words() }
}

fn with_contact(commands: &Commands, contact: &str) -> SubmitInput {
    SubmitInput { contact: contact.to_owned(), ..proven(commands) }
}

fn limited(desk: &Desk) -> Commands {
    desk.commands.clone().limited(Limits {
        submits_per_minute: 3,
        sign_ins_per_minute: 5,
        cost_per_minute: 0,
    })
}

fn retry_after<T>(answer: &Result<T, CommandError>) -> Option<u64> {
    match answer {
        Err(CommandError::RateLimited { retry_after }) => Some(retry_after.unsigned_abs()),
        Ok(_) | Err(_) => None,
    }
}

async fn mei(desk: &Desk) {
    let email = MemberEmail::parse("mei@example.com").expect("an address");
    let new = NewMember { name: Name::parse("韩梅梅").expect("a name"), email, role: Role::Agent.into() };
    desk.commands.add_member(&Caller::system("test"), new, Some(PASSWORD)).await.expect("added");
}

async fn an_address_submits_so_often_in_a_minute_whatever_process_it_asks(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (one, other) = (limited(&desk), limited(&desk));
    for (n, commands) in [&one, &other, &one].into_iter().enumerate() {
        let input = with_contact(commands, &format!("{n}@example.com"));
        commands.submit_message(&from("192.0.2.1"), input).await.expect("submitted");
    }
    let refused = one.submit_message(&from("192.0.2.1"), with_contact(&one, "3@example.com")).await;
    assert_eq!(retry_after(&refused), Some(20));
    let refused = other.submit_message(&from("192.0.2.1"), with_contact(&other, "3@example.com")).await;
    assert_eq!(retry_after(&refused), Some(20), "and so says the other process");
    one.submit_message(&from("192.0.2.2"), with_contact(&one, "4@example.com"))
        .await
        .expect("somebody else may");
    assert_eq!(desk.count("MessageSubmitted").await, 4);
    desk.clock.advance(Duration::from_secs(20));
    one.submit_message(&from("192.0.2.1"), with_contact(&one, "5@example.com"))
        .await
        .expect("after that time");
}

async fn a_contact_is_named_twenty_times_a_day_however_it_is_written_and_wherever_from(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let commands = limited(&desk);
    for n in 0..20 {
        let contact = if n % 2 == 0 { "13800138000" } else { "+86 138 0013 8000" };
        let caller = from(&format!("192.0.2.{n}"));
        commands.submit_message(&caller, with_contact(&commands, contact)).await.expect("submitted");
    }
    let refused =
        commands.submit_message(&from("198.51.100.1"), with_contact(&commands, "13800138000")).await;
    let wait = retry_after(&refused).expect("slowed");
    assert_eq!(wait, 24 * 60 * 60 / 20);
    desk.clock.advance(Duration::from_secs(wait));
    commands
        .submit_message(&from("198.51.100.1"), with_contact(&commands, "13800138000"))
        .await
        .expect("submitted");
}

async fn a_repeat_that_was_answered_is_answered_again_although_nothing_more_may_be_submitted(
    dialect: Dialect,
) {
    let desk = Desk::open(dialect).await;
    let commands = limited(&desk);
    let keyed = || SubmitInput {
        idempotency_key: Some("0123456789abcdef0123456789abcdef".into()),
        ..proven(&commands)
    };
    let first = commands.submit_message(&from("192.0.2.1"), keyed()).await.expect("submitted");
    for n in 0..2 {
        let input = with_contact(&commands, &format!("{n}@example.com"));
        commands.submit_message(&from("192.0.2.1"), input).await.expect("submitted");
    }
    let refused = commands.submit_message(&from("192.0.2.1"), with_contact(&commands, "3@example.com")).await;
    assert!(retry_after(&refused).is_some());
    assert_eq!(commands.submit_message(&from("192.0.2.1"), keyed()).await.expect("answered"), first);
}

async fn a_hundred_wrong_passwords_from_one_address_are_slowed_and_the_right_one_works_afterwards(
    dialect: Dialect,
) {
    let desk = Desk::open(dialect).await;
    mei(&desk).await;
    let (commands, caller) = (limited(&desk), from("192.0.2.1"));
    let mut compared = 0;
    for n in 0..100 {
        let email = format!("nobody{n}@example.com");
        match commands.sign_in(&caller, &email, "wrong horse battery").await {
            Err(CommandError::WrongCredentials) => compared += 1,
            refused => assert!(retry_after(&refused).is_some()),
        }
    }
    assert_eq!(compared, 5);
    let wait = retry_after(&commands.sign_in(&caller, "mei@example.com", PASSWORD).await).expect("slowed");
    desk.clock.advance(Duration::from_secs(wait));
    commands.sign_in(&caller, "mei@example.com", PASSWORD).await.expect("signs in");
}

async fn a_hundred_addresses_that_guess_at_one_account_slow_it_and_never_lock_it(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    mei(&desk).await;
    let commands = limited(&desk);
    let (mut compared, mut longest) = (0, 0);
    for n in 0..100 {
        let caller = from(&format!("192.0.2.{n}"));
        match commands.sign_in(&caller, "mei@example.com", "wrong horse battery").await {
            Err(CommandError::WrongCredentials) => compared += 1,
            refused => longest = longest.max(retry_after(&refused).expect("slowed")),
        }
    }
    assert_eq!((compared, longest), (4, 1), "whoever only knocks makes nobody wait longer");
    // However patiently it goes on, the delay ends.
    for _ in 0..12 {
        let caller = from("198.51.100.7");
        let wait = retry_after(&commands.sign_in(&caller, "mei@example.com", "wrong horse battery").await);
        desk.clock.advance(Duration::from_secs(wait.unwrap_or(12)));
        assert!(wait.is_none_or(|wait| wait <= 60), "{wait:?}");
    }
    let caller = from("203.0.113.9");
    if let Some(wait) = retry_after(&commands.sign_in(&caller, "MEI@example.com", PASSWORD).await) {
        assert!(wait <= 60);
        desk.clock.advance(Duration::from_secs(wait));
        commands.sign_in(&caller, "mei@example.com", PASSWORD).await.expect("signs in after the delay");
    }
    commands.sign_in(&caller, "mei@example.com", PASSWORD).await.expect("and all is forgiven");
}

async fn wrong_passwords_at_once_are_counted_although_none_has_been_refused_yet(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    mei(&desk).await;
    let commands = limited(&desk);
    let guesses: Vec<_> = (0..20)
        .map(|n| {
            let commands = commands.clone();
            let caller = from(&format!("192.0.2.{n}"));
            tokio::spawn(
                async move { commands.sign_in(&caller, "mei@example.com", "wrong horse battery").await },
            )
        })
        .collect();
    let mut compared = 0;
    for guess in guesses {
        compared += i32::from(matches!(guess.await.expect("ends"), Err(CommandError::WrongCredentials)));
    }
    assert_eq!(compared, 4);
}

async fn signing_in_with_the_right_password_is_not_limited(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    mei(&desk).await;
    let commands = limited(&desk);
    for _ in 0..12 {
        commands.sign_in(&from("192.0.2.1"), "mei@example.com", PASSWORD).await.expect("signs in");
    }
}

async fn an_account_that_is_not_there_is_slowed_like_one_that_is(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    mei(&desk).await;
    let commands = limited(&desk);
    let mut told = Vec::new();
    for email in ["mei@example.com", "nobody@example.com"] {
        let mut answers = Vec::new();
        for n in 0..6 {
            let caller = from(&format!("192.0.2.{n}"));
            answers.push(retry_after(&commands.sign_in(&caller, email, "wrong horse battery").await));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
}

async fn one_password_is_compared_whatever_is_wrong(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    mei(&desk).await;
    let email = MemberEmail::parse("new@example.com").expect("an address");
    let new = NewMember { name: Name::parse("新来").expect("a name"), email, role: Role::Agent.into() };
    desk.commands.add_member(&Caller::system("test"), new, None).await.expect("added");
    let who = ["mei@example.com", "nobody@example.com", "new@example.com", "not an address", ""];
    for email in who {
        let before = desk.commands.passwords_compared();
        let refused = desk.commands.sign_in(&anonymous(), email, "wrong horse battery").await;
        assert!(matches!(refused, Err(CommandError::WrongCredentials)), "{email}");
        assert_eq!(desk.commands.passwords_compared() - before, 1, "{email}");
    }
}
