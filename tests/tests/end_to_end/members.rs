//! Signing in and out over HTTP.

use super::Desk;
use serde_json::json;
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    a_member_signs_in_and_out,
    a_wrong_password_and_an_unknown_address_get_the_same_answer,
    a_used_link_is_refused_with_a_sentence,
    a_session_ends_after_seven_days,
);

const SIGN_IN: &str = "mutation($email: String!, $password: String!) { signIn(input: {email: $email, \
    password: $password}) { token expiresAt member { name role { id } } userErrors { code message field } } }";

async fn a_member_signs_in_and_out(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    desk.administrator().await;
    let right = json!({"email": "Admin@Localhost", "password": "correct horse battery"});
    let signed_in = desk.ask(None, SIGN_IN, right).await.data();
    let payload = &signed_in["signIn"];
    assert_eq!(payload["member"], json!({"name": "Admin", "role": {"id": "ADMIN"}}));
    let token = payload["token"].as_str().expect("a token");
    let viewer = "{ viewer { email } }";
    assert_eq!(desk.ask(Some(token), viewer, json!({})).await.data()["viewer"]["email"], "admin@localhost");
    let sign_out = desk.ask(Some(token), "mutation { signOut }", json!({})).await.data();
    assert_eq!(sign_out, json!({"signOut": true}));
    assert!(desk.ask(Some(token), viewer, json!({})).await.data()["viewer"].is_null());
    assert_eq!(desk.ask(None, "mutation { signOut }", json!({})).await.data(), json!({"signOut": false}));
}

async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    desk.administrator().await;
    let wrong = json!({"email": "admin@localhost", "password": "wrong horse battery"});
    let unknown = json!({"email": "nobody@example.com", "password": "correct horse battery"});
    let (wrong, unknown) = (desk.ask(None, SIGN_IN, wrong).await, desk.ask(None, SIGN_IN, unknown).await);
    assert_eq!(wrong.body, unknown.body);
    assert_eq!(wrong.data()["signIn"]["userErrors"][0]["code"], "INVALID");
    assert!(wrong.data()["signIn"]["token"].is_null());
}

async fn a_used_link_is_refused_with_a_sentence(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    desk.administrator().await;
    let (link, _) = desk.server.first_sign_in().expect("a link");
    let redeem = "mutation($token: String!) { redeemSignInLink(input: {token: $token, \
                  newPassword: \"another horse\"}) { token userErrors { field message } } }";
    let refused = desk.ask(None, redeem, json!({"token": link.token})).await.data();
    let payload = &refused["redeemSignInLink"];
    assert_eq!((&payload["token"], &payload["userErrors"][0]["field"]), (&json!(null), &json!(["token"])));
}

async fn a_session_ends_after_seven_days(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    desk.clock.advance(Duration::from_secs(7 * 24 * 60 * 60));
    let answer = desk.ask(Some(&staff), "{ messages { totalCount } }", json!({})).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
}
