//! Where notifications may go, and how mail is sent.

use super::BadValue;
use projections::notifications::{Guard, Senders, mail::Mailer, send::Sender, sms::Sms};
use std::{
    fmt,
    path::{Path, PathBuf},
};
use store::Clock;

/// What can be said of it on the command line or in the environment.
#[derive(Clone, Default, clap::Args)]
pub(crate) struct ChannelSettings {
    /// Private networks that webhooks may reach, such as `10.1.0.0/16,192.168.7.20/32`; without it, none
    #[arg(long, env = "LEAVEWORD_PRIVATE_NETWORKS", global = true)]
    private_networks: Option<String>,

    /// What takes the place of vendors' hosts, for simulators and compatible gateways, such as `wecom=http://127.0.0.1:9001`
    #[arg(long, env = "LEAVEWORD_CHANNEL_BASE_URLS", global = true)]
    channel_base_urls: Option<String>,

    /// How mail is sent: `smtps://user:password@mail.example.com`, or `smtp://…` with STARTTLS; without it, not at all
    #[arg(long, env = "LEAVEWORD_SMTP_URL", hide_env_values = true, global = true)]
    smtp_url: Option<String>,

    /// Whom mail is from, such as `desk@example.com`
    #[arg(long, env = "LEAVEWORD_MAIL_FROM", global = true)]
    mail_from: Option<String>,

    /// Who vouches for the mail server beside the public authorities: a file of certificates in PEM
    #[arg(long, env = "LEAVEWORD_SMTP_CA_FILE", global = true)]
    smtp_ca_file: Option<PathBuf>,

    /// How SMS to visitors are sent: `aliyun://KEY:SECRET@…`, `tencent://ID:KEY@…`, or `https://…` of a gateway of yours;
    /// without it, not at all
    #[arg(long, env = "LEAVEWORD_SMS_URL", hide_env_values = true, global = true)]
    sms_url: Option<String>,
}

/// Where notifications may go, and how mail is sent.
#[derive(Clone, Default)]
pub struct Channels {
    /// Where they may go.
    pub guard: Guard,
    /// How mail is sent, and whom it is from.
    pub mail: Option<Mail>,
    /// How SMS are sent.
    pub sms: Option<Sms>,
}

/// How mail is sent, and whom it is from.
#[derive(Clone)]
pub struct Mail {
    /// The mail server, with the password.
    pub url: String,
    /// Whom mail is from.
    pub from: String,
    /// Who vouches for the server beside the public authorities: certificates in PEM.
    pub authority: Option<Vec<u8>>,
}

impl ChannelSettings {
    /// Reads and checks every value.
    pub(crate) fn read(self) -> Result<Channels, BadValue> {
        let (networks, bases) = (self.private_networks.as_deref(), self.channel_base_urls.as_deref());
        let guard = Guard::read(networks.unwrap_or_default(), bases.unwrap_or_default())
            .map_err(|fault| BadValue::new(fault.variable, fault.problem))?;
        let mail = match (self.smtp_url, self.mail_from) {
            (None, _) => None,
            (Some(_), None) => {
                let problem = "is missing: whom is mail from, such as desk@example.com?".to_owned();
                return Err(BadValue::new("LEAVEWORD_MAIL_FROM", problem));
            }
            (Some(url), Some(from)) => {
                let read = |file: PathBuf| std::fs::read(&file).map_err(|error| unreadable(&file, &error));
                Some(Mail { url, from, authority: self.smtp_ca_file.map(read).transpose()? })
            }
        };
        let sms = self.sms_url.as_deref().map(Sms::read).transpose();
        let sms = sms.map_err(|fault| BadValue::new("LEAVEWORD_SMS_URL", fault.to_string()))?;
        let channels = Channels { guard, mail, sms };
        channels.mailer(&Clock::system())?;
        Ok(channels)
    }
}

fn unreadable(file: &Path, error: &std::io::Error) -> BadValue {
    BadValue::new("LEAVEWORD_SMTP_CA_FILE", format!("{} cannot be read: {error}", file.display()))
}

impl Channels {
    /// What sends requests, mail and SMS.
    pub(crate) fn senders(&self, clock: &Clock) -> Result<Senders, BadValue> {
        let sender = Sender::new(self.guard.clone(), clock.clone());
        Ok(Senders { sender, mailer: self.mailer(clock)?, sms: self.sms.clone() })
    }

