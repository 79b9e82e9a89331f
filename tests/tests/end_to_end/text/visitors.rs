//! The texts of what is decided about visitors: ids, reasons and keys.

use super::{
    Desk,
    rules::{Fate, Rule},
    texts::texts,
};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases};

on_both_databases!(
    whatever_is_said_of_a_visitor_is_taken_or_refused_by_its_name,
    whatever_a_visit_begins_with_is_refused_by_its_name_unless_it_is_good,
    whatever_a_code_is_asked_for_with_is_refused_by_its_name,
);

/// Every text of these mutations, and what is to become of it.
pub(super) const ARGUMENTS: [(&str, &str, Rule); 10] = [
    ("requestErasure", "reason", Rule::Optional(1_000)),
    ("requestErasure", "idempotencyKey", Rule::Key),
    ("eraseVisitor", "id", Rule::Fault("NOT_FOUND")),
    ("eraseVisitor", "reason", Rule::Required(1_000)),
    ("eraseVisitor", "idempotencyKey", Rule::Key),
    ("blockVisitor", "id", Rule::Fault("NOT_FOUND")),
    ("blockVisitor", "reason", Rule::Optional(1_000)),
    ("blockVisitor", "idempotencyKey", Rule::Key),
    ("unblockVisitor", "id", Rule::Fault("NOT_FOUND")),
    ("unblockVisitor", "idempotencyKey", Rule::Key),
];

/// Every text that a visit begins with, and what each that is none is refused with; nothing: the request is.
pub(super) const OF_A_VISIT: [(&str, Option<&str>); 3] =
    [("locale", None), ("identity", Some("INVALID")), ("restore", Some("UNKNOWN"))];

/// Every text that somebody asks for a code with, and what each that is none is refused with; nothing: the request is.
pub(super) const OF_A_RECOVERY: [(&str, &str, Option<&str>); 4] = [
    ("requestRecovery", "contact", Some("INVALID")),
    ("requestRecovery", "locale", None),
    ("redeemRecoveryCode", "contact", Some("INVALID")),
    ("redeemRecoveryCode", "code", Some("INVALID")),
];

async fn whatever_a_code_is_asked_for_with_is_refused_by_its_name(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    for (mutation, field, code) in OF_A_RECOVERY {
        let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let ask = format!(
            "mutation($input: {type_name}!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}"
        );
        for text in texts(300) {
            let mut input = json!({"contact": "nobody@example.com"});
            if mutation == "redeemRecoveryCode" {
                input["code"] = json!("000000");
            }
            input[field] = json!(text);
            let answer = desk.ask(None, &ask, json!({"input": input})).await;
            let said = format!("{mutation}({field}: {text:?}): {}", answer.body);
            match code {
                Some(code) => {
                    let errors = answer.data()[mutation]["userErrors"].clone();
                    let of = |field: &str, code: &str| json!([{"code": code, "field": [field]}]);
                    let empty = field == "contact" && errors == of("contact", "REQUIRED");
                    let long = field == "contact" && errors == of("contact", "TOO_LONG");
                    assert!(empty || long || errors == of(field, code), "{said}");
                }
                None if answer.json()["errors"].is_array() => {
                    assert_eq!(answer.code(), "BAD_REQUEST", "{said}");
                }
                None => assert_eq!(answer.data()[mutation]["userErrors"], json!([]), "{said}"),
            }
        }
    }
    desk.nothing_stands_still().await;
}

async fn whatever_a_visit_begins_with_is_refused_by_its_name_unless_it_is_good(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let start = "mutation($input: StartVisitInput!) { startVisit(input: $input) { token userErrors { code field } } }";
    for (field, code) in OF_A_VISIT {
        for text in texts(300) {
            let answer = desk.ask(None, start, json!({"input": {field: text}})).await;
            let said = format!("{field} = {text:?}: {}", answer.body);
            match code {
                Some(code) => {
                    let refused = json!({"token": null, "userErrors": [{"code": code, "field": [field]}]});
                    assert_eq!(answer.data()["startVisit"], refused, "{said}");
                }
                None if answer.json()["errors"].is_array() => {
                    assert_eq!(answer.code(), "BAD_REQUEST", "{said}");
                }
                None => assert!(answer.data()["startVisit"]["token"].is_string(), "{said}"),
            }
        }
    }
    desk.nothing_stands_still().await;
}

