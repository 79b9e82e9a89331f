//! What a channel can be, and who may make one; and that nothing but an event sends anything.

use super::*;
use domain::access::Role;

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_lead_inwards_are_refused_before_anything_is_sent() {
    let told = Told::start(Dialect::Sqlite).await;
    let desk = Desk::start(Dialect::Sqlite).await;
    let admin = desk.administrator().await;
    let query = "mutation($input: ConnectChannelInput!) { connectChannel(input: $input) { \
                 channel { id } userErrors { code field message } } }";
    for url in [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://localhost./",
        "https://user:password@example.com/",
        "http://example.com/",
        "file:///etc/passwd",
        "https://example.com:22/",
        "not an address",
    ] {
        let input = json!({"name": "x", "kind": "WEBHOOK", "url": url});
        let data = desk.ask(Some(&admin), query, json!({"input": input})).await.data();
        let error = &data["connectChannel"]["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID"), &json!(["url"])), "{url}: {data}");
    }
    let input = json!({"name": "x", "kind": "WECOM", "url": "https://evil.example.com/cgi-bin/webhook/send?key=12345"});
    let data = desk.ask(Some(&admin), query, json!({"input": input})).await.data();
    assert_eq!(data["connectChannel"]["userErrors"][0]["code"], "INVALID", "{data}");
    drop(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_shows_its_rules_and_none_of_its_secrets() {
    let told = Told::start(Dialect::Sqlite).await;
    let rules = json!({
        "events": ["message.submitted", "message.rated"], "categoryIds": ["complaint"], "priorities": ["HIGH"],
        "requireKeywords": ["退款"], "skipKeywords": ["测试"], "mentions": ["@assignee", "13800138000"],
        "categoryMentions": [{"categoryId": "complaint", "mentions": ["lilei"]}], "highestRating": 2,
        "format": "text", "template": "{{event}}：{{message.reference}}", "locale": "en", "ratePerMinute": 5,
        "showContacts": true, "showContent": "NONE", "digest": "HOURLY",
        "quietHours": [{"days": [1], "from": "22:00", "until": "08:00"}],
    });
    let channel = told.connect("WECOM", rules.clone()).await;
    let shown = told.shown(&channel).await;
    assert_eq!(shown["rules"], rules);
    let all = shown.to_string();
    assert!(!all.contains(KEY), "{all}");
    assert!(shown["urlMasked"].as_str().is_some_and(|url| url.contains("qyapi.weixin.qq.com")), "{shown}");
    let revised = json!({"id": channel, "name": "夜班群"});
    let payload = told.give("reviseChannel", "ReviseChannelInput", revised, "channel { name rules }").await;
    assert_eq!((&payload["channel"]["name"], &payload["channel"]["rules"]), (&json!("夜班群"), &rules));
    let log = told.desk.ask(Some(&told.admin), "{ log(first: 100) { nodes { type payload } } }", json!({}));
    let log = log.await.data().to_string();
    assert!(log.contains("ChannelConnected") && !log.contains(KEY), "{log}");
    let query = "{ log(filter: {aggregateType: \"Channel\"}) { totalCount } }";
    store::testing::soon("the index has both", || async {
        told.desk.ask(Some(&told.admin), query, json!({})).await.data()["log"]["totalCount"] == 2
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_decide_what_is_told_and_to_whom() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WEBHOOK", json!({"requireKeywords": ["退款"]})).await;
    told.connect(
        "WECOM",
        json!({"categoryIds": ["complaint"], "categoryMentions":
        [{"categoryId": "complaint", "mentions": ["lilei"]}], "format": "text"}),
    )
    .await;
    told.submit(json!({"categoryId": "inquiry", "content": "在吗？"})).await;
    told.submit(json!({"categoryId": "complaint", "content": "我要退款"})).await;
    told.wecom.until_posted(1).await;
    told.webhook.until_posted(1).await;
    told.until(&["DELIVERED", "DELIVERED"]).await;
    assert_eq!(told.wecom.posted()[0].pings.users, ["lilei"]);
    let body = told.webhook.received()[0].request.json().expect("JSON");
    assert_eq!(
        (&body["type"], &body["data"]["categoryId"]),
        (&json!("message.submitted"), &json!("complaint"))
    );
    assert!(!body.to_string().contains("退款"), "no word of a person's: {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whoever_manages_channels_sees_or_makes_one() {
    let told = Told::start(Dialect::Sqlite).await;
    let lead = told.desk.member(Role::Lead).await;
    for query in ["{ channels { id } }", "{ deliveries { totalCount } }"] {
        assert_eq!(told.desk.ask(Some(&lead), query, json!({})).await.code(), "FORBIDDEN", "{query}");
        assert_eq!(told.desk.ask(None, query, json!({})).await.code(), "UNAUTHENTICATED", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_really_sends_and_says_what_came_back_and_counts_for_nothing() {
    let told = Told::start(Dialect::Sqlite).await;
    // Whom it mentions is sealed, and is opened for this, too.
    let mentions = json!({"mentions": ["@assignee", "@all"], "categoryMentions": [{"categoryId": "complaint", "mentions": ["ou_1"]}]});
    let channel = told.connect("FEISHU", mentions).await;
    let query = "mutation($id: ID!) { testChannel(id: $id) { delivered attempt { httpStatus vendorCode outcome detail } \
                 userErrors { code } } }";
    let test = || told.desk.ask(Some(&told.admin), query, json!({"id": channel}));
    let tried = test().await.data();
    assert_eq!(tried["testChannel"]["delivered"], true, "{tried}");
    assert!(told.feishu.posted()[0].text.contains("测试留言"), "{:?}", told.feishu.posted());
    told.feishu.vendor(|feishu| feishu.bot(KEY).keywords = vec!["绝无此词".to_owned()]);
    let tried = test().await.data();
    assert_eq!(
        (&tried["testChannel"]["delivered"], &tried["testChannel"]["attempt"]["outcome"]),
        (&json!(false), &json!("CONFIGURATION"))
    );
    let shown = told.shown(&channel).await;
    assert_eq!((&shown["state"], &shown["health"]["failures"]), (&json!("ACTIVE"), &json!(0)), "{shown}");
    assert!(told.deliveries().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_channel_is_tested_to_see_whether_it_works_again_and_stays_paused() {
    let told = Told::start(Dialect::Sqlite).await;
    let channel = told.connect("WECOM", json!({})).await;
    told.wecom.vendor(|wecom| wecom.robot(KEY).refuses = Some(crate::simulators::wecom::Refuses::Stopped));
    told.submit(json!({})).await;
    told.until(&["RETRYING"]).await;
    let test = "mutation($id: ID!) { testChannel(id: $id) { delivered attempt { outcome vendorCode } } }";
    let test = || told.desk.ask(Some(&told.admin), test, json!({"id": channel}));
    let tried = test().await.data();
    let attempt = json!({"outcome": "CONFIGURATION", "vendorCode": "93004"});
    assert_eq!(tried["testChannel"], json!({"delivered": false, "attempt": attempt}));
    told.wecom.vendor(|wecom| wecom.robot(KEY).refuses = None);
    let tried = test().await.data();
    assert_eq!(tried["testChannel"]["delivered"], true, "{tried}");
    // Whoever tested it decides whether what waits goes on.
    assert_eq!(told.shown(&channel).await["state"], "PAUSED");
    told.until(&["RETRYING"]).await;
    told.channel("resumeChannel", &channel).await;
    told.until(&["DELIVERED"]).await;
    assert_eq!(told.wecom.posted().len(), 2);
    told.channel("disconnectChannel", &channel).await;
    assert_eq!(test().await.code(), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_spam_by_then_is_not_told_of_and_a_dead_one_can_be_delivered_again() {
    let told = Told::start(Dialect::Sqlite).await;
    let channel = told.connect("WEBHOOK", json!({})).await;
    told.channel("pauseChannel", &channel).await;
    let (spam, left) = (told.submit(json!({})).await, told.submit(json!({})).await);
    let mark = "mutation($id: ID!) { markAsSpam(input: {messageId: $id}) { userErrors { code } } }";
    told.desk.ask(Some(&told.admin), mark, json!({"id": spam["receipt"]["id"]})).await.data();
    told.channel("resumeChannel", &channel).await;
    told.until(&["DELIVERED", "SKIPPED"]).await;
    let again = json!({"range": {"channelId": channel, "from": "1", "until": left["receipt"]["position"]}});
    let payload = told.give("redeliver", "RedeliverInput", again, "deliveries").await;
    assert_eq!(payload["deliveries"], 2);
    told.webhook.until_posted(2).await;
    told.until(&["DELIVERED", "SKIPPED"]).await;
    let ids: Vec<String> = told.webhook.posted().iter().map(|posted| posted.robot.clone()).collect();
    assert_eq!(ids[0], ids[1], "the same id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_of_every_view_sends_nothing() {
    const KINDS: [&str; 5] = ["WECOM", "FEISHU", "DINGTALK", "SLACK", "WEBHOOK"];
    let mailed = super::mail::Mailed::start(Dialect::Sqlite).await;
    let told = &mailed.told;
    for kind in KINDS {
        told.connect(kind, json!({})).await;
    }
    mailed.connect(&["a@example.com"], json!({})).await;
    told.submit(json!({})).await;
    mailed.until_so_many("DELIVERED", KINDS.len() + 1).await;
    let sent = || {
        let robots =
            told.wecom.received().len() + told.feishu.received().len() + told.dingtalk.received().len();
        let others = told.slack.received().len() + told.webhook.received().len();
        (robots, others, mailed.post.letters().len())
    };
    assert_eq!(sent(), (3, 2, 1));
    let store = told.desk.database.open(told.clock.clone()).await;
    let progress = tokio::sync::watch::Sender::new(store::RebuildProgress::default());
    store.rebuild(projections::VIEWS, &progress).await.expect("filled");
    store.close().await;
    // What comes after is told once, and what came before is not told again.
    told.clock.advance(Duration::from_secs(2));
    told.submit(json!({})).await;
    mailed.until_so_many("DELIVERED", 2 * (KINDS.len() + 1)).await;
    assert_eq!(sent(), (6, 4, 2));
}
