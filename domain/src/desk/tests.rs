//! The rules of the desk, one test each.

mod closings;
mod hours;
mod roles;
mod settings;
mod target;

use super::*;
use crate::{ids::CategoryId, locale::Locale};

fn opened() -> Desk {
    let mut desk = Desk::default();
    let at = DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
    for event in desk.decide(DeskCommand::Open { at }).expect("accepted") {
        desk.apply(event);
    }
    desk
}

#[test]
fn revision_zero_is_written_once_and_says_everything() {
    let desk = opened();
    let settings = desk.settings();
    assert!(settings.desk.is_some() && settings.form.is_some() && settings.categories.is_some());
    assert!(settings.opening_hours.is_some() && settings.service_target.is_some());
    assert_eq!(settings.form_rules(None).categories.len(), 4);
    let again = opened().decide(DeskCommand::Open { at: DateTime::UNIX_EPOCH });
    assert_eq!(again, Err(DeskError::AlreadyOpened));
}

#[test]
fn a_text_is_given_in_the_language_asked_for_or_the_desks_own() {
    let tag = |tag| Locale::parse(tag).expect("a tag");
    let text = Localised([(tag("zh-CN"), "咨询".to_owned()), (tag("en"), "Question".to_owned())].into());
    let own = tag("zh-CN");
    assert_eq!(text.text(Some(&tag("en")), &own), "Question");
    assert_eq!(text.text(Some(&tag("en-GB")), &own), "Question");
    assert_eq!(text.text(Some(&tag("zh-TW")), &own), "咨询");
    assert_eq!(text.text(Some(&tag("de")), &own), "咨询");
    assert_eq!(text.text(None, &own), "咨询");
    let both = Localised([(tag("zh-CN"), "简".to_owned()), (tag("zh-TW"), "繁".to_owned())].into());
    assert_eq!((both.text(Some(&tag("zh-HK")), &own), both.text(Some(&tag("zh-SG")), &own)), ("繁", "简"));
    assert_eq!(Localised::default().text(None, &own), "");
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<DeskEvent>("desk", DeskEvent::TYPES);
}
