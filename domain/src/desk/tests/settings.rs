//! Another name, form, category, notice, and automatic reply.

use super::*;
use crate::{
    hours::{HoursRange, Moment},
    message::FileFormat,
};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn revised(desk: &mut Desk, command: DeskCommand) -> Vec<DeskEvent> {
    let events = desk.decide(command).expect("accepted");
    events.iter().cloned().for_each(|event| desk.apply(event));
    events
}

fn problems(desk: &Desk, command: DeskCommand) -> Vec<(String, SettingProblem)> {
    match desk.decide(command) {
        Err(DeskError::Setting(errors)) => {
            errors.into_iter().map(|error| (error.field.join("."), error.problem)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn en(text: &str) -> Vec<TextIn> {
    vec![(Locale::parse("en").expect("a tag"), text.to_owned())]
}

fn nothing() -> ReviseDesk {
    ReviseDesk {
        at: at(0),
        name: None,
        locales: None,
        time_zone: None,
        phone_region: None,
        days_until_shredding: None,
        upload_bytes: None,
        uploads_per_message: None,
        files: None,
        file_bytes: None,
        figures_per_member: None,
    }
}

fn itself(revise: ReviseDesk) -> DeskCommand {
    DeskCommand::ReviseDesk(Box::new(revise))
}

fn question(id: &str, kind: FieldKind) -> FormFieldInput {
    let options = if kind == FieldKind::Choice { vec![en("Red"), en("Blue")] } else { vec![] };
    FormFieldInput {
        id: id.to_owned(),
        kind,
        label: en("Label"),
        help: vec![],
        example: vec![],
        options,
        required: true,
    }
}

fn form(fields: Vec<FormFieldInput>) -> DeskCommand {
    DeskCommand::ReviseForm(ReviseForm {
        at: at(0),
        require_name: None,
        require_category: None,
        guidance: None,
        fields: Some(fields),
    })
}

#[test]
fn what_is_left_out_of_the_desk_stays_and_what_cannot_be_is_told_field_by_field() {
    let mut desk = opened();
    assert_eq!(desk.decide(itself(nothing())), Err(DeskError::AlreadySo));
    revised(
        &mut desk,
        itself(ReviseDesk {
            name: Some(" 小店 ".to_owned()),
            phone_region: Some("de".to_owned()),
            ..nothing()
        }),
    );
    let stands = desk.settings().desk.clone().expect("a desk");
    assert_eq!(
        (stands.name.as_str(), stands.phone_region.as_str(), stands.uploads_per_message),
        ("小店", "DE", 9)
    );
    let wrong = ReviseDesk {
        name: Some("two\nlines".to_owned()),
        locales: Some(vec![]),
        time_zone: Some("Mars/Olympus".to_owned()),
        phone_region: Some("XX".to_owned()),
        days_until_shredding: Some(4_000),
        upload_bytes: Some(1),
        uploads_per_message: Some(21),
        files: Some(vec![FileFormat::Pdf, FileFormat::Pdf]),
        file_bytes: Some(20 * 1024 * 1024 + 1),
        ..nothing()
    };
    let told: Vec<_> = problems(&desk, itself(wrong)).into_iter().map(|(field, _)| field).collect();
    let fields = [
        "name",
        "locales",
        "timeZone",
        "phoneRegion",
        "daysUntilShredding",
        "uploadBytes",
        "uploadsPerMessage",
        "files.1",
        "fileBytes",
    ];
    assert_eq!(told, fields);
}

#[test]
fn hours_that_go_by_the_desks_clock_go_with_it_into_another_zone() {
    let mut desk = opened();
    let moved = ReviseDesk { time_zone: Some("Europe/Berlin".to_owned()), ..nothing() };
    assert_eq!(revised(&mut desk, itself(moved)).len(), 2);
    assert_eq!(desk.settings().hours(None).zone().name(), "Europe/Berlin");
    let complaint = CategoryId("complaint".to_owned());
    let own = HoursChange { weekly: Some(vec![]), ..HoursChange::default() };
    let hours = ReviseOpeningHours {
        at: at(0),
        desk: HoursChange::default(),
        categories: Some(vec![(complaint.clone(), own)]),
        availability: RuleChange::default(),
    };
    revised(&mut desk, DeskCommand::ReviseOpeningHours(Box::new(hours)));
    let elsewhere = HoursChange { time_zone: Some("Asia/Tokyo".to_owned()), ..HoursChange::default() };
    let hours = ReviseOpeningHours {
        at: at(0),
        desk: elsewhere,
        categories: None,
        availability: RuleChange::default(),
    };
    revised(&mut desk, DeskCommand::ReviseOpeningHours(Box::new(hours)));
    let back = ReviseDesk { time_zone: Some("Asia/Shanghai".to_owned()), ..nothing() };
    assert_eq!(revised(&mut desk, itself(back)).len(), 2);
    let zone = |category| desk.settings().hours(category).zone().name();
    assert_eq!(
        (zone(None), zone(Some(&complaint))),
        ("Asia/Tokyo", "Asia/Shanghai"),
        "each that went by the desk's"
    );
}

#[test]
fn a_question_that_is_asked_no_more_is_remembered_and_its_id_keeps_its_kind() {
    let mut desk = opened();
    assert_eq!(desk.settings().form_version(), 1);
    revised(&mut desk, form(vec![question("order", FieldKind::Text), question("colour", FieldKind::Choice)]));
    revised(&mut desk, form(vec![question("colour", FieldKind::Choice)]));
    assert_eq!(desk.settings().form_version(), 3);
    let asked = |desk: &Desk, shown| {
        let rules = desk.settings().form_rules(shown);
        (rules.fields.len(), rules.once.len())
    };
    let both = [asked(&desk, None), asked(&desk, Some(2)), asked(&desk, Some(3))];
    assert_eq!(both, [(1, 0), (1, 1), (1, 0)], "of the form that was shown");
    assert_eq!(desk.settings().field_ever("order").map(|field| field.kind), Some(FieldKind::Text));
    let again = problems(&desk, form(vec![question("order", FieldKind::Number)]));
    assert_eq!(again, [("fields.0.kind".to_owned(), SettingProblem::OtherKind)]);
    revised(&mut desk, form(vec![question("order", FieldKind::Text)]));
    assert_eq!(asked(&desk, Some(3)), (1, 1), "the other one is gone now, and this one is back");
}

#[test]
fn a_form_that_cannot_be_is_told_field_by_field() {
    let desk = opened();
    let unlabelled = FormFieldInput { label: vec![], ..question("a b", FieldKind::Text) };
    let no_choice = FormFieldInput { options: vec![en("Red")], ..question("colour", FieldKind::Choice) };
    let same =
        FormFieldInput { options: vec![en("Red"), en("Red")], ..question("colour", FieldKind::Choice) };
    let unasked = FormFieldInput { options: vec![en("Red")], ..question("text", FieldKind::Text) };
    let twice = FormFieldInput { label: [en("a"), en("b")].concat(), ..question("twice", FieldKind::Text) };
    let told = problems(&desk, form(vec![unlabelled, no_choice, same, unasked, twice]));
    let wanted = [
        ("fields.0.id", SettingProblem::Id),
        ("fields.0.label", SettingProblem::Missing),
        ("fields.1.options", SettingProblem::OptionsMissing),
        ("fields.2.id", SettingProblem::Twice),
        ("fields.2.options.1", SettingProblem::Twice),
        ("fields.3.options", SettingProblem::OptionsUnasked),
        ("fields.4.label.1.locale", SettingProblem::Twice),
    ];
    assert_eq!(told, wanted.map(|(field, problem)| (field.to_owned(), problem)));
    let many = (0..=MOST_FIELDS).map(|n| question(&format!("f{n}"), FieldKind::Text)).collect();
    let too_many = SettingProblem::TooMany { most: MOST_FIELDS, actual: MOST_FIELDS + 1 };
    assert_eq!(problems(&desk, form(many)), [("fields".to_owned(), too_many)]);
}

#[test]
fn a_category_that_is_no_more_takes_its_hours_and_targets_with_it_and_keeps_its_name() {
    let mut desk = opened();
    let complaint = CategoryId("complaint".to_owned());
    let hours = ReviseOpeningHours {
        at: at(0),
        desk: HoursChange::default(),
        categories: Some(vec![(
            complaint.clone(),
            HoursChange { weekly: Some(vec![]), ..HoursChange::default() },
        )]),
        availability: RuleChange::default(),
    };
    revised(&mut desk, DeskCommand::ReviseOpeningHours(Box::new(hours)));
    let exception =
        TargetException { category_id: Some(complaint.clone()), priority: None, answer_within_seconds: 60 };
    let target =
        ReviseServiceTarget { at: at(0), answer_within_seconds: None, exceptions: Some(vec![exception]) };
    revised(&mut desk, DeskCommand::ReviseServiceTarget(target));
    let other = CategoryInput { id: "other".to_owned(), name: en("Other"), icon: Some("❓".to_owned()) };
    let fewer = ReviseCategories { at: at(1), categories: Some(vec![other]), tags: None, criteria: None };
    let events = revised(&mut desk, DeskCommand::ReviseCategories(fewer));
    assert_eq!(events.len(), 3);
    let settings = desk.settings();
    assert!(settings.hours(Some(&complaint)).is_open(at(0)), "it has the desk's hours now");
    assert_eq!(settings.service_target.as_ref().map(|target| target.exceptions.len()), Some(0));
    assert!(!settings.form_rules(None).categories.contains(&complaint));
    let name = &settings.category_ever(&complaint).expect("remembered").name;
    assert_eq!(name.text(None, &Locale::parse("en").expect("a tag")), "Complaint");
    assert_eq!(settings.tags().len(), 3, "left out, so as it was");
}

#[test]
fn a_category_is_not_required_where_there_is_none() {
    let none = || {
        DeskCommand::ReviseCategories(ReviseCategories {
            at: at(1),
            categories: Some(vec![]),
            tags: None,
            criteria: None,
        })
    };
    let required = || {
        DeskCommand::ReviseForm(ReviseForm {
            at: at(1),
            require_name: None,
            require_category: Some(true),
            guidance: None,
            fields: None,
        })
    };
    for (first, then, field) in [(required(), none(), "categories"), (none(), required(), "requireCategory")]
    {
        let mut desk = opened();
        revised(&mut desk, first);
        assert_eq!(problems(&desk, then), [(field.to_owned(), SettingProblem::NothingToChoose)]);
    }
}

#[test]
fn what_messages_can_be_about_is_part_of_the_form() {
    let mut desk = opened();
    let only = |id: &str| ReviseCategories {
        at: at(1),
        categories: Some(vec![CategoryInput { id: id.to_owned(), name: en(id), icon: None }]),
        tags: None,
        criteria: None,
    };
    revised(&mut desk, DeskCommand::ReviseCategories(only("sales")));
    assert_eq!(desk.settings().form_version(), 2);
    let tags = ReviseCategories { tags: Some(vec![]), categories: None, ..only("sales") };
    revised(&mut desk, DeskCommand::ReviseCategories(tags));
    assert_eq!(desk.settings().form_version(), 2);
}

#[test]
fn each_privacy_notice_has_a_number_and_none_is_one_too() {
    let mut desk = opened();
    let notice = |text| DeskCommand::RevisePrivacyNotice(RevisePrivacyNotice { at: at(0), text });
    assert_eq!(desk.settings().form_rules(None).privacy_notice, 0);
    assert_eq!(desk.decide(notice(vec![])), Err(DeskError::AlreadySo));
    revised(&mut desk, notice(en("We keep it.")));
    assert_eq!(desk.settings().form_rules(None).privacy_notice, 1);
    revised(&mut desk, notice(vec![]));
    assert_eq!(desk.settings().form_rules(None).privacy_notice, 2);
    assert_eq!(desk.settings().privacy_notice_version(), 0, "there is none to be shown");
}

fn auto_reply(enabled: bool, text: &str, without: &str) -> DeskCommand {
    DeskCommand::ReviseAutoReply(ReviseAutoReply {
        at: at(0),
        enabled: Some(enabled),
        text: Some(en(text)),
        text_without_time: Some(en(without)),
    })
}

#[test]
fn an_automatic_reply_has_words_for_both_cases_and_no_gap_that_nothing_fills() {
    let desk = opened();
    let told = problems(&desk, auto_reply(true, "Open at {{opens}}", "Open at {{opensAt}}"));
    assert_eq!(
        told,
        ["text.0.text", "textWithoutTime.0.text"].map(|field| (field.to_owned(), SettingProblem::Gap))
    );
    let on = ReviseAutoReply { at: at(0), enabled: Some(true), text: None, text_without_time: None };
    let told = problems(&desk, DeskCommand::ReviseAutoReply(on));
    assert_eq!(told, ["text", "textWithoutTime"].map(|field| (field.to_owned(), SettingProblem::Missing)));
}

/// 2026-11-27 is a Friday.
#[test]
fn a_closed_desk_says_when_it_opens_in_the_zone_of_its_hours_and_an_open_one_nothing() {
    let mut desk = opened();
    let days = HoursRange { days: vec![1, 2, 3, 4, 5], from: "09:00".to_owned(), until: "18:00".to_owned() };
    let week = HoursChange { weekly: Some(vec![days]), ..HoursChange::default() };
    let hours =
        ReviseOpeningHours { at: at(0), desk: week, categories: None, availability: RuleChange::default() };
    revised(&mut desk, DeskCommand::ReviseOpeningHours(Box::new(hours)));
    let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    let reply = |desk: &Desk, left_at: &str, now: &str| {
        let left = LeftWord { at: instant(left_at), category_id: None, locale: None };
        desk.settings().auto_reply_to(&left, Moment { at: instant(now), present: 0, waiting: 0 }, None)
    };
    let friday_evening = "2026-11-27T12:00:00Z";
    assert_eq!(reply(&desk, friday_evening, friday_evening), None, "none was asked for");
    revised(&mut desk, auto_reply(true, "{{desk.name}} opens {{ opensAt }}.", "Closed."));
    let said = reply(&desk, friday_evening, friday_evening).expect("a reply");
    assert_eq!(said.content.as_str(), "Leaveword opens 2026-11-30 09:00 (Asia/Shanghai).");
    assert_eq!(said.opens_at, Some(instant("2026-11-30T01:00:00Z")));
    let saturday = reply(&desk, "2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z").expect("a reply");
    assert_eq!(saturday.closing, said.closing, "the same closing");
    assert_eq!(reply(&desk, "2026-11-27T04:00:00Z", "2026-11-27T04:00:00Z"), None, "it is open");
    assert_eq!(reply(&desk, "2026-11-27T09:59:00Z", "2026-11-27T10:01:00Z"), None, "it was open");
    assert_eq!(reply(&desk, friday_evening, "2026-11-30T02:00:00Z"), None, "it is open by now");
    assert_eq!(
        reply(&desk, friday_evening, "2026-11-29T02:00:00Z"),
        None,
        "that was the day before yesterday"
    );
}

#[test]
fn blocked_words_can_be_found_and_stand_in_the_list_once() {
    let mut desk = opened();
    let revise = |words: &[&str]| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        DeskCommand::ReviseBlockedWords(ReviseBlockedWords { at: at(1), words })
    };
    assert_eq!(desk.decide(revise(&[])), Err(DeskError::AlreadySo));
    let told = problems(&desk, revise(&["", "!!!", "Casino", "casino", &"x".repeat(51), "操"]));
    let field = |n: usize| format!("words.{n}");
    let expected = [
        (field(0), SettingProblem::Missing),
        (field(1), SettingProblem::NoWord),
        (field(3), SettingProblem::Twice),
        (field(4), SettingProblem::TooLong { max: 50, actual: 51 }),
        (field(5), SettingProblem::NoWord),
    ];
    assert_eq!(told, expected);
    let many = vec!["word"; 101];
    assert_eq!(problems(&desk, revise(&many))[0].1, SettingProblem::TooMany { most: 100, actual: 101 });
    revised(&mut desk, revise(&["  Casino ", "代开发票"]));
    assert_eq!(desk.settings().blocked_words(), ["Casino", "代开发票"]);
    assert_eq!(desk.settings().form_version(), 1, "visitors are asked the same");
    revised(&mut desk, revise(&[]));
    assert_eq!(desk.settings().blocked_words(), [""; 0]);
}
