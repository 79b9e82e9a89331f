//! Opening hours as visitors and the desk meet them: open or closed, due in desk hours, revised while somebody waits.

use super::{Desk, SUBMIT, input};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_closed_desk_says_so_and_when_it_opens,
    what_is_left_in_the_evening_is_due_after_the_holiday_and_overdue_then,
    hours_and_priority_that_change_while_somebody_waits_count,
    who_is_present_and_how_many_wait_open_and_close_the_desk,
    a_calendar_is_imported_and_says_what_it_left_out,
    the_next_years_days_are_added_from_a_file_and_it_is_told_until_when_they_are_known,
    a_category_has_a_load_of_its_own_and_times_are_told_in_the_zone_asked_for,
    what_is_wrong_with_hours_is_told_by_the_way_to_its_field,
);

const AVAILABILITY: &str =
    "query($at: DateTime) { desk { availability(at: $at) { open reason opensAt closesAt text } } }";
const REVISED: &str = "receipt { version } leftOut { line name why } userErrors { code field message }";
const DUE: &str = "query($id: ID!) { message(id: $id) { dueAt overdue } }";

impl Desk {
    /// An administrator whose session begins now.
    async fn manager(&self) -> String {
        match self.server.first_sign_in() {
            Some(_) if self.clock.now() < moment("2026-09-21T15:00:00Z") => self.administrator().await,
            _ => self.sign_in("admin@localhost").await,
        }
    }

    fn set_clock(&self, to: &str) {
        let by = moment(to) - self.clock.now();
        self.clock.advance(by.to_std().expect("later"));
    }

