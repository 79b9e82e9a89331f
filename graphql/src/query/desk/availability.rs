//! Whether somebody is there, in words.

use crate::{caller::Asks, fault, language::Language, scalar::DateTime};
use async_graphql::{Context, Result, SimpleObject};
use chrono::{Datelike, Utc};
use chrono_tz::Tz;
use domain::{
    desk::Settings,
    hours::{Availability as Decided, AvailabilityRule, Moment, Reason},
    ids::CategoryId,
};

/// Whether somebody is there.
#[derive(SimpleObject)]
pub(super) struct Availability {
    /// Is the desk open?
    open: bool,
    /// Why: `OPEN`, `OUTSIDE_HOURS`, `HOLIDAY`, `CLOSED_FOR_EVER`, `NOBODY_PRESENT` or `TOO_MANY_WAITING`.
    reason: String,
    /// When it is next within hours, when it is closed by hours; null: nobody can tell, or never.
    opens_at: Option<DateTime>,
    /// When hours end, when it is open by hours; null: they do not.
    closes_at: Option<DateTime>,
    /// The same in words, with times in the zone that was asked for, else in that of the hours; they name it.
    text: String,
}

/// What is asked, and what else the answer depends on.
pub(super) struct Asked {
    pub(super) rule: AvailabilityRule,
    pub(super) moment: Moment,
}

/// Now: who is present and how many wait, of that category or in all, is looked up when the desk asks for it. Members are
/// present for every category.
pub(super) async fn now(
    ctx: &Context<'_>,
    settings: &Settings,
    category_id: Option<&CategoryId>,
) -> Result<(Settings, Asked)> {
    let rule = settings.availability_rule();
    let mut moment = Moment { at: ctx.commands().now(), present: 0, waiting: 0 };
    if rule.asks_for_people() {
        moment.present = u32::try_from(ctx.present().await?.len()).unwrap_or(u32::MAX);
    }
    if rule.most_waiting_per_member.is_some() {
        let waiting = ctx.projections().waiting(category_id).await;
        moment.waiting = waiting.map_err(|error| fault::of_query(ctx.caller(), &error))?;
    }
    Ok((settings.clone(), Asked { rule, moment }))
}

/// Another moment: by hours alone, those of then when it is past.
pub(super) async fn then(
    ctx: &Context<'_>,
    settings: &Settings,
    at: chrono::DateTime<Utc>,
) -> Result<(Settings, Asked)> {
    let settings = if at < ctx.commands().now() {
        let hours = ctx.projections().opening_hours_at(at).await;
        let opening_hours = hours.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Settings { opening_hours, ..Settings::default() }
    } else {
        settings.clone()
    };
    let rule = settings.availability_rule().by_hours_alone();
    Ok((settings, Asked { rule, moment: Moment { at, present: 0, waiting: 0 } }))
}

impl Availability {
    /// `zone`: whose wall clock the words tell times by.
    pub(super) fn told(decided: &Decided, by_hours: bool, zone: Tz, language: Language) -> Self {
        Self {
            open: decided.open,
            reason: decided.reason.code().to_owned(),
            opens_at: decided.opens_at.map(DateTime),
            closes_at: decided.closes_at.map(DateTime),
            text: text(decided, by_hours, zone, language),
        }
    }
}

fn text(decided: &Decided, by_hours: bool, zone: Tz, language: Language) -> String {
    let time = |at: Option<chrono::DateTime<Utc>>| at.map(|at| time(at, zone, language)).unwrap_or_default();
    let zone = zone.name();
    let opens = time(decided.opens_at);
    match &decided.reason {
        Reason::Open => match decided.closes_at {
            Some(_) => {
                let closes = time(decided.closes_at);
                language.say("availability-open-until", &[("time", &closes), ("zone", zone)])
            }
            None if by_hours => language.say("availability-always-open", &[]),
            None => language.say("availability-open", &[]),
        },
        Reason::OutsideHours => {
            language.say("availability-outside-hours", &[("time", &opens), ("zone", zone)])
        }
        Reason::Holiday(name) => {
            language.say("availability-holiday", &[("holiday", name), ("time", &opens), ("zone", zone)])
        }
        Reason::ClosedForEver => language.say("availability-closed-for-ever", &[]),
        Reason::NobodyPresent => language.say("availability-nobody-present", &[]),
        Reason::TooManyWaiting => language.say("availability-too-many-waiting", &[]),
    }
}

/// A weekday, a day and a time of the wall clock, to the minute.
fn time(at: chrono::DateTime<Utc>, zone: Tz, language: Language) -> String {
    let local = at.with_timezone(&zone);
    let weekday = language.say(&format!("weekday-{}", local.weekday().number_from_monday()), &[]);
    let (date, clock) = (local.format("%Y-%m-%d").to_string(), local.format("%H:%M").to_string());
    language.say("weekday-date-time", &[("weekday", &weekday), ("date", &date), ("clock", &clock)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::hours::{Hours, china};

    fn told(at: &str, language: Language) -> String {
        told_in(at, Tz::Asia__Shanghai, language)
    }

    fn told_in(at: &str, zone: Tz, language: Language) -> String {
        let hours = Hours::read(china()).expect("hours");
        let rule = AvailabilityRule { by_hours: true, ..AvailabilityRule::default() };
        let moment = Moment { at: at.parse().expect("an instant"), present: 0, waiting: 0 };
        Availability::told(&rule.decide(&hours, moment), true, zone, language).text
    }

    /// 2026-11-27 is a Friday; the first three days of October are holidays.
    #[test]
    fn it_says_when_it_opens_in_the_zone_of_the_hours() {
        let evening = |language| told("2026-11-27T12:00:00Z", language);
        assert_eq!(
            evening(Language::English),
            "Closed. Open again on Monday, 2026-11-30 at 09:00 (Asia/Shanghai)."
        );
        assert_eq!(
            evening(Language::SimplifiedChinese),
            "现在是非服务时间，将于 2026-11-30（星期一）09:00 恢复服务（Asia/Shanghai）。"
        );
        assert_eq!(
            evening(Language::TraditionalChinese),
            "目前是非服務時間，將於 2026-11-30（星期一）09:00 恢復服務（Asia/Shanghai）。"
        );
        assert_eq!(
            evening(Language::German),
            "Geschlossen. Wieder geöffnet am Montag, 2026-11-30 um 09:00 (Asia/Shanghai)."
        );
        let noon = told("2026-11-27T04:00:00Z", Language::English);
        assert_eq!(noon, "Open until Friday, 2026-11-27 at 18:00 (Asia/Shanghai).");
        let abroad = told_in("2026-11-27T12:00:00Z", Tz::America__New_York, Language::English);
        assert_eq!(abroad, "Closed. Open again on Sunday, 2026-11-29 at 20:00 (America/New_York).");
        let holiday = told("2026-10-01T04:00:00Z", Language::SimplifiedChinese);
        assert!(holiday.contains("国庆节") && holiday.contains("Asia/Shanghai"), "{holiday}");
    }
}
