//! Who may ask, from where, and how often: the settings of the edge.

pub(crate) mod headers;
mod origins;
mod proxies;

pub use origins::AllowedOrigins;
pub(crate) use origins::{Origin, judge, judge_shown};
pub use proxies::TrustedProxies;
pub(crate) use proxies::{ClientAddress, tell};

use crate::{bounds::Bounds, config::BadValue};
use commands::Limits;
use std::fmt;

/// What can be said of it on the command line or in the environment.
#[derive(Clone, Default, clap::Args)]
pub(crate) struct EdgeSettings {
    /// Sites whose pages may ask, such as `https://shop.example.com,https://www.example.com`; `*` for all; without it, only
    /// this server's own
    #[arg(long, env = "LEAVEWORD_ALLOWED_ORIGINS", global = true)]
    allowed_origins: Option<String>,

    /// Proxies whose `X-Forwarded-For` is believed, such as `127.0.0.1,10.0.0.0/8`; without it, none
    #[arg(long, env = "LEAVEWORD_TRUSTED_PROXIES", global = true)]
    trusted_proxies: Option<String>,

    /// Messages that one address may submit within a minute; 0 for any number, and any number of one contact
    #[arg(long, env = "LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE", global = true)]
    limit_submits_per_minute: Option<String>,

    /// Wrong passwords that one address may send within a minute; 0 for any number, and no delay for any account
    #[arg(long, env = "LEAVEWORD_LIMIT_SIGN_INS_PER_MINUTE", global = true)]
    limit_sign_ins_per_minute: Option<String>,

    /// What the requests of one caller may cost within a minute; 0 for any cost
    #[arg(long, env = "LEAVEWORD_LIMIT_COST_PER_MINUTE", global = true)]
    limit_cost_per_minute: Option<String>,
}

/// The settings of the edge in force.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    /// Sites whose pages may ask, beside our own.
    pub origins: AllowedOrigins,
    /// Proxies that are believed.
    pub proxies: TrustedProxies,
    /// How often.
    pub limits: Limits,
    /// How long, and how many.
    pub bounds: Bounds,
}

impl EdgeSettings {
    /// Reads and checks every value.
    pub(crate) fn read(&self) -> Result<Edge, BadValue> {
        let default = Limits::default();
        let origins = match &self.allowed_origins {
            Some(text) => AllowedOrigins::parse(text).map_err(bad("LEAVEWORD_ALLOWED_ORIGINS"))?,
            None => AllowedOrigins::default(),
        };
        let proxies = match &self.trusted_proxies {
            Some(text) => TrustedProxies::parse(text).map_err(bad("LEAVEWORD_TRUSTED_PROXIES"))?,
            None => TrustedProxies::default(),
        };
        let limits = Limits {
            submits_per_minute: number(
                "LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE",
                self.limit_submits_per_minute.as_deref(),
                default.submits_per_minute,
            )?,
            sign_ins_per_minute: number(
                "LEAVEWORD_LIMIT_SIGN_INS_PER_MINUTE",
                self.limit_sign_ins_per_minute.as_deref(),
                default.sign_ins_per_minute,
            )?,
            cost_per_minute: number(
                "LEAVEWORD_LIMIT_COST_PER_MINUTE",
                self.limit_cost_per_minute.as_deref(),
                default.cost_per_minute,
            )?,
        };
        Ok(Edge { origins, proxies, limits, bounds: Bounds::default() })
    }
}

fn bad(variable: &'static str) -> impl Fn(String) -> BadValue {
    move |problem| BadValue::new(variable, problem)
}

/// More in a minute than there are microseconds is no limit but a mistake.
const MOST: u32 = 1_000_000;

fn number(variable: &'static str, text: Option<&str>, default: u32) -> Result<u32, BadValue> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(default) };
    text.parse().ok().filter(|number| *number <= MOST).ok_or_else(|| {
        BadValue::new(variable, format!("is a number from 0 (no limit) to {MOST}, not {text}"))
    })
}

/// As `leaveword config` prints it.
impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = |number: u32| if number == 0 { "none".to_owned() } else { number.to_string() };
        writeln!(f, "LEAVEWORD_ALLOWED_ORIGINS  {}", self.origins)?;
        writeln!(f, "LEAVEWORD_TRUSTED_PROXIES  {}", self.proxies)?;
        let Limits { submits_per_minute, sign_ins_per_minute, cost_per_minute } = self.limits;
        writeln!(f, "LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE   {}", limit(submits_per_minute))?;
        writeln!(f, "LEAVEWORD_LIMIT_SIGN_INS_PER_MINUTE  {}", limit(sign_ins_per_minute))?;
        write!(f, "LEAVEWORD_LIMIT_COST_PER_MINUTE      {}", limit(cost_per_minute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_our_own_pages_no_proxy_and_limits() {
        let edge = EdgeSettings::default().read().expect("the defaults are valid");
        assert_eq!(edge.limits, Limits::default());
        let printed = edge.to_string();
        assert!(printed.contains("ALLOWED_ORIGINS  none but its own"), "{printed}");
        assert!(printed.contains("TRUSTED_PROXIES  none"), "{printed}");
        assert!(printed.contains("SUBMITS_PER_MINUTE   10"), "{printed}");
    }

    #[test]
    fn a_bad_value_is_named_and_shown() {
        let told = |settings: EdgeSettings| settings.read().expect_err("a bad value").to_string();
        let told_limit =
            told(EdgeSettings { limit_submits_per_minute: Some("many".into()), ..EdgeSettings::default() });
        assert!(
            told_limit.starts_with("LEAVEWORD_LIMIT_SUBMITS_PER_MINUTE: ")
                && told_limit.ends_with("not many")
        );
        let told_origin = told(EdgeSettings {
            allowed_origins: Some("shop.example.com".into()),
            ..EdgeSettings::default()
        });
        assert!(told_origin.starts_with("LEAVEWORD_ALLOWED_ORIGINS: "), "{told_origin}");
        assert!(told_origin.contains("shop.example.com"));
        let told_proxy =
            told(EdgeSettings { trusted_proxies: Some("10.0.0.0/33".into()), ..EdgeSettings::default() });
        assert!(told_proxy.starts_with("LEAVEWORD_TRUSTED_PROXIES: ") && told_proxy.contains("10.0.0.0/33"));
    }
}
