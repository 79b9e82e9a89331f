//! Load, decide, append; and decide again when somebody was faster.

use crate::{
    Caller, Commands,
    access::{Needs, reach},
    error::CommandError,
    streams::{message_key, stream},
};
use domain::{
    decide::Decide,
    ids::{MessageId, VisitorId},
    message::{Message, MessageCommand, MessageEvent},
};
use std::collections::BTreeMap;
use store::{Append, AppendError, Idempotency, Loaded, Receipt, StreamAppend};

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
}

impl Commands {
    /// Carries out a command to one message. With an `expectedVersion` it is never retried by itself.
    pub(crate) async fn execute(
        &self,
        request: Request<'_>,
        command: MessageCommand,
    ) -> Result<Receipt, CommandError> {
        for _ in 0..ATTEMPTS {
            let mut loaded = self.store.recall::<Message>(&request.message_id.to_string()).await?;
            let mut decided = request.decide(&loaded, &command);
            if !loaded.fresh && decided.as_ref().map_or(true, Vec::is_empty) {
                // What this process last knew is never the last word on a refusal.
                loaded = self.store.load::<Message>(&request.message_id.to_string()).await?;
                decided = request.decide(&loaded, &command);
            }
            let decided = match decided {
                Ok(decided) => decided,
                // The same command may just have been carried out: then it is answered, not refused.
                Err(refusal) => match self.answered(request.idempotency.as_ref()).await? {
                    Some(receipt) => return Ok(receipt),
                    None => return Err(refusal),
                },
            };
            let key = owner(&loaded.aggregate).map(|owner| message_key(request.message_id, owner));
            let stream = stream::<Message>(request.message_id.to_string(), &loaded, key, &decided)?;
            let append = self.append(request.caller, vec![stream], request.idempotency.clone());
            match self.store.append(append).await {
                Ok(appended) => return Ok(appended.receipt()),
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
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

impl Request<'_> {
    /// May they, does it still stand where the caller saw it, and what comes of it?
    fn decide(
        &self,
        loaded: &Loaded<Message>,
        command: &MessageCommand,
    ) -> Result<Vec<MessageEvent>, CommandError> {
        reach(self.caller, self.needs, owner(&loaded.aggregate))?;
        let version = loaded.version();
        match self.expected_version {
            Some(expected) if expected != version => Err(CommandError::Conflict { expected, version }),
            _ => Ok(loaded.aggregate.decide(command.clone())?),
        }
    }
}

/// Whose message it is; nobody's before it was submitted.
pub(crate) fn owner(message: &Message) -> Option<VisitorId> {
    match message {
        Message::NotSubmitted => None,
        Message::Submitted(message) => Some(message.visitor_id),
    }
}
