//! What carrying a command out promises, each scenario on both databases.

mod accounts;
mod auto_reply;
mod challenge;
mod channels;
mod clock;
mod differential;
mod images;
mod keys;
mod limits;
mod members;
mod messages;
mod roles;
mod teams;
mod work;

use commands::{Caller, Commands, SubmitInput, Submitted};
use domain::{
    access::Role,
    actor::Actor,
    ids::MemberId,
    message::FilledIn,
    text::{Name, Words},
};
use store::{Clock, Dialect, LogFilter, Store, testing::TestDatabase};
use uuid::Uuid;

/// An open desk with a clock of its own.
struct Desk {
    store: Store,
    commands: Commands,
    clock: Clock,
    database: TestDatabase,
}

impl Desk {
    async fn open(dialect: Dialect) -> Self {
        let database = TestDatabase::new(dialect).await;
        let clock = TestDatabase::clock();
        let store = database.open(clock.clone()).await;
        let commands = Commands::new(store.clone());
        commands.first_start().await.expect("opens");
        Self { store, commands, clock, database }
    }

    async fn submit(&self, caller: &Caller) -> Submitted {
        self.commands.submit_message(caller, words()).await.expect("submitted")
    }

    /// How many events of this type there are.
    async fn count(&self, event_type: &str) -> i64 {
        let filter = LogFilter { types: vec![event_type.to_owned()], ..LogFilter::default() };
        self.store.count(&filter, 0).await.expect("readable")
    }
}

fn words() -> SubmitInput {
    SubmitInput {
        name: Name::parse("李雷").ok(),
        contact: "13800138000".into(),
        content: Words::parse("请问我的订单什么时候发货？").expect("words"),
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

fn caller(actor: Actor) -> Caller {
    Caller { actor, token_unknown: false, locale: None, correlation_id: Uuid::nil(), address: None }
}

fn anonymous() -> Caller {
    caller(Actor::Anonymous)
}

fn member(role: Role) -> Caller {
    caller(Actor::Member { id: MemberId(Uuid::from_u128(7)), grants: role.grants() })
}
