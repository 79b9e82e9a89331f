//! No word of a message, no name and no contact lies anywhere on the disk, write-ahead logs included.

use super::Desk;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, Row};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use store::{Dialect, on_both_databases, random};

on_both_databases!(no_word_name_or_contact_lies_on_the_disk);

async fn no_word_name_or_contact_lies_on_the_disk(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    // Words that no other test uses: PostgreSQL's directory is shared by all of them.
    let unique = format!("{:016x}", u64::from_be_bytes(random::bytes()));
    let digits = u32::from_be_bytes(random::bytes()) % 100_000_000;
    let phone = format!("138{digits:08}");
    let (name, words, answer) =
        (format!("李雷{unique}"), format!("请问订单{unique}什么时候发货？"), format!("今天下午{unique}"));
    let submit = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { visitorMessage { reference } \
                  receipt { id } userErrors { message } } }";
    let input =
        json!({"name": name, "contact": phone, "content": words, "pageUrl": format!("https://{unique}/")});
    let left = desk.ask(None, submit, json!({"input": input})).await.data();
    let (id, reference) =
        (&left["submitMessage"]["receipt"]["id"], &left["submitMessage"]["visitorMessage"]["reference"]);
    let reply = "mutation($id: ID!, $words: String!) { replyToMessage(input: {messageId: $id, content: $words}) { \
                 message { id } userErrors { message } } }";
    desk.ask(Some(&staff), reply, json!({"id": id, "words": answer})).await.data();
    let close = "mutation($id: ID!, $words: String!) { closeMessage(input: {messageId: $id, reason: $words}) { \
                 message { id } } }";
    desk.ask(Some(&staff), close, json!({"id": id, "words": answer})).await.data();

    let claims = json!({"name": name, "email": format!("{unique}@example.org"), "phone_number": phone});
    let visit = super::identity::visit(&desk, &unique, &claims).await;
    let token = visit["token"].as_str().expect("a token");
    let ask = "mutation($words: String!) { requestErasure(reason: $words) }";
    desk.ask(Some(token), ask, json!({"words": words})).await.data();
    for mutation in ["blockVisitor", "eraseVisitor"] {
        let document = format!(
            "mutation($id: ID!, $words: String!) {{ {mutation}(id: $id, reason: $words) {{ userErrors {{ code }} }} }}"
        );
        let said =
            desk.ask(Some(&staff), &document, json!({"id": visit["visitor"]["id"], "words": answer})).await;
        assert_eq!(said.data()[mutation]["userErrors"], json!([]));
    }

    let directory = match dialect {
        Dialect::Sqlite => desk.database.directory.clone(),
        Dialect::Postgres => data_directory_on_disk().await,
    };
    let reference = reference.as_str().expect("a reference");
    let secrets = [unique.as_str(), "李雷", &phone, &phone[3..], "订单", "admin@localhost", "correct horse"];
    // The reference is meant to be readable: finding it shows that the search finds what is there.
    assert!(!files_with(&directory, reference).is_empty(), "{}", directory.display());
    for secret in secrets {
        for written in [secret.to_owned(), escaped(secret)] {
            assert_eq!(files_with(&directory, &written), Vec::<PathBuf>::new(), "{secret}");
        }
    }
    desk.server.stop().await;
    if dialect == Dialect::Sqlite {
        assert_eq!(files_with(&directory, &unique), Vec::<PathBuf>::new(), "after the server has ended");
    }
}

/// PostgreSQL's own directory, after everything in its memory has been written there.
pub(super) async fn data_directory_on_disk() -> PathBuf {
    let mut connection = PgConnection::connect(&store::testing::postgres_server()).await.expect("connects");
    connection.execute("CHECKPOINT").await.expect("written");
    let row = connection.fetch_one("SHOW data_directory").await.expect("a superuser");
    PathBuf::from(row.get::<String, _>(0))
}

/// As JSON may write it: `\u674e`.
fn escaped(text: &str) -> String {
    let escape = |unit: u16| match u8::try_from(unit) {
        Ok(ascii @ 0..128) => char::from(ascii).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    text.encode_utf16().map(escape).collect()
}

/// The files below a directory that hold this text, as `grep -a` sees them.
pub(super) fn files_with(directory: &Path, text: &str) -> Vec<PathBuf> {
    let mut grep = Command::new("grep");
    // Files may go away between the listing and the reading (`-s`); PostgreSQL's temporary ones do.
    grep.env("LC_ALL", "C").args(["-raslF", "-e", text, "--"]).arg(directory);
    let output = grep.output().expect("grep runs");
    String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect()
}
