//! What is refused of channels.

use super::{UserError, UserErrorCode as C, of_text, tell};
use domain::{
    channel::{ChannelError, RulesError},
    locale::Locale,
};
use projections::notifications::vendor::AddressFault;

/// A rule of channels said no.
pub(super) fn of_channel(error: &ChannelError, locale: Option<&Locale>) -> UserError {
    let refusal = match error {
        ChannelError::NotConnected => (C::Unknown, Some("id"), "channel-unknown"),
        ChannelError::Disconnected => (C::NotAllowed, None, "channel-disconnected"),
        ChannelError::AlreadySo => (C::AlreadySo, None, "already-so"),
        ChannelError::Rules(error) => return of_rules(error, locale),
        ChannelError::SecretIsTheirs => (C::NotAllowed, None, "channel-secret-theirs"),
        ChannelError::TooMany => (C::NotAllowed, None, "too-many-channels"),
    };
    tell(refusal, &[], locale)
}

/// Rules that cannot be.
pub(crate) fn of_rules(error: &RulesError, locale: Option<&Locale>) -> UserError {
    let refusal = |code, key| (code, Some("rules"), key);
    match error {
        RulesError::NoEvents => tell(refusal(C::Required, "rules-no-events"), &[], locale),
        RulesError::EventUnknown(event) => {
            tell(refusal(C::Unknown, "rules-event-unknown"), &[("event", event)], locale)
        }
        RulesError::TooMany(list) => tell(refusal(C::TooLong, "rules-too-many"), &[("list", list)], locale),
        RulesError::FormatUnknown { kind, given } => {
            let known = kind.formats().join(", ");
            let gaps = [("kind", kind.name()), ("format", given.as_str()), ("known", known.as_str())];
            tell(refusal(C::Unknown, "rules-format-unknown"), &gaps, locale)
        }
        RulesError::WebhookIsPlain => tell(refusal(C::NotAllowed, "rules-webhook-plain"), &[], locale),
        RulesError::VisitorsArePlain => tell(refusal(C::NotAllowed, "rules-visitors-plain"), &[], locale),
        RulesError::SmsIsBare => tell(refusal(C::NotAllowed, "rules-sms-bare"), &[], locale),
        RulesError::VariableUnknown(variable) => {
            tell(refusal(C::Unknown, "rules-variable-unknown"), &[("variable", variable)], locale)
        }
        RulesError::Template(error) => of_text(error, "template", locale),
        RulesError::Rate => tell(refusal(C::Invalid, "rules-rate"), &[], locale),
        RulesError::QuietHours => tell(refusal(C::Invalid, "rules-quiet-hours"), &[], locale),
    }
}

/// A receiver's address that cannot be.
pub(crate) fn of_address(fault: AddressFault, locale: Option<&Locale>) -> UserError {
    let refusal = |key| (C::Invalid, Some("url"), key);
    match fault {
        AddressFault::NotAnAddress => tell(refusal("address-none"), &[], locale),
        AddressFault::TooLong => tell((C::TooLong, Some("url"), "address-too-long"), &[], locale),
        AddressFault::NotHttps => tell(refusal("address-not-https"), &[], locale),
        AddressFault::UserInfo => tell(refusal("address-user"), &[], locale),
        AddressFault::OtherHost(host) => tell(refusal("address-other-host"), &[("host", host)], locale),
        AddressFault::OtherPath(like) => tell(refusal("address-other-path"), &[("like", like)], locale),
        AddressFault::Port => tell(refusal("address-port"), &[], locale),
        AddressFault::Private => tell(refusal("address-private"), &[], locale),
    }
}

/// Something is missing.
pub(crate) fn required(field: &'static str, locale: Option<&Locale>) -> UserError {
    tell((C::Required, Some(field), "text-empty"), &[("field", field)], locale)
}

/// A secret that signs nothing.
pub(crate) fn of_secret(locale: Option<&Locale>) -> UserError {
    tell((C::Invalid, Some("secret"), "channel-secret"), &[], locale)
}

/// Addresses that get no mail.
pub(crate) fn of_emails(locale: Option<&Locale>) -> UserError {
    tell((C::Invalid, Some("emails"), "channel-emails"), &[], locale)
}

/// More addresses than one channel sends to.
pub(crate) fn too_many_emails(locale: Option<&Locale>) -> UserError {
    tell((C::TooLong, Some("emails"), "channel-emails-many"), &[], locale)
}

/// No rating.
pub(crate) fn of_stars(locale: Option<&Locale>) -> UserError {
    tell((C::Invalid, Some("rules"), "rules-stars"), &[], locale)
}
