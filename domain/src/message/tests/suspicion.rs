//! What is taken for spam as it comes in.

use super::*;
use crate::desk::{BlockedWordsRevised, Settings};
use std::time::Duration;

fn blocking(words: &[&str]) -> Settings {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Settings { blocked_words: Some(BlockedWordsRevised { at: at(0), words }), ..Settings::default() }
}

fn says(settings: &Settings, text: &str) -> bool {
    settings.suspects(FilledIn::default(), [text]) == Some(Suspicion::BlockedWord)
}

#[test]
fn a_blocked_word_is_found_as_a_whole_however_it_is_written() {
    let settings = blocking(&["casino", "guest post", "代开发票", "Straße"]);
    for text in
        ["CASINO!", "a Casino, online", "Guest  Post offer", "可代开發票，加微信", "ｃａｓｉｎｏ", "STRASSE"]
    {
        assert!(says(&settings, text), "{text}");
    }
    for text in ["casinos", "a guest wrote a post", "代开一张发票", "开发票", "posting guest", ""] {
        assert!(!says(&settings, text), "{text}");
    }
    assert!(!says(&Settings::default(), "casino"));
}

#[test]
fn a_phrase_does_not_go_from_one_field_into_the_next() {
    let settings = blocking(&["guest post"]);
    assert_eq!(settings.suspects(FilledIn::default(), ["a guest", "post"]), None);
    assert_eq!(
        settings.suspects(FilledIn::default(), ["name", "a guest post"]),
        Some(Suspicion::BlockedWord)
    );
}

#[test]
fn what_people_do_not_see_and_what_nobody_can_write_so_soon_gives_programs_away() {
    let suspects = |honeypot, after: Option<u64>| {
        let filled_in = FilledIn { honeypot, after: after.map(Duration::from_secs) };
        Settings::default().suspects(filled_in, [])
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
