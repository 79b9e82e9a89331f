//! Mutations of the desk's settings. All of them need `settings.manage`.

mod form;
mod hours;
mod roles;
mod settings;
mod texts;

pub(super) use hours::HoursRangeInput;
pub(crate) use roles::RolesMutation;
pub(super) use settings::SettingsMutation;

use self::hours::{CategoryHoursInput, HoursInput};
use super::payload::Receipt;
use crate::{
    caller::Asks,
    fault::{self, Code},
    query::{desk::Desk, message::Priority},
    refusal::{self, UserError},
    scalar::Date,
};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use commands::{CommandError, OpeningHoursInput, ServiceTargetInput};
use domain::{
    access::{Permission, holds},
    desk::{HoursChange, RuleChange, TargetException},
    hours::LeftOut as DomainLeftOut,
    ids::CategoryId,
};

#[derive(Default)]
pub(crate) struct DeskMutation;

/// When somebody is there; what is left out stays as it is.
#[derive(InputObject)]
struct ReviseOpeningHoursInput {
    /// The desk's hours.
    desk: Option<HoursInput>,
    /// The hours of categories that have their own, at most 100: all of them.
    categories: Option<Vec<CategoryHoursInput>>,
    /// What makes the desk open.
    availability: Option<AvailabilityRuleInput>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    expected_version: Option<i64>,
}

/// What makes the desk open: all that is asked for has to hold; nothing asked for is always open. What is left out stays as it
/// is.
#[derive(InputObject)]
struct AvailabilityRuleInput {
    /// It is within opening hours.
    by_hours: Option<bool>,
    /// At least one member is present.
    by_presence: Option<bool>,
    /// At most so many messages wait per present member, who then has to be there; null: however many wait.
    most_waiting_per_member: MaybeUndefined<i32>,
}

/// How soon an answer is due; what is left out stays as it is.
#[derive(InputObject)]
struct ReviseServiceTargetInput {
    /// Seconds of desk time: from 1 to 315,360,000.
    answer_within_seconds: Option<i32>,
    /// For some messages, at most 500: all of the exceptions.
    exceptions: Option<Vec<TargetExceptionInput>>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    expected_version: Option<i64>,
}

/// How soon an answer is due to messages of a category, of a priority, or of both.
#[derive(InputObject)]
struct TargetExceptionInput {
    /// To those of this category.
    category_id: Option<ID>,
    /// To those as urgent as this.
    priority: Option<Priority>,
    /// Seconds of desk time: from 1 to 315,360,000.
    answer_within_seconds: i32,
}

