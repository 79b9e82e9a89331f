//! What can be asked to happen.

mod channel;
mod desk;
mod key;
mod member;
mod message;
mod payload;
mod people;
mod read;
mod recovery;
mod step;
mod team;
mod upload;
mod visit;
mod visitor;
mod work;

use async_graphql::MergedObject;

/// Every mutation.
#[derive(Default, MergedObject)]
pub struct Mutation(
    message::MessageMutation,
    work::WorkMutation,
    step::StepMutation,
    visitor::VisitorMutation,
    visit::VisitMutation,
    recovery::RecoveryMutation,
    upload::UploadMutation,
    people::PeopleMutation,
    member::MemberMutation,
    key::KeyMutation,
    team::TeamMutation,
    channel::ChannelMutation,
    channel::DeliverMutation,
    desk::DeskMutation,
    desk::SettingsMutation,
    desk::RolesMutation,
);