    fn mailer(&self, clock: &Clock) -> Result<Option<Mailer>, BadValue> {
        let Some(Mail { url, from, authority }) = &self.mail else { return Ok(None) };
        let mailer = Mailer::new(url, from, authority.as_deref(), clock.clone());
        let variable = |fault| match fault {
            projections::notifications::mail::MailFault::Url => "LEAVEWORD_SMTP_URL",
            projections::notifications::mail::MailFault::Authority => "LEAVEWORD_SMTP_CA_FILE",
            projections::notifications::mail::MailFault::From => "LEAVEWORD_MAIL_FROM",
        };
        mailer.map(Some).map_err(|fault| BadValue::new(variable(fault), fault.to_string()))
    }
}

/// As `leaveword config` prints it, and as it is said at the start: without the mail server's password.
impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (networks, bases) = self.guard.told();
        let none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        writeln!(f, "LEAVEWORD_PRIVATE_NETWORKS     {}", none(networks))?;
        writeln!(f, "LEAVEWORD_CHANNEL_BASE_URLS    {}", none(bases))?;
        let host = |mail: &Mail| mail.url.rsplit(['@', '/']).next().unwrap_or_default().to_owned();
        let host = self.mail.as_ref().map(host).unwrap_or_default();
        writeln!(f, "LEAVEWORD_SMTP_URL         {}", none(host))?;
        let vouched = self.mail.as_ref().is_some_and(|mail| mail.authority.is_some());
        writeln!(f, "LEAVEWORD_SMTP_CA_FILE     {}", if vouched { "given" } else { "none" })?;
        let sms = self.sms.as_ref().map(Sms::told).unwrap_or_default();
        writeln!(f, "LEAVEWORD_SMS_URL          {}", none(sms))?;
        write!(
            f,
            "LEAVEWORD_MAIL_FROM        {}",
            none(self.mail.as_ref().map(|mail| mail.from.clone()).unwrap_or_default())
        )
    }
}

/// The same.
impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channels({})", self.to_string().replace('\n', "; "))
    }
}

/// Whom mail is from.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("from", &self.from).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ChannelSettings {
        ChannelSettings {
            private_networks: Some("10.1.0.0/16".into()),
            channel_base_urls: Some("wecom=http://127.0.0.1:9001".into()),
            smtp_url: Some("smtps://desk:s3cret@mail.example.com".into()),
            mail_from: Some("desk@example.com".into()),
            smtp_ca_file: None,
            sms_url: Some("aliyun://AKID:s3cret@dysmsapi.aliyuncs.com?sign=x&reply=SMS_1&code=SMS_2".into()),
        }
    }

    #[test]
    fn what_is_in_force_is_told_without_the_password() {
        let channels = settings().read().expect("valid");
        let told = format!("{channels} {channels:?} {:?}", channels.mail);
        let sms = "aliyun at dysmsapi.aliyuncs.com";
        for part in
            ["10.1.0.0/16", "wecom=http://127.0.0.1:9001", "mail.example.com", "desk@example.com", sms]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
        assert!(!told.contains("s3cret") && !told.contains("AKID"), "{told}");
    }

    #[test]
    fn a_bad_value_is_named() {
        let named = |settings: ChannelSettings| settings.read().expect_err("a bad value").to_string();
        let bad = ChannelSettings { private_networks: Some("10.1.0.0/99".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_PRIVATE_NETWORKS: "));
        let bad = ChannelSettings { channel_base_urls: Some("telegram=http://x".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_CHANNEL_BASE_URLS: "));
        let bad = ChannelSettings { smtp_url: Some("http://mail".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_SMTP_URL: "));
        let bad = ChannelSettings { sms_url: Some("sms://x".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_SMS_URL: "));
        let bad = ChannelSettings { mail_from: None, ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_MAIL_FROM: "));
        for file in ["Cargo.toml", "there/is/no/such/file"] {
            let bad = ChannelSettings { smtp_ca_file: Some(file.into()), ..settings() };
            assert!(named(bad).starts_with("LEAVEWORD_SMTP_CA_FILE: "), "{file}");
        }
    }
}