/// The desk as it is now, or why nothing happened.
#[derive(Default, SimpleObject)]
struct DeskPayload {
    /// The desk.
    desk: Option<Desk>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// Events and days of files that were not taken, because somebody has to look at them.
    left_out: Vec<LeftOut>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// An event of an iCalendar file, or a day of any file, that was not taken.
#[derive(SimpleObject)]
struct LeftOut {
    /// The line of its file on which it begins.
    line: u32,
    /// Which day; null: the whole event.
    date: Option<Date>,
    /// What it is called.
    name: String,
    /// Why, in the request's language.
    why: String,
}

#[Object]
impl DeskMutation {
    /// Changes opening hours; messages that wait are due by the new ones. Needs `settings.manage`.
    async fn revise_opening_hours(
        &self,
        ctx: &Context<'_>,
        input: ReviseOpeningHoursInput,
    ) -> Result<DeskPayload> {
        manage(ctx)?;
        let (mut refused, mut left_out) = (vec![], vec![]);
        let mut read = |hours: HoursInput, below: &[&str]| {
            hours.read(ctx, below, &mut left_out).unwrap_or_else(|errors| {
                refused.extend(errors);
                HoursChange::default()
            })
        };
        let desk = input.desk.map(|hours| read(hours, &["desk"])).unwrap_or_default();
        let categories = input.categories.map(|categories| {
            let of = |(index, of): (usize, CategoryHoursInput)| {
                let hours = read(of.hours, &["categories", &index.to_string(), "hours"]);
                (CategoryId(of.category_id.to_string()), hours)
            };
            categories.into_iter().enumerate().map(of).collect::<Vec<_>>()
        });
        let availability = input.availability.map(|rule| RuleChange {
            by_hours: rule.by_hours,
            by_presence: rule.by_presence,
            most_waiting_per_member: rule.most_waiting_per_member.as_opt_ref().map(|most| {
                most.map(|most| {
                    u32::try_from(*most).unwrap_or_else(|_| {
                        refused.push(refusal::of_most_waiting(ctx.locale()));
                        0
                    })
                })
            }),
        });
        let availability = availability.unwrap_or_default();
        if !refused.is_empty() {
            return Ok(DeskPayload { user_errors: refused, ..DeskPayload::default() });
        }
        if desk.has_files() || categories.iter().flatten().any(|(_, hours)| hours.has_files()) {
            let stands = ctx.projections().desk().await;
            let stands = stands.map_err(|error| fault::of_query(ctx.caller(), &error))?;
            left_out.extend(stands.days_left_out(desk.clone(), categories.clone()));
        }
        let version = input.expected_version;
        let input = OpeningHoursInput { desk, categories, availability };
        let revised = ctx.commands().revise_opening_hours(ctx.caller(), version, input).await;
        let payload = DeskPayload::of(ctx, revised).await?;
        Ok(DeskPayload {
            left_out: left_out.iter().map(|event| LeftOut::told(ctx, event)).collect(),
            ..payload
        })
    }

    /// Changes how soon an answer is due; messages that wait are due by the new target. Needs `settings.manage`.
    async fn revise_service_target(
        &self,
        ctx: &Context<'_>,
        input: ReviseServiceTargetInput,
    ) -> Result<DeskPayload> {
        manage(ctx)?;
        // What is no number of seconds is refused with everything else.
        let seconds = |seconds: i32| u64::try_from(seconds).unwrap_or_default();
        let exception = |of: TargetExceptionInput| TargetException {
            category_id: of.category_id.map(|id| CategoryId(id.to_string())),
            priority: of.priority.map(Into::into),
            answer_within_seconds: seconds(of.answer_within_seconds),
        };
        let version = input.expected_version;
        let input = ServiceTargetInput {
            answer_within_seconds: input.answer_within_seconds.map(seconds),
            exceptions: input.exceptions.map(|all| all.into_iter().map(exception).collect()),
        };
        DeskPayload::of(ctx, ctx.commands().revise_service_target(ctx.caller(), version, input).await).await
    }
}

/// Before anything that was sent is looked at.
fn manage(ctx: &Context<'_>) -> Result<()> {
    ctx.staff()?;
    match holds(ctx.caller().actor, Permission::SettingsManage) {
        true => Ok(()),
        false => Err(fault::fault(Code::Forbidden, "this needs the permission settings.manage")),
    }
}

impl LeftOut {
    fn told(ctx: &Context<'_>, event: &DomainLeftOut) -> Self {
        Self {
            line: u32::try_from(event.line).unwrap_or(u32::MAX),
            date: event.date.map(Date),
            name: event.name.clone(),
            why: refusal::why_left_out(&event.why, ctx.locale()),
        }
    }
}

impl DeskPayload {
    async fn of(
        ctx: &Context<'_>,
        outcome: std::result::Result<commands::Receipt, CommandError>,
    ) -> Result<Self> {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(error) => {
                if let Some(fault) = fault::of_command(ctx.caller(), &error) {
                    return Err(fault);
                }
                return Ok(Self {
                    user_errors: refusal::all_of_command(&error, ctx.locale()),
                    ..Self::default()
                });
            }
        };
        // What is written stays written: a fault from here on must not take the receipt away.
        let desk = Desk::load_anew(ctx).await;
        let desk = desk.inspect_err(|error| {
            tracing::warn!(error = error.message, "a desk that was written could not be read back");
        });
        Ok(Self { desk: desk.ok(), receipt: Some(receipt.into()), ..Self::default() })
    }
}
