//! One connection's dialogue, line by line; no network.

use super::{Letter, Manners, Tls};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};

// RFC 5321, 4.5.3.1.6: 1000 octets with the line's end.
const LINE: usize = 1000;
// RFC 1870: as we tell it.
const SIZE: usize = 1_000_000;

/// What is spoken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wire {
    #[default]
    Clear,
    /// TLS is what comes next.
    Upgrades,
    Private,
}

/// How far the dialogue is.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    wire: Wire,
    is_greeted: bool,
    is_known: bool,
    may_be_8_bit: bool,
    from: Option<String>,
    to: Vec<String>,
    data: Option<Vec<u8>>,
}

/// The first line, which the server says.
pub(super) fn greeting(manners: &Manners) -> String {
    instead(manners, "CONNECT").unwrap_or_else(|| "220 simulator.test ESMTP\r\n".to_owned())
}

impl Dialogue {
    /// At its beginning; over TLS already?
    pub(super) fn new(is_private: bool) -> Self {
        let wire = if is_private { Wire::Private } else { Wire::Clear };
        Self { wire, ..Self::default() }
    }

    /// Over TLS?
    pub(super) fn is_private(&self) -> bool {
        self.wire == Wire::Private
    }

    /// Is TLS what comes next?
    pub(super) fn becomes_private(&self) -> bool {
        self.wire == Wire::Upgrades
    }

    /// What is answered to a line, if it is answered, and the letter that was complete with it.
    pub(super) fn hears(
        &mut self,
        line: &[u8],
        manners: &Manners,
        now: DateTime<Utc>,
    ) -> (Option<String>, Option<Letter>) {
        if let Some(data) = &mut self.data {
            if line != b".\r\n" {
                // RFC 5321, 4.5.2: a dot was put before a dot.
                data.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
                return (None, None);
            }
            return self.ends(manners, now);
        }
        let text = std::str::from_utf8(line).unwrap_or_default();
        // RFC 5321, 2.3.8: a line ends with CR and LF, and with nothing else.
        let Some(text) = text.strip_suffix("\r\n") else {
            return (Some("500 a line ends with CRLF\r\n".into()), None);
        };
        let verb = text.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let own = self.obeys(&verb, text, manners);
        let answer = instead(manners, &verb).unwrap_or(own + "\r\n");
        if answer.starts_with("354") {
            self.data = Some(Vec::new());
        }
        (Some(answer), None)
    }

    fn obeys(&mut self, verb: &str, text: &str, manners: &Manners) -> String {
        let is_open = manners.login.is_none() || self.is_known;
        let is_upgradable = manners.tls == Tls::Upgrade && self.wire != Wire::Private;
        match verb {
            "EHLO" => {
                self.resets();
                self.is_greeted = true;
                let may_log_in = manners.login.is_some() && !is_upgradable;
                let auth = if may_log_in { "250-AUTH PLAIN\r\n" } else { "" };
                let tls = if is_upgradable { "250-STARTTLS\r\n" } else { "" };
                format!("250-simulator.test\r\n{auth}{tls}250-8BITMIME\r\n250 SIZE {SIZE}")
            }
            "STARTTLS" if is_upgradable => {
                self.wire = Wire::Upgrades;
                "220 2.0.0 Ready to start TLS".to_owned()
            }
            // RFC 3207, 4.
            "AUTH" | "MAIL" if is_upgradable => "530 5.7.0 Must issue a STARTTLS command first".to_owned(),
            "AUTH" => self.authenticates(text, manners),
            // RFC 4954, 6.
            "MAIL" if !is_open => "530 5.7.0 Authentication required".to_owned(),
            // RFC 5321, 4.1.4: the order of commands.
            "MAIL" if self.is_greeted && self.from.is_none() => {
                let Some(from) = path(text, "MAIL FROM:") else { return syntax() };
                self.may_be_8_bit = text.to_ascii_uppercase().contains("BODY=8BITMIME");
                self.from = Some(from);
                "250 2.1.0 Ok".to_owned()
            }
            "RCPT" if self.from.is_some() => {
                let refused = manners.instead.contains_key("RCPT");
                let Some(to) = path(text, "RCPT TO:").filter(|it| it.contains('@')) else { return syntax() };
                if let Some(line) = manners.refuses.get(to.as_str()) {
                    return (*line).to_owned();
                }
                self.to.extend((!refused).then_some(to));
                "250 2.1.5 Ok".to_owned()
            }
            "DATA" if !self.to.is_empty() => "354 End data with <CR><LF>.<CR><LF>".to_owned(),
            "MAIL" | "RCPT" | "DATA" => "503 5.5.1 Bad sequence of commands".to_owned(),
            "RSET" => {
                self.resets();
                "250 2.0.0 Ok".to_owned()
            }
            "NOOP" => "250 2.0.0 Ok".to_owned(),
            "QUIT" => "221 2.0.0 Bye".to_owned(),
            _ => "502 5.5.2 Command not recognized".to_owned(),
        }
    }

