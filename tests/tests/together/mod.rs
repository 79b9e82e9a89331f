//! Commands and views together, without HTTP: what holds of both of them on one log.

mod erasure;
mod exports;
mod figures;
mod generated;
mod plans;
mod sequences;
mod statements;

use commands::{Caller, Commands, ReplyInput, SubmitInput, WorkInput};
use domain::{
    access::Role,
    actor::Actor,
    ids::{MemberId, MessageId, VisitorId},
    message::{Due, FilledIn},
    text::{Name, ReplyText, Words},
};
use projections::{
    Projections, VIEWS,
    notifications::{Guard, Notifier, Remedies, Senders, send::Sender},
};
use std::sync::Arc;
use store::{
    Clock, Store,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A process, as far as it writes and reads: a store of its own, with commands and views on it.
#[derive(Clone)]
struct Process {
    store: Store,
    commands: Commands,
    views: Projections,
    stop: CancellationToken,
}

impl Process {
    async fn start(database: &TestDatabase, clock: &Clock) -> Self {
        let store = database.open(clock.clone()).await;
        let commands = Commands::new(store.clone());
        commands.first_start().await.expect("the desk opens");
        let stop = CancellationToken::new();
        let views = Projections::start(&store, &stop);
        Self { store, commands, views, stop }
    }

    /// Ends it, every connection closed: what it knew is gone.
    async fn end(self) {
        self.stop.cancel();
        self.views.ended().await;
        self.store.close().await;
    }

    /// The schema over it, with a notifier that is at rest.
    fn schema(&self) -> graphql::Schema {
        let stopped = CancellationToken::new();
        stopped.cancel();
        let sender = Sender::new(Guard::default(), self.store.clock().clone());
        let senders = Senders { sender, mailer: None, sms: None };
        let remedies: Remedies = Arc::new(|_| Box::pin(async { Ok(()) }));
        let notifier = Notifier::start(&self.views, senders, None, remedies, &stopped);
        graphql::schema(self.commands.clone(), self.views.clone(), notifier, graphql::Links::default())
    }

    /// Waits until the views have seen everything: what was there before them, however long that takes, and what came since.
    async fn up_to_date(&self) {
        self.views.filled().await.expect("the views fill");
        let head = self.store.head().await.expect("readable");
        let views: Vec<_> = VIEWS.iter().map(|view| view.name).collect();
        soon("the views follow", || async { self.views.wait_for(&views, head).await.expect("readable") })
            .await;
    }

    /// The clock tells of one wait, whatever has become of it; it answers nobody.
    async fn tell_overdue(&self, reply: Due) {
        let stop = CancellationToken::new();
        let due = {
            let stop = stop.clone();
            move |_, _| {
                // Once: the watch ends when it has done with what it was told.
                stop.cancel();
                async move { Ok::<_, String>(vec![reply]) }
            }
        };
        self.commands.clone().watch_clock(due, stop).await;
    }
}

fn caller(actor: Actor) -> Caller {
    Caller { actor, token_unknown: false, locale: None, correlation_id: Uuid::nil(), address: None }
}

fn visitor(id: VisitorId) -> Caller {
    caller(Actor::Visitor(id))
}

fn member(number: u128) -> MemberId {
    MemberId(Uuid::from_u128(number))
}

fn agent(number: u128) -> Caller {
    caller(Actor::Member { id: member(number), grants: Role::Agent.grants() })
}

fn words() -> SubmitInput {
    SubmitInput {
        name: Name::parse("Anna").ok(),
        contact: "anna@example.org".into(),
        content: Words::parse("When will it be sent?").expect("words"),
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
    }
}

fn reply(message_id: MessageId) -> ReplyInput {
    let content = ReplyText::parse("This afternoon.").expect("words");
    ReplyInput { target: message_id.into(), content, upload_ids: vec![] }
}

fn work(message_id: MessageId) -> WorkInput {
    WorkInput { target: message_id.into(), reason: None }
}
