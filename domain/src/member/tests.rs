//! The rules of a member, one test each.

mod giving;

use super::*;
use crate::{
    access::{Permission, Permissions},
    personal::Personal,
    text::Name,
};
use cqrs_es::DomainEvent;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn invite() -> MemberCommand {
    MemberCommand::Invite {
        at: at(0),
        name: Name::parse("Admin").expect("a name"),
        email: MemberEmail::parse("admin@localhost").expect("an address"),
        role: Role::Admin.into(),
        giving: Giving::everything(),
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

fn joined(role: impl Into<RoleId>) -> Member {
    with_role(role, Giving::everything())
}

fn with_role(role: impl Into<RoleId>, giving: Giving) -> Member {
    let mut member = Member::default();
    let invite = MemberCommand::Invite {
        at: at(0),
        name: Name::parse("韩梅梅").expect("a name"),
        email: MemberEmail::parse("mei@example.com").expect("an address"),
        role: role.into(),
        giving,
    };
    for command in [invite, MemberCommand::ChoosePassword { at: at(1) }] {
        for event in member.decide(command).expect("accepted") {
            member.apply(event);
        }
    }
    member
}

fn then(mut member: Member, command: MemberCommand) -> Member {
    for event in member.decide(command).expect("accepted") {
        member.apply(event);
    }
    member
}

fn deactivate(administered: bool) -> MemberCommand {
    MemberCommand::Deactivate { at: at(2), giving: Giving::everything(), administered }
}

fn change(role: Role, administered: bool) -> MemberCommand {
    MemberCommand::ChangeRole { at: at(2), role: role.into(), giving: Giving::everything(), administered }
}

fn reactivate(second: i64) -> MemberCommand {
    MemberCommand::Reactivate { at: at(second), giving: Giving::everything() }
}

#[test]
fn the_last_administrator_stays_one_and_stays() {
    let demote = |administered| change(Role::Lead, administered);
    let admin = joined(Role::Admin);
    assert!(admin.administers());
    assert_eq!(admin.decide(demote(false)), Err(MemberError::LastAdministrator));
    assert_eq!(admin.decide(deactivate(false)), Err(MemberError::LastAdministrator));
    assert_eq!(types(&admin, demote(true)), ["MemberRoleChanged"]);
    assert_eq!(types(&admin, deactivate(true)), ["MemberDeactivated"]);
    // Whoever does not administer the desk may always go: also an administrator who never joined.
    assert_eq!(types(&joined(Role::Lead), deactivate(false)), ["MemberDeactivated"]);
    assert_eq!(types(&after([]), deactivate(false)), ["MemberDeactivated"]);
}

#[test]
fn a_role_is_replaced_by_another_one_only() {
    let promote = change(Role::Admin, false);
    assert!(then(joined(Role::Agent), promote.clone()).administers());
    assert_eq!(joined(Role::Admin).decide(promote), Err(MemberError::AlreadySo));
}

#[test]
fn whoever_was_deactivated_gets_in_by_nothing_until_they_are_reactivated() {
    let gone = then(joined(Role::Agent), deactivate(false));
    assert_eq!(gone.standing(), Standing::Inactive);
    let sign_in = MemberCommand::SignIn { at: at(3), means: SignInMeans::Password };
    for refused in [sign_in.clone(), MemberCommand::ChoosePassword { at: at(3) }, key(1, &["messages.read"])]
    {
        assert_eq!(gone.decide(refused), Err(MemberError::Deactivated));
    }
    assert_eq!(gone.decide(deactivate(false)), Err(MemberError::AlreadySo));
    let back = then(gone, reactivate(4));
    assert_eq!(
        (back.standing(), types(&back, sign_in)),
        (Standing::Active, vec!["MemberSignedIn".to_owned()])
    );
    assert_eq!(back.decide(reactivate(5)), Err(MemberError::AlreadySo));
}

#[test]
fn a_revision_says_what_changes_and_something_has_to() {
    let nothing = MemberCommand::Revise { at: at(2), name: None, handles: vec![] };
    assert_eq!(joined(Role::Agent).decide(nothing), Err(MemberError::AlreadySo));
    let none = HandleRevised { of: Vendor::Wecom, to: None };
    let handle = MemberCommand::Revise { at: at(2), name: None, handles: vec![none] };
    assert_eq!(types(&joined(Role::Agent), handle), ["MemberRevised"]);
}

fn create(n: u128, permissions: &[&str]) -> CreateKey {
    CreateKey {
        at: at(10),
        key_id: KeyId(uuid::Uuid::from_u128(n)),
        name: Name::parse("报表").expect("a name"),
        permissions: Permissions::named(permissions).expect("permissions"),
        held: Role::Agent.grants(),
        expires_at: at(1_000),
    }
}

fn key(n: u128, permissions: &[&str]) -> MemberCommand {
    MemberCommand::CreateKey(create(n, permissions))
}

#[test]
fn a_key_may_do_nothing_that_its_owner_may_not() {
    let agent = joined(Role::Agent);
    assert_eq!(types(&agent, key(1, &["messages.read", "messages.reply"])), ["ApiKeyCreated"]);
    let beyond = Err(MemberError::BeyondRole(Permission::MembersManage));
    assert_eq!(agent.decide(key(1, &["messages.read", "members.manage"])), beyond);
    assert_eq!(agent.decide(key(1, &[])), Err(MemberError::NoPermission));
    assert_eq!(after([]).decide(key(1, &["messages.read"])), Err(MemberError::NotJoined));
}

#[test]
fn a_key_ends_at_a_time_to_come_within_a_year() {
    let until =
        |expires_at| MemberCommand::CreateKey(CreateKey { expires_at, ..create(1, &["messages.read"]) });
    assert_eq!(joined(Role::Agent).decide(until(at(10))), Err(MemberError::InThePast));
    let late = until(at(10) + chrono::TimeDelta::days(367));
    assert_eq!(joined(Role::Agent).decide(late), Err(MemberError::TooFarAhead));
}

#[test]
fn a_member_has_so_many_keys_and_those_that_ended_do_not_count() {
    let full = (0..MOST_KEYS as u128)
        .fold(joined(Role::Agent), |member, n| then(member, key(n, &["messages.read"])));
    assert_eq!(full.decide(key(100, &["messages.read"])), Err(MemberError::TooManyKeys));
    let later = CreateKey { at: at(1_000), expires_at: at(2_000), ..create(100, &["messages.read"]) };
    let later = MemberCommand::CreateKey(later);
    let Member::Invited(member) = then(full, later) else { panic!("they were invited") };
    assert_eq!(member.keys.len(), 1, "what has ended is forgotten");
}

#[test]
fn a_key_is_revoked_once_and_whoever_leaves_leaves_none() {
    let revoke = |n| MemberCommand::RevokeKey { at: at(20), key_id: KeyId(uuid::Uuid::from_u128(n)) };
    let two = then(then(joined(Role::Agent), key(1, &["messages.read"])), key(2, &["messages.read"]));
    assert_eq!(two.decide(revoke(3)), Err(MemberError::KeyUnknown));
    let one = then(two.clone(), revoke(1));
    assert_eq!(one.decide(revoke(1)), Err(MemberError::KeyUnknown));
    assert_eq!(types(&two, deactivate(false)), ["ApiKeyRevoked", "ApiKeyRevoked", "MemberDeactivated"]);
    let Member::Invited(gone) = then(two, deactivate(false)) else { panic!("they were invited") };
    assert!(gone.keys.is_empty());
}

#[test]
fn refused_sign_ins_of_an_hour_are_one_event() {
    let count = MemberCommand::CountRefusals { at: at(4_000), hour: at(0), count: 3 };
    let decided = joined(Role::Agent).decide(count).expect("accepted");
    let MemberEvent::SignInRefused(refused) = &decided[0] else { panic!("{decided:?}") };
    assert_eq!((decided.len(), refused.count, refused.hour), (1, 3, at(0)));
}

#[test]
fn a_list_of_members_keys_holds_no_key_in_its_debug() {
    let handle =
        HandleRevised { of: Vendor::Mobile, to: Some(Personal::Clear(Handle::parse("138").expect("one"))) };
    assert!(!format!("{handle:?}").contains("138"));
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<MemberEvent>("member", MemberEvent::TYPES);
}
