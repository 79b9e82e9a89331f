//! Whoever lost their device comes back by a code, and nobody else learns anything.

use super::*;
use std::collections::BTreeSet;

on_both_databases! {
    a_lost_device_is_replaced_by_a_code_and_ends,
    a_code_is_tried_five_times_and_is_good_for_ten_minutes,
    whoever_wrote_in_anothers_name_is_let_in_no_more,
}

const ASK: &str = "mutation($input: RequestRecoveryInput!) { requestRecovery(input: $input) { requested userErrors { code } } }";
const REDEEM: &str = "mutation($input: RedeemRecoveryCodeInput!) { redeemRecoveryCode(input: $input) { token \
    visitor { id } userErrors { code field } } }";

impl Reached {
    async fn ask_for_code(&self, contact: &str) -> Value {
        let input = json!({"input": {"contact": contact, "locale": "en"}});
        self.told.desk.ask(None, ASK, input).await.data()["requestRecovery"].clone()
    }

    async fn redeem(&self, contact: &str, code: &str) -> Value {
        let input = json!({"input": {"contact": contact, "code": code}});
        self.told.desk.ask(None, REDEEM, input).await.data()["redeemRecoveryCode"].clone()
    }

    /// Every view has seen everything: what was just left is found.
    async fn is_seen(&self) {
        self.told.desk.nothing_stands_still().await;
    }
}

fn code_of(mail: &Value) -> String {
    let subject = mail["subject"].as_str().expect("a subject");
    let code: String =
        subject.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{subject}");
    assert!(mail["text"].as_str().is_some_and(|text| text.contains(&code)), "{mail}");
    code
}

fn refused() -> Value {
    json!({"token": null, "visitor": null, "userErrors": [{"code": "INVALID", "field": ["code"]}]})
}

async fn a_lost_device_is_replaced_by_a_code_and_ends(dialect: Dialect) {
    let mut reached = Reached::start(dialect).await;
    let old = reached.leave("Lei+desk@Example.com", json!({})).await;
    reached.told.clock.advance(Duration::from_secs(60));
    let lost = reached.leave("Lei+desk@example.com", json!({})).await;
    reached.leave("lei@example.com", json!({})).await;
    reached.is_seen().await;
    assert_eq!(
        reached.ask_for_code(" Lei+desk@EXAMPLE.com ").await,
        json!({"requested": true, "userErrors": []})
    );
    let mail = reached.post.next().await;
    assert_eq!(mail["to"], json!(["Lei+desk@example.com"]));
    let code = code_of(&mail);
    let back = reached.redeem("Lei+desk@example.com", &code).await;
    let token = back["token"].as_str().expect("a token").to_owned();
    let own = reached.told.desk.ask(Some(&token), OWN, json!({})).await.data();
    assert_eq!(
        own["visitor"]["messages"]["edges"][0]["node"]["id"],
        json!(lost.id),
        "whoever wrote last with it"
    );
    // The lost device is out; what somebody else holds goes on.
    let gone = reached.told.desk.ask(Some(&lost.token), OWN, json!({})).await.data();
    assert_eq!(gone, json!({"visitor": null}));
    reached.told.desk.ask(Some(&old.token), OWN, json!({})).await.data();
    assert_eq!(reached.redeem("Lei+desk@example.com", &code).await, refused(), "once");
}

async fn a_code_is_tried_five_times_and_is_good_for_ten_minutes(dialect: Dialect) {
    let mut reached = Reached::start(dialect).await;
    reached.leave("lei@example.com", json!({})).await;
    reached.is_seen().await;
    let wrong = |code: &str| if code == "000000" { "000001" } else { "000000" };
    for (tries, works) in [(4, true), (5, false)] {
        reached.ask_for_code("lei@example.com").await;
        let code = code_of(&reached.post.next().await);
        for _ in 0..tries {
            assert_eq!(reached.redeem("lei@example.com", wrong(&code)).await, refused());
        }
        let last = reached.redeem("lei@example.com", &code).await;
        assert_eq!(last["token"].is_string(), works, "after {tries}: {last}");
    }
    reached.ask_for_code("lei@example.com").await;
    let first = code_of(&reached.post.next().await);
    reached.ask_for_code("lei@example.com").await;
    let second = code_of(&reached.post.next().await);
    if first != second {
        assert_eq!(reached.redeem("lei@example.com", &first).await, refused(), "another took its place");
    }
    reached.told.clock.advance(Duration::from_secs(601));
    assert_eq!(reached.redeem("lei@example.com", &second).await, refused());
}

