//! The desk's own questions: asked, answered, shown to both sides, and what happens when the form changes meanwhile.

use super::{Desk, images::picture, input};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    answers_to_the_desks_own_questions_are_shown_to_both_sides_and_go_with_the_visitor,
    everything_that_is_wrong_with_a_form_is_told_question_by_question,
    a_form_that_changes_while_it_is_filled_in_says_so_and_no_word_is_lost,
    a_message_names_the_privacy_notice_that_was_shown,
    a_category_that_is_no_more_is_refused_and_old_messages_keep_its_name,
);

const SUBMIT: &str = "mutation($input: SubmitMessageInput!) { submitMessage(input: $input) { \
    visitorToken visitorMessage { fields { fieldId label value } images { id } } receipt { id position } \
    userErrors { code message field } } }";
const REVISE: &str = "mutation($input: ReviseFormInput!) { reviseForm(input: $input) { \
    desk { version form { version guidance fields { id kind label labels { locale text } help example required options \
    optionTexts { texts { locale text } } } } } receipt { version } userErrors { code field message } } }";
const FIELDS: &str = "query($id: ID!) { message(id: $id) { fields { fieldId label value } } }";

impl Desk {
    /// Another form, which is taken.
    pub(super) async fn revise_form(&self, staff: &str, fields: Value) -> Value {
        let input = json!({"input": {"fields": fields}});
        let payload = self.ask(Some(staff), REVISE, input).await.data()["reviseForm"].clone();
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload["desk"]["form"].clone()
    }

    async fn leave(&self, token: Option<&str>, more: Value) -> Value {
        let mut input = input();
        for (name, value) in more.as_object().expect("fields") {
            input[name] = value.clone();
        }
        self.ask(token, SUBMIT, json!({"input": input})).await.data()["submitMessage"].clone()
    }
}

fn order(required: bool) -> Value {
    let label = json!([{"locale": "zh-CN", "text": "单据号"}, {"locale": "en", "text": "Order number"}]);
    let help = json!([{"locale": "en", "text": "On the invoice."}]);
    json!({"id": "order", "kind": "TEXT", "label": label, "help": help, "required": required})
}

fn colour() -> Value {
    let texts = |zh: &str, en: &str| json!([{"locale": "zh-CN", "text": zh}, {"locale": "en", "text": en}]);
    json!({"id": "colour", "kind": "CHOICE", "label": texts("颜色", "Colour"),
        "options": [texts("红色", "Red"), texts("蓝色", "Blue")]})
}

fn question(id: &str, kind: &str) -> Value {
    json!({"id": id, "kind": kind, "label": [{"locale": "en", "text": id}]})
}

fn answered(answers: &[(&str, &str)]) -> Value {
    answers.iter().map(|(id, value)| json!({"fieldId": id, "value": value})).collect()
}

async fn answers_to_the_desks_own_questions_are_shown_to_both_sides_and_go_with_the_visitor(
    dialect: Dialect,
) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let form = desk.revise_form(&staff, json!([order(true), colour(), question("pieces", "NUMBER")])).await;
    assert_eq!((&form["version"], &form["fields"][1]["options"]), (&json!(2), &json!(["红色", "蓝色"])));
    assert_eq!(form["fields"][0]["labels"].as_array().map(Vec::len), Some(2));
    let given = answered(&[("pieces", "２,50"), ("order", " A 17 "), ("colour", "Red")]);
    let payload = desk.leave(None, json!({"fields": given})).await;
    let own = &payload["visitorMessage"]["fields"];
    let chinese = json!([
        {"fieldId": "order", "label": "单据号", "value": "A 17"},
        {"fieldId": "colour", "label": "颜色", "value": "红色"},
        {"fieldId": "pieces", "label": "pieces", "value": "2.5"},
    ]);
    assert_eq!(own, &chinese, "in the desk's own language, what was chosen in English too");
    let id = json!({"id": payload["receipt"]["id"]});
    let english = desk.ask_in("en", &staff, FIELDS, id.clone()).await["message"]["fields"].clone();
    assert_eq!(english[0], json!({"fieldId": "order", "label": "Order number", "value": "A 17"}));
    assert_eq!(english[1]["value"], "Red");
    let then =
        "query($id: ID!, $at: LogPosition!) { message(id: $id, asOf: {position: $at}) { fields { value } } }";
    let at = json!({"id": payload["receipt"]["id"], "at": payload["receipt"]["position"]});
    let then = desk.ask(Some(&staff), then, at).await.data();
    assert_eq!(then["message"]["fields"][0]["value"], "A 17");
    // A question that is asked no more keeps its label.
    desk.revise_form(&staff, json!([])).await;
    let after = desk.ask_in("en", &staff, FIELDS, id.clone()).await["message"]["fields"].clone();
    assert_eq!(after, english);
    let erase = "query($id: ID!) { message(id: $id) { visitor { id } } }";
    let visitor = desk.ask(Some(&staff), erase, id.clone()).await.data()["message"]["visitor"]["id"].clone();
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"asked\") { userErrors { code } } }";
    desk.ask(Some(&staff), erase, json!({"id": visitor})).await.data();
    let gone = desk.ask_in("en", &staff, FIELDS, id).await["message"]["fields"].clone();
    assert_eq!(gone[0], json!({"fieldId": "order", "label": "Order number", "value": null}));
}