    async fn revise(&self, token: &str, mutation: &str) -> Value {
        let payload = self.mutate(token, mutation, REVISED).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    /// A message of a category: its id.
    async fn left(&self, category: &str) -> String {
        let mut input = input();
        input["categoryId"] = json!(category);
        let answer = self.ask(None, SUBMIT, json!({"input": input})).await.data();
        answer["submitMessage"]["receipt"]["id"].as_str().expect("an id").to_owned()
    }

    async fn due(&self, token: &str, id: &str) -> Value {
        self.ask(Some(token), DUE, json!({"id": id})).await.data()["message"].clone()
    }

    /// Waits until an answer is due then.
    async fn soon_due(&self, token: &str, id: &str, due_at: &str) {
        soon(due_at, || async { self.due(token, id).await["dueAt"] == json!(due_at) }).await;
    }

    async fn availability(&self, at: Option<&str>) -> Value {
        self.ask(None, AVAILABILITY, json!({"at": at})).await.data()["desk"]["availability"].clone()
    }

    /// How often it was told that a message's answer is overdue.
    async fn told(&self, token: &str, id: &str) -> usize {
        let history = "query($id: ID!) { message(id: $id) { history { edges { node { type } } } } }";
        let answer = self.ask(Some(token), history, json!({"id": id})).await.data();
        let edges = answer["message"]["history"]["edges"].as_array().expect("a history").clone();
        edges.iter().filter(|edge| edge["node"]["type"] == "ReplyBecameOverdue").count()
    }
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

const CHINA: &str = "reviseOpeningHours(input: {desk: {preset: CHINA}})";

/// It is a Monday night in Shanghai.
async fn a_closed_desk_says_so_and_when_it_opens(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    let open = desk.availability(None).await;
    assert_eq!((&open["open"], &open["reason"]), (&json!(true), &json!("OPEN")));
    assert_eq!((&open["opensAt"], &open["closesAt"]), (&Value::Null, &Value::Null));
    desk.set_clock("2026-09-21T15:00:00Z");
    desk.revise(&staff, CHINA).await;
    let closed = desk.availability(None).await;
    assert_eq!((&closed["open"], &closed["reason"]), (&json!(false), &json!("OUTSIDE_HOURS")));
    assert_eq!(closed["opensAt"], "2026-09-22T01:00:00.000000Z");
    let chinese = "现在是非服务时间，将于 2026-09-22（星期二）09:00 恢复服务（Asia/Shanghai）。";
    assert_eq!(closed["text"], chinese, "the desk's own language");
    let query = "{ desk { availability { text } } }";
    let german = desk.ask_in("de", &staff, query, json!({})).await;
    let told = "Geschlossen. Wieder geöffnet am Dienstag, 2026-09-22 um 09:00 (Asia/Shanghai).";
    assert_eq!(german["desk"]["availability"]["text"], told);

    // At other moments: before the revision by the hours of then, later by these.
    assert_eq!(desk.availability(Some("2026-09-21T14:30:00Z")).await["open"], true);
    assert_eq!(desk.availability(Some("2026-09-21T16:30:00Z")).await["open"], false);
    let noon = desk.availability(Some("2026-09-22T04:00:00Z")).await;
    assert_eq!((&noon["open"], &noon["closesAt"]), (&json!(true), &json!("2026-09-22T10:00:00.000000Z")));
    let holiday = desk.availability(Some("2026-10-01T04:00:00Z")).await;
    assert_eq!(
        (&holiday["reason"], &holiday["opensAt"]),
        (&json!("HOLIDAY"), &json!("2026-10-08T01:00:00.000000Z"))
    );
    let worked = desk.availability(Some("2026-10-10T04:00:00Z")).await;
    assert_eq!(worked["open"], true, "a Saturday that makes up for the holiday");
    desk.set_clock("2026-09-22T03:00:00Z");
    desk.revise(&staff, "reviseOpeningHours(input: {desk: {preset: ALWAYS_OPEN}})").await;
    let then = desk.availability(Some("2026-09-21T16:30:00Z")).await;
    assert_eq!(then["open"], false, "a question about last night uses last night's hours");
}

/// On the eve of the Mid-Autumn Festival, a Friday before a weekend, and on a Friday before a Saturday that is worked.
async fn what_is_left_in_the_evening_is_due_after_the_holiday_and_overdue_then(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    desk.revise(&staff, CHINA).await;
    // Complaints are due a second before the others, so that the clock is known to have looked.
    let target = "reviseServiceTarget(input: {answerWithinSeconds: 14400, \
                  exceptions: [{categoryId: \"complaint\", answerWithinSeconds: 14399}]})";
    desk.revise(&staff, target).await;
    for (left_at, due_at, before) in [
        ("2026-09-24T12:00:00Z", "2026-09-28T05:00:00.000000Z", "2026-09-28T04:59:59Z"),
        ("2026-10-09T12:00:00Z", "2026-10-10T05:00:00.000000Z", "2026-10-10T04:59:59Z"),
    ] {
        desk.set_clock(left_at);
        let staff = desk.manager().await;
        let (message, canary) = (desk.left("inquiry").await, desk.left("complaint").await);
        desk.soon_due(&staff, &message, due_at).await;
        desk.set_clock(before);
        let staff = desk.manager().await;
        soon("the other is overdue", || async { desk.due(&staff, &canary).await["overdue"] == true }).await;
        assert_eq!(desk.due(&staff, &message).await, json!({"dueAt": due_at, "overdue": false}));
        desk.set_clock(due_at);
        soon("it is overdue", || async { desk.due(&staff, &message).await["overdue"] == true }).await;
        desk.revise(&staff, "reviseOpeningHours(input: {desk: {preset: ALWAYS_OPEN}})").await;
        desk.revise(&staff, CHINA).await;
        assert_eq!(desk.due(&staff, &message).await, json!({"dueAt": due_at, "overdue": true}));
        assert_eq!(desk.told(&staff, &message).await, 1);
    }
}

/// On a Friday evening.
async fn hours_and_priority_that_change_while_somebody_waits_count(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    desk.revise(&staff, CHINA).await;
    let target = "reviseServiceTarget(input: {answerWithinSeconds: 14400, \
                  exceptions: [{priority: URGENT, answerWithinSeconds: 3600}]})";
    desk.revise(&staff, target).await;
    desk.set_clock("2026-10-09T12:00:00Z");
    let staff = desk.manager().await;
    let message = desk.left("inquiry").await;
    desk.soon_due(&staff, &message, "2026-10-10T05:00:00.000000Z").await;
    let week = "reviseOpeningHours(input: {desk: {preset: MONDAY_TO_FRIDAY, timeZone: \"Asia/Shanghai\"}})";
    desk.revise(&staff, week).await;
    desk.soon_due(&staff, &message, "2026-10-12T05:00:00.000000Z").await;
    let urgent = "mutation($id: ID!) { prioritizeMessage(input: {messageId: $id, priority: URGENT}) { userErrors { code } } }";
    desk.ask(Some(&staff), urgent, json!({"id": message})).await.data();
    desk.soon_due(&staff, &message, "2026-10-12T02:00:00.000000Z").await;
    let never = "reviseOpeningHours(input: {desk: {weekly: []}})";
    desk.revise(&staff, never).await;
    soon("never", || async { desk.due(&staff, &message).await["dueAt"] == Value::Null }).await;
    let closed = desk.availability(None).await;
    assert_eq!((&closed["reason"], &closed["opensAt"]), (&json!("CLOSED_FOR_EVER"), &Value::Null));
    // Those who handle complaints are in Berlin, where it is 14:00.
    let berlin = "reviseOpeningHours(input: {categories: [{categoryId: \"inquiry\", hours: {preset: \
                  MONDAY_TO_FRIDAY, timeZone: \"Europe/Berlin\"}}]})";
    desk.revise(&staff, berlin).await;
    desk.soon_due(&staff, &message, "2026-10-09T13:00:00.000000Z").await;
    let query = "{ desk { availability(categoryId: \"inquiry\") { open closesAt } openingHours { desk { weekly { days } } \
                 categories { categoryId hours { timeZone } } } serviceTarget { answerWithinSeconds \
                 exceptions { categoryId priority answerWithinSeconds } } } }";
    let told = desk.ask(None, query, json!({})).await.data()["desk"].clone();
    assert_eq!(told["availability"], json!({"open": true, "closesAt": "2026-10-09T16:00:00.000000Z"}));
    let categories = json!([{"categoryId": "inquiry", "hours": {"timeZone": "Europe/Berlin"}}]);
    assert_eq!(told["openingHours"], json!({"desk": {"weekly": []}, "categories": categories}));
    let exception = json!({"categoryId": null, "priority": "URGENT", "answerWithinSeconds": 3600});
    assert_eq!(told["serviceTarget"], json!({"answerWithinSeconds": 14400, "exceptions": [exception]}));
    let overdue = || async { desk.due(&staff, &message).await["overdue"] == true };
    assert!(!overdue().await);
    desk.set_clock("2026-10-09T13:00:00Z");
    soon("it is overdue", overdue).await;
    assert_eq!(desk.told(&staff, &message).await, 1);
}

async fn who_is_present_and_how_many_wait_open_and_close_the_desk(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    let reason = |reason: &'static str| {
        let desk = &desk;
        async move { soon(reason, || async { desk.availability(None).await["reason"] == reason }).await }
    };
    let by_presence =
        "reviseOpeningHours(input: {availability: {byPresence: true, mostWaitingPerMember: 1}})";
    desk.revise(&staff, by_presence).await;
    reason("NOBODY_PRESENT").await;
    let arrive = "mutation { setPresence(presence: PRESENT) { member { presence } } }";
    desk.ask(Some(&staff), arrive, json!({})).await.data();
    reason("OPEN").await;
    desk.submit().await;
    reason("OPEN").await;
    desk.submit().await;
    reason("TOO_MANY_WAITING").await;
    let later = desk.availability(Some("2026-12-24T12:00:00Z")).await;
    assert_eq!(later["open"], true, "who will be there then nobody knows");
}

async fn a_calendar_is_imported_and_says_what_it_left_out(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    desk.revise(&staff, CHINA).await;
    let event = |date: &str, name: &str, more: &str| {
        format!("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{date}\r\nSUMMARY:{name}\r\n{more}END:VEVENT\r\n")
    };
    let weekly = event("20261103", "周会", "RRULE:FREQ=WEEKLY\r\n");
    let all = [event("20270101", "元旦", ""), event("20270102", "元旦（班）", ""), weekly].concat();
    let file = format!("BEGIN:VCALENDAR\r\n{all}END:VCALENDAR\r\n");
    let import = format!(
        "mutation($file: String!) {{ reviseOpeningHours(input: {{desk: {{iCalendar: $file}}}}) {{ {REVISED} \
                          desk {{ openingHours {{ desk {{ holidays {{ date name }} workingDays {{ date like }} }} }} }} }} }}"
    );
    let answer = desk.ask(Some(&staff), &import, json!({"file": file})).await.data();
    let payload = &answer["reviseOpeningHours"];
    assert_eq!(payload["userErrors"], json!([]));
    let left_out = payload["leftOut"].as_array().expect("a list");
    assert_eq!((left_out.len(), &left_out[0]["name"]), (1, &json!("周会")));
    let hours = &payload["desk"]["openingHours"]["desk"];
    let holidays = hours["holidays"].as_array().expect("a list");
    assert!(holidays.contains(&json!({"date": "2027-01-01", "name": "元旦"})) && holidays.len() > 30);
    let worked = json!({"date": "2027-01-02", "like": 1});
    assert!(hours["workingDays"].as_array().is_some_and(|days| days.contains(&worked)), "{hours}");
    let again = desk.ask(Some(&staff), &import, json!({"file": file})).await.data();
    assert_eq!(again["reviseOpeningHours"]["userErrors"][0]["code"], "ALREADY_SO");
    let broken = desk.ask(Some(&staff), &import, json!({"file": "no calendar"})).await.data();
    let error = &broken["reviseOpeningHours"]["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("INVALID"), &json!(["desk", "iCalendar"])));
}

/// What nobody announced yet cannot be in the ready set: on New Year's Day the desk would be open.
async fn the_next_years_days_are_added_from_a_file_and_it_is_told_until_when_they_are_known(
    dialect: Dialect,
) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    desk.revise(&staff, CHINA).await;
    let (new_year, sunday) = ("2027-01-01T04:00:00Z", "2027-01-03T04:00:00Z");
    assert_eq!(desk.availability(Some(new_year)).await["open"], true);
    let until = "{ desk { openingHours { desk { specialDaysUntil } categories { categoryId } } } }";
    let until = async || {
        let told = desk.ask(None, until, json!({})).await.data();
        told["desk"]["openingHours"]["desk"]["specialDaysUntil"].clone()
    };
    assert_eq!(until().await, "2026-10-10");
    let import = "mutation($file: String!) { reviseOpeningHours(input: {desk: {specialDays: $file}}) { \
                  receipt { version } leftOut { line date name why } userErrors { code field message } } }";
    let add = async |file: &str| {
        let answer = desk.ask(Some(&staff), import, json!({"file": file})).await.data();
        answer["reviseOpeningHours"].clone()
    };
    // Of a day that stands as the opposite it is told, whatever else the file has.
    let file = r#"{
        "source": "国务院办公厅关于2027年部分节假日安排的通知",
        "holidays": [
            {"date": "2027-01-01", "name": "元旦"},
            {"date": "2026-10-10", "name": "国庆节"}
        ],
        "working_days": [{"date": "2027-01-03", "name": "元旦（班）", "like": 1}]
    }"#;
    let payload = add(file).await;
    assert_eq!(payload["userErrors"], json!([]));
    let left_out = payload["leftOut"][0].clone();
    assert_eq!(
        (&left_out["line"], &left_out["date"], &left_out["name"]),
        (&json!(5), &json!("2026-10-10"), &json!("国庆节"))
    );
    assert!(left_out["why"].as_str().is_some_and(|why| why.contains("working day already")), "{left_out}");
    let holiday = desk.availability(Some(new_year)).await;
    assert_eq!((&holiday["open"], &holiday["reason"]), (&json!(false), &json!("HOLIDAY")));
    assert_eq!(desk.availability(Some(sunday)).await["open"], true, "a Sunday that makes up for it");
    assert_eq!(until().await, "2027-01-03");
    // Only what cannot be taken is left: nothing changes, and still it is told.
    let again = add(file).await;
    assert_eq!(again["userErrors"][0]["code"], "ALREADY_SO");
    assert_eq!(again["leftOut"].as_array().map(Vec::len), Some(1));
    let told = async |file: &str| {
        let payload = add(file).await;
        let errors = payload["userErrors"].as_array().expect("errors").clone();
        errors.iter().map(|error| json!([error["code"], error["field"]])).collect::<Vec<_>>()
    };
    for no_list in
        ["", "null", "{\"holiday\": []}", "{\"holidays\": [{\"date\": \"2027-02-30\", \"name\": \"x\"}]}"]
    {
        assert_eq!(told(no_list).await, [json!(["INVALID", ["desk", "specialDays"]])], "{no_list}");
    }
    let wrong = r#"{"holidays": [{"date": "2027-05-01", "name": ""}, {"date": "2027-05-01", "name": "劳动节"}],
                    "working_days": [{"date": "2027-05-08", "name": "劳动节（班）"}]}"#;
    let field = |way: [&'static str; 3]| [&["desk", "specialDays"][..], &way].concat();
    let expected = [
        json!(["INVALID", field(["holidays", "0", "name"])]),
        json!(["INVALID", field(["holidays", "1", "date"])]),
        json!(["REQUIRED", field(["working_days", "0", "ranges"])]),
    ];
    assert_eq!(told(wrong).await, expected);
    assert_eq!(until().await, "2027-01-03");
}

