//! The rules of a channel, one test each.

use super::*;
use crate::{hours::HoursRange, locale::Locale};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn name() -> ChannelName {
    ChannelName::parse("售后群").expect("a name")
}

fn connect(kind: ChannelKind, rules: Rules) -> ChannelCommand {
    ChannelCommand::Connect { at: at(0), name: name(), kind, rules: rules.into(), standing: 0 }
}

fn after(commands: impl IntoIterator<Item = ChannelCommand>) -> Channel {
    let mut channel = Channel::default();
    for command in commands {
        for event in channel.decide(command).expect("accepted") {
            channel.apply(event);
        }
    }
    channel
}

fn connected(kind: ChannelKind) -> Channel {
    after([connect(kind, Rules::default())])
}

fn refused(channel: &Channel, command: ChannelCommand) -> ChannelError {
    channel.decide(command).expect_err("refused")
}

fn refused_rules(kind: ChannelKind, rules: Rules) -> RulesError {
    let ChannelError::Rules(error) = refused(&Channel::default(), connect(kind, rules)) else {
        panic!("refused for something else");
    };
    error
}

fn by_hand(second: i64) -> ChannelCommand {
    ChannelCommand::Pause { at: at(second), reason: PauseReason::ByHand }
}

fn warn(since: i64, warning: u32) -> ChannelCommand {
    ChannelCommand::Warn { at: at(90), since: at(since), pauses_at: at(99), warning }
}

#[test]
fn visitors_are_told_of_replies_and_an_sms_has_no_words() {
    for kind in [ChannelKind::VisitorEmail, ChannelKind::VisitorSms] {
        let usual = Rules::usual(kind);
        assert_eq!(
            usual.events.iter().map(NotificationType::as_str).collect::<Vec<_>>(),
            ["message.replied"]
        );
        assert_eq!(usual.show_content, ShowContent::None);
        after([connect(kind, usual.clone())]);
        let night = HoursRange { days: vec![1], from: "22:00".to_owned(), until: "23:00".to_owned() };
        after([connect(kind, Rules { quiet_hours: vec![night], rate_per_minute: Some(5), ..usual.clone() })]);
        let locale = Some(Locale::parse("de").expect("a language"));
        for odd in [
            Rules::default(),
            Rules { locale, ..usual.clone() },
            Rules { digest: Digest::Daily, ..usual.clone() },
            Rules { format: Some(kind.formats()[0].to_owned()), ..usual.clone() },
        ] {
            assert_eq!(refused_rules(kind, odd), RulesError::VisitorsArePlain);
        }
    }
    let full = |kind| Rules { show_content: ShowContent::Full, ..Rules::usual(kind) };
    after([connect(ChannelKind::VisitorEmail, full(ChannelKind::VisitorEmail))]);
    assert_eq!(refused_rules(ChannelKind::VisitorSms, full(ChannelKind::VisitorSms)), RulesError::SmsIsBare);
}

#[test]
fn visitors_are_reached_by_what_sends_at_the_moment() {
    let told = |kind, more: &[ChannelCommand]| {
        let connect = connect(kind, Rules::usual(kind));
        after([connect].into_iter().chain(more.iter().cloned())).reaches()
    };
    let (mail, sms) = (ChannelKind::VisitorEmail, ChannelKind::VisitorSms);
    assert_eq!((told(mail, &[]), told(sms, &[])), (Some(ContactKind::Email), Some(ContactKind::Phone)));
    assert_eq!(told(ChannelKind::Email, &[]), None, "it tells the desk");
    assert_eq!(told(mail, &[by_hand(1)]), None);
    assert_eq!(told(mail, &[by_hand(1), ChannelCommand::Resume { at: at(2) }]), Some(ContactKind::Email));
    assert_eq!(told(mail, &[ChannelCommand::Disconnect { at: at(1) }]), None);
    assert_eq!(Channel::default().reaches(), None);
}

#[test]
fn a_channel_is_connected_once_and_only_so_many_are() {
    let channel = connected(ChannelKind::Wecom);
    assert_eq!(refused(&channel, connect(ChannelKind::Wecom, Rules::default())), ChannelError::AlreadySo);
    let one_more = ChannelCommand::Connect {
        at: at(0),
        name: name(),
        kind: ChannelKind::Slack,
        rules: Box::default(),
        standing: MOST_CHANNELS,
    };
    assert_eq!(refused(&Channel::default(), one_more), ChannelError::TooMany);
}

#[test]
fn what_was_never_connected_takes_no_command() {
    assert_eq!(refused(&Channel::default(), by_hand(1)), ChannelError::NotConnected);
}

