//! What can be asked.

mod answer;
mod challenge;
pub(crate) mod channel;
mod contact;
pub(crate) mod desk;
mod entry;
pub(crate) mod file;
pub(crate) mod image;
pub(crate) mod log;
pub(crate) mod member;
pub(crate) mod message;
pub(crate) mod role;
pub(crate) mod staff_visitor;
mod statistics;
pub(crate) mod team;
pub(crate) mod visitor;

use async_graphql::MergedObject;

/// Every question.
#[derive(Default, MergedObject)]
pub struct Query(
    desk::DeskQuery,
    challenge::ChallengeQuery,
    visitor::VisitorQuery,
    member::MemberQuery,
    role::RoleQuery,
    team::TeamQuery,
    message::MessageQuery,
    log::LogQuery,
    staff_visitor::StaffVisitorQuery,
    channel::ChannelQuery,
    channel::DeliveryQuery,
    statistics::StatisticsQuery,
);
