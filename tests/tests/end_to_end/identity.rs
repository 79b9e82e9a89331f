//! Visits, anonymous and with the host site's word, over HTTP.

use super::{Desk, SUBMIT, input};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use commands::Commands;
use ring::hmac;
use serde_json::{Value, json};
use store::{Dialect, on_both_databases, random};

on_both_databases!(
    an_anonymous_visit_gives_a_token_and_nothing_is_known_yet,
    the_same_person_is_the_same_visitor_wherever_they_come_from,
    an_anonymous_visitor_keeps_their_messages_when_the_host_site_names_them,
    what_the_host_site_says_anew_corrects_what_is_known,
    what_a_visitor_gives_after_the_host_site_spoke_is_what_is_remembered,
    an_identity_is_used_once_and_a_bad_one_opens_nothing,
    another_secret_counts_at_once,
    who_comes_back_after_an_erasure_is_somebody_new,
    only_visitors_visit_and_an_unknown_link_opens_nothing,
);

const START: &str = "mutation($input: StartVisitInput!) { startVisit(input: $input) { token \
    visitor { id name contact } userErrors { code field message } } }";

/// A desk with the secret of its host site.
struct Site {
    desk: Desk,
    secret: String,
}

impl Site {
    async fn open(dialect: Dialect) -> Self {
        let desk = Desk::start(dialect).await;
        let secret = secret(&desk, false).await;
        Self { desk, secret }
    }

    fn signed(&self, claims: &Value) -> String {
        signed(&self.secret, claims)
    }

    fn claims(&self, sub: &str) -> Value {
        let now = self.desk.clock.now().timestamp();
        let jti = format!("{:032x}", u128::from_be_bytes(random::bytes()));
        json!({"aud": "leaveword", "sub": sub, "iat": now, "exp": now + 300, "jti": jti})
    }

    async fn start(&self, token: Option<&str>, input: Value) -> Value {
        self.desk.ask(token, START, json!({"input": input})).await.data()["startVisit"].clone()
    }

    /// A visit of whom these claims name.
    async fn visit(&self, token: Option<&str>, claims: &Value) -> Value {
        self.start(token, json!({"identity": self.signed(claims)})).await
    }
}

/// A visit of somebody of whom the host site says this.
pub(super) async fn visit(desk: &Desk, sub: &str, about: &Value) -> Value {
    let (secret, now) = (secret(desk, false).await, desk.clock.now().timestamp());
    let mut claims = json!({"aud": "leaveword", "sub": sub, "iat": now, "exp": now + 300, "jti": sub});
    claims.as_object_mut().expect("an object").extend(about.as_object().expect("an object").clone());
    let answer = desk.ask(None, START, json!({"input": {"identity": signed(&secret, &claims)}})).await.data();
    assert_eq!(answer["startVisit"]["userErrors"], json!([]));
    answer["startVisit"].clone()
}