async fn a_category_has_a_load_of_its_own_and_times_are_told_in_the_zone_asked_for(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    desk.revise(&staff, "reviseOpeningHours(input: {availability: {mostWaitingPerMember: 1}})").await;
    let arrive = "mutation { setPresence(presence: PRESENT) { member { presence } } }";
    desk.ask(Some(&staff), arrive, json!({})).await.data();
    let query = "query($of: ID) { desk { availability(categoryId: $of) { reason } } }";
    let reason = async |of: Option<&str>| {
        let answer = desk.ask(None, query, json!({"of": of})).await.data();
        answer["desk"]["availability"]["reason"].clone()
    };
    for _ in 0..2 {
        desk.left("complaint").await;
    }
    soon("two wait", || async { reason(None).await == "TOO_MANY_WAITING" }).await;
    soon("both complain", || async { reason(Some("complaint")).await == "TOO_MANY_WAITING" }).await;
    assert_eq!(reason(Some("inquiry")).await, "OPEN");

    desk.set_clock("2026-09-21T15:00:00Z");
    let staff = desk.manager().await;
    let by_hours =
        "reviseOpeningHours(input: {desk: {preset: CHINA}, availability: {mostWaitingPerMember: null}})";
    desk.revise(&staff, by_hours).await;
    let query =
        "query($zone: TimeZone) { desk(locale: \"en\") { availability(timeZone: $zone) { text opensAt } } }";
    for (zone, text) in [
        (None, "Closed. Open again on Tuesday, 2026-09-22 at 09:00 (Asia/Shanghai)."),
        (Some("America/New_York"), "Closed. Open again on Monday, 2026-09-21 at 21:00 (America/New_York)."),
    ] {
        let told = desk.ask(None, query, json!({"zone": zone})).await.data();
        let told = &told["desk"]["availability"];
        assert_eq!(told, &json!({"text": text, "opensAt": "2026-09-22T01:00:00.000000Z"}));
    }
    let nowhere = desk.ask(None, query, json!({"zone": "Mars/Olympus"})).await;
    assert_eq!(nowhere.code(), "BAD_REQUEST");
}

