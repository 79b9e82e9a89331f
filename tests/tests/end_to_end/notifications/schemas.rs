//! What is published of webhooks is what they receive: by the receiver itself, which checks each body (`simulators/webhook`).

use super::*;
use domain::channel::{NotificationType, notification_types};
use projections::notifications::schemas::schemas;
use std::{collections::BTreeSet, fs, path::Path};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_told_is_as_the_schema_of_its_type_says() {
    let told = Told::start(Dialect::Sqlite).await;
    let types: Vec<&str> = notification_types().iter().map(NotificationType::as_str).collect();
    let hook = told.connect("WEBHOOK", json!({"events": types})).await;
    let robot = told.connect("WECOM", json!({"events": ["message.erased"]})).await;
    told.channel("pauseChannel", &robot).await;
    let team = "mutation { formTeam(name: \"售后\") { team { id } userErrors { code } } }";
    let team = told.desk.ask(Some(&told.admin), team, json!({})).await.data();
    let team = format!(", teamId: {}", team["formTeam"]["team"]["id"]);
    let later = format!(", dueAt: \"{}\"", (told.clock.now() + Duration::from_secs(3_600)).to_rfc3339());
    let (visitor, id) = told.desk.submit().await;
    for (token, mutation, more) in [
        (&told.admin, "claimMessage", ""),
        (&told.admin, "assignMessage", &team),
        (&told.admin, "categorizeMessage", ", categoryId: \"complaint\""),
        (&told.admin, "prioritizeMessage", ", priority: URGENT"),
        (&told.admin, "addNote", ", content: \"看看\""),
        (&told.admin, "replyToMessage", ", content: \"好的\""),
        (&visitor, "rateMessage", ", rating: 2"),
        (&visitor, "continueMessage", ", content: \"谢谢\""),
        (&told.admin, "closeMessage", ""),
        (&told.admin, "reopenMessage", ""),
        (&told.admin, "scheduleFollowUp", &later),
    ] {
        let query = format!(
            "mutation {{ {mutation}(input: {{messageId: \"{id}\"{more}}}) {{ userErrors {{ code message }} }} }}"
        );
        let data = told.desk.ask(Some(token), &query, json!({})).await.data();
        assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation}: {data}");
    }
    let tried = "mutation($id: ID!) { testChannel(id: $id) { delivered attempt { detail } } }";
    let tried = told.desk.ask(Some(&told.admin), tried, json!({"id": hook})).await.data();
    assert_eq!(tried["testChannel"]["delivered"], true, "{tried}");
    told.until_told_of(&[
        "channel.paused",
        "message.submitted",
        "message.assigned",
        "message.categorized",
        "message.prioritized",
        "message.note_added",
        "message.replied",
        "message.rated",
        "message.continued",
        "message.closed",
        "message.reopened",
        "message.follow_up_scheduled",
        "test",
    ])
    .await;
    // Only now: what is on its way is signed with the time of then.
    told.clock.advance(Duration::from_secs(3_601));
    told.until_told_of(&["message.follow_up_came_due"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_has_the_schemas_that_are_committed_and_no_others() {
    let told = Told::start(Dialect::Sqlite).await;
    let get = async |file: &str| {
        let url = told.desk.url(&format!("/webhooks/schemas/{file}"));
        told.desk.http.get(url).send().await.expect("an answer")
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhooks");
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("the folder") {
        let entry = entry.expect("a file");
        let file = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let answer = get(&file).await;
        assert_eq!(answer.headers()["content-type"], "application/schema+json");
        assert_eq!(
            answer.text().await.expect("text"),
            fs::read_to_string(entry.path()).expect("text"),
            "{file}"
        );
        files += 1;
    }
    assert_eq!(files, schemas().len());
    for file in ["message.submitted.v99.json", "message.submitted", "..%2Fleaveword.key", "README.md"] {
        assert_eq!(get(file).await.status(), 404, "{file}");
    }
}

impl Told {
    /// Waits until the webhook was told of each of these; one that it refused is shown.
    async fn until_told_of(&self, types: &[&str]) {
        let kind = |body: Value| body["type"].as_str().unwrap_or_default().to_owned();
        let seen = || -> BTreeSet<String> {
            let received = self.webhook.received();
            let refused = received.iter().find(|it| !it.is_accepted);
            assert!(refused.is_none(), "{refused:?}");
            received.iter().filter_map(|it| it.request.json().map(kind)).collect()
        };
        let all = async || types.iter().all(|kind| seen().contains(*kind));
        soon(&format!("{types:?}"), all).await;
    }
}
