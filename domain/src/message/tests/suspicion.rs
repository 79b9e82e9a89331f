//! What is taken for spam as it comes in.

use super::*;
use crate::desk::{BlockedWordsRevised, FieldKind, FormField, FormRevised, Localised, Settings};
use std::time::Duration;

fn blocking(words: &[&str]) -> Settings {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Settings { blocked_words: Some(BlockedWordsRevised { at: at(0), words }), ..Settings::default() }
}

fn question(id: &str, kind: FieldKind) -> FormField {
    FormField {
        id: id.to_owned(),
        kind,
        label: Localised::default(),
        help: Localised::default(),
        example: Localised::default(),
        options: vec![],
        required: false,
    }
}

fn words(text: &str) -> Words {
    Words::parse(text).expect("words")
}

fn said(content: &Words) -> SaidIn<'_> {
    SaidIn { content, name: None, answers: &[] }
}

fn says(settings: &Settings, text: &str) -> bool {
    settings.suspects(FilledIn::default(), said(&words(text))) == Some(Suspicion::BlockedWord)
}

#[test]
fn a_blocked_word_is_found_as_a_whole_however_it_is_written() {
    let settings = blocking(&["casino", "guest post", "代开发票", "Straße"]);
    for text in
        ["CASINO!", "a Casino, online", "Guest  Post offer", "可代开發票，加微信", "ｃａｓｉｎｏ", "STRASSE"]
    {
        assert!(says(&settings, text), "{text}");
    }
    for text in ["casinos", "a guest wrote a post", "代开一张发票", "开发票", "posting guest"] {
        assert!(!says(&settings, text), "{text}");
    }
    assert!(!says(&Settings::default(), "casino"));
}

#[test]
fn names_and_answers_in_words_are_looked_at_and_each_for_itself() {
    let form = FormRevised {
        fields: vec![
            question("order", FieldKind::Text),
            question("agreed", FieldKind::Checkbox),
            question("colour", FieldKind::Choice),
        ],
        ..FormRevised::default()
    };
    let settings = Settings { form: Some(form), ..blocking(&["guest post", "true"]) };
    let suspects = |name: Option<&str>, field_id: &str, answer: &str| {
        let (content, name) = (words("a guest"), name.map(|name| Name::parse(name).expect("a name")));
        let answers = [GivenAnswer { field_id: field_id.to_owned(), said: answer.to_owned() }];
        let said = SaidIn { content: &content, name: name.as_ref(), answers: &answers };
        settings.suspects(FilledIn::default(), said).is_some()
    };
    assert!(suspects(Some("Guest Post"), "order", "1"));
    assert!(suspects(None, "order", "a guest post"));
    assert!(!suspects(Some("post"), "order", "1"), "a phrase does not go on in another field");
    assert!(!suspects(None, "agreed", "true"), "what is ticked is no word");
    assert!(!suspects(None, "nobody-asked", "a guest post"));
    assert!(!suspects(None, "colour", "a guest post"), "it is none of what can be chosen, and refused");
    assert!(!suspects(None, "order", &"guest post ".repeat(100)), "longer than any answer that is taken");
}

#[test]
fn answers_in_words_to_questions_that_are_gone_are_looked_at_too() {
    use crate::desk::{Desk, DeskEvent};
    use cqrs_es::Aggregate;
    let asked = vec![question("order", FieldKind::Text), question("colour", FieldKind::Choice)];
    let mut desk = Desk::default();
    for fields in [asked, vec![]] {
        desk.apply(DeskEvent::FormRevised(FormRevised { fields, ..FormRevised::default() }));
    }
    let words_blocked = BlockedWordsRevised { at: at(0), words: vec!["guest post".to_owned()] };
    desk.apply(DeskEvent::BlockedWordsRevised(words_blocked));
    for field_id in ["order", "colour"] {
        let content = words("Hello");
        let answers = [GivenAnswer { field_id: field_id.to_owned(), said: "A guest post".to_owned() }];
        let said = SaidIn { content: &content, name: None, answers: &answers };
        let suspected = desk.settings().suspects(FilledIn::default(), said);
        assert_eq!(suspected, Some(Suspicion::BlockedWord), "{field_id}");
    }
}

#[test]
fn what_people_do_not_see_and_what_nobody_can_write_so_soon_gives_programs_away() {
    let suspects = |honeypot, after: Option<u64>| {
        let filled_in = FilledIn { honeypot, after: after.map(Duration::from_secs) };
        Settings::default().suspects(filled_in, said(&words("Hello")))
    };
    assert_eq!(suspects(true, Some(60)), Some(Suspicion::Honeypot));
    assert_eq!(suspects(false, Some(1)), Some(Suspicion::TooQuick));
    assert_eq!(suspects(false, Some(2)), None);
    assert_eq!(suspects(false, None), None, "the page does not say");
}

#[test]
fn what_is_suspicious_is_accepted_and_spam_at_once() {
    let submit = SubmitMessage { suspicion: Some(Suspicion::Honeypot), ..submission() };
    let events = Message::default().decide(MessageCommand::Submit(Box::new(submit))).expect("accepted");
    let names: Vec<String> = events.iter().map(cqrs_es::DomainEvent::event_type).collect();
    assert_eq!(names, ["MessageSubmitted", "MessageMarkedAsSpam"]);
    let mut message = Message::default();
    for event in events {
        message.apply(event);
    }
    let Message::Submitted(submitted) = &message else { panic!("nothing was submitted") };
    assert!(submitted.spam);
    let unmark = Step { at: at(1), kind: StepKind::UnmarkAsSpam, reason: None };
    assert!(message.decide(MessageCommand::Step(unmark)).is_ok(), "whoever looks can say that it was none");
}
