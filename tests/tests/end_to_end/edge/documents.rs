//! What a document may ask for (cases 7 to 11, and 16).

use super::{ask_with, desk};
use domain::access::Role;
use serde_json::{Value, json};

/// So many of them, one after the other.
fn all(n: usize, of: impl Fn(usize) -> String) -> String {
    (0..n).map(of).collect()
}

fn doubling(levels: u32) -> String {
    let level = |n: u32| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1);
    let bomb: String = (0..levels).map(level).collect();
    format!("{{ ...F0 }} {bomb} fragment F{levels} on Query {{ __typename }}")
}

fn widening(levels: u32) -> String {
    let level = |n: u32| format!("fragment F{n} on Query {{ {} }} ", format!("...F{} ", n + 1).repeat(10));
    let bomb: String = (0..levels).map(level).collect();
    format!("{{ ...F0 }} {bomb} fragment F{levels} on Query {{ __typename }}")
}

/// That each is looked at once is asserted where they are looked at: `graphql/src/check/tests.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn fragment_bombs_and_documents_that_ask_for_too_much_are_refused_with_400() {
    let desk = desk().await;
    let staff = desk.member(Role::Admin).await;
    let named = |n: usize, field: &str| all(n, |n| format!("a{n}: {field} "));
    for query in [
        doubling(30),
        widening(9),
        format!("{{ desk {{ {} }} }}", named(31, "name")),
        format!("{{ desk {{ name {} }} }}", "@include(if: true) ".repeat(51)),
        format!("{}id{}", "{ relatedTo ".repeat(15) + "{ ", "}".repeat(16)).replacen(
            "relatedTo",
            "message(id: \"x\")",
            1,
        ),
        format!("{{ desk {{ {} }} }}", "name ".repeat(2_000)),
        format!("{{ {} }}", named(11, "__typename")),
        all(6, |n| format!("query Q{n} {{ desk {{ name }} }} ")),
    ] {
        for token in [None, Some(staff.as_str())] {
            let answer = desk.ask(token, &query, json!({})).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "TOO_COMPLEX"), "{query:.80}");
            assert!(answer.json().get("data").is_none());
        }
    }
    let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    let answer = desk.ask(None, circle, json!({})).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_an_impossible_length_is_refused_before_anything_is_read() {
    let desk = desk().await;
    let staff = desk.member(Role::Lead).await;
    for list in ["messages", "members", "erasureRequests"] {
        for first in [json!(101), json!(0), json!(-1), json!(2_147_483_648_i64)] {
            let query = format!("query($n: Int) {{ {list}(first: $n) {{ totalCount }} }}");
            let answer = desk.ask(Some(&staff), &query, json!({"n": first})).await;
            let code = answer.code();
            assert!(
                code == "BAD_REQUEST" || (list == "erasureRequests" && code == "FORBIDDEN"),
                "{list} {first}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_too_much_is_refused_with_what_it_costs_and_staff_are_told_what_anything_costs() {
    let desk = desk().await;
    let (staff, (visitor, _)) = (desk.member(Role::Lead).await, desk.submit().await);
    let query = "query($n: Int) { messages(first: $n) { edges { node { history(first: 100) { nodes { story } } } } } }";
    let answer = desk.ask(Some(&staff), query, json!({"n": 100})).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "TOO_COMPLEX"));
    let cost = &answer.json()["errors"][0]["extensions"]["cost"];
    assert_eq!(*cost, json!({"requested": 1 + 100 * 103, "max": 5_000}));
    let answer = desk.ask(Some(&staff), query, json!({"n": 10})).await;
    assert_eq!(answer.json()["extensions"]["cost"], json!({"requested": 1 + 10 * 103, "max": 5_000}));
    let answer = desk
        .ask(Some(&visitor), "{ visitor { messages(first: 100) { edges { node { id } } } } }", json!({}))
        .await;
    assert_eq!((answer.status, answer.json().get("extensions").is_none()), (200, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_told_to_members_and_to_nobody_else_and_no_name_is_guessed_for_anybody() {
    let desk = desk().await;
    let (visitor, _) = desk.submit().await;
    let asked = [
        "{ __schema { types { name } } }",
        "{ ...F } fragment F on Query { x: __type(name: \"Desk\") { name } }",
    ];
    for query in asked {
        let anonymous = desk.ask(None, query, json!({})).await;
        assert_eq!((anonymous.status, anonymous.code().as_str()), (401, "UNAUTHENTICATED"));
        let visitors = desk.ask(Some(&visitor), query, json!({})).await;
        assert_eq!((visitors.status, visitors.code().as_str()), (403, "FORBIDDEN"));
        for refused in [anonymous, visitors] {
            assert!(refused.json().get("data").is_none() && !refused.body.contains("Mutation"));
        }
        for role in Role::ALL {
            desk.ask(Some(&desk.member(role).await), query, json!({})).await.data();
        }
    }
    let staff = desk.member(Role::Admin).await;
    let key = "mutation { createApiKey(input: {name: \"x\", permissions: [\"messages.read\"]}) { secret userErrors { message } } }";
    let key = desk.ask(Some(&staff), key, json!({})).await.data()["createApiKey"]["secret"]
        .as_str()
        .expect("a key")
        .to_owned();
    desk.ask(Some(&key), asked[0], json!({})).await.data();
    for token in [None, Some(staff.as_str())] {
        for query in [
            "{ desc { name } }",
            "{ desk { nam } }",
            "{ desk(lokale: \"en\") { name } }",
            "mutation { submitMesage { id } }",
        ] {
            let answer = desk.ask(token, query, json!({})).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"));
            assert!(
                !answer.body.contains("Did you mean") && !answer.body.contains("submitMessage"),
                "{}",
                answer.body
            );
        }
    }
}

/// The whole of introspection, as tools ask for it: it is deep, and it fits.
#[tokio::test(flavor = "multi_thread")]
async fn tools_that_ask_for_the_whole_schema_get_it() {
    let desk = desk().await;
    let staff = desk.member(Role::Agent).await;
    let of_type = "kind name ofType { ".repeat(9) + "kind name" + &" }".repeat(9);
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }} \
         types {{ ...FullType }} directives {{ name description locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description fields(includeDeprecated: true) {{ name description \
         args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue }} \
         fragment TypeRef on __Type {{ {of_type} }}"
    );
    let schema = desk.ask(Some(&staff), &query, json!({})).await.data();
    assert!(schema["__schema"]["types"].as_array().is_some_and(|types| types.len() > 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_input_does_not_have_cannot_be_given_to_it() {
    let desk = desk().await;
    let (_, id) = desk.submit().await;
    let agent = desk.member(Role::Agent).await;
    for field in
        ["assigneeId", "assignedTo", "role", "roleId", "tenantId", "authorId", "status", "at", "isAdmin"]
    {
        for (mutation, input) in [
            ("replyToMessage", json!({"messageId": id, "content": "您好"})),
            ("claimMessage", json!({"messageId": id})),
            ("reviseMember", json!({"name": "新名"})),
        ] {
            let mut input = input;
            input[field] = json!("x");
            let kind = match mutation {
                "claimMessage" => "MessageRefInput".to_owned(),
                other => format!("{}Input", other[..1].to_uppercase() + &other[1..]),
            };
            let query = format!(
                "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
            );
            let answer = ask_with(
                &desk,
                &[("authorization", &format!("Bearer {agent}"))],
                &json!({"query": query, "variables": {"input": input}}),
            )
            .await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "BAD_REQUEST"),
                "{mutation} {field}: {}",
                answer.body
            );
        }
    }
    let message = desk.ask(
        Some(&agent),
        "query($id: ID!) { message(id: $id) { version assignee { id } } }",
        json!({"id": id}),
    );
    assert_eq!(message.await.data()["message"], json!({"version": 1, "assignee": Value::Null}));
}