/// As a host site signs it: the secret's characters are the key.
fn signed(secret: &str, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

async fn secret(desk: &Desk, rotate: bool) -> String {
    let store = desk.database.open(desk.clock.clone()).await;
    let commands = Commands::new(store.clone());
    let secret = match rotate {
        true => commands.rotate_identity_secret().await,
        false => commands.identity_secret().await,
    };
    store.close().await;
    secret.expect("a secret").text().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

async fn an_anonymous_visit_gives_a_token_and_nothing_is_known_yet(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let visit = site.start(None, json!({"locale": "zh-CN"})).await;
    assert_eq!((&visit["visitor"]["name"], &visit["userErrors"]), (&Value::Null, &json!([])));
    let token = text(&visit["token"]);
    let again = site.start(Some(&token), json!({})).await;
    assert_eq!((&again["token"], &again["visitor"]["id"]), (&Value::Null, &visit["visitor"]["id"]));
    let left = site.desk.ask(Some(&token), SUBMIT, json!({"input": input()})).await.data();
    assert_eq!(left["submitMessage"]["visitorToken"], Value::Null, "they have one");
    // Neither answer waits for what is remembered of them.
    site.desk.nothing_stands_still().await;
    let again = site.start(Some(&token), json!({})).await;
    assert_eq!(again["visitor"]["contact"], "13800138000", "the next form is filled in");
}

async fn the_same_person_is_the_same_visitor_wherever_they_come_from(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let mut claims = site.claims("42");
    (claims["name"], claims["email"]) = (json!("李雷"), json!("Lei@Example.com"));
    let first = site.visit(None, &claims).await;
    assert_eq!(first["userErrors"], json!([]));
    assert_eq!(first["visitor"]["name"], "李雷");
    assert_eq!(first["visitor"]["contact"], "Lei@Example.com");
    let second = site.visit(None, &site.claims("42")).await;
    assert_eq!(second["visitor"]["id"], first["visitor"]["id"]);
    assert_ne!(second["token"], first["token"], "each browser has its own");
    let other = site.visit(None, &site.claims("43")).await;
    assert_ne!(other["visitor"]["id"], first["visitor"]["id"]);
    for token in [text(&first["token"]), text(&second["token"])] {
        let own = site.desk.ask(Some(&token), "{ visitor { id } }", json!({})).await.data();
        assert_eq!(own["visitor"]["id"], first["visitor"]["id"]);
    }
    let (token, staff) = (text(&second["token"]), site.desk.administrator().await);
    let left = site.desk.ask(Some(&token), SUBMIT, json!({"input": input()})).await.data();
    let id = &left["submitMessage"]["receipt"]["id"];
    let query = "query($id: ID!) { message(id: $id) { visitor { verified } } }";
    let read = site.desk.ask(Some(&staff), query, json!({"id": id})).await.data();
    assert_eq!(read["message"]["visitor"]["verified"], true);
    let (_, id) = site.desk.submit().await;
    let read = site.desk.ask(Some(&staff), query, json!({"id": id})).await.data();
    assert_eq!(read["message"]["visitor"]["verified"], false);
}

async fn an_anonymous_visitor_keeps_their_messages_when_the_host_site_names_them(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let (token, message) = site.desk.submit().await;
    let named = site.visit(Some(&token), &site.claims("42")).await;
    assert_eq!((&named["token"], &named["userErrors"]), (&Value::Null, &json!([])), "theirs goes on");
    let elsewhere = site.visit(None, &site.claims("42")).await;
    assert_eq!(elsewhere["visitor"]["id"], named["visitor"]["id"]);
    let query = "query($id: ID!) { visitor { message(id: $id) { id } } }";
    let token = text(&elsewhere["token"]);
    let seen = site.desk.ask(Some(&token), query, json!({"id": message})).await.data();
    assert_eq!(seen["visitor"]["message"]["id"], message.as_str());
    // Somebody who is known already stays who they are.
    let (stranger, _) = site.desk.submit().await;
    let named = site.visit(Some(&stranger), &site.claims("42")).await;
    assert_eq!(named["visitor"]["id"], elsewhere["visitor"]["id"]);
    assert!(named["token"].is_string());
    let named = site.visit(Some(&token), &site.claims("43")).await;
    assert_ne!(named["visitor"]["id"], elsewhere["visitor"]["id"], "nobody becomes somebody else");
}

async fn what_the_host_site_says_anew_corrects_what_is_known(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let visit = async |name: &str, phone: &str| {
        let mut claims = site.claims("42");
        (claims["name"], claims["phone_number"]) = (json!(name), json!(phone));
        site.visit(None, &claims).await["visitor"].clone()
    };
    visit("李雷", "13800138000").await;
    let head = async || {
        let health = site.desk.http.get(site.desk.url("/health")).send().await.expect("an answer");
        health.json::<Value>().await.expect("JSON")["log"]["position"].as_i64().expect("a position")
    };
    let before = head().await;
    visit("李雷", "13800138000").await;
    assert_eq!(head().await, before, "nothing new, nothing written");
    let corrected = visit("李磊", "13900139000").await;
    assert_eq!((&corrected["name"], &corrected["contact"]), (&json!("李磊"), &json!("13900139000")));
    assert_eq!(head().await, before + 1);
}

async fn what_a_visitor_gives_after_the_host_site_spoke_is_what_is_remembered(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let (token, _) = site.desk.submit().await;
    let given = input()["contact"].clone();
    let mut claims = site.claims("42");
    claims["email"] = json!("lei@example.com");
    let named = site.visit(Some(&token), &claims).await;
    assert_eq!(named["visitor"]["contact"], "lei@example.com", "the host site spoke last");
    let own = "{ visitor { contact } }";
    let remembered = async || {
        site.desk.nothing_stands_still().await;
        site.desk.ask(Some(&token), own, json!({})).await.data()["visitor"]["contact"].clone()
    };
    // The very contact that they gave before the host site spoke.
    for contact in [given.clone(), json!("13900139000"), given] {
        let mut again = input();
        again["contact"] = contact.clone();
        let left = site.desk.ask(Some(&token), SUBMIT, json!({"input": again})).await.data();
        assert_eq!(left["submitMessage"]["userErrors"], json!([]));
        assert_eq!(remembered().await, contact);
    }
    let mut claims = site.claims("42");
    claims["email"] = json!("lei@example.org");
    assert_eq!(site.visit(Some(&token), &claims).await["visitor"]["contact"], "lei@example.org");
}

async fn an_identity_is_used_once_and_a_bad_one_opens_nothing(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let good = site.claims("42");
    assert_eq!(site.visit(None, &good).await["userErrors"], json!([]));
    let mut bad = vec![good];
    for (claim, value) in [
        ("aud", json!("other")),
        ("sub", json!("")),
        ("sub", json!("x".repeat(101))),
        ("sub", json!("4\u{0}2")),
        ("sub", json!(" 42")),
        ("exp", json!(site.desk.clock.now().timestamp() + 301)),
        ("exp", json!(site.desk.clock.now().timestamp())),
        ("email", json!("no address")),
        ("phone_number", json!("12")),
        ("name", json!("x".repeat(101))),
    ] {
        let mut claims = site.claims("42");
        claims[claim] = value;
        bad.push(claims);
    }
    for claims in bad {
        let refused = site.visit(None, &claims).await;
        assert_eq!((&refused["token"], &refused["visitor"]), (&Value::Null, &Value::Null), "{claims}");
        let error = &refused["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID"), &json!(["identity"])), "{claims}");
    }
    let unsigned = site.signed(&site.claims("42"));
    let unsigned = format!("{}.", &unsigned[..unsigned.rfind('.').expect("three parts")]);
    for identity in [unsigned.as_str(), "", "x.y.z"] {
        let refused = site.start(None, json!({"identity": identity})).await;
        assert_eq!(refused["userErrors"][0]["code"], "INVALID");
    }
}

