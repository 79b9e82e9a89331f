//! The desk is told of what happens where it lives: real messages, through the API, to simulators of the vendors.

mod channels;
mod counted;
mod failures;
mod hostile_mail;
mod in_the_group;
mod mail;
mod measures;
mod pictures;
mod robots;
mod schemas;
mod secrets;
mod visitors;

use super::{Desk, SUBMIT, input};
use crate::simulators::{
    Simulator,
    dingtalk::{Dingtalk, Security},
    feishu::Feishu,
    slack::Slack,
    webhook::Webhook,
    wecom::Wecom,
};
use projections::notifications::{Guard, sms::Sms};
use serde_json::{Value, json};
use server::{Channels, Clock};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use store::{
    Dialect, on_both_databases,
    testing::{TestDatabase, soon},
};

const KEY: &str = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa";
const SECRET: &str = "SEC0123456789abcdef";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

on_both_databases! {
    a_new_message_is_told_in_the_group_at_once,
    what_a_robot_refused_is_never_delivered,
}

/// A desk whose vendors are simulators, and its administrator's token.
struct Told {
    desk: Desk,
    admin: String,
    clock: Clock,
    wecom: Simulator<Wecom>,
    feishu: Simulator<Feishu>,
    dingtalk: Simulator<Dingtalk>,
    slack: Simulator<Slack>,
    webhook: Simulator<Webhook>,
}

impl Told {
    async fn start(dialect: Dialect) -> Self {
        Self::start_with(dialect, TestDatabase::clock(), None).await
    }

    /// With a mail server as well.
    async fn start_with(dialect: Dialect, clock: Clock, mail: Option<server::Mail>) -> Self {
        Self::start_sending(dialect, clock, mail, None).await
    }

    /// With what sends SMS as well.
    async fn start_sending(
        dialect: Dialect,
        clock: Clock,
        mail: Option<server::Mail>,
        sms: Option<Sms>,
    ) -> Self {
        let wecom = Simulator::start(Wecom::with(&[KEY]), clock.clone()).await;
        let feishu = Simulator::start(Feishu::with(&[KEY]), clock.clone()).await;
        let signed = Security::Sign(SECRET.to_owned());
        let dingtalk = Simulator::start(Dingtalk::with(KEY, signed), clock.clone()).await;
        let slack = Simulator::start(Slack::with(&["T0/B0/xxxx"]), clock.clone()).await;
        let webhook = Simulator::start(Webhook::with(WHSEC), clock.clone()).await;
        let bases = format!(
            "wecom={},feishu={},dingtalk={},slack={}",
            wecom.base(),
            feishu.base(),
            dingtalk.base(),
            slack.base()
        );
        let guard = Guard::read("127.0.0.0/8", &bases).expect("valid");
        let database = TestDatabase::new(dialect).await;
        let desk = Desk::start_with(database, clock.clone(), |config| {
            config.channels = Channels { guard, mail, sms };
            config.public_url = Some("https://desk.example.com".to_owned());
        })
        .await;
        let admin = desk.administrator().await;
        Self { desk, admin, clock, wecom, feishu, dingtalk, slack, webhook }
    }

