//! Nobody gives what they do not hold, and nobody is left with a role that is gone.

use super::{Desk, id, listed, revise, revised, role};
use domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases};

on_both_databases!(
    nobody_gives_more_than_they_hold_and_nobody_manages_those_who_hold_more,
    a_role_that_somebody_has_stays_and_whoever_comes_back_has_one,
);

const ERRORS: &str = "userErrors { code field message }";

/// Reads messages of their own, and manages members.
fn clerk() -> Value {
    role("CLERK", &[("messages.read", "OWN"), ("members.manage", "ALL")])
}

/// Code and field of the one refusal.
fn refused(payload: &Value) -> (Value, Value) {
    let errors = payload["userErrors"].as_array().expect("errors");
    let [error] = errors.as_slice() else { panic!("{payload}") };
    (error["code"].clone(), error["field"].clone())
}

async fn nobody_gives_more_than_they_hold_and_nobody_manages_those_who_hold_more(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let viewer = desk.ask(Some(&admin), "{ viewer { id } }", json!({})).await.data();
    let admin_id = viewer["viewer"]["id"].as_str().expect("an id").to_owned();
    revised(&desk, &admin, json!([clerk()])).await;
    let (mei, by_mei) = desk.hire("mei", id("CLERK")).await;
    let (hua, _) = desk.hire("hua", id("CLERK")).await;
    let (lei, _) = desk.hire("lei", Role::Agent).await;
    let by_mei = by_mei.as_str();
    let invite = |email: &str, role: &str| {
        format!("inviteMember(input: {{name: \"x\", email: \"{email}@example.com\", roleId: \"{role}\"}})")
    };
    let change =
        |of: &str, role: &str| format!("changeMemberRole(input: {{memberId: \"{of}\", roleId: \"{role}\"}})");
    let beyond = (json!("NOT_ALLOWED"), json!(["roleId"]));
    for role in ["ADMIN", "AGENT", "ANALYST"] {
        assert_eq!(refused(&desk.mutate(by_mei, &invite("a", role), ERRORS).await), beyond, "{role}");
        for of in [&mei, &hua] {
            assert_eq!(refused(&desk.mutate(by_mei, &change(of, role), ERRORS).await), beyond, "{role}");
        }
    }
    let unknown = (json!("UNKNOWN"), json!(["roleId"]));
    assert_eq!(refused(&desk.mutate(by_mei, &invite("a", "KING"), ERRORS).await), unknown);
    assert_eq!(refused(&desk.mutate(&admin, &change(&mei, "KING"), ERRORS).await), unknown);
    // Nor do they take over, demote or send away whoever may do more.
    let more = (json!("NOT_ALLOWED"), Value::Null);
    for of in [&admin_id, &lei] {
        let (make, told) = (format!("createSignInLink(memberId: \"{of}\")"), format!("token {ERRORS}"));
        let link = desk.mutate(by_mei, &make, &told).await;
        assert_eq!((refused(&link), &link["token"]), (more.clone(), &Value::Null));
        assert_eq!(refused(&desk.mutate(by_mei, &change(of, "CLERK"), ERRORS).await), more);
        assert_eq!(
            refused(&desk.mutate(by_mei, &format!("deactivateMember(id: \"{of}\")"), ERRORS).await),
            more
        );
    }
    let gone = desk.mutate(&admin, &format!("deactivateMember(id: \"{lei}\")"), ERRORS).await;
    assert_eq!(gone["userErrors"], json!([]));
    assert_eq!(
        refused(&desk.mutate(by_mei, &format!("reactivateMember(id: \"{lei}\")"), ERRORS).await),
        more
    );
    // What they hold they give.
    assert_eq!(desk.mutate(by_mei, &invite("b", "CLERK"), ERRORS).await["userErrors"], json!([]));
    let link = desk.mutate(by_mei, &format!("createSignInLink(memberId: \"{hua}\")"), "token").await;
    assert!(link["token"].is_string());
    // A role is theirs to revise as far as they hold it: theirs, and one of others', and none that says more.
    let wider = role("CLERK", &[("messages.read", "ALL"), ("members.manage", "ALL")]);
    let own = (json!("NOT_ALLOWED"), json!(["roles", "0", "permissions"]));
    assert_eq!(refused(&revise(&desk, by_mei, json!([wider])).await), own);
    let reader = role("READER", &[("messages.read", "OWN")]);
    revised(&desk, by_mei, json!([clerk(), reader])).await;
    let head = role("HEAD", &[("messages.delete", "ALL")]);
    revised(&desk, &admin, json!([clerk(), reader, head])).await;
    assert_eq!(
        refused(&revise(&desk, by_mei, json!([clerk(), reader])).await),
        (json!("NOT_ALLOWED"), json!(["roles"]))
    );
    let less = role("HEAD", &[("messages.read", "OWN")]);
    let third = (json!("NOT_ALLOWED"), json!(["roles", "2", "permissions"]));
    assert_eq!(refused(&revise(&desk, by_mei, json!([clerk(), reader, less])).await), third);
    revised(&desk, by_mei, json!([head, clerk()])).await;
}

