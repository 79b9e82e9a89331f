//! Pictures and files of real messages: in a WeCom group as messages of their own, elsewhere as a number.

use super::*;
use crate::{end_to_end::images::picture, simulators::Posted};

on_both_databases!(
    a_group_that_is_shown_everything_sees_the_pictures_after_the_notice,
    a_picture_that_fails_is_tried_again_and_the_notice_is_not,
    of_a_message_that_is_deleted_before_its_pictures_are_shown_none_is,
    whoever_takes_no_pictures_is_told_how_many_there_are,
    a_group_that_is_shown_everything_is_given_the_files_after_the_pictures,
    a_file_that_is_not_shown_is_given_again,
);

impl Told {
    /// A visitor's message with these pictures.
    async fn submit_pictures(&self, content: &str, pictures: &[&str]) -> Value {
        let visitor = self.desk.visit().await;
        let mut sent = vec![];
        for name in pictures {
            sent.push(self.desk.send(&visitor, picture(name)).await);
        }
        let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
        let payload = self.desk.submit_with(&visitor, content, &sent).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload
    }
}

impl Told {
    /// A visitor's message with a picture and a file, and what the file has in it.
    async fn submit_a_file(&self, content: &str, name: &str) -> Vec<u8> {
        let bytes = [&b"%PDF-1.7\n"[..], &vec![7; store::FILE_PART], b"the end"].concat();
        let visitor = self.desk.visit().await;
        let file = self.desk.send_file(&visitor, name, "application/pdf", bytes.clone()).await;
        let picture = self.desk.send(&visitor, picture("gray.jpg")).await;
        let payload = self.desk.submit_with(&visitor, content, &[&file, &picture]).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        bytes
    }
}

fn is_picture(posted: &Posted) -> bool {
    posted.file.is_some()
}

async fn a_group_that_is_shown_everything_sees_the_pictures_after_the_notice(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WECOM", json!({"showContent": "FULL"})).await;
    // A picture as it is kept, and of a GIF that moves a still: WeCom shows none.
    told.submit_pictures("看图", &["gray.jpg", "animated.gif"]).await;
    told.wecom.until_posted(3).await;
    let posted = told.wecom.posted();
    assert_eq!(posted.iter().map(is_picture).collect::<Vec<_>>(), [false, true, true]);
    assert!(posted[0].text.contains("看图") && posted[0].text.contains("图片: 2"), "{}", posted[0].text);
    let still = posted[2].file.as_deref().expect("a picture");
    assert!(still.starts_with(b"\xff\xd8\xff") || still.starts_with(b"\x89PNG"));
    let delivery = told.until(&["DELIVERED"]).await.remove(0);
    assert_eq!(delivery["attempts"].as_array().map(Vec::len), Some(3));

    // With less than everything there is a number, and that is all.
    told.connect("WECOM", json!({"showContent": "EXCERPT", "locale": "en"})).await;
    told.clock.advance(Duration::from_secs(61));
    let before = told.wecom.posted().len();
    told.submit_pictures("", &["gray.jpg"]).await;
    told.until(&["DELIVERED", "DELIVERED", "DELIVERED"]).await;
    let posted = told.wecom.posted().split_off(before);
    let excerpts: Vec<&Posted> = posted.iter().filter(|posted| posted.text.contains("Pictures: 1")).collect();
    assert_eq!(
        (excerpts.len(), posted.iter().filter(|posted| is_picture(posted)).count()),
        (1, 1),
        "{posted:?}"
    );
}

async fn a_picture_that_fails_is_tried_again_and_the_notice_is_not(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WECOM", json!({"showContent": "FULL"})).await;
    // Others use the same robot: it takes three of ours.
    told.wecom.vendor(|wecom| wecom.robot(KEY).use_up(17, told.clock.now()));
    told.submit_pictures("看图", &["gray.jpg"; 3]).await;
    told.wecom.until_received(4).await;
    told.until_attempts(4).await;
    let delivery = told.until(&["RETRYING"]).await.remove(0);
    // The clock stands: all four were made at the same time.
    let attempts = delivery["attempts"].as_array().expect("attempts");
    let refused = attempts.iter().filter(|attempt| attempt["vendorCode"] == "45009").count();
    assert_eq!((attempts.len(), refused), (4, 1), "{delivery}");
    assert_eq!(told.wecom.posted().len(), 3);
    told.clock.advance(Duration::from_secs(120));
    told.until(&["DELIVERED"]).await;
    let posted = told.wecom.posted();
    assert_eq!(posted.iter().map(is_picture).collect::<Vec<_>>(), [false, true, true, true]);
    // Asked for once more it is told whole.
    told.clock.advance(Duration::from_secs(120));
    let input = json!({"deliveryId": delivery["id"]});
    told.give("redeliver", "RedeliverInput", input, "deliveries").await;
    told.wecom.until_posted(8).await;
}

