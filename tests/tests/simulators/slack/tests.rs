use super::*;
use crate::simulators::{
    Simulator,
    hand::{self, Answer, JSON, client, clock, post},
};
use reqwest::Method;
use serde_json::json;

const HOOK: &str = "/services/T0/B0/X";

fn start() -> Slack {
    Slack::with(&["T0/B0/X"])
}

#[track_caller]
fn told(answer: &Answer, status: u16, words: &str) {
    assert_eq!((answer.status, answer.body.as_str()), (status, words));
}

#[tokio::test]
async fn a_right_client_posts_and_its_escaped_words_ping_nobody() {
    let slack = Simulator::start(start(), clock()).await;
    let words = "&lt;!channel&gt; &lt;@U1&gt; &lt;https://x.example|x&gt; @channel";
    let block = json!({"type": "section", "text": {"type": "mrkdwn", "text": words}});
    told(&post(&slack, HOOK, &json!({"text": words, "blocks": [block]})).await, 200, "ok");
    let posted = &slack.posted()[0];
    assert_eq!(
        (posted.robot.as_str(), posted.text.as_str()),
        ("T0/B0/X", format!("{words}\n{words}\n").as_str())
    );
    assert!(posted.pings.is_nobody() && posted.links.is_empty());
}

#[tokio::test]
async fn a_client_that_escapes_nothing_pings_everyone_and_forges_a_link() {
    let clock = clock();
    let slack = Simulator::start(start(), clock.clone()).await;
    let words = "<!here|x> <@U1> <!subteam^S1> <!date^0^{date}|x> <https://x.example|bank>";
    let section = |kind: &str| json!({"type": "section", "text": {"type": kind, "text": words}});
    for body in [json!({"text": words}), json!({"blocks": [section("mrkdwn")]})] {
        told(&post(&slack, HOOK, &body).await, 200, "ok");
        clock.advance(Duration::from_secs(1));
    }
    for posted in slack.posted() {
        assert!(posted.pings.everyone);
        assert_eq!(posted.pings.users, ["U1", "subteam^S1"]);
        assert_eq!(posted.links, ["https://x.example"]);
    }
    told(&post(&slack, HOOK, &json!({"blocks": [section("plain_text")]})).await, 200, "ok");
    assert!(slack.posted()[2].pings.is_nobody());
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let slack = Simulator::start(start(), clock()).await;
    told(
        &hand::send(&slack, Method::POST, HOOK, "text/plain", r#"{"text":"a"}"#).await,
        400,
        "invalid_payload",
    );
    told(&hand::send(&slack, Method::PUT, HOOK, JSON, r#"{"text":"a"}"#).await, 400, "invalid_payload");
    let long = json!({"type": "mrkdwn", "text": "a".repeat(3001)});
    for body in [
        json!({}),
        json!({"text": ""}),
        json!({"text": {"content": "another vendor's"}}),
        json!({"blocks": [{"type": "section", "text": long}]}),
        json!({"blocks": [{"type": "section", "text": "a"}]}),
        json!({"blocks": [{"type": "marquee"}]}),
        json!({"blocks": vec![json!({"type": "divider"}); 51]}),
    ] {
        told(&post(&slack, HOOK, &body).await, 400, "invalid_payload");
    }
    let link =
        json!({"type": "button", "text": {"type": "plain_text", "text": "a"}, "url": "https://d.example"});
    let blocks = json!([{"type": "header", "text": {"type": "plain_text", "text": "a"}}, {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "a"}]}, {"type": "actions", "elements": [link]}]);
    told(&post(&slack, HOOK, &json!({"blocks": blocks})).await, 200, "ok");
    assert_eq!(slack.posted()[0].links, ["https://d.example"]);
}

#[tokio::test]
async fn a_webhook_that_is_gone_says_so_with_its_status() {
    let slack = Simulator::start(start(), clock()).await;
    told(&post(&slack, "/services/T0/B0/WRONG", &json!({"text": "a"})).await, 404, "no_service");
    for (refuses, status, words) in [
        (Refuses::NoService, 404, "no_service"),
        (Refuses::ChannelNotFound, 404, "channel_not_found"),
        (Refuses::ChannelIsArchived, 410, "channel_is_archived"),
        (Refuses::ActionProhibited, 403, "action_prohibited"),
        (Refuses::RollupError, 500, "rollup_error"),
    ] {
        slack.vendor(|vendor| vendor.hook("T0/B0/X").refuses = Some(refuses));
        told(&post(&slack, HOOK, &json!({"text": "a"})).await, status, words);
    }
}

#[tokio::test]
async fn the_second_in_a_second_is_told_to_wait() {
    let clock = clock();
    let slack = Simulator::start(start(), clock.clone()).await;
    told(&post(&slack, HOOK, &json!({"text": "a"})).await, 200, "ok");
    clock.advance(Duration::from_millis(999));
    let url = format!("{}{HOOK}", slack.base());
    let answer = client().post(url).json(&json!({"text": "a"})).send().await.expect("an answer");
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "1");
    clock.advance(Duration::from_millis(1));
    told(&post(&slack, HOOK, &json!({"text": "a"})).await, 200, "ok");
}
