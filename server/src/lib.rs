//! Leaveword as a server: configuration, HTTP, start and end.
//!
//! The only crate that knows axum, the environment and the arguments. Must not know a rule of the desk: it reads a
//! header, hands a request on, and gives the answer back.
// What a mutation waits for is nested this deep; the compiler follows 128 by itself.
#![recursion_limit = "256"]

mod analytics;
mod auth;
mod bounds;
pub mod cli;
pub mod config;
mod connections;
pub mod edge;
mod endpoint;
mod files;
pub mod generate;
mod grouped;
mod health;
mod images;
mod logging;
mod metrics;
mod pages;
mod rebuild;
mod request_id;
mod router;
mod running;
mod schemas;
mod sending;
mod show;
mod socket;
mod special_days;
#[cfg(feature = "otlp")]
mod traces;
mod ui;
mod uploads;
mod welcome;

pub use bounds::Bounds;
pub use commands::Limits;
pub use config::{Channels, Config, Mail};
pub use edge::Edge;
pub use running::{Server, StartError};
pub use store::{Clock, DatabaseUrl};
pub use ui::Ui;
