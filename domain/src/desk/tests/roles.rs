//! The rules of the desk's own roles, one test each.

use super::*;
use crate::access::{Grants, Permission, RoleId, Scope};
use std::collections::BTreeMap;

fn given(id: &str, permissions: &[(&str, Scope)]) -> RoleGiven {
    let permissions = permissions.iter().map(|(name, scope)| ((*name).to_owned(), *scope)).collect();
    RoleGiven { id: id.to_owned(), name: "主管".to_owned(), names: vec![], permissions }
}

fn supervisor() -> RoleGiven {
    given("SUPERVISOR", &[("messages.read", Scope::Team), ("messages.reply", Scope::Own)])
}

fn revise(roles: Vec<RoleGiven>) -> ReviseRoles {
    let at = DateTime::from_timestamp(1_790_000_100, 0).expect("a time");
    ReviseRoles { at, by: Grants::everything(), in_use: BTreeMap::new(), roles }
}

fn decided(desk: &Desk, revise: ReviseRoles) -> Result<Vec<DeskEvent>, DeskError> {
    desk.decide(DeskCommand::ReviseRoles(revise))
}

fn with(roles: Vec<RoleGiven>) -> Desk {
    let mut desk = opened();
    for event in decided(&desk, revise(roles)).expect("accepted") {
        desk.apply(event);
    }
    desk
}

