//! Receivers that fail: nothing is lost, nothing is told twice without saying so, and one does not delay another.

use super::*;
use crate::simulators::{Odd, Odds};

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_under_the_same_id_and_with_a_new_time() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WEBHOOK", json!({})).await;
    told.webhook.odd(Odds::next([Odd::Status(500), Odd::HangUp]));
    told.submit(json!({})).await;
    told.webhook.until_received(1).await;
    told.until(&["RETRYING"]).await;
    told.clock.advance(Duration::from_secs(7));
    // What came of it is written down, and when it is tried again, before the clock goes on.
    told.until_attempts(2).await;
    told.clock.advance(Duration::from_secs(400));
    told.webhook.until_posted(1).await;
    let deliveries = told.until(&["DELIVERED"]).await;
    assert_eq!(deliveries[0]["attempts"].as_array().map(Vec::len), Some(3));
    let header = |name: &str| {
        let requests = told.webhook.received();
        requests.iter().map(|it| it.request.header(name).expect("a header").to_owned()).collect::<Vec<_>>()
    };
    let (ids, times) = (header("webhook-id"), header("webhook-timestamp"));
    assert!(ids.iter().all(|id| *id == ids[0] && deliveries[0]["id"] == *id), "{ids:?}");
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_asks_for_patience_gets_it_and_one_that_is_gone_is_left_alone() {
    let told = Told::start(Dialect::Sqlite).await;
    let channel = told.connect("WEBHOOK", json!({})).await;
    told.webhook.odd(Odds::next([Odd::TooMany("1800")]));
    told.submit(json!({})).await;
    told.webhook.until_received(1).await;
    let deliveries = told.until(&["RETRYING"]).await;
    let next = deliveries[0]["nextAttemptAt"].as_str().expect("an instant");
    let next: chrono::DateTime<chrono::Utc> = next.parse().expect("an instant");
    assert!(next >= told.clock.now() + Duration::from_secs(1_800), "{next}");
    told.webhook.vendor(|webhook| webhook.is_gone = true);
    told.clock.advance(Duration::from_secs(3_600));
    told.webhook.until_received(2).await;
    told.until(&["RETRYING"]).await;
    let shown = told.shown(&channel).await;
    assert_eq!(shown["state"], "PAUSED", "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_does_not_delay_another() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({})).await;
    told.connect("FEISHU", json!({})).await;
    told.wecom.odd(Odds::next([Odd::Silence]));
    told.submit(json!({})).await;
    told.feishu.until_posted(1).await;
    told.wecom.until_received(1).await;
    assert!(told.wecom.posted().is_empty(), "it still hangs");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_as_hang_at_once_delay_no_message_of_another_channel() {
    const AT_ONCE: usize = 8;
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WEBHOOK", json!({})).await;
    told.connect("WECOM", json!({"digest": "NEVER"})).await;
    told.webhook.odd(Odds::next(vec![Odd::Silence; 2 * AT_ONCE]));
    for _ in 0..2 * AT_ONCE {
        told.submit(json!({})).await;
    }
    told.wecom.until_posted(2 * AT_ONCE).await;
    told.webhook.until_received(1).await;
    // Those that have hung for too long are tried again later, and others take their place.
    soon("some are under way", || async {
        let hangs = |one: &&Value| one["channel"]["name"] == "WEBHOOK" && one["state"] == "SENDING";
        let at_once = told.deliveries().await.iter().filter(hangs).count();
        assert!(at_once <= AT_ONCE, "{at_once} are under way at once");
        at_once > 0
    })
    .await;
    assert!(told.webhook.posted().is_empty(), "they still hang");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_megabytes_only_the_beginning_is_read_and_kept() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({"digest": "NEVER"})).await;
    told.wecom.odd(Odds::next([Odd::Huge]));
    told.submit(json!({})).await;
    let deliveries = told.until(&["RETRYING"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!((&attempt["outcome"], &attempt["httpStatus"]), (&json!("RETRY"), &json!(200)), "{attempt}");
    assert!(attempt["detail"].as_str().is_some_and(|detail| detail.len() < 2_048), "{attempt}");
    told.clock.advance(Duration::from_secs(7));
    told.until(&["DELIVERED"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_receiver_repeats_of_a_visitors_words_is_not_kept() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({})).await;
    let words = "cannot show 请问我的订单什么时候发货？ of 李雷";
    told.wecom.odd(Odds::next([Odd::Code { field: "errcode", code: 99_999, words }]));
    told.submit(json!({})).await;
    let deliveries = told.until(&["RETRYING"]).await;
    let detail = deliveries[0]["attempts"][0]["detail"].as_str().expect("words");
    assert!(detail.contains("“cannot show … of …”"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_never_taken_for_delivered() {
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({"digest": "NEVER"})).await;
    let nonsense = [
        Odd::StatusOnly(0),
        Odd::Punished,
        Odd::Html,
        Odd::Empty,
        Odd::Code { field: "errcode", code: 99_999, words: "?" },
        Odd::Elsewhere("http://127.0.0.1:1/".to_owned()),
    ];
    for odd in nonsense {
        told.wecom.odd(Odds::next([odd.clone()]));
        let requests = told.wecom.received().len();
        told.submit(json!({})).await;
        told.wecom.until_received(requests + 1).await;
        let newest = told.until_attempts(1).await;
        assert_ne!(newest["state"], "DELIVERED", "{odd:?}: {newest}");
        // Then it is told after all; a circuit that broke is tried again after a minute.
        for _ in 0..20 {
            told.clock.advance(Duration::from_secs(400));
            tokio::task::yield_now().await;
        }
        told.wecom.until_received(requests + 2).await;
        let posted = told.wecom.posted().len();
        told.wecom.until_posted(posted.max(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_told_within_the_robots_rate_and_nobody_is_left_out() {
    const MESSAGES: usize = 500;
    let told = Told::start(Dialect::Sqlite).await;
    told.connect("WECOM", json!({})).await;
    for number in 0..MESSAGES {
        told.submit(json!({"contact": format!("v{number}@example.com")})).await;
        // Within a minute.
        told.clock.advance(Duration::from_millis(110));
    }
    let told_of = || {
        let delivered = "{ deliveries(filter: {state: [DELIVERED]}) { totalCount } }";
        async {
            told.desk.ask(Some(&told.admin), delivered, json!({})).await.data()["deliveries"]["totalCount"]
                .clone()
        }
    };
    soon("all of them are told", || async {
        let are_told = told_of().await == json!(MESSAGES);
        if !are_told {
            // What is due has a moment in which nothing else becomes so.
            told.clock.advance(Duration::from_secs(5));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        are_told
    })
    .await;
    let received = told.wecom.received();
    assert!(received.iter().all(|it| it.is_accepted), "no request was one too many");
    let times: Vec<_> = received.iter().map(|it| it.at).collect();
    for (index, first) in times.iter().enumerate() {
        let within = times[index..].iter().take_while(|at| **at < *first + Duration::from_secs(60)).count();
        assert!(within <= 20, "{within} requests within a minute");
    }
    // Every message is in some post: by its reference, or in the number of a digest.
    let counted = |text: &str| match text.split_once(" 条新留言") {
        Some((before, _)) => before.chars().rev().take_while(char::is_ascii_digit).count(),
        None => 0,
    };
    let number = |text: &str| -> usize {
        let digits = counted(text);
        let before = text.split_once(" 条新留言").map(|(before, _)| before).unwrap_or_default();
        if digits == 0 { 1 } else { before[before.len() - digits..].parse().expect("a number") }
    };
    let total: usize = told.wecom.posted().iter().map(|posted| number(&posted.text)).sum();
    assert_eq!(total, MESSAGES);
    assert!(received.len() < 60, "{} requests", received.len());
}
