//! Tables for analysts' own tools, without personal data: what they are called, who may ask them, and all of their rows.
//!
//! What each says stands in `docs/analytics.md`, which [`manual`] writes. On SQLite a migration makes them; on PostgreSQL
//! [`grant_analytics`] does.

mod export;
mod grant;
mod manual;
mod schema;
mod tables;

pub use export::{AnalyticsExport, AsOf};
pub use grant::{GrantError, RoleName, grant_analytics};
pub use manual::manual;
pub use tables::{ANALYTICS, AnalyticsColumn, AnalyticsTable};
