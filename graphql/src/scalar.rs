//! Scalars of the contract.

use async_graphql::{InputObject, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, SubsecRound, Utc};

/// An instant: RFC 3339, in UTC, with microseconds.
#[derive(Clone, Copy)]
pub(crate) struct DateTime(pub(crate) chrono::DateTime<Utc>);

#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let instant = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| {
            InputValueError::custom("is not an instant such as 2026-11-22T08:00:00Z (RFC 3339)")
        })?;
        // As events keep it.
        Ok(Self(instant.with_timezone(&Utc).trunc_subsecs(6)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

/// A day: `2026-10-01` (ISO 8601).
#[derive(Clone, Copy)]
pub(crate) struct Date(pub(crate) NaiveDate);

#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        day.map(Self).ok_or_else(|| InputValueError::custom("is not a day such as 2026-10-01"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A language tag (BCP 47), such as `zh-CN`.
#[derive(Clone)]
pub(crate) struct Locale(pub(crate) domain::locale::Locale);

#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc5646")]
impl ScalarType for Locale {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        domain::locale::Locale::parse(text).map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A time zone of the IANA database, such as `Asia/Shanghai`.
#[derive(Clone)]
pub(crate) struct TimeZone(pub(crate) String);

#[Scalar]
impl ScalarType for TimeZone {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(name) => Ok(Self(name)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A position in the log, as a decimal string; a number, as webhooks have it, is taken as well.
#[derive(Clone, Copy)]
pub(crate) struct LogPosition(pub(crate) i64);

#[Scalar]
impl ScalarType for LogPosition {
    fn parse(value: Value) -> InputValueResult<Self> {
        let position = match &value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_i64(),
            Value::Null
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        match position {
            Some(position @ 0..) => Ok(Self(position)),
            _ => {
                Err(InputValueError::custom("is not a position in the log, a decimal string such as \"42\""))
            }
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Any JSON value.
pub(crate) struct Json(pub(crate) serde_json::Value);

#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// A range of instants: from, and until exclusive.
#[derive(Clone, Default, InputObject)]
pub(crate) struct DateTimeRange {
    /// From then on.
    pub(crate) from: Option<DateTime>,
    /// Before then.
    pub(crate) until: Option<DateTime>,
}
