//! The texts of members: names and addresses as an operator gives them, and what they sign in with.

use super::{
    Desk,
    rules::{Fate, of_text},
    texts::{few, texts},
};
use commands::{Caller, Commands, NewMember};
use domain::{access::Role, member::MemberEmail, text::Name};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    a_members_name_and_address_are_read_back_and_any_password_opens,
    whatever_is_no_address_no_password_and_no_link_opens_nothing,
);

const REDEEM: &str = "mutation($token: String!, $password: String!) { redeemSignInLink(input: {token: $token, \
    newPassword: $password}) { token member { name email } userErrors { code field } } }";
const SIGN_IN: &str = "mutation($email: String!, $password: String!) { signIn(input: {email: $email, \
    password: $password}) { token userErrors { code field } } }";

async fn a_members_name_and_address_are_read_back_and_any_password_opens(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let store = desk.database.open(desk.clock.clone()).await;
    let commands = Commands::new(store.clone());
    let mut taken = 0;
    for (number, text) in texts(100).into_iter().enumerate() {
        let address = format!("a{text}{number}@example.org");
        let (name, email) = (Name::parse(&text), MemberEmail::parse(&address));
        let Some(Fate::Kept(kept)) = of_text(&text, 100) else {
            assert!(name.is_err(), "{text:?}");
            continue;
        };
        // One name in six: each costs a password.
        if number % 6 != 0 && email.is_err() {
            continue;
        }
        let email =
            email.unwrap_or_else(|_| MemberEmail::parse(&format!("{number}@example.org")).expect("one"));
        let new = NewMember { name: name.expect("a name"), email: email.clone(), role: Role::Agent.into() };
        commands
            .add_member(&Caller::system("test"), new, None)
            .await
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let link = commands.create_sign_in_link(&email).await.expect("a link");
        let password = format!("{text:\0<10.100}");
        let redeemed =
            desk.ask(None, REDEEM, json!({"token": link.token, "password": password})).await.data();
        let member = json!({"name": kept, "email": email.as_str()});
        assert_eq!(redeemed["redeemSignInLink"]["member"], member, "{text:?}");
        let again =
            desk.ask(None, SIGN_IN, json!({"email": email.as_str(), "password": password})).await.data();
        assert!(again["signIn"]["token"].is_string(), "{password:?} opens: {again}");
        taken += 1;
    }
    assert!(taken > 10, "{taken}");
    store.close().await;
    desk.nothing_stands_still().await;
}

async fn whatever_is_no_address_no_password_and_no_link_opens_nothing(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    desk.administrator().await;
    let refused = |field: Value| json!({"token": null, "userErrors": [{"code": "INVALID", "field": field}]});
    for (number, text) in few(300).enumerate() {
        let about = match number % 2 {
            0 => json!({"email": format!("{text}@localhost"), "password": "correct horse battery"}),
            _ => json!({"email": "admin@localhost", "password": text}),
        };
        let answer = desk.ask(None, SIGN_IN, about).await.data();
        assert_eq!(answer["signIn"], refused(Value::Null), "{text:?}");
        let about = json!({"token": text, "password": "correct horse battery"});
        let mut answer = desk.ask(None, REDEEM, about).await.data()["redeemSignInLink"].take();
        answer.as_object_mut().expect("a payload").remove("member");
        assert_eq!(answer, refused(json!(["token"])), "{text:?}");
    }
    desk.nothing_stands_still().await;
}
