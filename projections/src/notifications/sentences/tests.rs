//! Every word is there in every language.

use super::*;
use domain::channel::{NotificationType, notification_types};

const ALL: [Tongue; 4] = [Tongue::English, Tongue::Simplified, Tongue::Traditional, Tongue::German];

#[test]
fn every_type_is_said_in_every_language_with_the_keyword_that_robots_look_for() {
    let heads = notification_types().iter().map(NotificationType::as_str).chain([
        "test",
        "digest",
        "digest.one",
        "digest.new",
    ]);
    for head in heads {
        for (tongue, keyword) in ALL.into_iter().zip(["message", "留言", "留言", "achricht"]) {
            let said = tongue.say(head);
            assert!(said != head && said.contains(keyword), "{head} in {tongue:?}: {said}");
        }
    }
}

#[test]
fn a_key_is_in_the_table_once() {
    for (index, (key, _)) in WORDS.iter().enumerate() {
        assert!(WORDS[..index].iter().all(|(other, _)| other != key), "{key}");
    }
}

#[test]
fn a_language_is_found_by_its_script_or_its_region() {
    let of = |tag: &str| Tongue::of(Locale::parse(tag).ok().as_ref());
    for (tag, tongue) in [
        ("zh", Tongue::Simplified),
        ("zh-TW", Tongue::Traditional),
        ("zh-Hans-TW", Tongue::Simplified),
        ("de-AT", Tongue::German),
        ("fr", Tongue::English),
    ] {
        assert_eq!(of(tag), tongue, "{tag}");
    }
}

#[test]
fn why_a_channel_is_paused_is_said_in_every_language() {
    let refused = PauseReason::Refused(Some("93000".to_owned()));
    for reason in [refused.clone(), PauseReason::ByHand, PauseReason::Gone, PauseReason::Failing] {
        for tongue in ALL {
            let said = tongue.why_paused(&reason);
            assert!(!said.starts_with("paused.") && !said.contains('{'), "{said}");
            assert_eq!(said.contains("93000"), reason == refused, "{said}");
        }
    }
}