async fn everything_that_is_wrong_with_a_form_is_told_question_by_question(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let mut agreed = question("agreed", "CHECKBOX");
    agreed["required"] = json!(true);
    let form =
        json!([order(true), colour(), question("pieces", "NUMBER"), question("bought", "DATE"), agreed]);
    desk.revise_form(&staff, form).await;
    let given = answered(&[
        ("colour", "Green"),
        ("pieces", "a few"),
        ("bought", "yesterday"),
        ("agreed", "false"),
        ("shoe", "42"),
    ]);
    let wrong = desk.leave(None, json!({"name": null, "contact": "nobody", "fields": given})).await;
    assert_eq!(wrong["receipt"], Value::Null);
    let errors = wrong["userErrors"].as_array().expect("errors");
    let told: Vec<_> = errors.iter().map(|error| (error["code"].clone(), error["field"].clone())).collect();
    let wanted = [
        ("REQUIRED", json!(["name"])),
        ("INVALID", json!(["contact"])),
        ("UNKNOWN", json!(["fields", "shoe"])),
        ("REQUIRED", json!(["fields", "order"])),
        ("UNKNOWN", json!(["fields", "colour"])),
        ("INVALID", json!(["fields", "pieces"])),
        ("INVALID", json!(["fields", "bought"])),
        ("REQUIRED", json!(["fields", "agreed"])),
    ];
    assert_eq!(told, wanted.map(|(code, field)| (json!(code), field)));
    let many: Value = (0..41).map(|n| json!({"fieldId": n.to_string(), "value": "x"})).collect();
    let too_many = desk.leave(None, json!({"fields": many})).await;
    assert_eq!(too_many["userErrors"][0]["field"], json!(["fields"]), "{too_many}");
    // What is wrong with a form itself is told by the way to it, too.
    let bad = json!({"input": {"fields": [{"id": "a b", "kind": "TEXT", "label": []}]}});
    let refused = desk.ask(Some(&staff), REVISE, bad).await.data()["reviseForm"].clone();
    let fields: Vec<_> =
        refused["userErrors"].as_array().expect("errors").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, [json!(["fields", "0", "id"]), json!(["fields", "0", "label"])]);
}

/// Somebody has the form before them, with a picture sent and every question answered, when a question is taken away and
/// another one is asked.
async fn a_form_that_changes_while_it_is_filled_in_says_so_and_no_word_is_lost(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let shown = desk.revise_form(&staff, json!([question("shoe", "NUMBER")])).await["version"].clone();
    let visitor = desk.visit().await;
    let image = desk.send(&visitor, picture("orientation_6.jpg")).await;
    let filled = |answers: &[(&str, &str)]| json!({"fields": answered(answers), "formVersion": shown, "uploadIds": [image], "idempotencyKey": "form-1"});
    desk.revise_form(&staff, json!([order(true)])).await;
    let refused = desk.leave(Some(&visitor), filled(&[("shoe", "42")])).await;
    assert_eq!(refused["receipt"], Value::Null);
    let errors = refused["userErrors"].as_array().expect("errors");
    let told: Vec<_> = errors.iter().map(|error| (error["code"].clone(), error["field"].clone())).collect();
    let wanted = [("CONFLICT", json!(["formVersion"])), ("REQUIRED", json!(["fields", "order"]))];
    assert_eq!(told, wanted.map(|(code, field)| (json!(code), field)));
    assert!(
        errors[0]["message"].as_str().is_some_and(|text| text.contains("nothing you wrote is lost")),
        "{errors:?}"
    );
    // The same once more with what is missing: the same key, the same picture, and the answer that nobody asks for now.
    let taken = desk.leave(Some(&visitor), filled(&[("shoe", "42"), ("order", "A1")])).await;
    assert_eq!(taken["userErrors"], json!([]));
    let message = &taken["visitorMessage"];
    assert_eq!(message["images"][0]["id"], json!(image));
    let values: Vec<_> =
        message["fields"].as_array().expect("answers").iter().map(|it| it["value"].clone()).collect();
    assert_eq!(values, ["A1", "42"]);
    // Without the form that was shown nobody asked that.
    let unasked =
        desk.leave(Some(&visitor), json!({"fields": answered(&[("shoe", "42"), ("order", "A1")])})).await;
    assert_eq!(unasked["userErrors"][0]["field"], json!(["fields", "shoe"]));
    // A form that changed and is fulfilled all the same is taken as it is.
    desk.revise_form(&staff, json!([question("size", "TEXT")])).await;
    let taken = desk
        .leave(Some(&visitor), json!({"fields": answered(&[("order", "A2")]), "formVersion": shown}))
        .await;
    assert_eq!(taken["userErrors"], json!([]));
}

