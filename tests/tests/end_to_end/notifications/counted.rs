//! Requests that count against a rate, whatever becomes of the count; and why a channel is paused, as the others are told.

use super::*;

on_both_databases!(a_channel_that_has_sent_as_much_as_it_may_is_not_tested);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_delivered_also_when_its_count_cannot_be_written() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({})).await;
    let store = told.desk.database.open(told.clock.clone()).await;
    let unwritable =
        "CREATE TRIGGER unwritable BEFORE UPDATE ON channel_sends BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.database().log.execute(unwritable, &[]).await.expect("made");
    told.submit(json!({})).await;
    let deliveries = told.until(&["DELIVERED"]).await;
    assert_eq!(deliveries[0]["attempts"].as_array().map(Vec::len), Some(1));
    told.submit(json!({})).await;
    told.until(&["DELIVERED", "DELIVERED"]).await;
    assert_eq!(told.wecom.received().len(), 2, "nobody is told twice");
    store.close().await;
}

async fn a_channel_that_has_sent_as_much_as_it_may_is_not_tested(dialect: Dialect) {
    let told = Told::start(dialect).await;
    let channel = told.connect("FEISHU", json!({"ratePerMinute": 2})).await;
    told.submit(json!({})).await;
    told.until(&["DELIVERED"]).await;
    let test = "mutation($id: ID!) { testChannel(id: $id) { delivered attempt { outcome detail } userErrors { code } } }";
    let test = async || told.desk.ask(Some(&told.admin), test, json!({"id": channel})).await.data();
    told.clock.advance(Duration::from_secs(30));
    assert_eq!(test().await["testChannel"]["delivered"], true);
    let tried = test().await;
    let attempt = &tried["testChannel"]["attempt"];
    assert_eq!((&tried["testChannel"]["delivered"], &attempt["outcome"]), (&json!(false), &json!("RETRY")));
    let then = (told.clock.now() + Duration::from_secs(30)).format("%Y-%m-%dT%H:%M").to_string();
    assert!(attempt["detail"].as_str().is_some_and(|detail| detail.contains(&then)), "{attempt} {then}");
    assert_eq!(told.feishu.received().len(), 2, "nothing was sent");
    told.clock.advance(Duration::from_secs(31));
    assert_eq!(test().await["testChannel"]["delivered"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_are_told_why_a_channel_was_paused() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({})).await;
    let hears = json!({"events": ["channel.paused"]});
    told.connect("FEISHU", hears.clone()).await;
    told.connect("WEBHOOK", hears).await;
    told.wecom.vendor(|wecom| wecom.robot(KEY).refuses = Some(crate::simulators::wecom::Refuses::Removed));
    told.submit(json!({})).await;
    told.feishu.until_posted(1).await;
    told.webhook.until_posted(1).await;
    let text = told.feishu.posted().remove(0).text;
    assert!(text.contains("接收方称通道设置有误") && text.contains("93000"), "{text}");
    let body = told.webhook.received()[0].request.json().expect("JSON");
    let data = &body["data"];
    assert_eq!(
        (&body["type"], &data["reason"], &data["code"]),
        (&json!("channel.paused"), &json!("REFUSED"), &json!("93000"))
    );
    assert!(!body.to_string().contains(KEY), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_channel_that_is_disconnected_is_skipped() {
    let told = Told::start(Dialect::Sqlite).await;
    let channel = told.connect("WECOM", json!({})).await;
    told.channel("pauseChannel", &channel).await;
    told.submit(json!({})).await;
    told.until(&["PENDING"]).await;
    told.submit(json!({})).await;
    told.channel("disconnectChannel", &channel).await;
    told.until(&["SKIPPED", "SKIPPED"]).await;
    assert!(told.wecom.received().is_empty());
}
