//! Whom nobody writes to, and links that open nothing.

use super::*;

on_both_databases! {
    who_has_written_since_or_is_blocked_or_gone_is_not_told,
    a_link_is_good_for_seven_days_and_ends_with_its_visitor,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_none_of_their_own_contact_makes_no_delivery() {
    let mut reached = Reached::start(Dialect::Sqlite).await;
    let phone = reached.told.submit(json!({})).await;
    reached.reply(phone["receipt"]["id"].as_str().expect("an id"), "to a phone").await;
    let behalf = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { receipt { id } userErrors { code } } }";
    let mut input = input();
    (input["contact"], input["onBehalf"]) = (json!("caller@example.com"), json!({}));
    let left = reached.told.desk.ask(Some(&reached.told.admin), behalf, json!({"input": input})).await.data();
    reached.reply(left["submitMessage"]["receipt"]["id"].as_str().expect("an id"), "to a caller").await;
    let own = reached.leave("own@example.com", json!({})).await;
    reached.reply(&own.id, "to a visitor").await;
    assert_eq!(reached.post.next().await["to"], json!(["own@example.com"]));
    reached.told.until(&["DELIVERED"]).await;
    assert!(reached.post.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_closed_ends_one_delivery_and_pauses_nothing() {
    let clock = TestDatabase::clock();
    let post = crate::simulators::mail::Mail::start(clock.clone()).await;
    post.change(|manners| {
        manners.refuses.extend([("gone@example.com", "550 5.1.1 <gone@example.com> unknown")]);
    });
    let url = format!("smtp://{}?tls=none", post.address());
    let mail = server::Mail { url, from: "desk@example.com".to_owned(), authority: None };
    let told = Told::start_with(Dialect::Sqlite, clock, Some(mail)).await;
    let reached = Reached { told, post: Post::start().await };
    let left = reached.leave("gone@example.com", json!({})).await;
    reached.reply(&left.id, "x").await;
    let deliveries = reached.told.until(&["DEAD"]).await;
    assert_eq!(deliveries[0]["attempts"][0]["outcome"], "PAYLOAD", "{deliveries:#?}");
    assert!(!json!(deliveries).to_string().contains("gone@"), "{deliveries:#?}");
    assert_eq!(reached.channel().await["state"], "ACTIVE");
    let test = "mutation($id: ID!) { testChannel(id: $id) { delivered attempt { outcome detail } } }";
    let id = json!({"id": reached.channel().await["id"]});
    let tried = reached.told.desk.ask(Some(&reached.told.admin), test, id).await.data();
    assert_eq!(tried["testChannel"]["attempt"]["outcome"], "PAYLOAD", "{tried}");
}

async fn who_has_written_since_or_is_blocked_or_gone_is_not_told(dialect: Dialect) {
    let reached = Reached::start(dialect).await;
    let admin = &reached.told.admin;
    let channel = reached.channel().await["id"].as_str().expect("an id").to_owned();
    reached.told.channel("pauseChannel", &channel).await;
    let mutate = async |token: &str, mutation: &str| {
        let answer =
            reached.told.desk.ask(Some(token), &format!("mutation {{ {mutation} }}"), json!({})).await.data();
        assert!(answer.to_string().contains("\"userErrors\":[]"), "{answer}");
    };
    let visitor_of = async |token: &str| {
        let own = reached.told.desk.ask(Some(token), "{ visitor { id } }", json!({})).await.data();
        own["visitor"]["id"].as_str().expect("an id").to_owned()
    };
    let mut left = Vec::new();
    for name in ["wrote", "rated", "blocked", "erased", "spam", "deleted"] {
        let message = reached.leave(&format!("{name}@example.com"), json!({})).await;
        reached.reply(&message.id, "x").await;
        left.push(message);
    }
    let [wrote, rated, blocked, erased, spam, deleted] = &left[..] else { panic!("six") };
    mutate(
        &wrote.token,
        &format!(
            "continueMessage(input: {{messageId: \"{}\", content: \"y\"}}) {{ userErrors {{ code }} }}",
            wrote.id
        ),
    )
    .await;
    mutate(
        &rated.token,
        &format!(
            "rateMessage(input: {{messageId: \"{}\", rating: 5}}) {{ userErrors {{ code }} }}",
            rated.id
        ),
    )
    .await;
    let id = visitor_of(&blocked.token).await;
    mutate(admin, &format!("blockVisitor(id: \"{id}\") {{ userErrors {{ code }} }}")).await;
    let id = visitor_of(&erased.token).await;
    mutate(admin, &format!("eraseVisitor(id: \"{id}\", reason: \"x\") {{ userErrors {{ code }} }}")).await;
    mutate(admin, &format!("markAsSpam(input: {{messageId: \"{}\"}}) {{ userErrors {{ code }} }}", spam.id))
        .await;
    mutate(
        admin,
        &format!("deleteMessage(input: {{messageId: \"{}\"}}) {{ userErrors {{ code }} }}", deleted.id),
    )
    .await;
    reached.told.channel("resumeChannel", &channel).await;
    reached.told.until(&["SKIPPED"; 6]).await;
    assert!(reached.post.is_empty());
}

async fn a_link_is_good_for_seven_days_and_ends_with_its_visitor(dialect: Dialect) {
    let mut reached = Reached::start(dialect).await;
    let mut link = async |email: &str| {
        let left = reached.leave(email, json!({})).await;
        reached.reply(&left.id, "x").await;
        (left, token_of(&reached.post.next().await))
    };
    let (_, late) = link("late@example.com").await;
    let (erased, gone) = link("gone@example.com").await;
    let own = reached.told.desk.ask(Some(&erased.token), "{ visitor { id } }", json!({})).await.data();
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"x\") { userErrors { code } } }";
    let id = json!({"id": own["visitor"]["id"]});
    reached.told.desk.ask(Some(&reached.told.admin), erase, id).await.data();
    let unknown = async |link: &str| {
        let visit = reached.visit(None, link).await;
        assert_eq!(
            (&visit["token"], &visit["userErrors"][0]["code"]),
            (&Value::Null, &json!("UNKNOWN")),
            "{visit}"
        );
    };
    unknown(&gone).await;
    reached.told.clock.advance(Duration::from_secs(7 * 24 * 3_600 + 1));
    unknown(&late).await;
}
