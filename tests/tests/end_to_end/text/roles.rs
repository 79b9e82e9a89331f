//! The texts of roles: whatever is sent, it is taken and read back, or refused by the way to its field.

use super::{Desk, desk::Try, texts::few};
use serde_json::json;
use store::{Dialect, on_both_databases};

on_both_databases!(every_text_of_a_role_is_read_back_as_it_was_taken_or_refused);

macro_rules! roles {
    ($kind:literal, $role:literal) => {
        Try {
            mutation: "reviseRoles",
            field: "roles",
            document: concat!(
                "mutation($text: ",
                $kind,
                ") { reviseRoles(input: {roles: [",
                $role,
                "]}) { userErrors { code field } } }"
            ),
            shown: "",
        }
    };
}

const TRIES: [Try; 4] = [
    roles!("ID!", "{id: $text, name: \"x\", permissions: []}"),
    roles!("Locale!", "{id: \"X1\", name: \"x\", names: [{locale: $text, name: \"\"}], permissions: []}"),
    roles!("String!", "{id: \"X1\", name: \"x\", permissions: [{permission: $text, scope: OWN}]}"),
    roles!(
        "Scope!",
        "{id: \"X1\", name: \"\", permissions: [{permission: \"messages.read\", scope: $text}]}"
    ),
];

/// What this file tries.
pub(super) fn fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    TRIES.iter().map(|one| (one.mutation, one.field))
}

async fn every_text_of_a_role_is_read_back_as_it_was_taken_or_refused(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    for one in &TRIES {
        for text in few(100).step_by(3) {
            assert!(!one.try_with(&desk, &admin, &text).await, "{text:?}");
        }
    }
    desk.names_of_roles_are_kept(&admin).await;
    desk.nothing_stands_still().await;
}

impl Desk {
    /// A role's name is read back as it was taken, or refused by the way to it.
    async fn names_of_roles_are_kept(&self, admin: &str) {
        let document = "mutation($text: String!) { reviseRoles(input: {roles: [{id: \"X1\", name: $text, names: \
                        [{locale: \"en\", name: $text}], permissions: [{permission: \"messages.read\", scope: OWN}]}]}) { \
                        userErrors { code field } } }";
        let mut taken = 0;
        for text in few(100) {
            let answer = self.ask(Some(admin), document, json!({"text": text})).await.data();
            let errors = answer["reviseRoles"]["userErrors"].as_array().cloned().unwrap_or_default();
            for error in &errors {
                let field = &error["field"];
                let so = error["code"] == "ALREADY_SO" && field.is_null();
                assert!(so || field[0] == "roles" && field[1] == "0", "{text:?}: {error}");
            }
            if errors.is_empty() {
                let roles = self.ask(Some(admin), "{ roles { names { name } } }", json!({})).await.data();
                let names = roles["roles"][5]["names"].as_array().cloned().unwrap_or_default();
                let kept = json!(text.replace("\r\n", "\n").replace('\r', "\n").trim());
                assert!(
                    names.len() == 2 && names.iter().all(|name| name["name"] == kept),
                    "{text:?}: {names:?}"
                );
                taken += 1;
            }
        }
        assert!(taken > 5, "{taken} names were taken");
    }
}
