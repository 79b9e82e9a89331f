//! Visitors who left a phone number are told by SMS: signed as the clouds' own packages sign, with no word of anybody's.

use super::*;
use crate::simulators::{
    Request,
    packages::{agree_on_aliyun, agree_on_tencent, agree_on_webhook},
    sms::{Cloud, Sms as Simulated},
};
use projections::notifications::sms::Sms;
use store::{Rate, Taken};

const ID: &str = "AKIDexample";
const KEY: &str = "open/the+gate";

on_both_databases! {
    an_sms_has_a_reference_and_a_token_that_restores_the_history_once,
}

/// A desk that sends SMS by this cloud.
struct Texting {
    told: Told,
    cloud: Simulator<Simulated>,
    channel: String,
}

impl Texting {
    async fn start(dialect: Dialect, cloud: Cloud) -> Self {
        let clock = TestDatabase::clock();
        let simulator = Simulator::start(Simulated::of(cloud), clock.clone()).await;
        let at = simulator.base().replace("http://", "");
        let key = KEY.replace('/', "%2F").replace('+', "%2B");
        crate::end_to_end::sink::watch_for(KEY);
        let url = match cloud {
            Cloud::Aliyun => {
                format!("aliyun://{ID}:{key}@{at}?tls=none&sign=%E7%95%99%E8%A8%80&reply=SMS_1&code=SMS_2")
            }
            Cloud::Tencent => format!(
                "tencent://{ID}:{key}@{at}?tls=none&app=1400&region=ap-guangzhou&sign=%E7%95%99%E8%A8%80&reply=1&code=2"
            ),
        };
        let told =
            Told::start_sending(dialect, clock, None, Some(Sms::read(&url).expect("an address"))).await;
        let channel = connect(&told).await;
        Self { told, cloud: simulator, channel }
    }

    async fn leave_and_answer(&self) -> Value {
        let left = self.told.submit(json!({})).await;
        reply(&self.told, &left).await;
        left
    }

    fn is_signed(&self, request: &Request, key: &str) -> bool {
        match self.cloud.vendor(|simulated| simulated.cloud) {
            Cloud::Aliyun => agree_on_aliyun(request, ID, key),
            Cloud::Tencent => agree_on_tencent(request, ID, key),
        }
    }
}

/// Visitors are told by SMS once somebody wants it so.
async fn connect(told: &Told) -> String {
    let input = json!({"name": "短信", "kind": "VISITOR_SMS"});
    let payload = told.give("connectChannel", "ConnectChannelInput", input, "channel { id state }").await;
    assert_eq!(payload["channel"]["state"], "ACTIVE", "{payload}");
    payload["channel"]["id"].as_str().expect("an id").to_owned()
}

async fn reply(told: &Told, left: &Value) {
    let variables = json!({"id": left["receipt"]["id"], "content": "今天下午发货，单号 SF1234567890。"});
    let replied = told.desk.ask(Some(&told.admin), REPLY, variables).await.data();
    assert_eq!(replied["replyToMessage"]["userErrors"], json!([]), "{replied}");
}

