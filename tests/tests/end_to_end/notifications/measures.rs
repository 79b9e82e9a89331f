//! What Prometheus is told of notifications: by what a channel speaks, and nothing of whom it reaches.

use super::*;
use crate::end_to_end::metrics::samples;
use crate::simulators::{Odd, Odds, wecom::Refuses};
use std::collections::BTreeMap;

on_both_databases!(
    what_becomes_of_notifications_is_counted_by_what_a_channel_speaks,
    a_delivery_that_nobody_takes_is_dead_and_no_longer_waits,
);

pub(super) type Samples = BTreeMap<String, f64>;

/// A sample of notifications; one that is absent is a fault.
fn of(samples: &Samples, name: &str) -> f64 {
    let name = format!("leaveword_notifications_{name}");
    *samples.get(&name).unwrap_or_else(|| panic!("no {name} in {samples:#?}"))
}

/// Are they all as this says? Numbers are whole.
fn are(samples: &Samples, wanted: &[(&str, f64)]) -> bool {
    wanted.iter().all(|(name, value)| (of(samples, name) - value).abs() < 0.5)
}

impl Told {
    /// Waits until the samples are so: what is written down and what is counted do not change at one instant.
    pub(super) async fn until_told(&self, wanted: &[(&str, f64)]) -> Samples {
        soon(&format!("{wanted:?}"), async || are(&samples(&self.desk).await, wanted)).await;
        samples(&self.desk).await
    }
}

async fn what_becomes_of_notifications_is_counted_by_what_a_channel_speaks(dialect: Dialect) {
    let told = Told::start(dialect).await;
    let nothing = samples(&told.desk).await;
    for kind in ["wecom", "feishu", "lark", "dingtalk", "slack", "webhook", "email"] {
        let zeros =
            ["waiting", "retrying", "dead"].map(|it| format!("deliveries{{kind=\"{kind}\",state=\"{it}\"}}"));
        assert!(zeros.iter().all(|name| are(&nothing, &[(name, 0.0)])), "{nothing:#?}");
        let counters = ["delivered", "retry", "configuration", "payload"]
            .map(|it| format!("attempts_total{{kind=\"{kind}\",outcome=\"{it}\"}}"));
        assert!(counters.iter().all(|name| are(&nothing, &[(name, 0.0)])), "{nothing:#?}");
    }
    // Of the robot's pause it is not told.
    told.connect("WEBHOOK", json!({"events": ["message.submitted"]})).await;
    let robot = told.connect("WECOM", json!({})).await;
    told.wecom.vendor(|wecom| wecom.robot(KEY).refuses = Some(Refuses::Removed));
    told.submit(json!({})).await;
    told.until_told(&[
        (r#"attempts_total{kind="webhook",outcome="delivered"}"#, 1.0),
        (r#"attempts_total{kind="wecom",outcome="configuration"}"#, 1.0),
        (r#"deliveries{kind="wecom",state="retrying"}"#, 1.0),
        (r#"deliveries{kind="webhook",state="waiting"}"#, 0.0),
        (r#"deliveries{kind="webhook",state="retrying"}"#, 0.0),
        (r#"request_seconds_count{kind="webhook"}"#, 1.0),
        (r#"request_seconds_count{kind="wecom"}"#, 1.0),
        (r#"request_seconds_count{kind="slack"}"#, 0.0),
        (r#"paused_channels{kind="wecom"}"#, 1.0),
        (r#"paused_channels{kind="webhook"}"#, 0.0),
        ("lag_events", 0.0),
        ("sender", 1.0),
        ("stand_still", 0.0),
    ])
    .await;
    // Of a channel that is paused more waits; what it had is gone with it.
    told.submit(json!({})).await;
    told.until_told(&[
        (r#"deliveries{kind="wecom",state="waiting"}"#, 1.0),
        (r#"attempts_total{kind="webhook",outcome="delivered"}"#, 2.0),
    ])
    .await;
    told.channel("disconnectChannel", &robot).await;
    let after = told
        .until_told(&[
            (r#"deliveries{kind="wecom",state="waiting"}"#, 0.0),
            (r#"deliveries{kind="wecom",state="retrying"}"#, 0.0),
            (r#"paused_channels{kind="wecom"}"#, 0.0),
        ])
        .await;
    let told_of_somebody = |name: &&String| name.contains(&robot) || name.contains("127.0.0.1");
    assert_eq!(after.keys().find(told_of_somebody), None);
}

async fn a_delivery_that_nobody_takes_is_dead_and_no_longer_waits(dialect: Dialect) {
    let told = Told::start(dialect).await;
    told.connect("WEBHOOK", json!({})).await;
    told.connect("WECOM", json!({})).await;
    told.webhook.odd(Odds::next([Odd::Status(500)]));
    // WeCom's code for a notice that it does not take.
    told.wecom.odd(Odds::next([Odd::Code { field: "errcode", code: 40_058, words: "invalid Parameter" }]));
    told.submit(json!({})).await;
    told.until_told(&[
        (r#"attempts_total{kind="webhook",outcome="retry"}"#, 1.0),
        (r#"attempts_total{kind="wecom",outcome="payload"}"#, 1.0),
        (r#"deliveries{kind="webhook",state="retrying"}"#, 1.0),
        (r#"deliveries{kind="wecom",state="dead"}"#, 1.0),
        (r#"deliveries{kind="wecom",state="waiting"}"#, 0.0),
        (r#"paused_channels{kind="wecom"}"#, 0.0),
    ])
    .await;
}