async fn what_is_wrong_with_hours_is_told_by_the_way_to_its_field(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.manager().await;
    let told = async |mutation: &str| {
        let payload = desk.mutate(&staff, mutation, REVISED).await;
        assert_eq!(payload["receipt"], Value::Null, "{payload}");
        let errors = payload["userErrors"].as_array().expect("errors").clone();
        errors.iter().map(|error| json!([error["code"], error["field"]])).collect::<Vec<_>>()
    };
    let wrong = "reviseOpeningHours(input: {desk: {timeZone: \"Mars/Olympus\", weekly: [{days: [8], from: \"9\", until: \
                 \"18:00\"}]}, categories: [{categoryId: \"absent\", hours: {}}]})";
    let errors = told(wrong).await;
    for expected in [
        json!(["UNKNOWN", ["desk", "timeZone"]]),
        json!(["INVALID", ["desk", "weekly", "0", "days"]]),
        json!(["INVALID", ["desk", "weekly", "0", "from"]]),
        json!(["UNKNOWN", ["categories", "0", "categoryId"]]),
    ] {
        assert!(errors.contains(&expected), "{expected} in {errors:?}");
    }
    let nothing = told("reviseOpeningHours(input: {})").await;
    assert_eq!(nothing, [json!(["ALREADY_SO", null])]);
    let target =
        "reviseServiceTarget(input: {answerWithinSeconds: 0, exceptions: [{answerWithinSeconds: 60}]})";
    let expected =
        [json!(["INVALID", ["answerWithinSeconds"]]), json!(["REQUIRED", ["exceptions", "0", "categoryId"]])];
    assert_eq!(told(target).await, expected);
    let waiting = "reviseOpeningHours(input: {availability: {mostWaitingPerMember: -1}})";
    assert_eq!(told(waiting).await, [json!(["INVALID", ["availability", "mostWaitingPerMember"]])]);
    let payload = desk.ask_in(
        "zh-CN",
        &staff,
        "mutation { reviseOpeningHours(input: {desk: {timeZone: \"x\"}}) { userErrors { message } } }",
        json!({}),
    );
    let message = payload.await["reviseOpeningHours"]["userErrors"][0]["message"].clone();
    assert!(message.as_str().is_some_and(|message| message.contains("时区")), "{message}");
}