    /// RFC 4616: `\0name\0password`.
    fn authenticates(&mut self, text: &str, manners: &Manners) -> String {
        let told = text.get("AUTH PLAIN ".len()..).and_then(|it| BASE64_STANDARD.decode(it).ok());
        let known = manners.login.map(|(name, password)| format!("\0{name}\0{password}").into_bytes());
        self.is_known = told.is_some() && told == known;
        let answer =
            if self.is_known { "235 2.7.0 Ok" } else { "535 5.7.8 Authentication credentials invalid" };
        answer.to_owned()
    }

    fn ends(&mut self, manners: &Manners, now: DateTime<Utc>) -> (Option<String>, Option<Letter>) {
        let data = self.data.take().unwrap_or_default();
        let (from, to) = (self.from.clone().unwrap_or_default(), self.to.clone());
        let own = objection(&data, self.may_be_8_bit);
        self.resets();
        let answer = instead(manners, ".").or(own.map(|it| format!("{it}\r\n")));
        let is_private = self.is_private();
        let letter = answer.is_none().then_some(Letter { at: now, from, to, is_private, data });
        (Some(answer.unwrap_or_else(|| "250 2.0.0 Ok: queued\r\n".to_owned())), letter)
    }

    fn resets(&mut self) {
        (self.from, self.to, self.data, self.may_be_8_bit) = (None, Vec::new(), None, false);
    }
}

fn objection(data: &[u8], may_be_8_bit: bool) -> Option<&'static str> {
    let mut lines = data.split_inclusive(|byte| *byte == b'\n');
    // RFC 5321, 2.3.8: neither may stand alone; servers that let it pass can be made to see two letters in one.
    let is_bare = |line: &[u8]| !line.ends_with(b"\r\n") || line[..line.len() - 2].contains(&b'\r');
    if lines.clone().any(is_bare) {
        return Some("550 5.5.2 A bare CR or LF");
    }
    if lines.any(|line| line.len() > LINE) {
        return Some("550 5.5.2 Line too long");
    }
    // RFC 6152: only after BODY=8BITMIME.
    if !may_be_8_bit && !data.is_ascii() {
        return Some("554 5.6.3 8 bits, and nobody said so");
    }
    (data.len() > SIZE).then_some("552 5.3.4 Message too big")
}

/// The address between the brackets. RFC 6531: other than ASCII only after SMTPUTF8, which is not offered.
fn path(text: &str, before: &str) -> Option<String> {
    let begins = text.get(..before.len()).is_some_and(|it| it.eq_ignore_ascii_case(before));
    let path = begins.then(|| text[before.len()..].trim_start())?.strip_prefix('<')?;
    let (address, _) = path.split_once('>')?;
    address.is_ascii().then(|| address.to_owned())
}

fn syntax() -> String {
    "501 5.5.4 Syntax error in parameters".to_owned()
}

fn instead(manners: &Manners, verb: &str) -> Option<String> {
    let line = manners.instead.get(verb)?;
    Some(if line.is_empty() { String::new() } else { format!("{line}\r\n") })
}
