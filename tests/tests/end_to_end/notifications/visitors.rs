//! Visitors are told of replies: by a mail server that others wrote, from the reply to the link that brings them back.

mod hostile;
mod nobody;
mod post;
mod reached;
mod recovery;
mod sms;

use super::*;
use post::Post;

on_both_databases! {
    a_reply_reaches_its_visitor_in_their_language_and_the_link_restores_their_history_once,
    after_a_mail_somebody_is_left_in_peace_and_what_comes_meanwhile_is_one,
}

const REPLY: &str = "mutation($id: ID!, $content: String!) { replyToMessage(input: {messageId: $id, content: $content}) \
    { message { status } userErrors { code message } } }";
const START: &str = "mutation($input: StartVisitInput!) { startVisit(input: $input) { token visitor { id } \
    userErrors { code field message } } }";
const OWN: &str = "{ visitor { id messages { edges { node { id entries { own content } } } } } }";

/// A desk that tells visitors by mail, and the server that takes it.
struct Reached {
    told: Told,
    post: Post,
}

/// A message that was left: its visitor's token, id and reference.
struct Left {
    token: String,
    id: String,
    reference: String,
}

impl Reached {
    async fn start(dialect: Dialect) -> Self {
        let post = Post::start().await;
        let from = "Desk <desk@example.com>".to_owned();
        let mail = server::Mail { url: post.url(), from, authority: None };
        Self { told: Told::start_with(dialect, TestDatabase::clock(), Some(mail)).await, post }
    }

    /// Leaves a message as somebody new, with this address and whatever else.
    async fn leave(&self, email: &str, change: Value) -> Left {
        let mut input = json!({"contact": email});
        input.as_object_mut().expect("fields").extend(change.as_object().expect("fields").clone());
        let left = self.told.submit(input).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Left {
            token: text(&left["visitorToken"]),
            id: text(&left["receipt"]["id"]),
            reference: text(&left["visitorMessage"]["reference"]),
        }
    }

    async fn reply(&self, id: &str, content: &str) {
        let variables = json!({"id": id, "content": content});
        let replied = self.told.desk.ask(Some(&self.told.admin), REPLY, variables).await.data();
        assert_eq!(replied["replyToMessage"]["userErrors"], json!([]), "{replied}");
    }

    async fn visit(&self, token: Option<&str>, link: &str) -> Value {
        let input = json!({"input": {"restore": link}});
        self.told.desk.ask(token, START, input).await.data()["startVisit"].clone()
    }

    /// The channel that the server has connected by itself.
    async fn channel(&self) -> Value {
        let query = "{ channels { id name kind state reason rules } }";
        let data = self.told.desk.ask(Some(&self.told.admin), query, json!({})).await.data();
        let channels = data["channels"].as_array().expect("channels");
        channels
            .iter()
            .find(|channel| channel["kind"] == "VISITOR_EMAIL")
            .cloned()
            .expect("a channel to visitors")
    }

    async fn revise(&self, rules: Value) {
        let input = json!({"id": self.channel().await["id"], "rules": rules});
        let revised = self.told.give("reviseChannel", "ReviseChannelInput", input, "channel { id }").await;
        assert_eq!(revised["userErrors"], json!([]), "{revised}");
    }
}

/// The token of the one link in a mail, which is the same in the text and in the HTML.
fn token_of(mail: &Value) -> String {
    const BEGINS: &str = "https://desk.example.com/leave-message#restore=";
    let of = |body: &Value| {
        let body = body.as_str().expect("a body");
        let links: Vec<&str> = body.split("https://").skip(1).collect();
        assert_eq!(links.len(), 1, "one link: {body}");
        let rest = body.split(BEGINS).nth(1).expect("the link");
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect::<String>()
    };
    let (text, html) = (of(&mail["text"]), of(&mail["html"]));
    assert_eq!(text, html);
    text
}