#[test]
fn a_channel_is_paused_once_and_resumed_once() {
    let paused = after([connect(ChannelKind::Slack, Rules::default()), by_hand(1)]);
    assert_eq!(refused(&paused, by_hand(2)), ChannelError::AlreadySo);
    let resume = || ChannelCommand::Resume { at: at(3) };
    assert_eq!(refused(&connected(ChannelKind::Slack), resume()), ChannelError::AlreadySo);
    let resumed = after([connect(ChannelKind::Slack, Rules::default()), by_hand(1), resume()]);
    assert_eq!(resumed.connected().map(|channel| &channel.state), Some(&ChannelState::Active));
}

#[test]
fn what_is_disconnected_stays_so() {
    let gone =
        after([connect(ChannelKind::Slack, Rules::default()), ChannelCommand::Disconnect { at: at(1) }]);
    assert_eq!(gone.connected(), None);
    assert_eq!(refused(&gone, by_hand(2)), ChannelError::Disconnected);
}

#[test]
fn each_warning_of_the_same_failures_is_given_once() {
    let channel = after([connect(ChannelKind::Slack, Rules::default()), warn(10, 1)]);
    assert_eq!(refused(&channel, warn(10, 1)), ChannelError::AlreadySo);
    assert!(channel.decide(warn(10, 2)).is_ok());
    assert!(channel.decide(warn(20, 1)).is_ok(), "other failures are warned of again");
    let paused = after([connect(ChannelKind::Slack, Rules::default()), by_hand(1)]);
    assert_eq!(refused(&paused, warn(10, 1)), ChannelError::AlreadySo);
}

#[test]
fn only_the_secret_of_a_generic_webhook_is_ours_to_make() {
    let rotate = || ChannelCommand::RotateSecret { at: at(1) };
    assert_eq!(refused(&connected(ChannelKind::Dingtalk), rotate()), ChannelError::SecretIsTheirs);
    assert!(connected(ChannelKind::Webhook).decide(rotate()).is_ok());
}

#[test]
fn a_revision_that_changes_nothing_is_refused() {
    let revise = |name, address| ChannelCommand::Revise { at: at(1), name, rules: None, address };
    assert_eq!(refused(&connected(ChannelKind::Slack), revise(None, false)), ChannelError::AlreadySo);
    assert!(connected(ChannelKind::Slack).decide(revise(None, true)).is_ok());
    assert!(connected(ChannelKind::Slack).decide(revise(Some(name()), false)).is_ok());
}

#[test]
fn rules_without_an_event_or_with_another_vendors_format_are_refused() {
    let none = Rules { events: vec![], ..Rules::default() };
    assert_eq!(refused_rules(ChannelKind::Slack, none), RulesError::NoEvents);
    let card = Rules { format: Some("template_card".to_owned()), ..Rules::default() };
    assert!(
        connected(ChannelKind::Wecom)
            .decide(ChannelCommand::Revise {
                at: at(1),
                name: None,
                rules: Some(Box::new(card.clone())),
                address: false
            })
            .is_ok()
    );
    let refused = refused_rules(ChannelKind::Slack, card).to_string();
    assert_eq!(refused, "SLACK has no format \"template_card\"; it has blocks, text");
}

#[test]
fn rules_that_are_too_much_or_make_no_sense_are_refused() {
    let keyword = Keyword::parse("退款").expect("a keyword");
    let many = Rules { skip_keywords: vec![keyword; 51], ..Rules::default() };
    assert_eq!(refused_rules(ChannelKind::Slack, many), RulesError::TooMany("skipKeywords"));
    let rate = Rules { rate_per_minute: Some(0), ..Rules::default() };
    assert_eq!(refused_rules(ChannelKind::Slack, rate), RulesError::Rate);
    let hours = HoursRange { days: vec![9], from: "22:00".into(), until: "08:00".into() };
    let hours = Rules { quiet_hours: vec![hours], ..Rules::default() };
    assert_eq!(refused_rules(ChannelKind::Slack, hours), RulesError::QuietHours);
    let daily = Rules { digest: Digest::Daily, ..Rules::default() };
    assert_eq!(refused_rules(ChannelKind::Webhook, daily), RulesError::WebhookIsPlain);
}

#[test]
fn words_are_taken_by_the_keywords_they_have_in_any_case() {
    let keyword = |text| Keyword::parse(text).expect("a keyword");
    let rules = Rules {
        require_keywords: vec![keyword("Refund"), keyword("退款")],
        skip_keywords: vec![keyword("测试")],
        locale: Locale::parse("en").ok(),
        ..Rules::default()
    };
    assert!(rules.asks_for_words() && !Rules::default().asks_for_words());
    assert!(rules.take_words("a REFUND please") && rules.take_words("我要退款"));
    assert!(!rules.take_words("hello") && !rules.take_words("退款测试"));
}

#[test]
fn every_event_reads_back_from_its_golden_file() {
    crate::golden::check::<ChannelEvent>("channel", ChannelEvent::TYPES);
}
