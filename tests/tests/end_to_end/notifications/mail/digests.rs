//! Digests by mail: what is refused in one, what is tried again, and who reads what.

use super::*;
use domain::access::Role;

#[tokio::test(flavor = "multi_thread")]
async fn words_that_a_filter_refuses_stop_no_channel() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let channel = mailed.connect(&["a@example.com"], json!({"digest": "HOURLY"})).await;
    mailed.post.change(|manners| manners.instead.extend([(".", "554 5.7.1 Message refused: GTUBE")]));
    mailed.told.submit(json!({})).await;
    mailed.told.submit(json!({})).await;
    mailed.until_so_many("PENDING", 2).await;
    mailed.told.clock.advance(Duration::from_secs(3_600));
    let deliveries = mailed.told.until(&["DEAD", "DEAD"]).await;
    for delivery in &deliveries {
        let attempts = delivery["attempts"].as_array().expect("attempts");
        assert_eq!(attempts.len(), 2, "together, and then by itself: {delivery}");
        assert!(attempts.iter().all(|attempt| attempt["outcome"] == "PAYLOAD"), "{delivery}");
    }
    assert_eq!(mailed.told.shown(&channel).await["state"], "ACTIVE");
    mailed.post.change(|manners| manners.instead.clear());
    mailed.told.submit(json!({})).await;
    mailed.until_so_many("PENDING", 1).await;
    mailed.told.clock.advance(Duration::from_secs(3_600));
    mailed.until_so_many("DELIVERED", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_some_have_is_the_same_when_it_is_tried_again_whatever_came_in_between() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let channel = mailed.connect(&["a@example.com", "b@example.com"], json!({})).await;
    mailed.told.channel("pauseChannel", &channel).await;
    for _ in 0..4 {
        mailed.told.submit(json!({})).await;
    }
    mailed.until_so_many("PENDING", 4).await;
    mailed.refuses("b@example.com", "452 4.2.2 Mailbox full");
    mailed.told.channel("resumeChannel", &channel).await;
    mailed.until_so_many("RETRYING", 4).await;
    mailed.told.channel("pauseChannel", &channel).await;
    mailed.told.submit(json!({})).await;
    mailed.until_so_many("PENDING", 1).await;
    mailed.post.change(|manners| manners.refuses.clear());
    mailed.told.clock.advance(Duration::from_secs(7));
    mailed.told.channel("resumeChannel", &channel).await;
    mailed.until_so_many("DELIVERED", 5).await;
    let of = |mailbox: &str| -> Vec<(String, String)> {
        let letters = mailed.post.letters();
        let its = letters.iter().filter(|letter| letter.to == [mailbox]).map(|letter| {
            let parsed = letter.parsed();
            let part = |text: Option<&str>| text.unwrap_or_default().to_owned();
            (part(parsed.message_id()), part(parsed.subject()))
        });
        let mut its: Vec<_> = its.collect();
        its.sort_unstable();
        its
    };
    assert_eq!(of("a@example.com"), of("b@example.com"), "each has each once");
    let subjects: Vec<String> = of("a@example.com").into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject == "4 条新留言"), "{subjects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_in_a_digest_what_is_for_another() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let rules = json!({"events": ["message.assigned"], "mentions": ["@assignee"], "digest": "HOURLY"});
    mailed.connect(&["fixed@example.com"], rules).await;
    let mut mailboxes = vec![];
    for role in [Role::Agent, Role::Lead] {
        let member = mailed.told.desk.member(role).await;
        let viewer = mailed.told.desk.ask(Some(&member), "{ viewer { id email } }", json!({})).await.data();
        let left = mailed.told.submit(json!({})).await;
        let assign = json!({"messageId": left["receipt"]["id"], "memberId": viewer["viewer"]["id"]});
        let payload = mailed.told.give("assignMessage", "AssignMessageInput", assign, "receipt { id }").await;
        assert_eq!(payload["userErrors"], json!([]));
        mailboxes.push((
            text(&viewer["viewer"]["email"]).to_owned(),
            text(&left["visitorMessage"]["reference"]).to_owned(),
        ));
    }
    mailed.until_so_many("PENDING", 2).await;
    mailed.told.clock.advance(Duration::from_secs(3_600));
    mailed.until_so_many("DELIVERED", 2).await;
    assert_eq!(mailed.had("fixed@example.com"), 2);
    for (mailbox, reference) in &mailboxes {
        let letters = mailed.post.letters();
        let its: Vec<_> = letters.iter().filter(|letter| letter.to == [mailbox.as_str()]).collect();
        assert_eq!(its.len(), 1, "{mailbox}");
        let body = its[0].parsed().body_text(0).expect("a text").into_owned();
        assert!(body.contains(reference.as_str()), "{body}");
        let mut others = mailboxes.iter().filter(|(_, other)| other != reference);
        assert!(others.all(|(_, other)| !body.contains(other.as_str())), "{body}");
    }
}
