//! How often somebody may ask (cases 23 to 25): over HTTP, by the address that they ask from.

use super::{Heard, ask_with, desk_with, robots::proof, submission, submitted};
use crate::end_to_end::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use server::{
    Limits,
    edge::{Edge, TrustedProxies},
};
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    an_address_leaves_so_many_messages_a_minute_and_is_told_when_it_may_again,
    a_visitor_says_more_as_often_as_anybody_types_and_is_told_when_they_may_again,
    two_servers_count_what_an_address_asks_of_either,
    wrong_passwords_slow_an_address_and_an_account_and_the_right_one_works_in_time,
);

const CONTINUE: &str = "mutation($input: ContinueMessageInput!) { continueMessage(input: $input) { receipt { position } \
                        userErrors { code message } } }";
const SIGN_IN: &str = "mutation($email: String!, $password: String!) { signIn(input: {email: $email, password: $password}) { \
                       token userErrors { code message } } }";
const PASSWORD: &str = "correct horse battery";

fn limited(config: &mut server::Config) {
    config.edge.limits = Limits { submits_per_minute: 3, sign_ins_per_minute: 5, cost_per_minute: 10_000 };
}

/// One whose only client is a proxy, which says for whom it asks.
fn behind_a_proxy(config: &mut server::Config) {
    limited(config);
    config.edge.proxies = TrustedProxies::parse("127.0.0.0/8").expect("a network");
}

async fn submit_from(desk: &Desk, forwarded: &str, contact: &str) -> Heard {
    let mut body = submission();
    body["variables"]["input"]["contact"] = json!(contact);
    // What presses is asked for a proof before it is counted.
    body["variables"]["input"]["proof"] = json!(proof(desk).await);
    ask_with(desk, &[("x-forwarded-for", forwarded)], &body).await
}

async fn sign_in_from(desk: &Desk, forwarded: &str, email: &str, password: &str) -> Heard {
    let body = json!({"query": SIGN_IN, "variables": {"email": email, "password": password}});
    ask_with(desk, &[("x-forwarded-for", forwarded)], &body).await
}

/// After how many seconds it may be tried again; header and body say the same.
fn retry_after(heard: &Heard) -> u64 {
    assert_eq!((heard.status, heard.code().as_str()), (429, "RATE_LIMITED"), "{}", heard.body);
    assert!(heard.json().get("data").is_none());
    let seconds: u64 = heard.header("retry-after").parse().expect("seconds");
    assert_eq!(heard.json()["errors"][0]["extensions"]["retryAfter"], seconds);
    assert!(seconds > 0);
    seconds
}

async fn an_address_leaves_so_many_messages_a_minute_and_is_told_when_it_may_again(dialect: Dialect) {
    let desk = desk_with(dialect, behind_a_proxy).await;
    for n in 0..3 {
        let heard = submit_from(&desk, "192.0.2.1", &format!("{n}@example.org")).await;
        assert_eq!(heard.status, 200, "{}", heard.body);
    }
    let wait = retry_after(&submit_from(&desk, "192.0.2.1", "3@example.org").await);
    assert_eq!(wait, 20);
    assert_eq!(submit_from(&desk, "192.0.2.2", "4@example.org").await.status, 200, "somebody else may");
    assert_eq!(submitted(&desk).await, 4);
    desk.clock.advance(Duration::from_secs(wait));
    assert_eq!(submit_from(&desk, "192.0.2.1", "3@example.org").await.status, 200);
}

