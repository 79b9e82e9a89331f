//! Who may give a role, and to whom; roles of the desk's own among them.

use super::*;
use crate::access::{Grants, Roles, Scope};

/// A desk with one role of its own, which reads its own messages and manages members.
fn by(grants: Grants) -> Giving {
    Giving { by: grants, roles: [(clerk(), clerks())].into_iter().collect() }
}

fn clerk() -> RoleId {
    "CLERK".parse().expect("an id")
}

fn clerks() -> Grants {
    let own = Grants::NONE.with(Permission::MessagesRead, Scope::Own);
    own.with(Permission::MembersManage, Scope::All)
}

fn give(role: RoleId, giving: Giving) -> MemberCommand {
    MemberCommand::ChangeRole { at: at(2), role, giving, administered: true }
}

fn invited(role: RoleId, giving: Giving) -> Result<Vec<MemberEvent>, MemberError> {
    let (name, email) = (Name::parse("韩梅梅"), MemberEmail::parse("mei@example.com"));
    let (name, email) = (name.expect("a name"), email.expect("an address"));
    Member::default().decide(MemberCommand::Invite { at: at(0), name, email, role, giving })
}

#[test]
fn a_role_of_the_desks_own_is_given_like_any_other() {
    assert!(invited(clerk(), by(Grants::everything())).is_ok());
    let member = with_role(clerk(), by(Grants::everything()));
    assert!(!member.administers(), "whatever it gives");
    assert_eq!(types(&member, give(Role::Agent.into(), by(Grants::everything()))), ["MemberRoleChanged"]);
    assert_eq!(types(&joined(Role::Agent), give(clerk(), by(Grants::everything()))), ["MemberRoleChanged"]);
}

#[test]
fn a_role_that_there_is_not_is_given_to_nobody() {
    let nothing = "NOBODYS".parse::<RoleId>().expect("an id");
    assert_eq!(invited(nothing.clone(), by(Grants::everything())), Err(MemberError::RoleUnknown));
    let given = joined(Role::Agent).decide(give(nothing, by(Grants::everything())));
    assert_eq!(given, Err(MemberError::RoleUnknown));
    assert_eq!(invited(clerk(), Giving::everything()), Err(MemberError::RoleUnknown), "not at this desk");
}

#[test]
fn nobody_gives_what_they_do_not_hold_that_far() {
    assert!(invited(clerk(), by(clerks())).is_ok(), "what they have themselves");
    let beyond = Err(MemberError::GivesBeyondOwn(Permission::MessagesRead));
    assert_eq!(invited(Role::Agent.into(), by(clerks())), beyond);
    let none = Roles::default();
    let nobody = Giving { by: Grants::NONE, roles: none };
    assert_eq!(with_role(clerk(), by(clerks())).decide(give(Role::Admin.into(), nobody)), beyond);
}

#[test]
fn nobody_takes_a_role_or_the_desk_from_those_who_may_do_more() {
    let agent = joined(Role::Agent);
    let beyond = Err(MemberError::ManagesBeyondOwn(Permission::MessagesRead));
    assert_eq!(agent.decide(give(clerk(), by(clerks()))), beyond);
    let deactivate = |giving| MemberCommand::Deactivate { at: at(2), giving, administered: true };
    assert_eq!(agent.decide(deactivate(by(clerks()))), beyond);
    let clerk = with_role(clerk(), by(Grants::everything()));
    assert_eq!(types(&clerk, deactivate(by(clerks()))), ["MemberDeactivated"]);
}

#[test]
fn nobody_comes_back_with_more_than_whoever_lets_them_holds_or_with_a_role_that_is_gone() {
    let back = |giving| MemberCommand::Reactivate { at: at(4), giving };
    let gone = then(joined(Role::Agent), deactivate(true));
    let beyond = Err(MemberError::ManagesBeyondOwn(Permission::MessagesRead));
    assert_eq!(gone.decide(back(by(clerks()))), beyond);
    let everything = MemberCommand::Deactivate { at: at(2), giving: by(clerks()), administered: true };
    let gone = then(with_role(clerk(), by(Grants::everything())), everything);
    assert_eq!(gone.decide(back(Giving::everything())), Err(MemberError::RoleGone));
    assert_eq!(types(&gone, back(by(clerks()))), ["MemberReactivated"]);
}
