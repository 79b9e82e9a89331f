//! How a visitor can be reached: a phone number or an e-mail address.

use crate::text::{TextError, refuse_control};
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
}

/// A way to be reached, as it was given and in canonical form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Phone or e-mail.
    pub kind: ContactKind,
    /// As the visitor wrote it.
    pub given: String,
    /// E.164 (`+8613800138000`), or the address with its domain in lower case.
    pub canonical: String,
}

/// Why a contact is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// Nothing was given.
    #[error("is empty")]
    Empty,
    /// Longer than any address can be (RFC 5321: 254 characters).
    #[error("has more than 254 characters")]
    TooLong,
    /// Neither a phone number of the desk's region or with `+`, nor an e-mail address.
    #[error(
        "is neither a phone number (13800138000, +49 30 901820) nor an e-mail address (name@example.com)"
    )]
    Neither,
}

impl Contact {
    /// Reads what was typed; a number without `+` is one of `region` (ISO 3166-1 alpha-2, such as `CN`).
    pub fn parse(given: &str, region: &str) -> Result<Self, ContactError> {
        let given = given.trim();
        if given.is_empty() {
            return Err(ContactError::Empty);
        }
        if given.chars().count() > 254 {
            return Err(ContactError::TooLong);
        }
        refuse_control(given).map_err(|_: TextError| ContactError::Neither)?;
        let typed = half_width(given);
        let (kind, canonical) = if typed.contains('@') {
            let options = Options::default().with_required_tld().without_display_text();
            (ContactKind::Email, canonical_email(&typed, options)?)
        } else {
            (ContactKind::Phone, canonical_phone(&typed, region)?)
        };
        Ok(Self { kind, given: given.to_owned(), canonical })
    }

    /// Enough to recognise it, not enough to use it: `+861******8000`, `l***@example.com`.
    pub fn masked(&self) -> String {
        match self.kind {
            ContactKind::Phone => mask_middle(&self.canonical, 4, 4),
            ContactKind::Email => match self.canonical.split_once('@') {
                Some((local, domain)) => {
                    format!("{}***@{domain}", local.chars().next().unwrap_or('*'))
                }
                None => "***".to_owned(),
            },
        }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The e-mail address with its domain in lower case; the part before `@` belongs to its host (RFC 5321, 2.3.11).
pub(crate) fn canonical_email(typed: &str, options: Options) -> Result<String, ContactError> {
    let typed = typed.trim();
    let (local, domain) = typed.rsplit_once('@').ok_or(ContactError::Neither)?;
    EmailAddress::parse_with_options(typed, options).map_err(|_| ContactError::Neither)?;
    Ok(format!("{local}@{}", domain.to_lowercase()))
}

fn canonical_phone(typed: &str, region: &str) -> Result<String, ContactError> {
    let number = phonenumber::parse(region.parse().ok(), typed).map_err(|_| ContactError::Neither)?;
    if !phonenumber::is_valid(&number) {
        return Err(ContactError::Neither);
    }
    Ok(number.format().mode(phonenumber::Mode::E164).to_string())
}

/// Is it a region whose phone numbers are known (ISO 3166-1 alpha-2, such as `CN`)?
pub(crate) fn is_phone_region(region: &str) -> bool {
    region.parse::<phonenumber::country::Id>().is_ok()
}

/// Chinese and Japanese keyboards type `１３８` and `＠`; they mean `138` and `@`.
pub(crate) fn half_width(typed: &str) -> String {
    typed
        .chars()
        .map(|c| match u32::from(c) {
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
            0x3000 => ' ',
            _ => c,
        })
        .collect()
}

fn mask_middle(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    let shown = |i: usize| i < head || i + tail >= count;
    text.chars().enumerate().map(|(i, c)| if shown(i) && count > head + tail { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(given: &str) -> Result<(ContactKind, String), ContactError> {
        Contact::parse(given, "CN").map(|c| (c.kind, c.canonical))
    }

    #[test]
    fn a_number_of_the_region_becomes_e164_and_keeps_what_was_typed() {
        assert_eq!(parse("138 0013 8000"), Ok((ContactKind::Phone, "+8613800138000".into())));
        assert_eq!(parse("１３８００１３８０００"), Ok((ContactKind::Phone, "+8613800138000".into())));
        assert_eq!(parse("+49 30 901820"), Ok((ContactKind::Phone, "+4930901820".into())));
        assert_eq!(Contact::parse("138 0013 8000", "CN").map(|c| c.given), Ok("138 0013 8000".into()));
    }

    #[test]
    fn an_address_keeps_its_local_part_and_lowers_its_domain() {
        assert_eq!(parse("Li.Lei@Example.COM"), Ok((ContactKind::Email, "Li.Lei@example.com".into())));
        assert_eq!(parse("lilei＠example.com"), Ok((ContactKind::Email, "lilei@example.com".into())));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for bad in ["hello", "123", "a@", "@b.com", "a@b", "A <a@b.com>", "138\u{0}00138000", "call me"] {
            assert_eq!(parse(bad), Err(ContactError::Neither), "{bad}");
        }
        assert_eq!(parse("  "), Err(ContactError::Empty));
        assert_eq!(parse(&"1".repeat(300)), Err(ContactError::TooLong));
    }

    #[test]
    fn a_masked_contact_can_be_recognised_but_not_used() {
        let masked = |given| Contact::parse(given, "CN").map(|c| c.masked());
        assert_eq!(masked("13800138000"), Ok("+861******8000".into()));
        assert_eq!(masked("lilei@example.com"), Ok("l***@example.com".into()));
    }
}
