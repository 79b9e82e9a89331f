//! The desk that is notified: one webhook, connected as an administrator does it.

use crate::connection::{Connection, request};
use commands::{Caller, CommandError, Commands, NewMember};
use cqrs_es::Aggregate;
use domain::{access::Role, member::MemberEmail, message::Message, text::Name};
use serde_json::json;
use std::{collections::BTreeMap, net::SocketAddr};
use store::{Clock, LogFilter, Store, testing::TestDatabase};

const CONNECT: &str = "mutation($url: String!) { connectChannel(input: {name: \"bench\", kind: WEBHOOK, url: $url, \
    rules: {events: [\"message.submitted\"]}}) { channel { id state } userErrors { code field message } } }";

/// As many events as are read at once.
const PAGE: i64 = 1_000;

pub(crate) struct Desk {
    /// Where the log had come when everything stood.
    pub(crate) start: i64,
    store: Store,
}

impl Desk {
    /// Connects the webhook of a receiver.
    pub(crate) async fn open(
        database: &TestDatabase,
        server: SocketAddr,
        receiver: SocketAddr,
    ) -> Result<Self, String> {
        let store = database.open(Clock::system()).await;
        let token = administrator(&Commands::new(store.clone())).await.map_err(|error| error.to_string())?;
        let body = json!({"query": CONNECT, "variables": {"url": format!("http://{receiver}/hook")}});
        let mut connection = Connection::open(server).await?;
        let answer = connection.ask(&request(server, Some(&token), &body), "connectChannel").await?;
        if answer["channel"]["state"] != "ACTIVE" {
            return Err(format!("the webhook was not connected: {answer}"));
        }
        let start = store.head().await.map_err(|error| error.to_string())?;
        Ok(Self { start, store })
    }

    /// The messages that were left after a position: where in the log, and when the log took it, in microseconds. How far
    /// the log has come.
    pub(crate) async fn left(&self, after: i64) -> Result<(i64, BTreeMap<i64, i64>), String> {
        let filter = LogFilter {
            aggregate_type: Some(Message::TYPE.to_owned()),
            types: vec!["MessageSubmitted".to_owned()],
            ..LogFilter::default()
        };
        let (mut after, mut all) = (after, BTreeMap::new());
        loop {
            let page = self.store.read(&filter, after, PAGE).await.map_err(|error| error.to_string())?;
            let Some(last) = page.last() else { return Ok((after, all)) };
            after = last.position;
            all.extend(page.iter().map(|event| (event.position, event.recorded_at.timestamp_micros())));
        }
    }
}

/// An administrator's session.
async fn administrator(commands: &Commands) -> Result<String, CommandError> {
    let email = MemberEmail::parse("bench@example.com").expect("an address");
    let name = Name::parse("bench").expect("a name");
    let caller = Caller::system("bench");
    commands
        .add_member(&caller, NewMember { name, email: email.clone(), role: Role::Admin.into() }, None)
        .await?;
    let link = commands.create_sign_in_link(&email).await?;
    Ok(commands.redeem_sign_in_link(&caller, &link.token, "correct horse battery").await?.token)
}
