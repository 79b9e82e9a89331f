//! Pictures that members send with their replies.

use super::*;

on_both_databases!(
    a_visitor_sees_the_pictures_of_a_reply_and_nobody_elses_are_taken,
    the_pictures_of_a_reply_are_told_of_without_a_byte_of_them,
    the_pictures_of_replies_are_gone_with_their_message,
);

const REPLY: &str = "mutation($input: ReplyToMessageInput!) { replyToMessage(input: $input) { \
    userErrors { code field } message { id } receipt { version position } } }";

impl Scene {
    /// The payload of a reply with these pictures.
    async fn reply(&self, token: &str, content: &str, pictures: &[&str], key: Option<&str>) -> Value {
        let input =
            json!({"messageId": self.id, "content": content, "uploadIds": pictures, "idempotencyKey": key});
        self.desk.ask(Some(token), REPLY, json!({"input": input})).await.data()["replyToMessage"].clone()
    }
}

async fn a_visitor_sees_the_pictures_of_a_reply_and_nobody_elses_are_taken(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let agent = scene.desk.member(Role::Agent).await;
    let (first, second) = (
        scene.desk.send(&agent, picture("gray.jpg")).await,
        scene.desk.send(&agent, picture("glass.png")).await,
    );
    let theirs = scene.desk.send(&scene.visitor, picture("gray.jpg")).await;
    for (who, pictures, code) in [
        (&scene.staff, [first.as_str()].as_slice(), "UNKNOWN"),
        (&agent, &[theirs.as_str()], "UNKNOWN"),
        (&agent, &[first.as_str(), first.as_str()], "UNKNOWN"),
        (&agent, &["x"; 10], "TOO_MANY_UPLOADS"),
    ] {
        let refused = scene.reply(who, "", pictures, None).await;
        assert_eq!(refused["userErrors"], json!([{"code": code, "field": ["uploadIds"]}]));
    }
    let empty = scene.reply(&agent, " ", &[], None).await;
    assert_eq!(empty["userErrors"], json!([{"code": "REQUIRED", "field": ["content"]}]));
    // Repeated with the same key it is one reply.
    let both = [second.as_str(), first.as_str()];
    let replied = scene.reply(&agent, "", &both, Some("k")).await;
    assert_eq!(replied["userErrors"], json!([]));
    assert_eq!(scene.reply(&agent, "", &both, Some("k")).await, replied);
    assert_eq!(scene.reply(&agent, "再看", &[&first], None).await["userErrors"][0]["code"], "UNKNOWN");

    let fields =
        "entries { ... on Reply { content images { id url } } ... on VisitorWords { images { id } } }";
    let read = scene.read(fields).await;
    assert_eq!(read["entries"][0]["images"], json!([]));
    let images = &read["entries"][1]["images"];
    assert_eq!(read["entries"][1]["content"], "");
    assert_eq!([&images[0]["id"], &images[1]["id"]], [&json!(second), &json!(first)], "in their order");
    let seen = scene
        .seen_by_visitor("images { id } entries { own content images { id thumbnailUrl contentType } }")
        .await;
    let (own, reply) = (&seen["message"]["entries"][0], &seen["message"]["entries"][1]);
    assert_eq!(
        (&seen["message"]["images"], &own["images"], &reply["own"]),
        (&json!([]), &json!([]), &json!(false))
    );
    assert_eq!(reply["images"][0]["contentType"], "image/png");
    for image in reply["images"].as_array().expect("pictures") {
        assert_eq!(scene.desk.get(&text(&image["thumbnailUrl"])).await.status, 200);
    }
    // As it stood before the reply there was none.
    let before = format!(
        "query($id: ID!) {{ message(id: $id, asOf: {{position: \"{}\"}}) {{ {fields} }} }}",
        position(&replied) - 1
    );
    let before = scene.desk.ask(Some(&scene.staff), &before, json!({"id": scene.id})).await.data();
    assert_eq!(before["message"]["entries"].as_array().map(Vec::len), Some(1));
}

fn position(payload: &Value) -> i64 {
    text(&payload["receipt"]["position"]).parse().expect("a position")
}

async fn the_pictures_of_a_reply_are_told_of_without_a_byte_of_them(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let sent = scene.desk.send(&scene.staff, picture("gray.jpg")).await;
    scene.reply(&scene.staff, "请看", &[&sent], None).await;
    let history = scene.read("history { nodes { type version payload } }").await;
    let replied = &history["history"]["nodes"][1];
    assert_eq!((&replied["type"], &replied["version"]), (&json!("MessageReplied"), &json!("3")));
    let image = &replied["payload"]["MessageReplied"]["images"][0];
    assert_eq!((&image["image_id"], &image["format"]), (&json!(sent), &json!("jpeg")));
    assert_eq!(image.as_object().map(serde_json::Map::len), Some(5), "{image}");
}

async fn the_pictures_of_replies_are_gone_with_their_message(dialect: Dialect) {
    for erased in [false, true] {
        let scene = Scene::open(dialect).await;
        let sent = scene.desk.send(&scene.staff, picture("gray.jpg")).await;
        scene.reply(&scene.staff, "请看", &[&sent], None).await;
        let shown = scene.read("entries { ... on Reply { images { url } } }").await;
        let url = text(&shown["entries"][1]["images"][0]["url"]);
        assert_eq!(scene.desk.get(&url).await.status, 200);
        assert_eq!(scene.desk.files().len(), 2);
        if erased {
            let who = scene.read("visitor { id }").await;
            let erase =
                "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"本人要求\") { userErrors { code } } }";
            let id = json!({"id": who["visitor"]["id"]});
            scene.desk.ask(Some(&scene.staff), erase, id).await.data();
        } else {
            scene.status_after("deleteMessage", "").await;
            scene.desk.clock.advance(7 * DAY);
        }
        soon("its files are gone", || async { scene.desk.files().is_empty() }).await;
        assert_eq!(scene.desk.get(&url).await.status, 404);
    }
}
