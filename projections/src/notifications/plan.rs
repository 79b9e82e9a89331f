//! What is sent next of what is due: one, several, or many as one digest. Pure.

use super::{pace::Pace, rows::Due};
use chrono::{DateTime, TimeDelta, TimeZone, Timelike, Utc};
use domain::channel::{ChannelKind, Digest};

/// As many deliveries are looked at, and are in one digest.
pub(crate) const MOST: usize = 500;
/// As many are under way to one generic webhook at once.
const AT_ONCE: usize = 8;
/// From so many on that are due at once they are a burst.
const BURST: usize = 4;
/// The minute past the hour at which digests go: robots are told off at whole and half hours.
const MINUTE: u32 = 5;
/// The hour of the day at which daily digests go.
const MORNING: u32 = 9;

/// What is sent next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Each of these by itself.
    Each(Vec<Due>),
    /// All of these in one.
    Together(Vec<Due>),
}

/// Decides, of at most [`MOST`] deliveries that are due; something is due and may be sent.
pub(crate) fn plan(
    kind: ChannelKind,
    digest: Digest,
    due: Vec<Due>,
    pace: &Pace,
    broken: bool,
    now: DateTime<Utc>,
) -> Plan {
    let at_once = match kind {
        _ if broken => 1,
        ChannelKind::Webhook => AT_ONCE.min(pace.free(now)),
        ChannelKind::Wecom
        | ChannelKind::Feishu
        | ChannelKind::Lark
        | ChannelKind::Dingtalk
        | ChannelKind::Slack
        | ChannelKind::Email
        | ChannelKind::VisitorEmail
        | ChannelKind::VisitorSms => 1,
    };
    let first = |due: Vec<Due>| Plan::Each(due.into_iter().take(at_once.max(1)).collect());
    let due = if kind == ChannelKind::Email { alike(due) } else { due };
    let due = if pace.is_roomy(now) { due } else { notices_first(due) };
    // What was refused in a digest goes by itself, and before the others: it has waited for longer.
    if kind == ChannelKind::Webhook || due.first().is_some_and(|due| due.alone) {
        return first(due);
    }
    let bursts = due.len() >= BURST || !pace.is_roomy(now);
    let together = match digest {
        Digest::Never => false,
        Digest::Bursts => bursts,
        Digest::Hourly | Digest::Daily => true,
    };
    let (alone, others): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|due| due.alone);
    if together && others.len() > 1 {
        return Plan::Together(others);
    }
    first(others.into_iter().chain(alone).collect())
}

/// When little may be sent, pictures wait until everybody's message is told.
fn notices_first(due: Vec<Due>) -> Vec<Due> {
    let (notices, pictures): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|due| due.picture == 0);
    if notices.is_empty() { pictures } else { notices }
}

/// Of mail, what was one digest is tried again as the same one: some may have it, and would get another that has more in it. So
/// what is tried again goes with what failed with it, and what is new by itself.
fn alike(due: Vec<Due>) -> Vec<Due> {
    let group = |due: &Due| (due.tries, (due.tries > 0).then_some(due.next_at));
    let Some(first) = due.first().map(group) else { return due };
    due.into_iter().filter(|due| group(due) == first).collect()
}