async fn a_visitor_says_more_as_often_as_anybody_types_and_is_told_when_they_may_again(dialect: Dialect) {
    let desk = desk_with(dialect, behind_a_proxy).await;
    let visitor = desk.visit().await;
    let ask = async |address: &str, body: Value| {
        let bearer = format!("Bearer {visitor}");
        ask_with(&desk, &[("authorization", &bearer), ("x-forwarded-for", address)], &body).await
    };
    let mut left = vec![];
    for _ in 0..3 {
        let mut body = submission();
        body["variables"]["input"]["proof"] = json!(proof(&desk).await);
        let heard = ask("192.0.2.1", body).await;
        left.push(heard.json()["data"]["submitMessage"]["receipt"]["id"].as_str().expect("an id").to_owned());
    }
    let more = async |address: &str, id: &str, key: &str| {
        let input = json!({"messageId": id, "content": "在吗", "idempotencyKey": key});
        ask(address, json!({"query": CONTINUE, "variables": {"input": input}})).await
    };
    let key = |message: usize, n: usize| format!("{message} {n}");
    for n in 0..30 {
        let heard = more("192.0.2.1", &left[0], &key(0, n)).await;
        assert_eq!(heard.json()["data"]["continueMessage"]["userErrors"], json!([]), "{}", heard.body);
    }
    let wait = retry_after(&more("192.0.2.1", &left[0], "one more").await);
    assert_eq!(wait, 2);
    retry_after(&more("192.0.2.2", &left[0], "one more").await);
    let again = more("192.0.2.1", &left[0], &key(0, 29)).await;
    assert_eq!(again.status, 200, "what was said already is told again: {}", again.body);
    // In another message they may, until all of theirs together are too many; each refusal above was counted for that.
    let mut said = 0;
    while more("192.0.2.1", &left[1 + said / 20], &key(1, said)).await.status == 200 {
        said += 1;
    }
    assert_eq!(said, 60 - 33);
    desk.clock.advance(Duration::from_secs(wait));
    assert_eq!(more("192.0.2.1", &left[0], "one more").await.status, 200);
}

async fn two_servers_count_what_an_address_asks_of_either(dialect: Dialect) {
    if dialect == Dialect::Sqlite {
        // Only one server may serve its directory; that it starts with the same counts is all there is.
        let desk = desk_with(dialect, behind_a_proxy).await;
        for n in 0..3 {
            assert_eq!(submit_from(&desk, "192.0.2.1", &format!("{n}@example.org")).await.status, 200);
        }
        let Desk { server, database, clock, .. } = desk;
        server.stop().await;
        let again = Desk::start_with(database, clock, behind_a_proxy).await;
        retry_after(&submit_from(&again, "192.0.2.1", "3@example.org").await);
        return;
    }
    let one = desk_with(dialect, behind_a_proxy).await;
    let mut config = super::super::config(&one.database);
    behind_a_proxy(&mut config);
    let other = server::Server::start(&config, one.clock.clone()).await.expect("starts");
    let ask = async |address: std::net::SocketAddr, n: u32| {
        let mut body = submission();
        body["variables"]["input"]["contact"] = json!(format!("{n}@example.org"));
        body["variables"]["input"]["proof"] = json!(proof(&one).await);
        let request =
            one.http.post(format!("http://{address}/graphql")).header("x-forwarded-for", "192.0.2.1");
        Heard::of(request.json(&body)).await
    };
    let (here, there) = (one.server.address(), other.address());
    for (n, address) in [here, there, here].into_iter().enumerate() {
        assert_eq!(ask(address, u32::try_from(n).expect("few")).await.status, 200);
    }
    retry_after(&ask(there, 3).await);
    retry_after(&ask(here, 4).await);
    other.stop().await;
}