async fn a_message_names_the_privacy_notice_that_was_shown(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let revise = async |text: &str| {
        let query = "mutation($text: [LocalisedTextInput!]!) { revisePrivacyNotice(input: {text: $text}) { \
                     desk { privacyNotice privacyNoticeVersion } userErrors { code } } }";
        let text = json!([{"locale": "en", "text": text}]);
        desk.ask(Some(&staff), query, json!({"text": text})).await.data()["revisePrivacyNotice"]["desk"]
            .clone()
    };
    assert_eq!(
        revise("We keep it.").await,
        json!({"privacyNotice": "We keep it.", "privacyNoticeVersion": 1})
    );
    assert_eq!(revise("We keep it for a year.").await["privacyNoticeVersion"], 2);
    let notice = async |more: Value| {
        let id = desk.leave(None, more).await["receipt"]["id"].clone();
        let query = "query($id: ID!) { message(id: $id) { history(first: 1) { nodes { payload } } } }";
        let answer = desk.ask(Some(&staff), query, json!({"id": id})).await.data();
        answer["message"]["history"]["nodes"][0]["payload"]["MessageSubmitted"]["privacy_notice"].clone()
    };
    assert_eq!(notice(json!({})).await, 0, "nobody said which");
    assert_eq!(notice(json!({"privacyNoticeVersion": 2})).await, 2);
    assert_eq!(
        notice(json!({"privacyNoticeVersion": 1})).await,
        1,
        "it stood on a page that was open for long"
    );
    let never = desk.leave(None, json!({"privacyNoticeVersion": 3})).await;
    assert_eq!(never["userErrors"][0]["field"], json!(["privacyNoticeVersion"]));
}

async fn a_category_that_is_no_more_is_refused_and_old_messages_keep_its_name(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let id = desk.leave(None, json!({"categoryId": "complaint"})).await["receipt"]["id"].clone();
    let query = "mutation($input: ReviseCategoriesInput!) { reviseCategories(input: $input) { \
                 desk { categories { id name icon } tags } userErrors { code field } } }";
    let categories = json!([{"id": "sales", "name": [{"locale": "en", "text": "Sales"}], "icon": "🛒"}]);
    let input = json!({"input": {"categories": categories, "tags": ["vip"]}});
    let revised = desk.ask(Some(&staff), query, input).await.data()["reviseCategories"].clone();
    assert_eq!(revised["userErrors"], json!([]));
    assert_eq!(
        revised["desk"],
        json!({"categories": [{"id": "sales", "name": "Sales", "icon": "🛒"}], "tags": ["vip"]})
    );
    let refused = desk.leave(None, json!({"categoryId": "complaint", "formVersion": 1})).await;
    let fields: Vec<_> =
        refused["userErrors"].as_array().expect("errors").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, [json!(["formVersion"]), json!(["categoryId"])]);
    let named = "query($id: ID!) { message(id: $id) { category { id name } } }";
    soon("the message is there", || async {
        let answer = desk.ask_in("en", &staff, named, json!({"id": id})).await;
        answer["message"]["category"] == json!({"id": "complaint", "name": "Complaint"})
    })
    .await;
}