async fn a_role_that_somebody_has_stays_and_whoever_comes_back_has_one(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let supervisor = role("SUPERVISOR", &[("messages.read", "ALL")]);
    revised(&desk, &admin, json!([supervisor])).await;
    let (mei, by_mei) = desk.hire("mei", id("SUPERVISOR")).await;
    desk.clock.advance(Duration::from_secs(1));
    let invite = "inviteMember(input: {name: \"hua\", email: \"hua@example.com\", roleId: \"SUPERVISOR\"})";
    let invited = desk.mutate(&admin, invite, "member { id }").await;
    let hua = invited["member"]["id"].as_str().expect("an id").to_owned();
    let stays = async |members: usize| {
        let payload = revise(&desk, &admin, json!([])).await;
        assert_eq!(refused(&payload), (json!("NOT_ALLOWED"), json!(["roles"])));
        let said = payload["userErrors"][0]["message"].as_str().expect("a sentence").to_owned();
        assert!(said.contains("SUPERVISOR") && said.contains(&members.to_string()), "{said}");
    };
    stays(2).await;
    let change =
        |of: &str, role: &str| format!("changeMemberRole(input: {{memberId: \"{of}\", roleId: \"{role}\"}})");
    assert_eq!(desk.mutate(&admin, &change(&hua, "AGENT"), ERRORS).await["userErrors"], json!([]));
    stays(1).await;
    let gone = desk.mutate(&admin, &format!("deactivateMember(id: \"{mei}\")"), ERRORS).await;
    assert_eq!(gone["userErrors"], json!([]));
    revised(&desk, &admin, json!([])).await;
    // Who is away keeps the id of a role that gives nothing, and does not come back with it.
    let members = "{ members { edges { node { name role { id permissions { scope } } } } } }";
    let members = desk.ask(Some(&admin), members, json!({})).await.data();
    let nothing = json!({"id": "SUPERVISOR", "permissions": []});
    assert_eq!(members["members"]["edges"][1]["node"], json!({"name": "mei", "role": nothing}));
    let back = format!("reactivateMember(id: \"{mei}\")");
    assert_eq!(refused(&desk.mutate(&admin, &back, ERRORS).await), (json!("NOT_ALLOWED"), Value::Null));
    assert_eq!(desk.mutate(&admin, &change(&mei, "AGENT"), ERRORS).await["userErrors"], json!([]));
    assert_eq!(desk.mutate(&admin, &back, ERRORS).await["userErrors"], json!([]));
    assert_eq!(
        desk.ask(Some(&by_mei), "{ messages { totalCount } }", json!({})).await.code(),
        "UNAUTHENTICATED"
    );
    let by_mei = desk.sign_in("mei@example.com").await;
    assert_eq!(listed(&desk, &by_mei).await, [""; 0]);
}
