//! What a sender is told of pictures that are not kept as they came, and of those that are too many.

use super::*;

on_both_databases!(
    whoever_sends_what_moves_is_told_when_it_stands_still_now,
    a_message_has_ninety_pictures_and_files_in_all_and_says_so,
);

async fn whoever_sends_what_moves_is_told_when_it_stands_still_now(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let visitor = desk.visit().await;
    for (name, content_type, stands_still) in [
        ("animated.webp", "image/webp", true),
        ("animated.png", "image/png", true),
        ("animated.gif", "image/gif", false),
        ("lossy.webp", "image/webp", false),
        ("gray.jpg", "image/jpeg", false),
    ] {
        let bytes = picture(name);
        let created = desk.create_upload(&visitor, name, content_type, bytes.len()).await;
        let heard = desk.put(path_of(&created), bytes).await;
        let told: Value = serde_json::from_slice(&heard.body).expect("JSON");
        assert_eq!((heard.status, &told["standsStill"]), (201, &json!(stands_still)), "{name}: {told}");
    }
}

async fn a_message_has_ninety_pictures_and_files_in_all_and_says_so(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let (desk, visitor) = (&scene.desk, &scene.visitor);
    desk.take_files(&scene.staff, json!(["PDF"])).await;
    let go_on = "mutation($input: ContinueMessageInput!) { continueMessage(input: $input) { \
                 userErrors { code message field } visitorMessage { entries { content } } } }";
    let more = async |ids: &[String]| {
        let input = json!({"messageId": scene.id, "content": "还有", "uploadIds": ids});
        let answer = desk.ask(Some(visitor), go_on, json!({"input": input})).await.data();
        answer["continueMessage"].clone()
    };
    for _ in 0..10 {
        let mut ids = vec![];
        for _ in 0..8 {
            ids.push(desk.send(visitor, picture("gray.jpg")).await);
        }
        let file = b"%PDF-1.7".to_vec();
        ids.push(desk.send_file(visitor, "x.pdf", "application/pdf", file).await);
        assert_eq!(more(&ids).await["userErrors"], json!([]));
    }
    let one_more = [desk.send(visitor, picture("gray.jpg")).await];
    let refused = more(&one_more).await["userErrors"][0].clone();
    assert_eq!(
        (&refused["code"], &refused["field"]),
        (&json!("TOO_MANY_UPLOADS"), &json!(["uploadIds"])),
        "{refused}"
    );
    assert!(text(&refused["message"]).contains("90"), "{refused}");
    // The words are taken without it, and it goes with another message.
    assert_eq!(more(&[]).await["userErrors"], json!([]));
    let other = desk.submit_with(visitor, "另外", &[&one_more[0]]).await;
    assert_eq!(other["userErrors"], json!([]));
    let read = scene.read("entries { ... on VisitorWords { images { id } files { id } } }").await;
    let entries = read["entries"].as_array().expect("entries");
    let count = |what: &str| entries.iter().map(|it| it[what].as_array().map_or(0, Vec::len)).sum::<usize>();
    assert_eq!((count("images"), count("files")), (80, 10));
}
