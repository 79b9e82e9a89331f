//! The channels as an administrator has them by the API: connected, looked at, resumed, and asked to deliver again.

use super::check::Delivery;
use crate::kill::client::Desk;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// As many deliveries as a page has.
const PAGE: i64 = 100;
/// The circuit of a channel that has failed so often in a row is broken.
const BROKEN: i64 = 5;

/// Channels of a desk, each told of every new message.
pub(crate) struct Channels {
    desk: Arc<Desk>,
    ids: Vec<String>,
}

impl Channels {
    /// None yet.
    pub(crate) fn of(desk: Arc<Desk>) -> Self {
        Self { desk, ids: Vec::new() }
    }

    /// Connects one more.
    pub(crate) async fn connect(&mut self, name: &str, kind: &str, url: &str, secret: Option<&str>) {
        let mut rules = json!({"events": ["message.submitted"], "locale": "en"});
        if kind != "WEBHOOK" {
            rules["format"] = "text".into();
        }
        let input = json!({"name": name, "kind": kind, "url": url, "secret": secret, "rules": rules});
        let query = "mutation($input: ConnectChannelInput!) { connectChannel(input: $input) { \
                     channel { id } userErrors { code message } } }";
        let data = self.ask(query, json!({"input": input})).await;
        let id = data["connectChannel"]["channel"]["id"].as_str();
        self.ids.push(id.unwrap_or_else(|| panic!("{data}")).to_owned());
    }

    /// Failures in a row of the channel that was connected as this one.
    pub(crate) async fn failures(&self, channel: usize) -> i64 {
        let shown = self.shown().await;
        let health = shown.iter().find(|shown| shown["id"] == self.ids[channel].as_str());
        health.and_then(|shown| shown["health"]["failures"].as_i64()).expect("a channel")
    }

    /// Resumes those that have given up for a minute; with `all`, those whose receiver asked for patience as well.
    pub(crate) async fn resume(&self, all: bool) {
        for channel in self.shown().await {
            let health = &channel["health"];
            let is_broken = health["failures"].as_i64().is_some_and(|failures| failures >= BROKEN);
            if is_broken || (all && !health["quietUntil"].is_null()) || channel["state"] == "PAUSED" {
                for mutation in ["pauseChannel", "resumeChannel"] {
                    let query =
                        format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ userErrors {{ code }} }} }}");
                    self.ask(&query, json!({"id": channel["id"]})).await;
                }
            }
        }
    }

    /// How many deliveries are in each state, of the channel that was connected as this one.
    pub(crate) async fn states(&self, channel: usize) -> BTreeMap<&'static str, i64> {
        let mut states = BTreeMap::new();
        for state in ["PENDING", "RETRYING", "DELIVERED", "DEAD", "SKIPPED"] {
            let filter = json!({"channelId": [self.ids[channel]], "state": [state]});
            let query =
                "query($filter: DeliveryFilter) { deliveries(filter: $filter, first: 1) { totalCount } }";
            let data = self.ask(query, json!({"filter": filter})).await;
            let count = data["deliveries"]["totalCount"].as_i64().expect("a number");
            if count > 0 {
                states.insert(state, count);
            }
        }
        states
    }

    /// All deliveries of the channel that was connected as this one.
    pub(crate) async fn deliveries(&self, channel: usize) -> Vec<Delivery> {
        let filter = json!({"channelId": [self.ids[channel]]});
        self.listed(filter, "id position state attempts { at outcome }").await.iter().map(read).collect()
    }

    /// Asks for everything once more that waits for long, or for nobody: how much that was.
    pub(crate) async fn redeliver_what_failed(&self) -> u64 {
        let failed = self.listed(json!({"state": ["RETRYING", "DEAD"]}), "id").await;
        let mut asked = 0;
        for delivery in failed {
            asked += self.redeliver(json!({"deliveryId": delivery["id"]})).await;
        }
        asked
    }

    /// Asks for all between two positions once more: how many they are.
    pub(crate) async fn redeliver_range(&self, channel: usize, (from, until): (i64, i64)) -> u64 {
        let (from, until) = (from.to_string(), until.to_string());
        self.redeliver(json!({"range": {"channelId": self.ids[channel], "from": from, "until": until}})).await
    }

    async fn redeliver(&self, input: Value) -> u64 {
        let query = "mutation($input: RedeliverInput!) { redeliver(input: $input) { deliveries } }";
        let data = self.ask(query, json!({"input": input})).await;
        data["redeliver"]["deliveries"].as_u64().unwrap_or_else(|| panic!("{data}"))
    }

    async fn shown(&self) -> Vec<Value> {
        let data = self.ask("{ channels { id state health { failures quietUntil } } }", json!({})).await;
        data["channels"].as_array().expect("channels").clone()
    }

    /// All of these deliveries, page by page.
    async fn listed(&self, filter: Value, fields: &str) -> Vec<Value> {
        let query = format!(
            "query($filter: DeliveryFilter, $first: Int, $after: String) {{ \
             deliveries(filter: $filter, first: $first, after: $after) {{ \
             pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }} }}"
        );
        let (mut listed, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = json!({"filter": filter, "first": PAGE, "after": after});
            let mut data = self.ask(&query, page).await;
            let mut page = data["deliveries"].take();
            let edges = page["edges"].as_array_mut().expect("edges");
            listed.extend(edges.iter_mut().map(|edge| edge["node"].take()));
            if page["pageInfo"]["hasNextPage"] != true {
                return listed;
            }
            after = page["pageInfo"]["endCursor"].take();
        }
    }

    /// Only while a server is there.
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables});
        let mut answer = self.desk.ask(0, Some(&self.desk.staff), &body).await.expect("an answer");
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        answer["data"].take()
    }
}

fn read(node: &Value) -> Delivery {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let attempts = node["attempts"].as_array().map_or(&[][..], Vec::as_slice);
    let taken = attempts.iter().filter(|attempt| attempt["outcome"] == "DELIVERED");
    Delivery {
        id: text(&node["id"]),
        position: text(&node["position"]).parse().expect("a position"),
        state: text(&node["state"]),
        taken_at: taken.map(|attempt| text(&attempt["at"])).collect(),
    }
}