async fn wrong_passwords_slow_an_address_and_an_account_and_the_right_one_works_in_time(dialect: Dialect) {
    let desk = desk_with(dialect, behind_a_proxy).await;
    desk.administrator().await;
    let me = "admin@localhost";
    // From one address, at as many accounts as it likes.
    let mut compared = 0;
    for n in 0..100 {
        let heard =
            sign_in_from(&desk, "192.0.2.1", &format!("{n}@example.org"), "wrong horse battery").await;
        compared += i32::from(heard.status == 200);
    }
    assert_eq!(compared, 5);
    let wait = retry_after(&sign_in_from(&desk, "192.0.2.1", me, PASSWORD).await);
    assert_eq!(
        sign_in_from(&desk, "192.0.2.2", me, PASSWORD).await.json()["data"]["signIn"]["userErrors"],
        json!([])
    );
    desk.clock.advance(Duration::from_secs(wait));
    let signed_in = sign_in_from(&desk, "192.0.2.1", me, PASSWORD).await;
    assert!(signed_in.json()["data"]["signIn"]["token"].is_string(), "{}", signed_in.body);
    // At one account, from as many addresses as it takes.
    let mut compared = 0;
    for n in 0..100 {
        let heard = sign_in_from(&desk, &format!("198.51.100.{n}"), me, "wrong horse battery").await;
        compared += i32::from(heard.status == 200);
    }
    assert_eq!(compared, 4);
    let wait = retry_after(&sign_in_from(&desk, "203.0.113.1", me, PASSWORD).await);
    desk.clock.advance(Duration::from_secs(wait));
    let signed_in = sign_in_from(&desk, "203.0.113.1", me, PASSWORD).await;
    assert!(
        signed_in.json()["data"]["signIn"]["token"].is_string(),
        "nobody is locked out: {}",
        signed_in.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_and_a_wrong_password_are_told_the_same() {
    let desk = desk_with(Dialect::Sqlite, |_| {}).await;
    desk.administrator().await;
    let known = sign_in_from(&desk, "", "admin@localhost", "wrong horse battery").await;
    let unknown = sign_in_from(&desk, "", "nobody@example.org", "wrong horse battery").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!(known.json()["data"]["signIn"]["token"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_we_trust_has_forwarded_changes_nothing() {
    let desk = desk_with(Dialect::Sqlite, |config| {
        limited(config);
        config.edge.proxies = TrustedProxies::parse("10.0.0.0/8").expect("a network");
    })
    .await;
    for n in 0..3 {
        let heard = submit_from(&desk, &format!("192.0.2.{n}"), &format!("{n}@example.org")).await;
        assert_eq!(heard.status, 200, "{}", heard.body);
    }
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.77"),
        ("x-forwarded-for", "10.1.2.3, 192.0.2.77"),
        ("forwarded", "for=192.0.2.77"),
        ("x-real-ip", "192.0.2.77"),
        ("true-client-ip", "192.0.2.77"),
        ("cf-connecting-ip", "192.0.2.77"),
    ] {
        let mut body = submission();
        body["variables"]["input"]["proof"] = json!(proof(&desk).await);
        retry_after(&ask_with(&desk, &[(name, value)], &body).await);
    }
    assert_eq!(submitted(&desk).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_writes_left_of_what_the_proxy_writes_is_not_believed() {
    let desk = desk_with(Dialect::Sqlite, behind_a_proxy).await;
    for n in 0..3 {
        let forwarded = format!("203.0.113.{n}, 192.0.2.1");
        assert_eq!(submit_from(&desk, &forwarded, &format!("{n}@example.org")).await.status, 200);
    }
    retry_after(&submit_from(&desk, "203.0.113.9, 192.0.2.1", "3@example.org").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_a_budget_for_what_requests_cost_and_gets_it_back_in_time() {
    let desk = desk_with(Dialect::Sqlite, |config| {
        config.edge = Edge { limits: Limits { cost_per_minute: 300, ..Limits::NONE }, ..Edge::default() };
    })
    .await;
    let (staff, other) = (desk.member(Role::Lead).await, desk.member(Role::Lead).await);
    let asked = json!({"query": "{ messages(first: 100) { edges { cursor } } }"});
    let ask =
        async |token: &str| ask_with(&desk, &[("authorization", &format!("Bearer {token}"))], &asked).await;
    for _ in 0..2 {
        assert_eq!(ask(&staff).await.status, 200);
    }
    let wait = retry_after(&ask(&staff).await);
    assert_eq!(wait, 1, "three times 101 is three more than 300");
    assert_eq!(ask(&other).await.status, 200, "another's budget is another's");
    desk.clock.advance(Duration::from_secs(wait));
    assert_eq!(ask(&staff).await.status, 200);
    // An anonymous caller's is their address's, and messages have a limit of their own.
    let mut last = 200;
    for _ in 0..301 {
        last = ask_with(&desk, &[], &json!({"query": "{ desk { name } }"})).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(ask_with(&desk, &[], &submission()).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_on_unless_somebody_says_otherwise() {
    let desk = desk_with(Dialect::Sqlite, |config| config.edge = Edge::default()).await;
    let mut statuses = Vec::new();
    for n in 0..11 {
        statuses.push(submit_from(&desk, "", &format!("{n}@example.org")).await.status);
    }
    assert_eq!(statuses, [[200; 10].as_slice(), &[429]].concat());
}
