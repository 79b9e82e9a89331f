//! The desk that is looked at: members with five sockets each, and visitors with a message each.

use crate::Scale;
use benches::streams::{CONTACT, NAME, WORDS};
use commands::{Caller, CommandError, Commands, NewMember, SubmitInput};
use cqrs_es::Aggregate;
use domain::{
    access::Role,
    actor::Actor,
    member::MemberEmail,
    message::{FilledIn, Message},
    text::{Name, Words},
};
use std::collections::HashMap;
use store::{Clock, LogFilter, RecordedEvent, Store, testing::TestDatabase};
use uuid::Uuid;

/// As many sockets as one member may have.
const SOCKETS: usize = 5;
/// As many events as are read at once.
const PAGE: i64 = 1_000;

/// Somebody's message, and what they go on writing in it with.
pub(crate) struct Left {
    pub(crate) id: String,
    pub(crate) visitor: String,
    pub(crate) token: String,
}

pub(crate) struct Desk {
    pub(crate) members: Vec<String>,
    pub(crate) messages: Vec<Left>,
    /// Where the log had come when everything stood.
    pub(crate) start: i64,
    store: Store,
}

impl Desk {
    pub(crate) async fn open(database: &TestDatabase, scale: &Scale) -> Result<Self, String> {
        let store = database.open(Clock::system()).await;
        let commands = Commands::new(store.clone());
        let made = async {
            let mut members = Vec::new();
            for number in 0..scale.subscribers.div_ceil(SOCKETS) {
                members.push(member(&commands, number).await?);
            }
            let mut messages = Vec::new();
            for _ in 0..scale.subscribers / scale.told {
                messages.push(left(&commands).await?);
            }
            Ok::<_, CommandError>((members, messages))
        };
        let (members, messages) = made.await.map_err(|error| error.to_string())?;
        let start = store.head().await.map_err(|error| error.to_string())?;
        Ok(Self { members, messages, start, store })
    }

    /// What happened to messages since everything stood, by message: where in the log, and when the log took it, in
    /// microseconds.
    pub(crate) async fn happened(&self) -> Result<HashMap<String, Vec<(i64, i64)>>, String> {
        let filter = LogFilter { aggregate_type: Some(Message::TYPE.to_owned()), ..LogFilter::default() };
        let (mut after, mut all) = (self.start, HashMap::<_, Vec<_>>::new());
        loop {
            let page = self.store.read(&filter, after, PAGE).await.map_err(|error| error.to_string())?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.position;
            for RecordedEvent { position, recorded_at, aggregate_id, .. } in page {
                all.entry(aggregate_id).or_default().push((position, recorded_at.timestamp_micros()));
            }
        }
    }

    pub(crate) async fn head(&self) -> Result<i64, String> {
        self.store.head().await.map_err(|error| error.to_string())
    }

    /// Of which message that number is told, or which it changes.
    pub(crate) fn message(&self, number: usize) -> &Left {
        &self.messages[number % self.messages.len()]
    }

    /// Whose socket that of this number is.
    pub(crate) fn token(&self, subscriber: usize) -> Option<&str> {
        self.members.get(subscriber / SOCKETS).map(String::as_str)
    }
}

/// A member's session.
async fn member(commands: &Commands, number: usize) -> Result<String, CommandError> {
    let email = MemberEmail::parse(&format!("agent.{number}@example.com")).expect("an address");
    let name = Name::parse(NAME).expect("a name");
    let new = NewMember { name, email: email.clone(), role: Role::Lead.into() };
    let caller = Caller::system("bench");
    commands.add_member(&caller, new, None).await?;
    let link = commands.create_sign_in_link(&email).await?;
    Ok(commands.redeem_sign_in_link(&caller, &link.token, "correct horse battery").await?.token)
}

/// A new visitor's message.
async fn left(commands: &Commands) -> Result<Left, CommandError> {
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
        idempotency_key: None,
    };
    let caller = Caller {
        actor: Actor::Anonymous,
        token_unknown: false,
        locale: None,
        correlation_id: Uuid::nil(),
        address: None,
    };
    let submitted = commands.submit_message(&caller, input).await?;
    let (id, visitor) = (submitted.receipt.id, submitted.visitor_id.to_string());
    Ok(Left { id, visitor, token: submitted.visitor_token.unwrap_or_default() })
}