/// When a delivery that is made now is due.
pub(crate) fn due_at<Z: TimeZone>(digest: Digest, now: DateTime<Utc>, zone: &Z) -> DateTime<Utc> {
    let local = now.with_timezone(zone);
    let minute = i64::from(local.minute());
    let into_hour = TimeDelta::minutes(minute) + TimeDelta::seconds(i64::from(local.second()));
    let hour = now - into_hour - TimeDelta::nanoseconds(i64::from(local.nanosecond()));
    let after = |from: DateTime<Utc>| from + TimeDelta::minutes(i64::from(MINUTE));
    match digest {
        Digest::Never | Digest::Bursts => now,
        Digest::Hourly if after(hour) > now => after(hour),
        Digest::Hourly => after(hour + TimeDelta::hours(1)),
        // The next hour that is nine in the morning there, whatever the clocks do until then.
        Digest::Daily => (0..=48)
            .map(|hours| hour + TimeDelta::hours(hours))
            .find(|hour| hour.with_timezone(zone).hour() == MORNING && after(*hour) > now)
            .map_or(now + TimeDelta::days(1), after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::pace::Limit;
    use chrono::FixedOffset;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn due(many: usize, alone: &[usize]) -> Vec<Due> {
        let row = |n: usize| Due {
            delivery_id: n.to_string(),
            position: i64::try_from(n).expect("few"),
            event_type: "message.submitted".to_owned(),
            tries: 0,
            next_at: DateTime::UNIX_EPOCH,
            alone: alone.contains(&n),
            picture: 0,
        };
        (0..many).map(row).collect()
    }

    fn planned(kind: ChannelKind, digest: Digest, due: Vec<Due>, sent: usize) -> (bool, Vec<String>) {
        let now = at("2026-11-27T08:00:00Z");
        let limit = Limit { count: 18, per: TimeDelta::seconds(60) };
        let limits = if kind == ChannelKind::Webhook { vec![] } else { vec![limit] };
        let plan = plan(kind, digest, due, &Pace::new(limits, vec![now; sent]), false, now);
        let ids = |due: Vec<Due>| due.into_iter().map(|due| due.delivery_id).collect();
        match plan {
            Plan::Each(due) => (false, ids(due)),
            Plan::Together(due) => (true, ids(due)),
        }
    }

    #[test]
    fn a_few_are_sent_by_themselves_and_a_burst_together() {
        let wecom = |many, sent| planned(ChannelKind::Wecom, Digest::Bursts, due(many, &[]), sent);
        assert_eq!(wecom(3, 0), (false, vec!["0".to_owned()]));
        assert_eq!(wecom(12, 0).1.len(), 12);
        assert!(wecom(12, 0).0);
        assert!(wecom(2, 10).0, "when little may be sent, two are a burst");
        assert!(!wecom(1, 17).0, "one is no digest");
        let never = planned(ChannelKind::Wecom, Digest::Never, due(12, &[]), 10);
        assert_eq!(never, (false, vec!["0".to_owned()]));
    }

    #[test]
    fn a_webhook_gets_each_by_itself_several_at_once() {
        assert_eq!(planned(ChannelKind::Webhook, Digest::Bursts, due(20, &[]), 0).1.len(), AT_ONCE);
        let pace = Pace::default();
        let probe =
            plan(ChannelKind::Webhook, Digest::Bursts, due(20, &[]), &pace, true, at("2026-11-27T08:00:00Z"));
        assert_eq!(probe, Plan::Each(due(1, &[])), "to see whether it is back, one");
    }

    #[test]
    fn what_was_refused_in_a_digest_goes_alone() {
        let (together, ids) = planned(ChannelKind::Feishu, Digest::Bursts, due(6, &[0]), 0);
        assert_eq!((together, ids), (false, vec!["0".to_owned()]));
        let (together, ids) = planned(ChannelKind::Feishu, Digest::Bursts, due(6, &[3]), 0);
        assert!(together && !ids.contains(&"3".to_owned()));
    }

    #[test]
    fn a_picture_follows_its_notice_at_once_unless_little_may_be_sent_and_others_wait_to_be_told() {
        let mut all = due(3, &[0]);
        all[0].picture = 1;
        let next = |due: &[Due], sent| planned(ChannelKind::Wecom, Digest::Bursts, due.to_vec(), sent);
        assert_eq!(next(&all, 0), (false, vec!["0".to_owned()]));
        assert_eq!(next(&all, 10), (true, vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(next(&all[..1], 10), (false, vec!["0".to_owned()]));
    }

    #[test]
    fn of_mail_what_is_tried_again_goes_with_what_failed_with_it() {
        let mut all = due(14, &[]);
        for (index, due) in all.iter_mut().enumerate() {
            due.tries = i64::from(index < 10);
            due.next_at = at(if index < 5 { "2026-11-27T07:00:00Z" } else { "2026-11-27T07:00:01Z" });
        }
        let ids = |range: std::ops::Range<usize>| range.map(|n| n.to_string()).collect::<Vec<_>>();
        let mail = |due: &[Due]| planned(ChannelKind::Email, Digest::Bursts, due.to_vec(), 0);
        assert_eq!(mail(&all), (true, ids(0..5)));
        assert_eq!(mail(&all[5..]), (true, ids(5..10)));
        assert_eq!(mail(&all[10..]), (true, ids(10..14)));
        assert_eq!(planned(ChannelKind::Wecom, Digest::Bursts, all, 0).1.len(), 14);
    }

    #[test]
    fn digests_of_an_hour_and_of_a_day_go_at_their_time_in_the_desks_zone() {
        let kolkata = FixedOffset::east_opt(5 * 3600 + 1800).expect("a zone");
        let hourly = |now| due_at(Digest::Hourly, at(now), &kolkata);
        assert_eq!(hourly("2026-11-27T08:00:00Z"), at("2026-11-27T08:35:00Z"));
        assert_eq!(hourly("2026-11-27T08:34:59.5Z"), at("2026-11-27T08:35:00Z"));
        assert_eq!(hourly("2026-11-27T08:35:00Z"), at("2026-11-27T09:35:00Z"));
        let daily = |now| due_at(Digest::Daily, at(now), &kolkata);
        assert_eq!(daily("2026-11-27T03:34:00Z"), at("2026-11-27T03:35:00Z"));
        assert_eq!(daily("2026-11-27T03:35:00Z"), at("2026-11-28T03:35:00Z"));
        assert_eq!(due_at(Digest::Bursts, at("2026-11-27T08:00:00Z"), &kolkata), at("2026-11-27T08:00:00Z"));
    }
}