async fn a_reply_reaches_its_visitor_in_their_language_and_the_link_restores_their_history_once(
    dialect: Dialect,
) {
    let mut reached = Reached::start(dialect).await;
    let channel = reached.channel().await;
    assert_eq!((&channel["state"], &channel["rules"]["showContent"]), (&json!("ACTIVE"), &json!("NONE")));
    for (locale, head, words) in [
        ("de-AT", "Ihre Nachricht {} wurde beantwortet", "Der Link zeigt Ihre Nachrichten einmal"),
        ("zh-CN", "您的留言 {} 有了回复", "此链接在七天内有效"),
        ("zh-TW", "您的留言 {} 有了回覆", "此連結在七天內有效"),
        ("fr", "Votre message {} a reçu une réponse", "une seule fois"),
        ("ar", "تم الرد على رسالتك {}", "مرة واحدة"),
        ("fi", "Your message {} was answered", "The link shows your messages once"),
    ] {
        let email = format!("{}@example.com", locale.to_lowercase());
        let left = reached.leave(&email, json!({"locale": locale})).await;
        reached.reply(&left.id, "Morgen kommt das Paket, 单号 SF1234567890.").await;
        let mail = reached.post.next().await;
        assert_eq!((&mail["to"], &mail["from"]), (&json!([email]), &json!("desk@example.com")));
        let subject = mail["subject"].as_str().expect("a subject");
        assert!(subject.starts_with(&head.replace("{}", &left.reference)), "{subject}");
        assert_eq!(mail["types"], json!(["multipart/alternative", "text/plain", "text/html"]));
        assert_eq!(mail["defects"], json!([]));
        for body in [&mail["text"], &mail["html"]] {
            let body = body.as_str().expect("a body");
            assert!(body.contains(words) && !body.contains("SF1234567890"), "{locale}: {body}");
        }
        let html = mail["html"].as_str().expect("a body");
        assert_eq!(html.contains("dir=\"rtl\""), locale == "ar", "{html}");
        let link = token_of(&mail);
        // Their own device needs no token, and uses nothing up.
        let own = reached.visit(Some(&left.token), &link).await;
        assert_eq!((&own["token"], &own["userErrors"]), (&Value::Null, &json!([])));
        let there = reached.visit(None, &link).await;
        let token = there["token"].as_str().expect("a token");
        assert_ne!(token, left.token);
        let seen = reached.told.desk.ask(Some(token), OWN, json!({})).await.data();
        let node = &seen["visitor"]["messages"]["edges"][0]["node"];
        assert_eq!((&node["id"], &seen["visitor"]["id"]), (&json!(left.id), &there["visitor"]["id"]));
        assert!(node["entries"].to_string().contains("SF1234567890"), "{node}");
        let again = reached.visit(None, &link).await;
        assert_eq!(
            (&again["token"], &again["userErrors"][0]["code"]),
            (&Value::Null, &json!("UNKNOWN")),
            "{again}"
        );
        let first = reached.told.desk.ask(Some(&left.token), OWN, json!({})).await.data();
        assert_eq!(first["visitor"]["id"], there["visitor"]["id"], "the first device goes on");
    }
    let deliveries = reached.told.until(&["DELIVERED"; 6]).await;
    assert!(deliveries.iter().all(|one| one["eventType"] == "message.replied"), "{deliveries:#?}");
    assert!(!json!(deliveries).to_string().contains("de-at@"), "nobody is named: {deliveries:#?}");
    // Who came back is told in the log.
    let query = "{ log(filter: {type: [\"VisitorReturned\"]}) { totalCount edges { node { actor { kind } payload } } } }";
    let told = async || {
        reached.told.desk.ask(Some(&reached.told.admin), query, json!({})).await.data()["log"].clone()
    };
    soon("the log tells of those who came back", async || told().await["totalCount"] == 6).await;
    assert_eq!(told().await["edges"][0]["node"]["actor"]["kind"], "VISITOR");
}

async fn after_a_mail_somebody_is_left_in_peace_and_what_comes_meanwhile_is_one(dialect: Dialect) {
    let mut reached = Reached::start(dialect).await;
    reached.revise(json!({"showContent": "FULL"})).await;
    let first = reached.leave("lei@example.com", json!({"locale": "en"})).await;
    // The same person from another device, and somebody else.
    let second = reached.leave("lei@example.com", json!({"locale": "en"})).await;
    let other = reached.leave("mei@example.com", json!({"locale": "en"})).await;
    reached.reply(&first.id, "one").await;
    assert!(reached.post.next().await["text"].as_str().is_some_and(|text| text.contains("> one")));
    reached.told.until(&["DELIVERED"]).await;
    reached.reply(&first.id, "two").await;
    reached.reply(&first.id, "three").await;
    reached.reply(&second.id, "four").await;
    reached.reply(&other.id, "five").await;
    assert_eq!(
        reached.post.next().await["to"],
        json!(["mei@example.com"]),
        "nobody waits for another's peace"
    );
    reached.told.until(&["DELIVERED", "PENDING", "PENDING", "PENDING", "DELIVERED"]).await;
    reached.told.clock.advance(Duration::from_secs(14 * 60));
    reached.reply(&first.id, "six").await;
    reached.told.until(&["PENDING", "DELIVERED", "PENDING", "PENDING", "PENDING", "DELIVERED"]).await;
    reached.told.clock.advance(Duration::from_secs(61));
    let mail = reached.post.next().await;
    let text = mail["text"].as_str().expect("a text");
    // Two visitors are two letters, one a quarter of an hour; which of them is first does not matter.
    let (many, next) = if text.contains("> four") { (false, "3 replies") } else { (true, "was answered") };
    assert_eq!(mail["to"], json!(["lei@example.com"]));
    assert_eq!(many, text.contains("> two") && text.contains("> three") && text.contains("> six"), "{text}");
    reached.told.clock.advance(Duration::from_secs(15 * 60 + 1));
    let last = reached.post.next().await;
    assert!(last["subject"].as_str().is_some_and(|subject| subject.contains(next)), "{last}");
    reached.told.until(&["DELIVERED"; 6]).await;
    assert!(reached.post.is_empty(), "five mails, no more");
}