async fn of_a_message_that_is_deleted_before_its_pictures_are_shown_none_is(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WECOM", json!({"showContent": "FULL", "events": ["message.submitted"]})).await;
    told.wecom.vendor(|wecom| wecom.robot(KEY).use_up(19, told.clock.now()));
    let left = told.submit_pictures("看图", &["gray.jpg"]).await;
    told.until(&["RETRYING"]).await;
    let delete = "mutation($id: ID!) { deleteMessage(input: {messageId: $id}) { userErrors { code } } }";
    told.desk.ask(Some(&told.admin), delete, json!({"id": left["receipt"]["id"]})).await.data();
    told.clock.advance(Duration::from_secs(120));
    told.until(&["DELIVERED"]).await;
    assert_eq!(told.wecom.posted().iter().map(is_picture).collect::<Vec<_>>(), [false]);
}

async fn whoever_takes_no_pictures_is_told_how_many_there_are(dialect: Dialect) {
    let told = Told::start(dialect).await;
    for kind in ["FEISHU", "DINGTALK", "SLACK", "WEBHOOK"] {
        told.connect(kind, json!({"showContent": "FULL", "locale": "en", "events": ["message.submitted"]}))
            .await;
    }
    let left = told.submit_pictures("Look", &["gray.jpg", "glass.png"]).await;
    told.until(&["DELIVERED"; 4]).await;
    let link = format!("https://desk.example.com/messages/{}", text(&left["receipt"]["id"]));
    for posted in [told.feishu.posted(), told.dingtalk.posted(), told.slack.posted()].concat() {
        assert!(posted.text.contains("Pictures: 2"), "{}", posted.text);
        assert!(posted.links.contains(&link), "{:?}", posted.links);
    }
    let posted = told.webhook.posted().remove(0);
    let body: Value = serde_json::from_str(&posted.text).expect("JSON");
    let images = body["data"]["images"].as_array().expect("pictures");
    let kinds: Vec<&Value> = images.iter().map(|image| &image["contentType"]).collect();
    assert_eq!(kinds, ["image/jpeg", "image/png"]);
    assert!(images.iter().all(|image| image["bytes"].as_u64().is_some_and(|bytes| bytes > 0)));
    assert!(posted.text.len() < 2_000 && !posted.text.contains("Look"), "{}", posted.text);
}

async fn a_group_that_is_shown_everything_is_given_the_files_after_the_pictures(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WECOM", json!({"showContent": "FULL"})).await;
    told.desk.take_files(&told.admin, json!(["PDF"])).await;
    let bytes = told.submit_a_file("看合同", "报价单.pdf").await;
    let delivery = told.until(&["DELIVERED"]).await.remove(0);
    let posted = told.wecom.posted();
    assert_eq!(posted.iter().map(is_picture).collect::<Vec<_>>(), [false, true, true]);
    assert!(posted[0].text.contains("文件: 1"), "{}", posted[0].text);
    assert_eq!((posted[2].text.as_str(), posted[2].file.as_deref()), ("报价单.pdf", Some(bytes.as_slice())));
    // The notice, the picture, and the file, which takes two requests and is one attempt.
    assert_eq!((told.wecom.received().len(), delivery["attempts"].as_array().map(Vec::len)), (4, Some(3)));

    // Whoever is not to see the words is not given the file.
    told.connect("WECOM", json!({"showContent": "EXCERPT"})).await;
    told.clock.advance(Duration::from_secs(61));
    told.submit_a_file("看合同", "报价单.pdf").await;
    told.until(&["DELIVERED"; 3]).await;
    let files = told.wecom.posted().iter().filter(|posted| posted.text == "报价单.pdf").count();
    assert_eq!(files, 2, "one of them by the first channel");
}

async fn a_file_that_is_not_shown_is_given_again(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WECOM", json!({"showContent": "FULL"})).await;
    // Others use the same robot: it takes two of ours.
    told.wecom.vendor(|wecom| wecom.robot(KEY).use_up(18, told.clock.now()));
    let name = format!("{}.pdf", "长".repeat(200));
    told.desk.take_files(&told.admin, json!(["PDF"])).await;
    let bytes = told.submit_a_file("看合同", &name).await;
    let delivery = told.until(&["RETRYING"]).await.remove(0);
    let codes: Vec<&Value> =
        delivery["attempts"].as_array().expect("attempts").iter().map(|it| &it["vendorCode"]).collect();
    assert_eq!(codes.iter().filter(|code| **code == "45009").count(), 1, "{codes:?}");
    assert_eq!(told.wecom.posted().len(), 2);
    told.clock.advance(Duration::from_secs(120));
    told.until(&["DELIVERED"]).await;
    let posted = told.wecom.posted();
    assert_eq!((posted.len(), posted[2].file.as_deref()), (3, Some(bytes.as_slice())));
    assert!(posted[2].text.ends_with("长.pdf"), "what opens it is still told: {}", posted[2].text);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
