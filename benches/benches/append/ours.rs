//! Ours: the command layer with everything on.

use crate::{
    measure::{Answer, Side},
    workload::Turn,
};
use benches::streams::{self, CONTACT, NAME, Plan, WORDS};
use commands::{Caller, CommandError, Commands, ReplyInput, SubmitInput, Target};
use domain::{
    access::Role,
    actor::Actor,
    message::FilledIn,
    text::{Name, ReplyText, Words},
};
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Clock, Store, StoreConfig, random};
use uuid::Uuid;

/// So many visitors hold a token before anything is measured.
const VISITORS: usize = 2_000;

/// Each existing stream has been submitted and replied to nine times: ten events.
pub(crate) const REPLIES: usize = 9;

/// A newly opened store, and the commands on it.
pub(crate) struct Ours {
    store: Store,
    commands: Commands,
    /// Submissions come from visitors without a token.
    anonymous: bool,
    turns: AtomicUsize,
}

/// The messages that stand there before anything is measured.
pub(crate) fn plans(existing: usize) -> impl Iterator<Item = Plan> {
    (0..existing).map(|message| Plan {
        message,
        visitor: message % VISITORS,
        replies: REPLIES,
        closed: false,
    })
}

impl Ours {
    /// Sets a desk up: visitors with tokens, and so many messages of ten events.
    pub(crate) async fn prepare(config: &StoreConfig, existing: usize) -> Result<(), String> {
        let ours = Self::open(config, false).await?;
        ours.commands.first_start().await.map_err(|error| error.to_string())?;
        let made = async {
            streams::make_visitors(&ours.store, 0..VISITORS).await?;
            streams::make_messages(&ours.store, plans(existing)).await
        };
        made.await.map_err(|error| format!("cannot prepare streams: {error}"))?;
        ours.close().await;
        Ok(())
    }

    pub(crate) async fn open(config: &StoreConfig, anonymous: bool) -> Result<Self, String> {
        let store = Store::open(config, Clock::system()).await.map_err(|error| error.to_string())?;
        let commands = Commands::new(store.clone());
        // Another process must not begin with the same visitors.
        let turns = AtomicUsize::new(usize::from(u16::from_be_bytes(random::bytes())));
        Ok(Self { store, commands, anonymous, turns })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    async fn submit(&self) -> Result<(), CommandError> {
        let visitor = streams::visitor_id(self.turns.fetch_add(1, Ordering::Relaxed) % VISITORS);
        let actor = if self.anonymous { Actor::Anonymous } else { Actor::Visitor(visitor) };
        let input = SubmitInput {
            name: Name::parse(NAME).ok(),
            contact: CONTACT.to_owned(),
            content: Words::parse(WORDS).expect("words"),
            upload_ids: vec![],
            category_id: None,
            related_to: None,
            locale: None,
            page_url: None,
            answers: vec![],
            form_shown: None,
            privacy_notice: None,
            on_behalf: None,
            filled_in: FilledIn::default(),
            proof: None,
            idempotency_key: Some(key()),
        };
        self.commands.submit_message(&caller(actor), input).await.map(drop)
    }

    async fn reply(&self, message: usize) -> Result<(), CommandError> {
        let member = streams::member_id(self.turns.fetch_add(1, Ordering::Relaxed));
        let input = ReplyInput {
            target: Target { idempotency_key: Some(key()), ..streams::message_id(message).into() },
            content: ReplyText::parse(WORDS).expect("words"),
            upload_ids: vec![],
        };
        let caller = caller(Actor::Member { id: member, grants: Role::Agent.grants() });
        self.commands.reply_to_message(&caller, input).await.map(drop)
    }
}

impl Side for Ours {
    async fn take(&self, turn: Turn, _: usize) -> Answer {
        let answer = match turn {
            Turn::New => self.submit().await,
            Turn::Existing(message) => self.reply(message).await,
        };
        match answer {
            Ok(()) => Answer::Done,
            Err(CommandError::Unavailable) => Answer::Again,
            Err(other) => Answer::Failed(other.to_string()),
        }
    }
}

fn caller(actor: Actor) -> Caller {
    Caller { actor, token_unknown: false, locale: None, correlation_id: correlation_id(), address: None }
}

/// As the server gives one to each request.
fn correlation_id() -> Uuid {
    random::uuid(Clock::system().now())
}

/// As a client makes one.
fn key() -> String {
    format!("{:032x}", u128::from_be_bytes(random::bytes()))
}
