//! Which events end the words of a person, and what follows.
//!
//! Knows which keys these events name, that each message of an erased visitor is told, and that words are found no more. Must
//! not know how a key is destroyed: that is the store's; nor where a visitor's messages are listed, and words are found:
//! whoever starts it passes that in.

use crate::{
    Caller, Commands,
    access::Needs,
    error::CommandError,
    execute::{Facts, Request},
    streams::{message_keys, visitor_key},
};
use cqrs_es::Aggregate;
use domain::{
    access::Permission,
    ids::{MessageId, VisitorId},
    message::{EraseMessage, Message, MessageCommand, MessageError},
    visitor::Visitor,
};
use std::fmt::Display;
use store::{Destroyer, Destruction, HandleError, RecordedEvent, StoreError, Swept};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The rule's name, as it stands in the metadata of its events.
pub const RULE: &str = "visitor-erased";
const SHREDDED: &str = "MessageShredded";
const ERASED: &str = "VisitorErased";
/// Messages that are told at once.
const PAGE: usize = 64;

/// A page of somebody's messages: whose, as the log stood at which position, after which of them, and how many.
#[derive(Clone, Copy, Debug)]
pub struct MessagesOf {
    /// Whose.
    pub visitor_id: VisitorId,
    /// None may be missing that was left before this position.
    pub as_of: i64,
    /// After this one, in the order of their ids.
    pub after: Option<MessageId>,
    /// At most so many.
    pub limit: usize,
}

impl Commands {
    /// Destroys the keys that such events name, and tells each message of an erased visitor, until `stop` is cancelled.
    /// `messages_of` answers with a page of a visitor's messages, or with `None` as long as it cannot know them all; `forgotten`
    /// whether nothing is left of what was searched by words that went by that position.
    pub fn destroy_keys<M, F, E, G, H>(
        &self,
        messages_of: M,
        forgotten: G,
        stop: &CancellationToken,
    ) -> Destroyer
    where
        M: Fn(MessagesOf) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Option<Vec<MessageId>>, E>> + Send + 'static,
        E: Display + Send + 'static,
        G: Fn(i64) -> H + Clone + Send + Sync + 'static,
        H: Future<Output = Result<bool, StoreError>> + Send + 'static,
    {
        let what = Destruction { types: &[SHREDDED, ERASED], keys_of };
        let (commands, ending) = (self.clone(), stop.clone());
        let then = move |event: RecordedEvent| {
            let (commands, messages_of, ending) = (commands.clone(), messages_of.clone(), ending.clone());
            let forgotten = forgotten.clone();
            async move {
                let position = match event.event_type.as_str() {
                    ERASED => {
                        // Who comes back with the host site's word begins anew.
                        commands.store.release_identities(&event.aggregate_id).await?;
                        commands.store.close_ways_back(&event.aggregate_id).await?;
                        commands.tell_messages(&event, messages_of, &ending).await?;
                        // They have all been told by now, by whichever process.
                        commands.store.head().await?
                    }
                    // The picture's key went with the message's; what nobody can open takes no room.
                    SHREDDED => {
                        commands.forget_uploads(&event.aggregate_id).await?;
                        event.position
                    }
                    _ => return Ok(()),
                };
                match forgotten(position).await? {
                    true => Ok(()),
                    false => Err("the search is behind, and what went is still in it".into()),
                }
            }
        };
        Destroyer::start(&self.store, what, then, stop)
    }

    /// Tells each message of the visitor that its words are gone. Nobody leaves another one: a submission relies on its
    /// visitor's stream, where this event stands now.
    async fn tell_messages<M, F, E>(
        &self,
        erased: &RecordedEvent,
        messages_of: M,
        ending: &CancellationToken,
    ) -> Result<(), HandleError>
    where
        M: Fn(MessagesOf) -> F,
        F: Future<Output = Result<Option<Vec<MessageId>>, E>>,
        E: Display,
    {
        let visitor_id = erased.aggregate_id.parse()?;
        let mut after = None;
        loop {
            let page = MessagesOf { visitor_id, as_of: erased.position, after, limit: PAGE };
            let page = messages_of(page).await.map_err(|error| error.to_string())?;
            let page =
                page.ok_or("the list of messages is behind, and an erased visitor's are not known yet")?;
            let mut told = JoinSet::new();
            for message_id in &page {
                let (commands, message_id, erased) = (self.clone(), *message_id, erased.clone());
                told.spawn(async move { commands.tell_message(message_id, &erased).await });
            }
            while let Some(outcome) = told.join_next().await {
                outcome??;
            }
            after = page.last().copied();
            if page.len() < PAGE {
                return Ok(());
            }
            if ending.is_cancelled() {
                return Err(
                    "the server ends, and the rest of an erased visitor's messages is told by the next"
                        .into(),
                );
            }
        }
    }

    /// Once, however often this is tried and by how many processes.
    async fn tell_message(&self, message_id: MessageId, erased: &RecordedEvent) -> Result<(), CommandError> {
        let sequence = u32::try_from(erased.sequence).unwrap_or(u32::MAX);
        let request = Request {
            caller: &Caller::system(RULE),
            needs: Needs::Member(Permission::MessagesWork),
            message_id,
            expected_version: None,
            idempotency: Some(self.idempotency_of_rule(RULE, message_id, sequence)),
            rows: vec![],
        };
        let command = MessageCommand::Erase(EraseMessage { at: self.store.clock().now() });
        match self.execute_caused(request, Facts::None(command), Some(erased.event_id)).await {
            Ok(_) | Err(CommandError::Message(MessageError::AlreadySo)) => {
                Ok(self.forget_uploads(&message_id.to_string()).await?)
            }
            Err(error) => Err(error),
        }
    }

    /// Removes what came with words that are gone. Nothing waits for what cannot be removed: nobody can open it, and the sweep
    /// tries again.
    async fn forget_uploads(&self, message_id: &str) -> Result<(), StoreError> {
        let Swept { failed, why, .. } = self.store.forget_uploads(message_id).await?;
        if let Some(error) = why {
            tracing::warn!(failed, %error, "files of words that are gone could not be removed; it is tried again");
        }
        Ok(())
    }
}

/// The keys that an event names. Those of an erased visitor's messages are made under the visitor's: they go with it.
fn keys_of(event: &RecordedEvent) -> Vec<String> {
    match (event.aggregate_type.as_str(), event.event_type.as_str()) {
        (Message::TYPE, SHREDDED) => message_keys(&event.aggregate_id),
        (Visitor::TYPE, ERASED) => {
            let id = event.aggregate_id.parse().map(|id| visitor_key(id).id);
            id.into_iter().collect()
        }
        _ => vec![],
    }
}
