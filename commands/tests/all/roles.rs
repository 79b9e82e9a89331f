//! Roles of the desk's own, as authority is read: from rows, by each request anew.

use super::{Desk, caller};
use commands::{Caller, CommandError, KeyInput};
use domain::{
    access::{Grants, Permission, Permissions, Role, RoleId, Scope},
    actor::Actor,
    desk::{DeskError, RoleGiven, RoleProblem},
    ids::MemberId,
    member::MemberError,
    text::Name,
};
use store::{Dialect, on_both_databases};

on_both_databases!(
    a_role_gives_what_its_row_says_and_one_that_is_not_there_nothing,
    a_role_is_revised_by_a_person_who_manages_members_and_nobody_else,
    a_role_goes_when_nobody_has_it_and_not_before,
    a_program_that_manages_members_manages_those_whom_its_owner_may,
    the_command_line_gives_roles_that_there_are,
);

fn clerk(scope: Scope) -> RoleGiven {
    RoleGiven {
        id: "CLERK".into(),
        name: "文员".into(),
        names: vec![],
        permissions: vec![("messages.read".into(), scope), ("messages.reply".into(), Scope::Own)],
    }
}

fn grants(scope: Scope) -> Grants {
    Grants::NONE.with(Permission::MessagesRead, scope).with(Permission::MessagesReply, Scope::Own)
}

impl Desk {
    async fn clerk(&self) -> (MemberId, Caller, String) {
        self.employ("mei", "CLERK".parse::<RoleId>().expect("an id")).await
    }

    async fn revise(&self, by: &Caller, roles: Vec<RoleGiven>) -> Result<(), CommandError> {
        self.commands.revise_roles(by, roles).await.map(drop)
    }
}

async fn a_role_gives_what_its_row_says_and_one_that_is_not_there_nothing(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    desk.revise(&admin, vec![clerk(Scope::Team)]).await.expect("revised");
    let (id, mei, token) = desk.clerk().await;
    let name = Name::parse("报表").expect("a name");
    let permissions = Permissions::named(["messages.read"]).expect("a permission");
    let key = KeyInput { name, permissions, expires_at: None };
    let key = desk.commands.create_api_key(&mei, key).await.expect("a key");
    let of_key = |grants| Some(Actor::Key { id: key.id, owner: id, grants });
    let read = |scope| Grants::NONE.with(Permission::MessagesRead, scope);
    let opens = async || {
        let one = desk.commands.authenticate(&token).await.expect("readable");
        let all = desk.commands.authenticate_all(&[&token, &key.secret]).await.expect("readable");
        assert_eq!(all[0], one, "asked alone or together");
        assert_eq!(all[1], desk.commands.authenticate(&key.secret).await.expect("readable"));
        (all[0], all[1])
    };
    let member = |grants| Some(Actor::Member { id, grants });
    assert_eq!(opens().await, (member(grants(Scope::Team)), of_key(read(Scope::Team))));
    desk.revise(&admin, vec![clerk(Scope::Own)]).await.expect("revised");
    assert_eq!(opens().await, (member(grants(Scope::Own)), of_key(read(Scope::Own))));
    // Whoever tampers with rows gives nobody more than the rows say.
    desk.store.database().log.execute("DELETE FROM roles", &[]).await.expect("deleted");
    assert_eq!(opens().await, (member(Grants::NONE), of_key(Grants::NONE)));
}

async fn a_role_is_revised_by_a_person_who_manages_members_and_nobody_else(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    for role in [Role::Agent, Role::Lead, Role::Auditor, Role::Analyst] {
        let refused = desk.revise(&super::member(role), vec![clerk(Scope::Own)]).await;
        assert!(matches!(refused, Err(CommandError::Forbidden(Permission::MembersManage))), "{role:?}");
    }
    let nobody = desk.revise(&super::anonymous(), vec![]).await;
    assert!(matches!(nobody, Err(CommandError::Unauthenticated)));
    let program = Actor::Key {
        id: domain::ids::KeyId(uuid::Uuid::nil()),
        owner: MemberId(uuid::Uuid::nil()),
        grants: Grants::everything(),
    };
    let refused = desk.revise(&caller(program), vec![clerk(Scope::Own)]).await;
    assert!(matches!(refused, Err(CommandError::NotForYou(_))));
    assert_eq!(desk.count("RolesRevised").await, 0);
    desk.revise(&admin, vec![clerk(Scope::Own)]).await.expect("revised");
    assert_eq!(desk.count("RolesRevised").await, 1);
}

async fn a_role_goes_when_nobody_has_it_and_not_before(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    desk.revise(&admin, vec![clerk(Scope::Own)]).await.expect("revised");
    let (id, _, token) = desk.clerk().await;
    let Err(CommandError::Desk(DeskError::Roles(errors))) = desk.revise(&admin, vec![]).await else {
        panic!("somebody has it")
    };
    let in_use = RoleProblem::InUse { role: "CLERK".parse().expect("an id"), members: 1 };
    assert_eq!((errors.len(), &errors[0].problem), (1, &in_use));
    desk.commands.change_member_role(&admin, id, Role::Agent.into()).await.expect("changed");
    desk.revise(&admin, vec![]).await.expect("nobody has it");
    let opens = desk.commands.authenticate(&token).await.expect("readable");
    assert_eq!(opens, Some(Actor::Member { id, grants: Role::Agent.grants() }));
    let gone = desk.commands.change_member_role(&admin, id, "CLERK".parse().expect("an id")).await;
    assert!(matches!(gone, Err(CommandError::Member(MemberError::RoleUnknown))));
}

async fn a_program_that_manages_members_manages_those_whom_its_owner_may(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (admin_id, admin, _) = desk.employ("admin", Role::Admin).await;
    let everything = RoleGiven {
        id: "CLERK".into(),
        permissions: vec![("members.manage".into(), Scope::All)],
        ..clerk(Scope::Own)
    };
    desk.revise(&admin, vec![everything]).await.expect("revised");
    let ((agent, _, _), (_, mei, _)) = (desk.employ("hua", Role::Agent).await, desk.clerk().await);
    let of_key = async |owner: &Caller| {
        let name = Name::parse("人事").expect("a name");
        let permissions = Permissions::named(["members.manage"]).expect("a permission");
        let key = KeyInput { name, permissions, expires_at: None };
        let key = desk.commands.create_api_key(owner, key).await.expect("a key");
        caller(desk.commands.authenticate(&key.secret).await.expect("readable").expect("a program"))
    };
    let (by_mei, by_admin) = (of_key(&mei).await, of_key(&admin).await);
    for id in [agent, admin_id] {
        let refused = desk.commands.deactivate_member(&by_mei, id).await;
        assert!(matches!(refused, Err(CommandError::Member(MemberError::ManagesBeyondOwn(_)))));
    }
    desk.commands.deactivate_member(&by_admin, agent).await.expect("deactivated");
}

async fn the_command_line_gives_roles_that_there_are(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let operator = Caller::system("command-line");
    let clerk_of = |who: &str| super::members::new(who, "CLERK".parse::<RoleId>().expect("an id"));
    let refused = desk.commands.add_member(&operator, clerk_of("mei"), None).await;
    assert!(matches!(refused, Err(CommandError::Member(MemberError::RoleUnknown))));
    desk.revise(&admin, vec![clerk(Scope::All)]).await.expect("revised");
    desk.commands.add_member(&operator, clerk_of("mei"), None).await.expect("added");
}