async fn whatever_is_said_of_a_visitor_is_taken_or_refused_by_its_name(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    for (mutation, argument, rule) in ARGUMENTS {
        // One in four: each needs a visitor of its own.
        for text in rule.texts().into_iter().step_by(4) {
            desk.try_argument(&staff, mutation, argument, rule, &text).await;
        }
    }
    desk.nothing_stands_still().await;
}

impl Desk {
    async fn try_argument(&self, staff: &str, mutation: &str, argument: &str, rule: Rule, text: &str) {
        let said = format!("{mutation}({argument}: {text:?})");
        let (visitor, id) = self.visitor(staff).await;
        let by_visitor = mutation == "requestErasure";
        let mut given = json!({"id": id, "reason": "x", "key": id});
        given[if argument == "idempotencyKey" { "key" } else { argument }] = json!(text);
        let token = if by_visitor { &visitor } else { staff };
        if mutation == "unblockVisitor" {
            let block = "mutation($id: ID!) { blockVisitor(id: $id) { receipt { id } } }";
            self.ask(Some(staff), block, json!({"id": id})).await.data();
        }
        let document = match mutation {
            "requestErasure" => {
                "mutation($reason: String, $key: String) { requestErasure(reason: $reason, idempotencyKey: $key) }"
            }
            "eraseVisitor" => {
                "mutation($id: ID!, $reason: String!, $key: String) { \
                 eraseVisitor(id: $id, reason: $reason, idempotencyKey: $key) { receipt { position } userErrors { code field } } }"
            }
            "blockVisitor" => {
                "mutation($id: ID!, $reason: String, $key: String) { \
                 blockVisitor(id: $id, reason: $reason, idempotencyKey: $key) { receipt { position } userErrors { code field } } }"
            }
            _ => {
                "mutation($id: ID!, $key: String) { \
                 unblockVisitor(id: $id, idempotencyKey: $key) { receipt { position } userErrors { code field } } }"
            }
        };
        let answer = self.ask(Some(token), document, given.clone()).await;
        let refused = match rule.fate(text, false) {
            Fate::Fault(code) => return assert_eq!(answer.code(), code, "{said}"),
            Fate::Refused(code) => Some(code),
            Fate::Kept(_) | Fate::LeftOut | Fate::KeptOrRefused(_) => None,
        };
        if by_visitor {
            // It answers with a yes or a no, so what it cannot take is a fault of the request.
            return match refused {
                Some(_) => assert_eq!(answer.code(), "BAD_REQUEST", "{said}"),
                None => assert_eq!(answer.data()[mutation], true, "{said}"),
            };
        }
        let payload = answer.data()[mutation].clone();
        if let Some(code) = refused {
            assert_eq!(payload["userErrors"], json!([{"code": code, "field": [argument]}]), "{said}");
            return;
        }
        assert_eq!(payload["userErrors"], json!([]), "{said}");
        let again = self.ask(Some(token), document, given).await.data()[mutation].clone();
        assert_eq!(again["receipt"], payload["receipt"], "{said}: the second use is answered as the first");
    }

    /// Somebody new: their token, and their id.
    async fn visitor(&self, staff: &str) -> (String, Value) {
        let (token, message) = self.submit().await;
        let query = "query($id: ID!) { message(id: $id) { visitor { id } } }";
        let read = self.ask(Some(staff), query, json!({"id": message})).await.data();
        (token, read["message"]["visitor"]["id"].clone())
    }
}
