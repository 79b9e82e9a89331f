//! A command to an aggregate that is no message: load, decide, append, and decide again when somebody was faster. Such
//! commands are rare, and none is decided on anything but what the log has.

use crate::{Caller, Commands, error::CommandError, execute::ATTEMPTS, streams::stream};
use cqrs_es::Aggregate;
use domain::{
    access::{Role, Roles},
    decide::Decide,
    ids::MemberId,
    member::Member,
    message::Standing,
};
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

/// What else a decision relies on: the append fails as a conflict when anything has happened to it.
#[derive(Clone, Copy)]
pub(crate) enum Relies {
    Nothing,
    /// Nobody: the aggregate stands where the caller last saw it.
    Version(i64),
    /// On this member.
    Member(MemberId),
    /// On the roles that there are.
    Roles,
    /// On these, and on whoever administers the desk but this one, if anybody does.
    RolesAndAnotherAdministrator(MemberId),
}

/// What a decision relies on, as the log has it.
#[derive(Default)]
pub(crate) struct Relied {
    member: Option<Arc<Member>>,
    pub(crate) roles: Roles,
    streams: Vec<StreamAppend>,
}

impl Relied {
    pub(crate) fn standing(&self) -> Standing {
        self.member.as_deref().map_or(Standing::Absent, Member::standing)
    }

    pub(crate) fn is_administered(&self) -> bool {
        self.member.as_deref().is_some_and(Member::administers)
    }

    fn on_member(&mut self, (member, stream): (Arc<Member>, StreamAppend)) {
        self.member = Some(member);
        self.streams.push(stream);
    }
}

impl Commands {
    /// Carries it out. `command` gets what the decision relies on; what is decided is appended with the rows that `rows`
    /// makes of it. What has no stream yet is absent.
    pub(crate) async fn change<A>(
        &self,
        change: Change<'_>,
        command: impl Fn(&Relied) -> A::Command,
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
            let mut relied = match change.relies_on {
                Relies::Version(expected) if expected != loaded.version() => {
                    return Err(CommandError::Moved { expected, version: loaded.version() });
                }
                relies_on => self.relied(relies_on).await?,
            };
            let decided = loaded.aggregate.decide(command(&relied))?;
            let mut streams = std::mem::take(&mut relied.streams);
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

    async fn relied(&self, on: Relies) -> Result<Relied, CommandError> {
        let mut relied = Relied::default();
        match on {
            Relies::Nothing | Relies::Version(_) => {}
            Relies::Member(id) => relied.on_member(self.relied_on(id).await?),
            Relies::Roles => {
                let (roles, stream) = self.roles().await?;
                (relied.roles, relied.streams) = (roles, vec![stream]);
            }
            Relies::RolesAndAnotherAdministrator(but) => {
                let (roles, stream) = self.roles().await?;
                (relied.roles, relied.streams) = (roles, vec![stream]);
                if let Some(other) = self.another_administrator(but).await? {
                    relied.on_member(other);
                }
            }
        }
        Ok(relied)
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
