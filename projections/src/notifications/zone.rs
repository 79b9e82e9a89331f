//! The desk's time zone.

use chrono_tz::Tz;
use domain::desk::Settings;

/// The zone that the desk's settings name; UTC before there are any.
pub(crate) fn zone_of(settings: &Settings) -> Tz {
    settings.desk.as_ref().and_then(|desk| desk.time_zone.parse().ok()).unwrap_or(Tz::UTC)
}
