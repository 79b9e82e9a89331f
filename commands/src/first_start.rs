//! First start: the desk opens with revision 0, and there is an administrator who can get in.

use crate::{
    Caller, Commands,
    accounts::{NewMember, SignInLink},
    error::CommandError,
    streams::stream,
};
use domain::{
    access::Role,
    actor::Actor,
    decide::Decide,
    desk::{Desk, DeskCommand},
    ids::DESK_ID,
    member::MemberEmail,
    text::Name,
};
use store::AppendError;

/// The rule's name, as it stands in the metadata of its events.
pub const RULE: &str = "first-start";
/// What the first administrator is called.
pub const FIRST_NAME: &str = "Admin";
/// Their address.
pub const FIRST_EMAIL: &str = "admin@localhost";

impl Caller {
    /// A rule of the system itself.
    pub fn system(rule: &'static str) -> Self {
        let correlation_id = uuid::Builder::from_random_bytes(store::random::bytes()).into_uuid();
        Self { actor: Actor::System(rule), token_unknown: false, locale: None, correlation_id, address: None }
    }
}

impl Commands {
    /// Writes what every desk starts with. Doing it again, or from several processes at once, changes nothing.
    pub async fn first_start(&self) -> Result<(), CommandError> {
        self.open_desk().await?;
        self.identity_secret().await?;
        if self.store.accounts_with_role(Role::Admin.id()).await?.is_empty() {
            let name = Name::parse(FIRST_NAME).map_err(CommandError::Name)?;
            let new = NewMember { name, email: MemberEmail::parse(FIRST_EMAIL)?, role: Role::Admin.into() };
            match self.add_member(&Caller::system(RULE), new, None).await {
                Ok(_) | Err(CommandError::EmailTaken) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// As long as no administrator has a password: a fresh sign-in link for the first one, and their address.
    pub async fn first_administrator(&self) -> Result<Option<(SignInLink, &'static str)>, CommandError> {
        let administrators = self.store.accounts_with_role(Role::Admin.id()).await?;
        match administrators.first() {
            Some(first) if administrators.iter().all(|account| account.password_hash.is_none()) => {
                Ok(Some((self.write_link(&first.member_id).await?, FIRST_EMAIL)))
            }
            _ => Ok(None),
        }
    }

    async fn open_desk(&self) -> Result<(), CommandError> {
        let id = DESK_ID.to_string();
        let loaded = self.store.load::<Desk>(&id).await?;
        let at = self.store.clock().now();
        let Ok(decided) = loaded.aggregate.decide(DeskCommand::Open { at }) else { return Ok(()) };
        let stream = stream::<Desk>(id, &loaded, None, &decided)?;
        match self.store.append(self.append(&Caller::system(RULE), vec![stream], None)).await {
            Ok(_) | Err(AppendError::Conflict) => Ok(()),
            Err(error) => Err(CommandError::of_append(error)),
        }
    }
}