    /// Connects a channel of this kind to its simulator: its id.
    async fn connect(&self, kind: &str, rules: Value) -> String {
        let (url, secret) = match kind {
            "WECOM" => (format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"), None),
            "FEISHU" => (format!("https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}"), None),
            "DINGTALK" => (format!("https://oapi.dingtalk.com/robot/send?access_token={KEY}"), Some(SECRET)),
            "SLACK" => ("https://hooks.slack.com/services/T0/B0/xxxx".to_owned(), None),
            _ => (format!("{}/hook", self.webhook.base()), Some(WHSEC)),
        };
        let input = json!({"name": kind, "kind": kind, "url": url, "secret": secret, "rules": rules});
        let payload = self.give("connectChannel", "ConnectChannelInput", input, "channel { id state }").await;
        assert_eq!(payload["channel"]["state"], "ACTIVE", "{payload}");
        payload["channel"]["id"].as_str().expect("an id").to_owned()
    }

    /// A mutation with an input.
    async fn give(&self, mutation: &str, of: &str, input: Value, answer: &str) -> Value {
        let query = format!(
            "mutation($input: {of}!) {{ {mutation}(input: $input) {{ {answer} userErrors {{ code message field }} }} }}"
        );
        let data = self.desk.ask(Some(&self.admin), &query, json!({"input": input})).await.data();
        data[mutation].clone()
    }

    /// A mutation of a channel.
    async fn channel(&self, mutation: &str, id: &str) -> Value {
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(id: $id) {{ channel {{ state reason }} userErrors {{ code }} }} }}"
        );
        let data = self.desk.ask(Some(&self.admin), &query, json!({"id": id})).await.data();
        data[mutation].clone()
    }

    /// What a channel says of itself.
    async fn shown(&self, id: &str) -> Value {
        let query = "{ channels { id name kind state reason rules urlMasked \
                     health { failures failingSince lastDeliveredAt waiting dead } } }";
        let data = self.desk.ask(Some(&self.admin), query, json!({})).await.data();
        let channels = data["channels"].as_array().expect("channels");
        channels.iter().find(|channel| channel["id"] == id).cloned().unwrap_or_default()
    }

    async fn submit(&self, change: Value) -> Value {
        let mut input = input();
        for (name, value) in change.as_object().expect("fields") {
            input[name] = value.clone();
        }
        let data = self.desk.ask(None, SUBMIT, json!({"input": input})).await.data();
        assert_eq!(data["submitMessage"]["userErrors"], json!([]), "{data}");
        let mut left = data["submitMessage"].clone();
        // A clock that has just been advanced makes a view look too old to be waited for.
        let query = "query($id: ID!) { message(id: $id) { reference } }";
        let id = json!({"id": left["receipt"]["id"]});
        while left["visitorMessage"].is_null() {
            let seen = self.desk.ask(Some(&self.admin), query, id.clone()).await.data();
            left["visitorMessage"] = seen["message"].clone();
        }
        left
    }

    /// The deliveries there are, the newest first.
    async fn deliveries(&self) -> Vec<Value> {
        let query = "{ deliveries(first: 100) { totalCount edges { node { id state eventType messageId position \
                     channel { name } attempts { httpStatus vendorCode outcome detail } nextAttemptAt } } } }";
        let data = self.desk.ask(Some(&self.admin), query, json!({})).await.data();
        let edges = data["deliveries"]["edges"].as_array().expect("edges");
        edges.iter().map(|edge| edge["node"].clone()).collect()
    }

    /// Waits until so many attempts were made at the newest delivery.
    async fn until_attempts(&self, count: usize) -> Value {
        let tried = |newest: &Value| newest["attempts"].as_array().is_some_and(|all| all.len() >= count);
        let what = format!("{count} attempts at the newest delivery");
        self.until_they_are(&what, |deliveries| deliveries.first().is_some_and(tried)).await.remove(0)
    }

    /// Waits until the deliveries are in these states, the newest first.
    async fn until(&self, states: &[&str]) -> Vec<Value> {
        let are = |deliveries: &[Value]| {
            deliveries.iter().filter_map(|one| one["state"].as_str()).eq(states.iter().copied())
        };
        self.until_they_are(&format!("{states:?}"), are).await
    }

    /// Waits until the deliveries are as wanted, the newest first.
    async fn until_they_are(&self, what: &str, are: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let seen = Mutex::new(vec![]);
        soon(what, || async {
            let deliveries = self.deliveries().await;
            let so = are(&deliveries);
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = deliveries;
            so
        })
        .await;
        seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn a_new_message_is_told_in_the_group_at_once(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WECOM", json!({})).await;
    let left = told.submit(json!({"name": "@all <@everyone>"})).await;
    told.wecom.until_posted(1).await;
    let posted = told.wecom.posted().remove(0);
    let reference = left["visitorMessage"]["reference"].as_str().expect("a reference");
    assert!(posted.text.contains("新留言") && posted.text.contains(reference), "{}", posted.text);
    assert!(posted.text.contains("请问我的订单什么时候发货"), "{}", posted.text);
    assert!(!posted.text.contains("13800138000"), "the contact is masked: {}", posted.text);
    assert!(posted.pings.is_nobody(), "{:?}", posted.pings);
    let id = left["receipt"]["id"].as_str().expect("an id");
    assert_eq!(posted.links, [format!("https://desk.example.com/messages/{id}")]);
    let deliveries = told.until(&["DELIVERED"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!(
        (&attempt["httpStatus"], &attempt["outcome"]),
        (&json!(200), &json!("DELIVERED")),
        "{attempt}"
    );
    assert_eq!(deliveries[0]["messageId"], left["receipt"]["id"]);
}

async fn what_a_robot_refused_is_never_delivered(dialect: Dialect) {
    let told = Told::start(dialect).await;
    let channel = told.connect("WECOM", json!({})).await;
    told.wecom.vendor(|wecom| {
        wecom.robot(KEY).refuses = Some(crate::simulators::wecom::Refuses::Removed);
    });
    told.submit(json!({})).await;
    let deliveries = told.until(&["RETRYING"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!((&attempt["outcome"], &attempt["vendorCode"]), (&json!("CONFIGURATION"), &json!("93000")));
    assert_eq!(attempt["httpStatus"], 200, "which says nothing");
    let shown = told.shown(&channel).await;
    assert_eq!(shown["state"], "PAUSED");
    assert!(shown["reason"].as_str().is_some_and(|reason| reason.contains("93000")), "{shown}");
    // More comes, and waits; once the robot is back everything is told.
    told.submit(json!({})).await;
    told.until(&["PENDING", "RETRYING"]).await;
    told.wecom.vendor(|wecom| wecom.robot(KEY).refuses = None);
    let resumed = told.channel("resumeChannel", &channel).await;
    assert_eq!(resumed["channel"]["state"], "ACTIVE", "{resumed}");
    told.until(&["DELIVERED", "DELIVERED"]).await;
}
