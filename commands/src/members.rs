//! What happens to members once they are there: names, roles, leaving and coming back, and links to get in again.

use crate::{
    Caller, Commands,
    access::{Needs, admit, person},
    accounts::SignInLink,
    change::{Change, Relied, Relies},
    error::CommandError,
    streams::member_key,
};
use domain::{
    access::{Permission, RoleId, held},
    actor::Actor,
    ids::MemberId,
    member::{Giving, Handle, HandleRevised, Member, MemberCommand, MemberEvent, Vendor},
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
        let revise = |_: &Relied| MemberCommand::Revise {
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

    /// `changeMemberRole`: from the next request on they may do something else. The last administrator stays one, and
    /// nobody gives or takes what they do not hold.
    pub async fn change_member_role(
        &self,
        caller: &Caller,
        id: MemberId,
        role: RoleId,
    ) -> Result<Receipt, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let change = |relied: &Relied| MemberCommand::ChangeRole {
            at,
            role: role.clone(),
            giving: giving(caller, relied),
            administered: relied.is_administered(),
        };
        self.of_member(caller, id, Relies::RolesAndAnotherAdministrator(id), change).await
    }

    /// `deactivateMember`: their sessions, links and keys end with it. The last administrator stays.
    pub async fn deactivate_member(&self, caller: &Caller, id: MemberId) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        // A program that was given no more than this acts for somebody who holds more.
        let by = match caller.actor {
            Actor::Key { owner, .. } => self.held_by(owner).await?,
            actor => held(actor),
        };
        let deactivate = |relied: &Relied| MemberCommand::Deactivate {
            at,
            giving: Giving { by, roles: relied.roles.clone() },
            administered: relied.is_administered(),
        };
        self.of_member(caller, id, Relies::RolesAndAnotherAdministrator(id), deactivate).await
    }

    /// `reactivateMember`: they sign in with the password they had, and with the role.
    pub async fn reactivate_member(&self, caller: &Caller, id: MemberId) -> Result<Receipt, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let reactivate = |relied: &Relied| MemberCommand::Reactivate { at, giving: giving(caller, relied) };
        self.of_member(caller, id, Relies::Roles, reactivate).await
    }

    /// `createSignInLink`: for somebody who forgot their password, or whose invitation has expired. Whoever has the link can
    /// be them: it is made by those only who may do as much.
    pub async fn create_link_for(&self, caller: &Caller, id: MemberId) -> Result<SignInLink, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        match &*self.store.load::<Member>(&id.to_string()).await?.aggregate {
            Member::NotInvited => Err(CommandError::NotFound),
            Member::Invited(member) if !member.active => Err(domain::member::MemberError::Deactivated.into()),
            Member::Invited(member) => {
                let (roles, _) = self.roles().await?;
                Giving { by: held(caller.actor), roles }.manages(&member.role)?;
                self.write_link(&id.to_string()).await
            }
        }
    }

    /// A command to a member.
    pub(crate) async fn of_member(
        &self,
        caller: &Caller,
        id: MemberId,
        relies_on: Relies,
        command: impl Fn(&Relied) -> MemberCommand,
    ) -> Result<Receipt, CommandError> {
        let change = Change { caller, id: id.to_string(), key: Some(member_key(id)), relies_on };
        self.change::<Member>(change, command, |decided| rows(id, decided)).await
    }
}

/// What whoever asks holds, and the roles that there are.
fn giving(caller: &Caller, relied: &Relied) -> Giving {
    Giving { by: held(caller.actor), roles: relied.roles.clone() }
}

/// The rows that authority is read from, as these events leave them.
pub(crate) fn rows(id: MemberId, decided: &[MemberEvent]) -> Vec<CredentialRow> {
    let member_id = || id.to_string();
    let row = |event: &MemberEvent| {
        Some(match event {
            MemberEvent::MemberRoleChanged(event) => {
                let role = event.role.to_string();
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
