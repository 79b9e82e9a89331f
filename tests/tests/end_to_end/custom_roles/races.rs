//! Two at once: roles are revised one after the other, and no role goes in the moment in which somebody is given it.

use super::{Desk, REVISE, id, revised, role};
use domain::access::Role;
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};
use store::{Dialect, on_both_databases};

on_both_databases!(
    two_administrators_who_revise_at_once_are_heard_one_after_the_other,
    a_role_does_not_go_while_somebody_is_given_it,
);

const GIVE: &str = "mutation($id: ID!, $role: ID!) { changeMemberRole(input: {memberId: $id, roleId: $role}) { \
    userErrors { code } } }";

fn ask(
    desk: &Arc<Desk>,
    token: &str,
    query: &'static str,
    variables: Value,
) -> tokio::task::JoinHandle<Value> {
    let (desk, token) = (desk.clone(), token.to_owned());
    tokio::spawn(async move { desk.ask(Some(&token), query, variables).await.data() })
}

impl Desk {
    /// The rows that authority is read from.
    async fn role_rows(&self) -> BTreeSet<String> {
        let store = self.database.open(self.clock.clone()).await;
        let rows = store.database().log.rows("SELECT role_id, grants FROM roles", &[]).await.expect("rows");
        store.close().await;
        let text = |row: &store::Row, column| row.text(column).expect("text");
        rows.iter().map(|row| format!("{}={}", text(row, "role_id"), text(row, "grants"))).collect()
    }
}

async fn two_administrators_who_revise_at_once_are_heard_one_after_the_other(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let (admin, other) = (desk.administrator().await, desk.member(Role::Admin).await);
    for round in 0..5 {
        let roles = |who: &str| {
            let own = [("messages.read", "OWN"), ("messages.reply", "TEAM")];
            json!({"roles": [role(&format!("{who}_{round}"), &own), role("BOTH", &[("audit.read", "ALL")])]})
        };
        let both = [(&admin, "ONE"), (&other, "OTHER")];
        let both = both.map(|(token, who)| (who, ask(&desk, token, REVISE, roles(who))));
        let mut versions = Vec::new();
        for (who, asked) in both {
            let payload = asked.await.expect("finishes")["reviseRoles"].clone();
            assert_eq!(payload["userErrors"], json!([]), "{payload}");
            versions.push((payload["receipt"]["version"].as_i64().expect("a version"), who));
        }
        versions.sort_unstable();
        assert_eq!(versions[0].0 + 1, versions[1].0, "one after the other");
        let last = versions[1].1;
        let expected = format!("{last}_{round}=messages.read:own messages.reply:team");
        assert_eq!(desk.role_rows().await, ["BOTH=audit.read:all".to_owned(), expected].into());
        let roles = desk.ask(Some(&admin), "{ roles { id } }", json!({})).await.data();
        assert_eq!(
            (&roles["roles"][5]["id"], roles["roles"].as_array().map(Vec::len)),
            (&json!(format!("{last}_{round}")), Some(7))
        );
    }
}

async fn a_role_does_not_go_while_somebody_is_given_it(dialect: Dialect) {
    let desk = Arc::new(Desk::start(dialect).await);
    let (admin, other) = (desk.administrator().await, desk.member(Role::Admin).await);
    let (mei, _) = desk.hire("mei", Role::Agent).await;
    let brief = json!([role("BRIEF", &[("messages.read", "ALL")])]);
    let (mut went, mut stayed) = (0, 0);
    for _ in 0..8 {
        revised(&desk, &admin, brief.clone()).await;
        let give = ask(&desk, &admin, GIVE, json!({"id": mei, "role": id("BRIEF").as_str()}));
        let gone = ask(&desk, &other, REVISE, json!({"roles": []}));
        let (give, gone) = (give.await.expect("finishes"), gone.await.expect("finishes"));
        let (give, gone) = (&give["changeMemberRole"]["userErrors"], &gone["reviseRoles"]["userErrors"]);
        match (give[0]["code"].as_str(), gone[0]["code"].as_str()) {
            (None, Some("NOT_ALLOWED")) => stayed += 1,
            (Some("UNKNOWN"), None) => went += 1,
            other => panic!("{other:?}: {give} {gone}"),
        }
        if desk.role_rows().await.is_empty() {
            continue;
        }
        // As it was for the next round.
        let back = ask(&desk, &admin, GIVE, json!({"id": mei, "role": "AGENT"})).await.expect("finishes");
        assert_eq!(back["changeMemberRole"]["userErrors"], json!([]));
        revised(&desk, &admin, json!([])).await;
    }
    assert_eq!(went + stayed, 8);
}