async fn an_sms_has_a_reference_and_a_token_that_restores_the_history_once(dialect: Dialect) {
    for cloud in [Cloud::Aliyun, Cloud::Tencent] {
        let texting = Texting::start(dialect, cloud).await;
        let left = texting.leave_and_answer().await;
        texting.cloud.until_posted(1).await;
        let posted = texting.cloud.posted().remove(0);
        let number = if cloud == Cloud::Aliyun { "13800138000" } else { "+8613800138000" };
        assert_eq!(posted.robot, number);
        let said: Vec<&str> = posted.text.lines().collect();
        let [reference, token] = said[..] else { panic!("a reference and a token: {posted:?}") };
        assert_eq!(reference, left["visitorMessage"]["reference"]);
        assert!(token.len() <= 35, "as long as a variable may be: {token}");
        let received = texting.cloud.received().remove(0).request;
        assert!(
            !format!("{} {}", received.query, String::from_utf8_lossy(&received.body)).contains("SF1234")
        );
        let request = received.clone();
        let signed = tokio::task::block_in_place(|| {
            (texting.is_signed(&request, KEY), texting.is_signed(&request, "another"))
        });
        assert_eq!(signed, (true, false));
        let visit = async || {
            let input = json!({"input": {"restore": token}});
            texting.told.desk.ask(None, START, input).await.data()["startVisit"].clone()
        };
        assert!(visit().await["token"].is_string());
        assert_eq!(visit().await["userErrors"][0]["code"], "UNKNOWN");
        let deliveries = texting.told.until(&["DELIVERED"]).await;
        let shown = "{ deliveries { edges { node { recipient channel { kind } } } } }";
        let shown = texting.told.desk.ask(Some(&texting.told.admin), shown, json!({})).await.data();
        let node = &shown["deliveries"]["edges"][0]["node"];
        assert_eq!(
            (&node["recipient"], &node["channel"]["kind"]),
            (&json!("+861******8000"), &json!("VISITOR_SMS"))
        );
        assert!(!json!(deliveries).to_string().contains("13800138000"), "{deliveries:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cloud_refuses_is_tried_again_or_pauses_the_channel_or_is_over() {
    let texting = Texting::start(Dialect::Sqlite, Cloud::Aliyun).await;
    texting.cloud.vendor(|cloud| cloud.refuses = Some("isv.MOBILE_NUMBER_ILLEGAL"));
    texting.leave_and_answer().await;
    texting.told.until(&["DEAD"]).await;
    texting.cloud.vendor(|cloud| cloud.refuses = Some("isv.SMS_TEMPLATE_ILLEGAL"));
    texting.leave_and_answer().await;
    let deliveries = texting.told.until(&["RETRYING", "DEAD"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!(
        (&attempt["outcome"], &attempt["vendorCode"]),
        (&json!("CONFIGURATION"), &json!("isv.SMS_TEMPLATE_ILLEGAL"))
    );
    assert_eq!(texting.told.shown(&texting.channel).await["state"], "PAUSED");
    texting.cloud.vendor(|cloud| cloud.refuses = None);
    texting.told.channel("resumeChannel", &texting.channel).await;
    texting.told.until(&["DELIVERED", "DEAD"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_gets_our_signed_webhook_and_codes_by_the_same_way() {
    let clock = TestDatabase::clock();
    let gateway = Simulator::start(Webhook::with(WHSEC), clock.clone()).await;
    let fragment = WHSEC.replace('+', "%2B");
    let sms = Sms::read(&format!("{}/sms#{fragment}", gateway.base())).expect("an address");
    let told = Told::start_sending(Dialect::Sqlite, clock.clone(), None, Some(sms)).await;
    connect(&told).await;
    let left = told.submit(json!({"locale": "en"})).await;
    reply(&told, &left).await;
    gateway.until_received(1).await;
    let request = gateway.received().remove(0).request;
    assert!(tokio::task::block_in_place(|| agree_on_webhook(&request, WHSEC, clock.now())));
    let body = request.json().expect("JSON");
    assert_eq!((&body["type"], &body["data"]["to"]), (&json!("message.replied"), &json!("+8613800138000")));
    let text = body["data"]["text"].as_str().expect("a text");
    assert!(text.contains("was answered: https://desk.example.com/leave-message#restore=lwr_"), "{text}");
    assert!(!body.to_string().contains("SF1234"), "{body}");
    told.desk.nothing_stands_still().await;
    let ask = "mutation { requestRecovery(input: {contact: \"138 0013 8000\"}) { requested } }";
    told.desk.ask(None, ask, json!({})).await.data();
    let code = loop {
        let received = gateway.received();
        let bodies = received.iter().filter_map(|it| it.request.json());
        let code = bodies
            .filter(|body| body["type"] == "visitor.recovery_code")
            .map(|body| body["data"]["code"].clone())
            .next();
        match code {
            Some(code) => break code,
            None => gateway.until_received(received.len() + 1).await,
        }
    };
    let redeem = "mutation($code: String!) { redeemRecoveryCode(input: {contact: \"+86 13800138000\", code: $code}) { token } }";
    let back = told.desk.ask(None, redeem, json!({"code": code})).await.data();
    assert!(back["redeemRecoveryCode"]["token"].is_string(), "{back}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_codes_go_to_phones_within_an_hour_and_made_up_numbers_use_up_none() {
    const AN_HOUR: i64 = 200;
    let texting = Texting::start(Dialect::Sqlite, Cloud::Aliyun).await;
    texting.told.submit(json!({})).await;
    texting.told.desk.nothing_stands_still().await;
    let store = texting.told.desk.database.open(texting.told.desk.clock.clone()).await;
    let (bucket, rate) =
        (store.derive("limit of texted codes", &[]), Rate { step: 3_600_000_000 / AN_HOUR, burst: AN_HOUR });
    let ask = async |number: &str| {
        let ask = "mutation($contact: String!) { requestRecovery(input: {contact: $contact}) { requested } }";
        texting.told.desk.ask(None, ask, json!({"contact": number})).await.data();
    };
    for _ in 1..AN_HOUR {
        assert_eq!(store.take(&bucket, rate).await.expect("writable"), Taken::Yes);
    }
    ask("13800138001").await;
    ask("13800138000").await;
    texting.cloud.until_posted(1).await;
    assert!(
        matches!(store.take(&bucket, rate).await.expect("writable"), Taken::NotBefore(_)),
        "the last one"
    );
    ask("13800138000").await;
    // Whoever asks is answered before anybody looks.
    texting.told.until_told(&[("withheld_codes_total", 1.0)]).await;
    texting.told.clock.advance(Duration::from_secs(3_600));
    ask("13800138000").await;
    texting.cloud.until_posted(2).await;
    assert_eq!(texting.cloud.posted().len(), 2, "none in between");
    store.close().await;
}
