//! The rules of a member, one test each.

use super::*;
use cqrs_es::DomainEvent;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn invite() -> MemberCommand {
    MemberCommand::Invite {
        at: at(0),
        name: Name::parse("Admin").expect("a name"),
        email: MemberEmail::parse("admin@localhost").expect("an address"),
        role: Role::Admin,
    }
}

fn after(commands: impl IntoIterator<Item = MemberCommand>) -> Member {
    let mut member = Member::default();
    for command in [invite()].into_iter().chain(commands) {
        for event in member.decide(command).expect("accepted") {
            member.apply(event);
        }
    }
    member
}

fn types(member: &Member, command: MemberCommand) -> Vec<String> {
    member.decide(command).expect("accepted").iter().map(DomainEvent::event_type).collect()
}

#[test]
fn a_member_joins_with_their_first_password_and_only_then() {
    let choose = MemberCommand::ChoosePassword { at: at(1) };
    assert_eq!(types(&after([]), choose.clone()), ["MemberJoined", "PasswordChanged"]);
    assert_eq!(types(&after([choose.clone()]), choose), ["PasswordChanged"]);
}

#[test]
fn nobody_signs_in_before_they_joined() {
    let sign_in = MemberCommand::SignIn { at: at(2), means: SignInMeans::Password };
    assert_eq!(after([]).decide(sign_in.clone()), Err(MemberError::NotJoined));
    assert_eq!(Member::default().decide(sign_in.clone()), Err(MemberError::NotInvited));
    let joined = after([MemberCommand::ChoosePassword { at: at(1) }]);
    assert_eq!(types(&joined, sign_in), ["MemberSignedIn"]);
}

#[test]
fn nobody_is_invited_twice() {
    assert_eq!(after([]).decide(invite()), Err(MemberError::AlreadyInvited));
}

#[test]
fn addresses_that_differ_in_case_are_one_account() {
    let one = MemberEmail::parse("Li.Lei@Example.com").expect("an address");
    assert_eq!(one.as_str(), "Li.Lei@example.com");
    assert_eq!(one.folded(), "li.lei@example.com");
    assert!(MemberEmail::parse("Admin <admin@localhost>").is_err());
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<MemberEvent>("member", MemberEvent::TYPES);
}
