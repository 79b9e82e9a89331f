//! Load, decide, append; and decide again when somebody was faster.

use crate::{
    Caller, Commands,
    access::Needs,
    error::CommandError,
    streams::{sealing_key, stream},
};
use cqrs_es::Aggregate;
use domain::{
    decide::Decide,
    desk::Settings,
    ids::{MemberId, MessageId, TeamId, VisitorId},
    member::Member,
    message::{Message, MessageCommand, MessageError, MessageEvent},
    team::Team,
};
use std::collections::BTreeMap;
use store::{Append, AppendError, CredentialRow, Idempotency, Loaded, Receipt, StoreError, StreamAppend};
use uuid::Uuid;

/// How often a command is decided again before its caller is asked to try later. Within a process nobody loses to the
/// database; between processes the one that locks the head first wins.
pub(crate) const ATTEMPTS: usize = 64;

/// What a caller said about a command to an existing message.
pub(crate) struct Request<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) needs: Needs,
    pub(crate) message_id: MessageId,
    pub(crate) expected_version: Option<i64>,
    pub(crate) idempotency: Option<Idempotency>,
    /// Rows that are committed with its events.
    pub(crate) rows: Vec<CredentialRow>,
}

/// A command, and what it needs to know of another stream.
pub(crate) enum Facts<'a> {
    /// Nothing.
    None(MessageCommand),
    /// The desk's settings.
    Desk(&'a (dyn Fn(&Settings) -> MessageCommand + Sync)),
    /// A member.
    Member(MemberId, &'a (dyn Fn(&Member) -> MessageCommand + Sync)),
    /// A team.
    Team(TeamId, &'a (dyn Fn(&Team) -> MessageCommand + Sync)),
}

impl Commands {
    /// Carries out a command to one message. With an `expectedVersion` it is never retried by itself.
    pub(crate) async fn execute(
        &self,
        request: Request<'_>,
        command: MessageCommand,
    ) -> Result<Receipt, CommandError> {
        self.execute_with(request, Facts::None(command)).await
    }

    /// The same for a command that needs facts of another stream: they are looked up for every decision anew, and the
    /// append relies on that stream.
    pub(crate) async fn execute_with(
        &self,
        request: Request<'_>,
        facts: Facts<'_>,
    ) -> Result<Receipt, CommandError> {
        self.execute_caused(request, facts, None).await
    }

    /// The same for a command that an event caused.
    pub(crate) async fn execute_caused(
        &self,
        request: Request<'_>,
        facts: Facts<'_>,
        cause: Option<Uuid>,
    ) -> Result<Receipt, CommandError> {
        let id = request.message_id.to_string();
        for _ in 0..ATTEMPTS {
            let mut loaded = self.store.recall::<Message>(&id).await?;
            let (mut command, mut relied_on) = self.command(&facts, false).await?;
            let mut decided = self.decide(&request, &loaded, &command).await;
            if !(loaded.fresh && relied_on.is_empty()) && decided.as_ref().map_or(true, Vec::is_empty) {
                // What this process last knew is never the last word on a refusal.
                loaded = self.store.load::<Message>(&id).await?;
                (command, relied_on) = self.command(&facts, true).await?;
                decided = self.decide(&request, &loaded, &command).await;
            }
            let decided = match decided {
                Ok(decided) => decided,
                // The same command may just have been carried out: then it is answered, not refused.
                Err(refusal) => match self.answered(request.idempotency.as_ref()).await? {
                    Some(receipt) => return Ok(receipt),
                    None => return Err(refusal),
                },
            };
            let key = sealing_key(request.message_id, &loaded.aggregate);
            let mut streams = relied_on;
            streams.push(stream::<Message>(id.clone(), &loaded, key, &decided)?);
            let mut append = self.append(request.caller, streams, request.idempotency.clone());
            append.credentials.clone_from(&request.rows);
            append.metadata.extend(cause.map(|cause| ("causationId".to_owned(), cause.to_string())));
            match self.store.append(append).await {
                Ok(appended) => return Ok(appended.receipt()),
                Err(AppendError::Conflict) => {}
                // Its pictures go with other words since.
                Err(AppendError::Spent) if !request.rows.is_empty() => {
                    return Err(CommandError::UploadUnknown);
                }
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// The command with its facts, as this process last knew them or as the log has them, and the stream they are of.
    async fn command(
        &self,
        facts: &Facts<'_>,
        fresh: bool,
    ) -> Result<(MessageCommand, Vec<StreamAppend>), CommandError> {
        Ok(match facts {
            Facts::None(command) => (command.clone(), vec![]),
            Facts::Desk(command) => {
                let (desk, relied_on) = self.desk_as(fresh).await?;
                (command(desk.settings()), vec![relied_on])
            }
            Facts::Member(id, command) => {
                let id = id.to_string();
                let member = self.known::<Member>(&id, fresh).await?;
                (command(&member.aggregate), vec![stream::<Member>(id, &member, None, &[])?])
            }
            Facts::Team(id, command) => {
                let id = id.to_string();
                let team = self.known::<Team>(&id, fresh).await?;
                (command(&team.aggregate), vec![stream::<Team>(id, &team, None, &[])?])
            }
        })
    }

    /// May they, does it still stand where the caller saw it, and what comes of it?
    async fn decide(
        &self,
        request: &Request<'_>,
        loaded: &Loaded<Message>,
        command: &MessageCommand,
    ) -> Result<Vec<MessageEvent>, CommandError> {
        self.reach(request.caller, request.needs, &loaded.aggregate).await?;
        let version = loaded.version();
        match request.expected_version {
            Some(expected) if expected != version => match loaded.aggregate.decide(command.clone()) {
                // What was deleted is hidden at once: what has happened to it since is nobody's to read.
                Err(deleted @ MessageError::Deleted) => Err(deleted.into()),
                Ok(_) | Err(_) if (0..version).contains(&expected) => {
                    Err(CommandError::Conflict { expected, version })
                }
                Ok(_) | Err(_) => Err(CommandError::NoSuchVersion { expected, version }),
            },
            _ => Ok(loaded.aggregate.decide(command.clone())?),
        }
    }

    /// An aggregate as this process last knew it, or as the log has it.
    pub(crate) async fn known<A: Aggregate + Clone + 'static>(
        &self,
        id: &str,
        fresh: bool,
    ) -> Result<Loaded<A>, StoreError> {
        if fresh { self.store.load(id).await } else { self.store.recall(id).await }
    }

    /// What an idempotency key was answered before.
    pub(crate) async fn answered(&self, key: Option<&Idempotency>) -> Result<Option<Receipt>, CommandError> {
        self.store.receipt_of(key).await.map_err(CommandError::of_append)
    }

    /// An append of these streams with the metadata of the caller, and nothing beside them yet.
    pub(crate) fn append(
        &self,
        caller: &Caller,
        streams: Vec<StreamAppend>,
        idempotency: Option<Idempotency>,
    ) -> Append {
        let command_id = store::random::uuid(self.store.clock().now());
        let mut metadata = BTreeMap::from([
            ("actor".to_owned(), caller.actor.to_string()),
            ("commandId".to_owned(), command_id.to_string()),
            ("correlationId".to_owned(), caller.correlation_id.to_string()),
        ]);
        metadata.extend(caller.locale.as_ref().map(|locale| ("locale".to_owned(), locale.to_string())));
        Append { streams, metadata, reservations: vec![], credentials: vec![], idempotency }
    }
}

/// Whose message it is, as visitors see it: a deleted one is absent.
pub(crate) fn shown_owner(message: &Message) -> Option<VisitorId> {
    match message {
        Message::Submitted(message) if message.deleted_at.is_none() => Some(message.visitor_id),
        Message::Submitted(_) | Message::NotSubmitted => None,
    }
}
