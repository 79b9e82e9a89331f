//! The words and the rules of the desk: what can happen to a message left after hours.
//!
//! Knows the aggregates, their commands, events and refusals, and who may do what. Must not know the clock,
//! randomness, a database or the network: time, ids and looked-up facts arrive in the command.
// A new variant has to be thought of wherever it matters.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod access;
pub mod actor;
pub mod channel;
pub mod contact;
pub mod decide;
pub mod desk;
mod event;
#[cfg(test)]
mod golden;
pub mod hours;
pub mod ids;
pub mod locale;
pub mod member;
pub mod message;
pub mod personal;
pub mod reference;
pub mod search;
pub mod team;
pub mod text;
pub mod visitor;
