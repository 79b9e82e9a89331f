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

/// Beside the desk's own, for visitors alone.
const OTHERS: [Tongue; 5] =
    [Tongue::Japanese, Tongue::Korean, Tongue::French, Tongue::Spanish, Tongue::Arabic];

#[test]
fn a_key_is_in_the_tables_once() {
    let keys: Vec<&str> =
        WORDS.iter().map(|(key, _)| *key).chain(visitors::WORDS.iter().map(|(key, _)| *key)).collect();
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "{key}");
    }
}

#[test]
fn what_visitors_are_told_is_said_in_every_language_with_the_same_gaps() {
    let gaps = |said: &str| ["{reference}", "{n}", "{code}"].map(|gap| said.matches(gap).count());
    for (key, words) in visitors::WORDS {
        for (index, tongue) in ALL.into_iter().chain(OTHERS).enumerate() {
            let said = tongue.say(key);
            assert_eq!((tongue as usize, said), (index, words[index]));
            assert_eq!(gaps(said), gaps(words[0]), "{key} in {tongue:?}: {said}");
            assert!(words[..index].iter().all(|other| *other != said), "{key} in {tongue:?}: {said}");
        }
    }
    // What members are told is not there in these.
    assert!(OTHERS.iter().all(|tongue| tongue.say("test") == Tongue::English.say("test")));
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
    let of = |tag: &str| Tongue::of_visitor(Locale::parse(tag).ok().as_ref()).tag();
    for (tag, tongue) in [("fr-CA", "fr"), ("ja", "ja"), ("ar-EG", "ar"), ("zh-HK", "zh-Hant"), ("fi", "en")]
    {
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
