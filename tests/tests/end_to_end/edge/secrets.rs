//! Secrets are in no log (case 43). Every test of these listens (`end_to_end/sink.rs`); this one hands out and sends one of
//! each kind, rightly and wrongly, so that it does not depend on what the others do.

use super::{Heard, ask_with, submission};
use crate::end_to_end::{Desk, sink};
use commands::Commands;
use domain::access::Role;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(nothing_that_was_handed_out_or_sent_is_in_any_log_however_much_is_logged);

async fn nothing_that_was_handed_out_or_sent_is_in_any_log_however_much_is_logged(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let before = sink::lines();
    let store = desk.database.open(desk.clock.clone()).await;
    let secret = Commands::new(store.clone()).identity_secret().await.expect("a secret").text().to_owned();
    store.close().await;
    for text in [
        &secret,
        "geheim@example.org",
        "Geheimnis der Nachtschicht",
        "ein neues langes Passwort",
        "Frau Geheim",
    ] {
        sink::watch_for(text);
    }
    let admin = desk.administrator().await;
    let ask = async |token: &str, query: &str, variables: Value| {
        let bearer = format!("Bearer {token}");
        ask_with(&desk, &[("authorization", &bearer)], &json!({"query": query, "variables": variables})).await
    };
    // Everything that is handed out.
    let invite = "mutation { inviteMember(input: {name: \"Frau Geheim\", email: \"geheim@example.org\", roleId: \"AGENT\"}) { \
                  invitation { token } userErrors { message } } }";
    let invited = ask(&admin, invite, json!({})).await.json();
    let invitation = text(&invited["data"]["inviteMember"]["invitation"]["token"]);
    let accept = "mutation($token: String!, $password: String!) { acceptInvitation(input: {token: $token, newPassword: $password}) { \
                  token userErrors { message } } }";
    let variables = json!({"token": invitation, "password": "ein neues langes Passwort"});
    let session = text(&ask("", accept, variables.clone()).await.json()["data"]["acceptInvitation"]["token"]);
    let key = "mutation { createApiKey(input: {name: \"Nachtschicht\", permissions: [\"messages.read\"]}) { secret userErrors { message } } }";
    let key = text(&ask(&admin, key, json!({})).await.json()["data"]["createApiKey"]["secret"]);
    let visitor =
        text(&ask_with(&desk, &[], &submission()).await.json()["data"]["submitMessage"]["visitorToken"]);
    let claims = json!({"name": "Frau Geheim", "email": "geheim@example.org"});
    crate::end_to_end::identity::visit(&desk, "Geheimnis der Nachtschicht", &claims).await;
    // … is used, and is sent where it is wrong, broken, too long, or in the way.
    for token in
        [&session, &key, &visitor, &admin, &invitation, "lws_0123456789012345678901234567890123456789012"]
    {
        ask(token, "{ viewer { name email } desk { name } }", json!({})).await;
        ask(token, &format!("{{ desk(locale: \"{token}\") {{ name }} }}"), json!({})).await;
        ask(token, accept, json!({"token": token, "password": 1})).await;
        ask(token, "{ visitor { name contact } }", json!({"unknown": token})).await;
        let body = json!([token]);
        ask_with(&desk, &[("origin", "https://evil.example"), ("cookie", token)], &body).await;
        ask_with(&desk, &[("content-type", "text/plain"), ("x-request-id", token)], &body).await;
        Heard::of(desk.http.get(desk.url("/sign-in")).bearer_auth(token)).await;
    }
    ask("", accept, variables).await;
    let sign_in = "mutation { signIn(input: {email: \"geheim@example.org\", password: \"ein neues langes Passwort\"}) { token } }";
    for query in [
        sign_in,
        &sign_in.replace("signIn(", "signIm("),
        &sign_in.replace("token", "tokens"),
        &sign_in.replace('}', ""),
    ] {
        ask("", query, json!({})).await;
    }
    // With the database broken, faults are logged with their causes.
    let store = desk.database.open(desk.clock.clone()).await;
    store.database().log.execute("ALTER TABLE accounts RENAME TO elsewhere", &[]).await.expect("gone");
    store.close().await;
    for token in [&session, &key, &admin] {
        ask(token, sign_in, json!({})).await;
    }
    assert!(sink::lines() > before + 50, "it does listen");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// What it is compared with: a log that says it all would be noticed.
#[tokio::test(flavor = "multi_thread")]
async fn every_desk_of_these_tests_is_listened_to_at_trace() {
    let desk = super::desk().await;
    let before = sink::lines();
    desk.member(Role::Agent).await;
    assert!(sink::lines() > before);
}
