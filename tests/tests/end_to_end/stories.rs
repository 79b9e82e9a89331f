//! The log as stories: of many messages, members, teams and channels at once, in every language.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    the_log_tells_of_each_message_what_its_own_history_tells,
    the_log_tells_who_did_what_with_whom_and_with_which_team_and_channel,
    what_was_written_to_it_and_is_gone_is_told_so_in_every_language,
);

const LANGUAGES: [&str; 4] = ["en", "zh-CN", "zh-TW", "de"];

impl Desk {
    /// Everything in the log, or what a filter leaves of it: each event's type and story.
    async fn stories(&self, token: &str, language: &str, filter: &str) -> Vec<(String, String)> {
        self.nothing_stands_still().await;
        let query = format!("{{ log(first: 100{filter}) {{ nodes {{ type story }} }} }}");
        let nodes = self.ask_in(language, token, &query, json!({})).await["log"]["nodes"].clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        nodes
            .as_array()
            .expect("a page")
            .iter()
            .map(|node| (text(&node["type"]), text(&node["story"])))
            .collect()
    }
}

async fn the_log_tells_of_each_message_what_its_own_history_tells(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Lead).await;
    let (_, one) = desk.submit().await;
    let (_, other) = desk.submit().await;
    // Turn by turn, so that each story is told from among the others.
    for work in [
        "claimMessage(input: {messageId: $id})",
        "prioritizeMessage(input: {messageId: $id, priority: HIGH})",
        "prioritizeMessage(input: {messageId: $id, priority: LOW})",
        "tagMessage(input: {messageId: $id, add: [\"refund\"]})",
        "categorizeMessage(input: {messageId: $id, categoryId: \"complaint\"})",
        "assignMessage(input: {messageId: $id, memberId: $mei, reason: \"熟\"})",
        "replyToMessage(input: {messageId: $id, content: \"好的\"})",
        "unassignMessage(input: {messageId: $id})",
        "closeMessage(input: {messageId: $id})",
    ] {
        for id in [&one, &other] {
            let work = work.replace("$id", &format!("\"{id}\"")).replace("$mei", &format!("\"{mei}\""));
            let done = desk.mutate(&admin, &work, "userErrors { code }").await;
            assert_eq!(done["userErrors"], json!([]), "{work}");
        }
    }
    for language in LANGUAGES {
        let mut told = Vec::new();
        for id in [&one, &other] {
            let query = "query($id: ID!) { message(id: $id) { history { nodes { position story } } } }";
            let answer = desk.ask_in(language, &by_mei, query, json!({"id": id})).await;
            let nodes = answer["message"]["history"]["nodes"].as_array().expect("a page").clone();
            let told_here = nodes.into_iter().map(|node| {
                let position =
                    node["position"].as_str().expect("a position").parse::<i64>().expect("a number");
                (position, node["story"].as_str().expect("a story").to_owned())
            });
            told.extend(told_here);
        }
        told.sort();
        let told: Vec<String> = told.into_iter().map(|(_, story)| story).collect();
        let log = desk.stories(&admin, language, ", filter: {aggregateType: \"Message\"}").await;
        let log: Vec<String> = log.into_iter().map(|(_, story)| story).collect();
        assert_eq!(log, told, "{language}");
    }
    let log =
        desk.stories(&admin, "en", ", filter: {type: [\"MessageAssigned\", \"MessageUnassigned\"]}").await;
    let log: Vec<&str> = log.iter().map(|(_, story)| story.as_str()).collect();
    let passed = "Admin passed the message from Admin to mei: “熟”";
    let queued = "Admin put the message back into the queue; mei had it";
    let expected = ["Admin claimed the message", "Admin claimed the message", passed, passed, queued, queued];
    assert_eq!(log, expected);
}

async fn the_log_tells_who_did_what_with_whom_and_with_which_team_and_channel(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    let formed = desk.mutate(&admin, "formTeam(name: \"夜班\")", "team { id }").await["team"]["id"].clone();
    let connect = "connectChannel(input: {name: \"大群\", kind: EMAIL, emails: [\"night@example.com\"]})";
    let channel = desk.mutate(&admin, connect, "channel { id } userErrors { message }").await;
    assert_eq!(channel["userErrors"], json!([]));
    let channel = channel["channel"]["id"].clone();
    for work in [
        format!("joinTeam(teamId: {formed}, memberId: \"{mei}\")"),
        format!("renameTeam(id: {formed}, name: \"早班\")"),
        format!("leaveTeam(teamId: {formed}, memberId: \"{mei}\")"),
        format!("disbandTeam(id: {formed})"),
        format!("changeMemberRole(input: {{memberId: \"{mei}\", roleId: \"LEAD\"}})"),
        format!("pauseChannel(id: {channel})"),
        format!("resumeChannel(id: {channel})"),
        format!("disconnectChannel(id: {channel})"),
        format!("deactivateMember(id: \"{mei}\")"),
    ] {
        let done = desk.mutate(&admin, &work, "userErrors { message }").await;
        assert_eq!(done["userErrors"], json!([]), "{work}");
    }
    drop(by_mei);
    desk.submit().await;
    let told = desk.stories(&admin, "en", "").await;
    let told: Vec<&str> = told.iter().map(|(_, story)| story.as_str()).collect();
    for story in [
        "mei joined the desk",
        "Admin formed the team “夜班”",
        "Admin put mei into the team “夜班”",
        "Admin renamed the team “夜班” to “早班”",
        "Admin took mei out of the team “早班”",
        "Admin disbanded the team “早班”",
        "Admin gave mei the role LEAD",
        "Admin connected the channel “大群”",
        "Admin paused the channel “大群”: paused by hand",
        "Admin resumed the channel “大群”",
        "Admin disconnected the channel “大群”",
        "Admin deactivated mei",
    ] {
        assert!(told.contains(&story), "{story}: {told:#?}");
    }
    for language in LANGUAGES {
        for (event_type, story) in desk.stories(&admin, language, "").await {
            assert!(!story.contains(&event_type), "{language}: {story} is no sentence");
        }
    }
}

async fn what_was_written_to_it_and_is_gone_is_told_so_in_every_language(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (visitor, id) = desk.submit().await;
    let close = format!("closeMessage(input: {{messageId: \"{id}\", reason: \"erased\"}})");
    desk.mutate(&admin, &close, "userErrors { code }").await;
    let closed = ", filter: {type: [\"MessageClosed\"]}";
    let told = desk.stories(&admin, "en", closed).await;
    assert_eq!(
        told[0].1, "Admin closed the message (waiting for a reply → closed): “erased”",
        "that is what they wrote"
    );
    let own = desk.ask(Some(&visitor), "{ visitor { id } }", json!({})).await.data()["visitor"]["id"].clone();
    let erase = format!("eraseVisitor(id: {own}, reason: \"他要求删除\")");
    let erased = desk.mutate(&admin, &erase, "done userErrors { code }").await;
    assert_eq!(erased, json!({"done": true, "userErrors": []}));
    for (language, gone) in [
        ("en", " (what was written to it is gone for ever)"),
        ("zh-CN", "（附言已被永久删除）"),
        ("zh-TW", "（附言已被永久刪除）"),
        ("de", " (was dazu geschrieben wurde, ist endgültig gelöscht)"),
    ] {
        let told = desk.stories(&admin, language, closed).await;
        assert!(told[0].1.ends_with(gone) && !told[0].1.contains("erased"), "{}", told[0].1);
    }
}