/// What is wrong with these roles, and where.
fn wrong(desk: &Desk, revise: ReviseRoles) -> Vec<(String, RoleProblem)> {
    match decided(desk, revise) {
        Err(DeskError::Roles(errors)) => {
            errors.into_iter().map(|error| (error.field.join("."), error.problem)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn wrong_with(role: RoleGiven) -> Vec<(String, RoleProblem)> {
    wrong(&opened(), revise(vec![role]))
}

fn one(field: &str, problem: RoleProblem) -> Vec<(String, RoleProblem)> {
    vec![(field.to_owned(), problem)]
}

fn id(id: &str) -> RoleId {
    id.parse().expect("an id")
}

#[test]
fn a_role_gives_what_was_said_and_nothing_else() {
    let desk = with(vec![supervisor()]);
    let grants = desk.settings().roles().grants(&id("SUPERVISOR")).expect("it is there");
    let all: Vec<_> = grants.iter().collect();
    assert_eq!(all, [(Permission::MessagesRead, Scope::Team), (Permission::MessagesReply, Scope::Own)]);
    assert_eq!(opened().settings().roles().grants(&id("SUPERVISOR")), None);
}

#[test]
fn roles_are_revised_as_a_whole_and_only_when_something_changes() {
    let desk = with(vec![supervisor()]);
    assert_eq!(decided(&desk, revise(vec![supervisor()])), Err(DeskError::AlreadySo));
    assert_eq!(decided(&opened(), revise(vec![])), Err(DeskError::AlreadySo));
    let mut none = desk;
    for event in decided(&none, revise(vec![])).expect("nobody has it") {
        none.apply(event);
    }
    assert_eq!(none.settings().own_roles(), []);
    assert_eq!(decided(&Desk::default(), revise(vec![supervisor()])), Err(DeskError::NotOpened));
}

#[test]
fn an_id_is_a_short_word_of_its_own() {
    for bad in ["", "a", "supervisor", "2ND", "主管", "A B"] {
        let wrong = wrong_with(RoleGiven { id: bad.to_owned(), ..supervisor() });
        assert_eq!(wrong, one("roles.0.id", RoleProblem::Id), "{bad}");
    }
    let built_in = RoleGiven { id: "ADMIN".to_owned(), ..supervisor() };
    assert_eq!(wrong_with(built_in), one("roles.0.id", RoleProblem::BuiltIn));
    let twice = wrong(&opened(), revise(vec![supervisor(), supervisor()]));
    assert_eq!(twice, one("roles.1.id", RoleProblem::Twice));
}

#[test]
fn a_role_has_a_name_in_the_desks_own_language_and_one_in_each_other() {
    let named = |name: &str| RoleGiven { name: name.to_owned(), ..supervisor() };
    let empty = RoleProblem::Name(crate::text::TextError::Empty);
    assert_eq!(wrong_with(named(" ")), one("roles.0.name", empty));
    let long = RoleProblem::Name(crate::text::TextError::TooLong { max: 100, actual: 101 });
    assert_eq!(wrong_with(named(&"管".repeat(101))), one("roles.0.name", long));
    let tag = |tag: &str| Locale::parse(tag).expect("a tag");
    let called_in = |names: &[&str]| RoleGiven {
        names: names.iter().map(|of| (tag(of), "Supervisor".to_owned())).collect(),
        ..supervisor()
    };
    let desk = with(vec![called_in(&["en", "de"])]);
    let name = &desk.settings().own_roles()[0].name;
    assert_eq!((name.text(Some(&tag("de")), &tag("zh-CN")), name.0.len()), ("Supervisor", 3));
    let other = one("roles.0.names.0.name", RoleProblem::LanguageTwice);
    assert_eq!(wrong_with(called_in(&["zh-CN"])), other, "another name in the same language");
    assert!(decided(&opened(), revise(vec![called_in(&["en", "en"])])).is_ok(), "the same once more");
    let many = one("roles.0.names", RoleProblem::TooMany(MOST_ROLE_NAMES));
    assert_eq!(wrong_with(called_in(&["en"; MOST_ROLE_NAMES + 1])), many);
}

#[test]
fn a_role_gives_each_permission_once_and_at_least_one() {
    let field = "roles.0.permissions";
    assert_eq!(wrong_with(given("X1", &[])), one(field, RoleProblem::NoPermission));
    let unknown = given("X1", &[("messages.fly", Scope::All)]);
    let at = |index, of| format!("{field}.{index}.{of}");
    assert_eq!(wrong_with(unknown), one(&at(0, "permission"), RoleProblem::PermissionUnknown));
    let twice = given("X1", &[("messages.read", Scope::Own), ("messages.read", Scope::All)]);
    assert_eq!(wrong_with(twice), one(&at(1, "permission"), RoleProblem::PermissionTwice));
    let part = given("X1", &[("members.manage", Scope::Team)]);
    let whole = RoleProblem::WholeDesk(Permission::MembersManage);
    assert_eq!(wrong_with(part), one(&at(0, "scope"), whole));
    let many = given("X1", &vec![("messages.read", Scope::Own); Permission::ALL.len() + 1]);
    assert_eq!(wrong_with(many), one(field, RoleProblem::TooMany(Permission::ALL.len())));
}

#[test]
fn a_desk_has_so_many_roles_of_its_own() {
    let roles = |count| (0..count).map(|n| RoleGiven { id: format!("R{n}"), ..supervisor() }).collect();
    assert!(decided(&opened(), revise(roles(MOST_ROLES))).is_ok());
    let many = wrong(&opened(), revise(roles(MOST_ROLES + 1)));
    assert_eq!(many, one("roles", RoleProblem::TooMany(MOST_ROLES)));
}

#[test]
fn nobody_gives_what_they_do_not_hold_that_far() {
    let by = |by: Grants, roles| ReviseRoles { by, ..revise(roles) };
    let own = Grants::NONE.with(Permission::MessagesRead, Scope::Own);
    let beyond = |of| RoleProblem::BeyondOwn(of);
    let field = "roles.0.permissions";
    let wider = wrong(&opened(), by(own, vec![supervisor()]));
    assert_eq!(wider, one(field, beyond(Permission::MessagesRead)));
    let reads = given("READER", &[("messages.read", Scope::Own)]);
    assert!(decided(&opened(), by(own, vec![reads.clone()])).is_ok(), "what they hold");
    // Neither do they take it from others, and what stays as it is, is nobody's to hold.
    let desk = with(vec![supervisor()]);
    let narrower = given("SUPERVISOR", &[("messages.read", Scope::Own)]);
    assert_eq!(wrong(&desk, by(own, vec![narrower])), one(field, beyond(Permission::MessagesRead)));
    assert_eq!(wrong(&desk, by(own, vec![])), one("roles", beyond(Permission::MessagesRead)));
    assert!(decided(&desk, by(own, vec![supervisor(), reads])).is_ok());
}

#[test]
fn a_role_that_somebody_has_stays_until_they_have_another() {
    let desk = with(vec![supervisor()]);
    let used = |members| {
        let in_use = BTreeMap::from([(id("SUPERVISOR"), members)]);
        ReviseRoles { in_use, ..revise(vec![]) }
    };
    let in_use = RoleProblem::InUse { role: id("SUPERVISOR"), members: 3 };
    assert_eq!(wrong(&desk, used(3)), one("roles", in_use));
    assert!(decided(&desk, used(0)).is_ok());
    let narrower = given("SUPERVISOR", &[("messages.read", Scope::Own)]);
    assert!(decided(&desk, ReviseRoles { roles: vec![narrower], ..used(3) }).is_ok(), "it may be revised");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let bad = given("no id", &[("messages.fly", Scope::Own)]);
    let wrong = wrong(&opened(), revise(vec![RoleGiven { name: String::new(), ..bad }, supervisor()]));
    let fields: Vec<&str> = wrong.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["roles.0.id", "roles.0.name", "roles.0.permissions.0.permission"]);
}