async fn whoever_wrote_in_anothers_name_is_let_in_no_more(dialect: Dialect) {
    let mut reached = Reached::start(dialect).await;
    let own = reached.leave("victim@example.com", json!({})).await;
    reached.told.clock.advance(Duration::from_secs(60));
    let planted = reached.leave("planter@example.com", json!({})).await;
    reached.told.clock.advance(Duration::from_secs(60));
    let mut input = input();
    input["contact"] = json!("victim@example.com");
    let leave = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { receipt { id } userErrors { code } } }";
    let left = reached.told.desk.ask(Some(&planted.token), leave, json!({"input": input})).await.data();
    let id = left["submitMessage"]["receipt"]["id"].as_str().expect("an id").to_owned();
    reached.is_seen().await;
    // The planter's own address opens nothing any more, since it is not the one that was given last.
    reached.ask_for_code("planter@example.com").await;
    reached.reply(&id, "To whom it may concern.").await;
    let mail = reached.post.next().await;
    assert_eq!(mail["to"], json!(["victim@example.com"]));
    let link = token_of(&mail);
    reached.ask_for_code("victim@example.com").await;
    let mail = reached.post.next().await;
    assert_eq!(mail["to"], json!(["victim@example.com"]), "and no code to anybody else in between");
    let back = reached.redeem("victim@example.com", &code_of(&mail)).await;
    let token = back["token"].as_str().expect("a token");
    let seen = reached.told.desk.ask(Some(token), OWN, json!({})).await.data();
    assert!(seen.to_string().contains(&id) && !seen.to_string().contains(&own.id), "{seen}");
    // What else opened it is closed: the planter's token, and the link that nobody has used.
    let gone = reached.told.desk.ask(Some(&planted.token), OWN, json!({})).await.data();
    assert_eq!(gone, json!({"visitor": null}));
    assert_eq!(reached.visit(None, &link).await["userErrors"][0]["code"], "UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_who_wrote_and_who_is_gone_or_was_written_down_gets_no_code() {
    let mut reached = Reached::start(Dialect::Sqlite).await;
    let erased = reached.leave("erased@example.com", json!({})).await;
    let spam = reached.leave("spam@example.com", json!({})).await;
    reached.leave("known@example.com", json!({})).await;
    let own = reached.told.desk.ask(Some(&erased.token), "{ visitor { id } }", json!({})).await.data();
    let admin = Some(reached.told.admin.as_str());
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"x\") { userErrors { code } } }";
    reached.told.desk.ask(admin, erase, json!({"id": own["visitor"]["id"]})).await.data();
    let mark = "mutation($id: ID!) { markAsSpam(input: {messageId: $id}) { userErrors { code } } }";
    reached.told.desk.ask(admin, mark, json!({"id": spam.id})).await.data();
    let mut behalf = input();
    (behalf["contact"], behalf["onBehalf"]) = (json!("caller@example.com"), json!({}));
    let leave =
        "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { userErrors { code } } }";
    reached.told.desk.ask(admin, leave, json!({"input": behalf})).await.data();
    reached.is_seen().await;
    let mut answers = BTreeSet::new();
    for who in ["nobody", "erased", "spam", "caller", "known"] {
        answers.insert(reached.ask_for_code(&format!("{who}@example.com")).await.to_string());
        answers.insert(reached.ask_for_code(&format!("{who}@example.org")).await.to_string());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(reached.post.next().await["to"], json!(["known@example.com"]));
    reached.ask_for_code("known@example.com").await;
    assert_eq!(reached.post.next().await["to"], json!(["known@example.com"]), "and nobody else in between");
    for contact in ["nobody@example.com", "known@example.com"] {
        assert_eq!(reached.redeem(contact, "no code").await, refused());
    }
    let asked = reached.told.desk.ask(admin, ASK, json!({"input": {"contact": "known@example.com"}})).await;
    assert_eq!(asked.code(), "FORBIDDEN", "a visitor asks for their own");
}