async fn another_secret_counts_at_once(dialect: Dialect) {
    let mut site = Site::open(dialect).await;
    assert_eq!(secret(&site.desk, false).await, site.secret, "it is made once");
    assert_eq!(site.secret.len(), 43);
    let first = site.visit(None, &site.claims("42")).await;
    let new = secret(&site.desk, true).await;
    assert_ne!(new, site.secret);
    assert_eq!(site.visit(None, &site.claims("42")).await["userErrors"][0]["code"], "INVALID");
    site.secret = new;
    let again = site.visit(None, &site.claims("42")).await;
    assert_eq!(again["visitor"]["id"], first["visitor"]["id"], "the same person all the while");
    let token = text(&first["token"]);
    let own = site.desk.ask(Some(&token), "{ visitor { id } }", json!({})).await.data();
    assert_eq!(own["visitor"]["id"], first["visitor"]["id"], "and tokens go on");
}

async fn who_comes_back_after_an_erasure_is_somebody_new(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let mut claims = site.claims("42");
    claims["name"] = json!("李雷");
    let visit = site.visit(None, &claims).await;
    let staff = site.desk.administrator().await;
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"x\") { done userErrors { code } } }";
    let erased = site.desk.ask(Some(&staff), erase, json!({"id": visit["visitor"]["id"]})).await.data();
    assert_eq!(erased["eraseVisitor"], json!({"done": true, "userErrors": []}));
    let again = site.visit(None, &site.claims("42")).await;
    assert_eq!(again["userErrors"], json!([]));
    assert_ne!(again["visitor"]["id"], visit["visitor"]["id"]);
    assert_eq!(again["visitor"]["name"], Value::Null);
    // With the token of the one who is gone, too.
    let token = text(&visit["token"]);
    let named = site.visit(Some(&token), &site.claims("43")).await;
    assert_ne!(named["visitor"]["id"], visit["visitor"]["id"]);
}

async fn only_visitors_visit_and_an_unknown_link_opens_nothing(dialect: Dialect) {
    let site = Site::open(dialect).await;
    let staff = site.desk.administrator().await;
    let by_member = site.desk.ask(Some(&staff), START, json!({"input": {}})).await;
    assert_eq!(by_member.code(), "FORBIDDEN");
    let guessed = site.desk.ask(Some("lwv_guess"), START, json!({"input": {}})).await;
    assert_eq!(guessed.code(), "UNAUTHENTICATED", "nobody becomes a second visitor by mistake");
    let link = site.start(None, json!({"restore": "lwr_guess"})).await;
    assert_eq!(link["token"], Value::Null);
    assert_eq!(link["userErrors"][0]["code"], "UNKNOWN");
    assert_eq!(link["userErrors"][0]["field"], json!(["restore"]));
}
