//! A command to an aggregate that is no message: load, decide, append, and decide again when somebody was faster. Such
//! commands are rare, and none is decided on anything but what the log has.

use crate::{Caller, Commands, error::CommandError, execute::ATTEMPTS, streams::stream};
use cqrs_es::Aggregate;
use domain::{access::Role, decide::Decide, ids::MemberId, member::Member};
use std::sync::Arc;
use store::{AppendError, CredentialRow, Loaded, Receipt, StreamAppend, StreamKey};

/// As many administrators are looked at: the rows that name them are as new as the log.
const CANDIDATES: i64 = 10;

/// An aggregate that is to change, and which stream the decision relies on beside its own.
pub(crate) struct Change<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: String,
    /// What its personal data is sealed with.
    pub(crate) key: Option<StreamKey>,
    pub(crate) relies_on: Relies,
}

/// Which other member a decision relies on: the append fails as a conflict when anything has happened to them.
#[derive(Clone, Copy)]
pub(crate) enum Relies {
    Nothing,
    Member(MemberId),
    /// Whoever administers the desk but this one, if anybody does.
    AnotherAdministrator(MemberId),
}

impl Commands {
    /// Carries it out. `decide` gets the aggregate and the member that it relies on; what it gives is appended with
    /// the rows that `rows` makes of it. What has no stream yet is absent.
    pub(crate) async fn change<A>(
        &self,
        change: Change<'_>,
        command: impl Fn(Option<&Member>) -> A::Command,
        rows: impl Fn(&[A::Event]) -> Vec<CredentialRow>,
    ) -> Result<Receipt, CommandError>
    where
        A: Aggregate + Decide + Clone + 'static,
        CommandError: From<A::Error>,
    {
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load::<A>(&change.id).await?;
            if loaded.version() == 0 {
                return Err(CommandError::NotFound);
            }
            let relied = match change.relies_on {
                Relies::Nothing => None,
                Relies::Member(id) => Some(self.relied_on(id).await?),
                Relies::AnotherAdministrator(but) => self.another_administrator(but).await?,
            };
            let (relied, mut streams) = match relied {
                Some((member, stream)) => (Some(member), vec![stream]),
                None => (None, vec![]),
            };
            let decided = loaded.aggregate.decide(command(relied.as_deref()))?;
            let key = change.key.clone();
            streams.push(stream::<A>(change.id.clone(), &loaded, key, &decided)?);
            let mut append = self.append(change.caller, streams, None);
            append.credentials = rows(&decided);
            match self.store.append(append).await {
                Ok(appended) => return Ok(appended.receipt()),
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// Begins a stream of its own: nobody else knows its id.
    pub(crate) async fn begin<A>(
        &self,
        caller: &Caller,
        (id, key): (String, Option<StreamKey>),
        decided: &[A::Event],
        rows: Vec<CredentialRow>,
    ) -> Result<Receipt, CommandError>
    where
        A: Aggregate + Clone + 'static,
    {
        let stream = stream::<A>(id, &Loaded::new_stream(), key, decided)?;
        let mut append = self.append(caller, vec![stream], None);
        append.credentials = rows;
        Ok(self.store.append(append).await.map_err(CommandError::of_append)?.receipt())
    }

    /// Somebody else who administers the desk, as the log has them: of two who are to go at once, each relying on the
    /// other, one goes.
    async fn another_administrator(
        &self,
        but: MemberId,
    ) -> Result<Option<(Arc<Member>, StreamAppend)>, CommandError> {
        for id in self.store.active_with_role(Role::Admin.id(), &but.to_string(), CANDIDATES).await? {
            let Ok(id) = id.parse() else { continue };
            let (member, stream) = self.relied_on(id).await?;
            if member.administers() {
                return Ok(Some((member, stream)));
            }
        }
        Ok(None)
    }

    /// A member as the log has them, and their stream: an append that carries it along fails as a conflict when
    /// anything has happened to them meanwhile.
    pub(crate) async fn relied_on(&self, id: MemberId) -> Result<(Arc<Member>, StreamAppend), CommandError> {
        let member = self.store.load::<Member>(&id.to_string()).await?;
        let relied_on = stream::<Member>(id.to_string(), &member, None, &[])?;
        Ok((member.aggregate, relied_on))
    }
}
