//! What happens to members once they are there: names, roles, leaving and coming back, and links to get in again.

use crate::{
    Caller, Commands,
    access::{Needs, admit, person},
    accounts::SignInLink,
    change::{Change, Relies},
    error::CommandError,
    streams::member_key,
};
use domain::{
    access::{Permission, Role},
    ids::MemberId,
    member::{Handle, HandleRevised, Member, MemberCommand, MemberEvent, Vendor},
    text::Name,
};
use store::{AccountChange, CredentialRow, KeyChange, Receipt};

pub(crate) const MANAGE: Needs = Needs::Member(Permission::MembersManage);

/// How somebody is called from now on.
#[derive(Clone, Debug, Default)]
pub struct ReviseInput {
    /// Their name; `None`: as it is.
    pub name: Option<Name>,
    /// Handles that change, each to another one or to none.
    pub handles: Vec<(Vendor, Option<Handle>)>,
}

impl Commands {
    /// `reviseMember`: one's own name and handles; whoever manages members anybody's.
    pub async fn revise_member(
        &self,
        caller: &Caller,
        id: MemberId,
        input: ReviseInput,
    ) -> Result<Receipt, CommandError> {
        if person(caller)? != id {
            admit(caller, MANAGE)?;
        }
        let at = self.store.clock().now();
        let revise = |_: bool| MemberCommand::Revise {
            at,
            name: input.name.clone(),
            handles: input
                .handles
                .iter()
                .map(|(of, to)| HandleRevised { of: *of, to: to.clone().map(Into::into) })
                .collect(),
        };
        self.of_member(caller, id, Relies::Nothing, revise).await
    }

    /// `changeMemberRole`: from the next request on they may do something else. The last administrator stays one.
    pub async fn change_member_role(
        &self,
        caller: &Caller,
        id: MemberId,
        role: Role,
    ) -> Result<Receipt, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let change = |administered| MemberCommand::ChangeRole { at, role, administered };
        self.of_member(caller, id, Relies::AnotherAdministrator(id), change).await
    }

    /// `deactivateMember`: their sessions, links and keys end with it. The last administrator stays.
    pub async fn deactivate_member(&self, caller: &Caller, id: MemberId) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let deactivate = |administered| MemberCommand::Deactivate { at, administered };
        self.of_member(caller, id, Relies::AnotherAdministrator(id), deactivate).await
    }

    /// `reactivateMember`: they sign in with the password they had.
    pub async fn reactivate_member(&self, caller: &Caller, id: MemberId) -> Result<Receipt, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        self.of_member(caller, id, Relies::Nothing, |_| MemberCommand::Reactivate { at }).await
    }

    /// `createSignInLink`: for somebody who forgot their password, or whose invitation has expired.
    pub async fn create_link_for(&self, caller: &Caller, id: MemberId) -> Result<SignInLink, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        match &*self.store.load::<Member>(&id.to_string()).await?.aggregate {
            Member::NotInvited => Err(CommandError::NotFound),
            Member::Invited(member) if !member.active => Err(domain::member::MemberError::Deactivated.into()),
            Member::Invited(_) => self.write_link(&id.to_string()).await,
        }
    }

    /// A command to a member; it is told whether another administrator is there, when it relies on one.
    pub(crate) async fn of_member(
        &self,
        caller: &Caller,
        id: MemberId,
        relies_on: Relies,
        command: impl Fn(bool) -> MemberCommand,
    ) -> Result<Receipt, CommandError> {
        let change = Change { caller, id: id.to_string(), key: Some(member_key(id)), relies_on };
        let command = |relied: Option<&Member>| command(relied.is_some_and(Member::administers));
        self.change::<Member>(change, command, |decided| rows(id, decided)).await
    }
}

/// The rows that authority is read from, as these events leave them.
fn rows(id: MemberId, decided: &[MemberEvent]) -> Vec<CredentialRow> {
    let member_id = || id.to_string();
    let row = |event: &MemberEvent| {
        Some(match event {
            MemberEvent::MemberRoleChanged(event) => {
                let role = event.role.id().to_owned();
                CredentialRow::Changed(AccountChange::Role { member_id: member_id(), role })
            }
            MemberEvent::MemberDeactivated(_) => {
                CredentialRow::Changed(AccountChange::Deactivated { member_id: member_id() })
            }
            MemberEvent::MemberReactivated(_) => {
                CredentialRow::Changed(AccountChange::Reactivated { member_id: member_id() })
            }
            MemberEvent::ApiKeyRevoked(event) => {
                CredentialRow::Key(KeyChange::Revoked { key_id: event.key_id.to_string() })
            }
            // Their rows need what no event holds: whoever gives the command writes them.
            MemberEvent::MemberInvited(_)
            | MemberEvent::MemberJoined(_)
            | MemberEvent::PasswordChanged(_)
            | MemberEvent::MemberSignedIn(_)
            | MemberEvent::SignInRefused(_)
            | MemberEvent::MemberRevised(_)
            | MemberEvent::ApiKeyCreated(_) => return None,
        })
    };
    decided.iter().filter_map(row).collect()
}
