//! Who gets a mail, who has it already, and who is refused: nobody is told of as delivered who has none, and nobody who has one
//! gets a second.

use super::*;
use domain::access::Role;

on_both_databases! {
    who_is_full_is_tried_again_and_nobody_else_gets_a_second_mail,
    an_assignee_gets_mail_at_their_own_address,
}

const GONE: &str = "550 5.1.1 No such user";
const FULL: &str = "452 4.2.2 Mailbox full";

async fn who_is_full_is_tried_again_and_nobody_else_gets_a_second_mail(dialect: Dialect) {
    let mailed = Mailed::start(dialect).await;
    mailed.connect(&["a@example.com", "full@example.com", "z@example.com"], json!({})).await;
    mailed.refuses("full@example.com", FULL);
    mailed.told.submit(json!({})).await;
    let deliveries = mailed.told.until(&["RETRYING"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!((&attempt["outcome"], &attempt["vendorCode"]), (&json!("RETRY"), &json!("452")), "{attempt}");
    assert!(text(&attempt["detail"]).contains("taken for 2 of 3"), "{attempt}");
    assert!(!attempt.to_string().contains("full@"), "mailboxes are masked: {attempt}");
    mailed.post.change(|manners| manners.refuses.clear());
    mailed.told.clock.advance(Duration::from_secs(7));
    let deliveries = mailed.told.until(&["DELIVERED"]).await;
    assert_eq!(deliveries[0]["attempts"].as_array().map(Vec::len), Some(2));
    for mailbox in ["a@example.com", "full@example.com", "z@example.com"] {
        assert_eq!(mailed.had(mailbox), 1, "{mailbox}");
    }
}

async fn an_assignee_gets_mail_at_their_own_address(dialect: Dialect) {
    let mailed = Mailed::start(dialect).await;
    let rules = json!({"events": ["message.assigned"], "mentions": ["@assignee"]});
    mailed.connect(&["fixed@example.com"], rules).await;
    let agent = mailed.told.desk.member(Role::Agent).await;
    let viewer = mailed.told.desk.ask(Some(&agent), "{ viewer { id email } }", json!({})).await.data();
    let (id, email) = (text(&viewer["viewer"]["id"]), text(&viewer["viewer"]["email"]));
    let left = mailed.told.submit(json!({})).await;
    let assign = json!({"messageId": left["receipt"]["id"], "memberId": id});
    let payload = mailed.told.give("assignMessage", "AssignMessageInput", assign, "receipt { id }").await;
    assert_eq!(payload["userErrors"], json!([]));
    mailed.told.until(&["DELIVERED"]).await;
    assert_eq!((mailed.had("fixed@example.com"), mailed.had(email), mailed.post.letters().len()), (1, 1, 2));
    let letter = mailed.post.letters().remove(0);
    assert!(letter.parsed().subject().is_some_and(|subject| subject.starts_with("留言已指派")));
    assert!(letter.parsed().body_text(0).expect("a text").contains("负责人: AGENT"));
    // Who works here no more gets nothing more.
    let deactivate = "mutation($id: ID!) { deactivateMember(id: $id) { userErrors { code } } }";
    mailed.told.desk.ask(Some(&mailed.told.admin), deactivate, json!({"id": id})).await.data();
    let other = mailed.told.desk.member(Role::Lead).await;
    let viewer = mailed.told.desk.ask(Some(&other), "{ viewer { id email } }", json!({})).await.data();
    let assign = json!({"messageId": left["receipt"]["id"], "memberId": viewer["viewer"]["id"]});
    let payload = mailed.told.give("assignMessage", "AssignMessageInput", assign, "receipt { id }").await;
    assert_eq!(payload["userErrors"], json!([]));
    mailed.until_so_many("DELIVERED", 2).await;
    let lead = text(&viewer["viewer"]["email"]);
    assert_eq!((mailed.had("fixed@example.com"), mailed.had(email), mailed.had(lead)), (2, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_closed_is_never_told_of_as_delivered_and_stops_nobody_else() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let channel = mailed.connect(&["a@example.com", "gone@example.com"], json!({})).await;
    mailed.refuses("gone@example.com", GONE);
    mailed.told.submit(json!({})).await;
    let deliveries = mailed.told.until(&["DEAD"]).await;
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!(
        (&attempt["outcome"], &attempt["vendorCode"]),
        (&json!("PAYLOAD"), &json!("550")),
        "{attempt}"
    );
    assert!(text(&attempt["detail"]).contains("taken for 1 of 2"), "{attempt}");
    assert_eq!(mailed.told.shown(&channel).await["state"], "ACTIVE");
    assert_eq!(mailed.post.letters().len(), 1);
    // Without the mailbox it is over: who has it gets no second one.
    let revised = json!({"id": channel, "emails": ["a@example.com"]});
    mailed.told.give("reviseChannel", "ReviseChannelInput", revised, "channel { emails }").await;
    let again = json!({"deadOfChannel": channel});
    let payload = mailed.told.give("redeliver", "RedeliverInput", again, "deliveries").await;
    assert_eq!(payload["deliveries"], 1);
    mailed.told.until(&["DELIVERED"]).await;
    assert_eq!(mailed.post.letters().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_gets_it_the_channel_is_paused_and_what_waits_goes_on_under_the_same_id() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    let channel = mailed.connect(&["gone@example.com"], json!({})).await;
    mailed.refuses("gone@example.com", GONE);
    mailed.told.submit(json!({})).await;
    let deliveries = mailed.told.until(&["RETRYING"]).await;
    assert_eq!(deliveries[0]["attempts"][0]["outcome"], "CONFIGURATION", "{deliveries:?}");
    let shown = mailed.told.shown(&channel).await;
    assert_eq!(shown["state"], "PAUSED");
    assert!(text(&shown["reason"]).contains("550"), "{shown}");
    mailed.post.change(|manners| manners.refuses.clear());
    mailed.told.channel("resumeChannel", &channel).await;
    let deliveries = mailed.told.until(&["DELIVERED"]).await;
    let id = format!("{}@example.com", text(&deliveries[0]["id"]));
    assert_eq!(mailed.post.letters()[0].parsed().message_id(), Some(id.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_before_the_answer_may_mean_a_second_copy_that_says_so() {
    let mailed = Mailed::start(Dialect::Sqlite).await;
    mailed.connect(&["a@example.com"], json!({})).await;
    mailed.post.change(|manners| manners.is_lost = true);
    mailed.told.submit(json!({})).await;
    let deliveries = mailed.told.until(&["RETRYING"]).await;
    assert_eq!(deliveries[0]["attempts"][0]["outcome"], "RETRY", "nobody said that it was taken");
    mailed.post.change(|manners| manners.is_lost = false);
    mailed.told.clock.advance(Duration::from_secs(7));
    mailed.told.until(&["DELIVERED"]).await;
    let letters = mailed.post.letters();
    let ids: Vec<_> = letters.iter().map(|letter| letter.parsed().message_id().map(str::to_owned)).collect();
    assert!(ids.len() == 2 && ids[0].is_some() && ids[0] == ids[1], "a reader shows it once: {ids:?}");
    assert_eq!(letters[0].parsed().body_text(0), letters[1].parsed().body_text(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_refused_after_it_was_said_is_not_delivered() {
    for (answer, state) in [("451 4.3.0 Try again", "RETRYING"), ("552 5.3.4 Too big", "DEAD")] {
        let mailed = Mailed::start(Dialect::Sqlite).await;
        mailed.connect(&["a@example.com"], json!({})).await;
        mailed.post.change(|manners| manners.instead.extend([(".", answer)]));
        mailed.told.submit(json!({})).await;
        let deliveries = mailed.told.until(&[state]).await;
        assert_eq!(deliveries[0]["attempts"][0]["vendorCode"], answer[..3], "{deliveries:?}");
        assert!(mailed.post.letters().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_tried_again_for_those_who_have_none_and_is_not_taken_apart_for_a_closed_mailbox() {
    for (refusal, then) in [(FULL, "RETRYING"), (GONE, "DEAD")] {
        let mailed = Mailed::start(Dialect::Sqlite).await;
        mailed.connect(&["a@example.com", "b@example.com"], json!({"digest": "HOURLY"})).await;
        mailed.refuses("b@example.com", refusal);
        for _ in 0..3 {
            mailed.told.submit(json!({})).await;
        }
        mailed.until_so_many("PENDING", 3).await;
        mailed.told.clock.advance(Duration::from_secs(3_600));
        mailed.until_so_many(then, 3).await;
        assert_eq!((mailed.had("a@example.com"), mailed.had("b@example.com")), (1, 0), "{refusal}");
        if refusal == FULL {
            mailed.post.change(|manners| manners.refuses.clear());
            mailed.told.clock.advance(Duration::from_secs(7));
            mailed.until_so_many("DELIVERED", 3).await;
            assert_eq!((mailed.had("a@example.com"), mailed.had("b@example.com")), (1, 1));
            let letters = mailed.post.letters();
            assert_eq!(letters[0].parsed().message_id(), letters[1].parsed().message_id());
        }
    }
}
