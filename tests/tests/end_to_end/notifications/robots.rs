//! Each vendor in each of its forms: what a visitor writes pings nobody and forges no link.

use super::*;
use crate::simulators::{Odd, Odds, Posted, packages};

/// What a visitor could try.
const HOSTILE: &str = "@all <at user_id=\"all\">所有人</at> <@everyone> <!channel> <font color=\"warning\">红</font> \
    [click](https://evil.example.com) <https://evil.example.com|here> ![x](https://evil.example.com/x.png)\n# 标题\n> 引用";

#[tokio::test(flavor = "multi_thread")]
async fn in_every_form_of_every_vendor_a_visitors_words_are_only_words() {
    let told = Told::start(Dialect::Sqlite).await;
    let forms = [
        ("WECOM", &["text", "markdown", "markdown_v2", "template_card"][..]),
        ("FEISHU", &["text", "post", "interactive"]),
        ("DINGTALK", &["text", "link", "markdown", "action_card"]),
        ("SLACK", &["blocks", "text"]),
    ];
    for (kind, formats) in forms {
        for format in formats {
            let rules = json!({"format": format, "showContent": "FULL", "digest": "NEVER"});
            let channel = told.connect(kind, rules).await;
            let before = told.posted(kind).len();
            let left =
                told.submit(json!({"content": HOSTILE, "name": "<at user_id=\"all\">A</at> @all"})).await;
            let posted = told.next_post(kind, before).await;
            assert!(posted.pings.is_nobody(), "{kind} {format}: {posted:?}");
            let reference = left["visitorMessage"]["reference"].as_str().expect("a reference");
            assert!(posted.text.contains(reference), "{kind} {format}: {posted:?}");
            let ours = |link: &String| link.starts_with("https://desk.example.com/messages/");
            assert!(posted.links.iter().all(ours), "{kind} {format}: {posted:?}");
            told.channel("disconnectChannel", &channel).await;
            // Each robot takes so many in a minute.
            told.clock.advance(Duration::from_secs(61));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn independent_packages_agree_with_what_is_signed() {
    let told = Told::start(Dialect::Sqlite).await;
    let secret = "demo-secret";
    told.feishu.vendor(|feishu| feishu.bot(KEY).secret = Some(secret.to_owned()));
    let url = format!("https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}");
    let input = json!({"name": "飞书", "kind": "FEISHU", "url": url, "secret": secret});
    told.give("connectChannel", "ConnectChannelInput", input, "channel { id }").await;
    told.connect("DINGTALK", json!({})).await;
    let webhook = told.connect("WEBHOOK", json!({})).await;
    let rotated = told.desk.ask(
        Some(&told.admin),
        "mutation($id: ID!) { rotateChannelSecret(id: $id) { secretOnce userErrors { code } } }",
        json!({"id": webhook}),
    );
    let rotated = rotated.await.data();
    let new = rotated["rotateChannelSecret"]["secretOnce"].as_str().expect("a secret").to_owned();
    told.submit(json!({})).await;
    told.feishu.until_posted(1).await;
    told.dingtalk.until_posted(1).await;
    told.webhook.until_posted(1).await;
    let (feishu, dingtalk) = (told.feishu.received().remove(0), told.dingtalk.received().remove(0));
    let webhook = told.webhook.received().remove(0);
    let now = told.clock.now();
    let agreed = std::thread::spawn(move || {
        assert!(packages::agree_on_feishu(&feishu.request, secret));
        assert!(packages::agree_on_dingtalk(&dingtalk.request, SECRET));
        for known in [WHSEC, &new] {
            assert!(packages::agree_on_webhook(&webhook.request, known, now), "both secrets sign for a day");
        }
    });
    agreed.join().expect("they agree");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_is_signed_anew_and_a_day_after_a_rotation_the_old_secret_signs_no_more() {
    let told = Told::start(Dialect::Sqlite).await;
    let webhook = told.connect("WEBHOOK", json!({})).await;
    let rotate = "mutation($id: ID!) { rotateChannelSecret(id: $id) { secretOnce } }";
    let rotated = told.desk.ask(Some(&told.admin), rotate, json!({"id": webhook})).await.data();
    let new = rotated["rotateChannelSecret"]["secretOnce"].as_str().expect("a secret").to_owned();
    told.webhook.odd(Odds::next([Odd::Status(500)]));
    told.submit(json!({})).await;
    told.until(&["RETRYING"]).await;
    told.clock.advance(Duration::from_secs(7));
    told.until(&["DELIVERED"]).await;
    told.clock.advance(Duration::from_hours(25));
    told.webhook.vendor(|webhook| *webhook = Webhook::with(&new));
    told.submit(json!({})).await;
    told.until(&["DELIVERED", "DELIVERED"]).await;
    let received = told.webhook.received();
    let id = |index: usize| received[index].request.header("webhook-id").map(str::to_owned);
    assert!(id(0) == id(1) && id(1) != id(2) && received.len() == 3);
    assert!(received[0].at < received[1].at);
    let agreed = std::thread::spawn(move || {
        let agrees = |index: usize, secret: &str| {
            packages::agree_on_webhook(&received[index].request, secret, received[index].at)
        };
        for attempt in [0, 1] {
            assert!(agrees(attempt, WHSEC) && agrees(attempt, &new), "each by its own time");
        }
        assert!(agrees(2, &new) && !agrees(2, WHSEC));
    });
    agreed.join().expect("they agree");
}

impl Told {
    fn posted(&self, kind: &str) -> Vec<Posted> {
        match kind {
            "WECOM" => self.wecom.posted(),
            "FEISHU" => self.feishu.posted(),
            "DINGTALK" => self.dingtalk.posted(),
            "SLACK" => self.slack.posted(),
            _ => self.webhook.posted(),
        }
    }

    async fn next_post(&self, kind: &str, before: usize) -> Posted {
        match kind {
            "WECOM" => self.wecom.until_posted(before + 1).await,
            "FEISHU" => self.feishu.until_posted(before + 1).await,
            "DINGTALK" => self.dingtalk.until_posted(before + 1).await,
            "SLACK" => self.slack.until_posted(before + 1).await,
            _ => self.webhook.until_posted(before + 1).await,
        }
        self.posted(kind).pop().expect("a post")
    }
}
