//! Mutations of channels, where the desk is told of what happens. All of them need `channels.manage`.

mod deliver;
mod rules;

pub(crate) use deliver::DeliverMutation;
use rules::ChannelRulesInput;

use super::{payload::Receipt, read};
use crate::{
    caller::Asks,
    fault,
    query::channel::{Channel, ChannelKind, manage},
    refusal::{self, UserError},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use commands::{CommandError, ConnectInput, ConnectedChannel, ReviseChannelInput as Revision};
use domain::{
    channel::{ChannelAddress, ChannelKind as Kind, ChannelName, ChannelSecret},
    ids::ChannelId,
    member::MemberEmail,
};
use projections::notifications::{Notifier, vendor};

/// As many as one channel sends mail to.
const MOST_EMAILS: usize = 20;
/// As long as a secret may be, in bytes.
const LONGEST_SECRET: usize = 256;

#[derive(Default)]
pub(crate) struct ChannelMutation;

/// A channel that is to be connected.
#[derive(InputObject)]
struct ConnectChannelInput {
    /// What it is called: 1 to 100 characters.
    name: String,
    /// What it speaks.
    kind: ChannelKind,
    /// The robot's or receiver's address; not for EMAIL, nor for visitors.
    url: Option<String>,
    /// What requests are signed with: the vendor's, or for WEBHOOK `whsec_` and 24 to 64 bytes in base64; one is made when it
    /// is left out there.
    secret: Option<String>,
    /// Who gets mail, for EMAIL: at most 20 addresses. Beside them whoever the rules mention.
    emails: Option<Vec<String>>,
    /// What it is told, and how.
    rules: Option<ChannelRulesInput>,
}

/// What of a channel is to be otherwise; what is left out stays as it is.
#[derive(InputObject)]
struct ReviseChannelInput {
    /// Which.
    id: ID,
    /// What it is called.
    name: Option<String>,
    /// The robot's or receiver's address.
    url: Option<String>,
    /// What requests are signed with.
    secret: Option<String>,
    /// Who gets mail: all of them.
    emails: Option<Vec<String>>,
    /// All of its rules; what is left out within them is as for a new channel.
    rules: Option<ChannelRulesInput>,
}

/// The channel as it is now, or why nothing happened.
#[derive(Default, SimpleObject)]
struct ChannelPayload {
    /// The channel.
    channel: Option<Channel>,
    /// The secret that was made: it is shown once; keep it.
    secret_once: Option<String>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl ChannelMutation {
    /// Connects a channel: from now on it is told what its rules ask for. Needs `channels.manage`.
    async fn connect_channel(&self, ctx: &Context<'_>, input: ConnectChannelInput) -> Result<ChannelPayload> {
        manage(ctx)?;
        let ConnectChannelInput { name, kind, url, secret, emails, rules } = input;
        let kind: Kind = kind.into();
        let mut refused = vec![];
        let name = Given::name(ctx, Some(name), &mut refused);
        let missing =
            Given::missing(ctx, kind, url.is_some(), emails.as_ref().is_some_and(|to| !to.is_empty()));
        refused.extend(missing);
        let given = Given::read(ctx, kind, (url, secret, emails), &mut refused);
        let rules = rules.unwrap_or_default().read(ctx, kind, &mut refused);
        let (Some(name), Some(rules), true) = (name, rules, refused.is_empty()) else {
            return Ok(ChannelPayload { user_errors: refused, ..ChannelPayload::default() });
        };
        let secret = |secret| ChannelSecret { secret, until: None };
        let address = ChannelAddress {
            url: given.url,
            secrets: given.secret.map(secret).into_iter().collect(),
            emails: given.emails.unwrap_or_default(),
        };
        let input = ConnectInput { name, kind, address, rules };
        let connected = ctx.commands().connect_channel(ctx.caller(), input).await;
        ChannelPayload::with_secret(ctx, connected).await
    }

    /// Changes a channel. Needs `channels.manage`.
    async fn revise_channel(&self, ctx: &Context<'_>, input: ReviseChannelInput) -> Result<ChannelPayload> {
        let ReviseChannelInput { id, name, url, secret, emails, rules } = input;
        let id = ChannelId::typed(&id);
        let Some(kind) = Channel::kind_of(ctx, id).await? else {
            return ChannelPayload::of(ctx, Err(CommandError::NotFound)).await;
        };
        let mut refused = vec![];
        let name = Given::name(ctx, name, &mut refused);
        let given = Given::read(ctx, kind, (url, secret, emails), &mut refused);
        let rules = rules.and_then(|rules| rules.read(ctx, kind, &mut refused));
        if !refused.is_empty() {
            return Ok(ChannelPayload { user_errors: refused, ..ChannelPayload::default() });
        }
        let Given { url, secret, emails } = given;
        let revision = Revision { name, url, secret, emails, rules };
        ChannelPayload::of(ctx, ctx.commands().revise_channel(ctx.caller(), id, revision).await).await
    }

    /// Sends nothing for the time being; what would be sent waits. Needs `channels.manage`.
    async fn pause_channel(&self, ctx: &Context<'_>, id: ID) -> Result<ChannelPayload> {
        let paused = ctx.commands().pause_channel(ctx.caller(), ChannelId::typed(&id)).await;
        ChannelPayload::of(ctx, paused).await
    }

    /// Sends again, and what waited first. Needs `channels.manage`.
    async fn resume_channel(&self, ctx: &Context<'_>, id: ID) -> Result<ChannelPayload> {
        let resumed = ctx.commands().resume_channel(ctx.caller(), ChannelId::typed(&id)).await;
        ChannelPayload::of(ctx, resumed).await
    }

    /// Ends a channel: what waited is not sent, and its address is forgotten. Needs `channels.manage`.
    async fn disconnect_channel(&self, ctx: &Context<'_>, id: ID) -> Result<ChannelPayload> {
        let disconnected = ctx.commands().disconnect_channel(ctx.caller(), ChannelId::typed(&id)).await;
        ChannelPayload::of(ctx, disconnected).await
    }

    /// Makes another secret for a WEBHOOK; for a day requests are signed with the old one as well. Needs `channels.manage`.
    async fn rotate_channel_secret(&self, ctx: &Context<'_>, id: ID) -> Result<ChannelPayload> {
        let rotated = ctx.commands().rotate_channel_secret(ctx.caller(), ChannelId::typed(&id)).await;
        ChannelPayload::with_secret(ctx, rotated).await
    }
}

/// Where a channel sends to, as it was given and could be read.
struct Given {
    url: Option<String>,
    secret: Option<String>,
    emails: Option<Vec<String>>,
}

impl Given {
    fn name(ctx: &Context<'_>, name: Option<String>, refused: &mut Vec<UserError>) -> Option<ChannelName> {
        let read = ChannelName::parse(&name?);
        read.map_err(|error| refused.push(read::of_text(ctx, &error, "name"))).ok()
    }

    /// What a channel of this kind cannot do without.
    fn missing(ctx: &Context<'_>, kind: Kind, has_url: bool, has_emails: bool) -> Option<UserError> {
        match kind {
            Kind::Email if !has_emails => Some(refusal::required("emails", ctx.locale())),
            Kind::Email | Kind::VisitorEmail | Kind::VisitorSms => None,
            _ if !has_url => Some(refusal::required("url", ctx.locale())),
            _ => None,
        }
    }

    fn read(
        ctx: &Context<'_>,
        kind: Kind,
        (url, secret, emails): (Option<String>, Option<String>, Option<Vec<String>>),
        refused: &mut Vec<UserError>,
    ) -> Self {
        let notifier: &Notifier = ctx.data_unchecked();
        let locale = ctx.locale();
        let mut url = url.filter(|_| kind != Kind::Email && kind.reaches().is_none());
        if let Some(Err(fault)) = url.as_ref().map(|url| notifier.check_address(kind, url)) {
            refused.push(refusal::of_address(fault, locale));
            url = None;
        }
        let secret = secret.filter(|secret| !secret.is_empty());
        let bad = |secret: &String| {
            secret.len() > LONGEST_SECRET
                || secret.chars().any(char::is_control)
                || (kind == Kind::Webhook && vendor::check_secret(secret).is_err())
        };
        if secret.as_ref().is_some_and(bad) {
            refused.push(refusal::of_secret(locale));
        }
        if emails.as_ref().is_some_and(|emails| emails.len() > MOST_EMAILS) {
            refused.push(refusal::too_many_emails(locale));
        }
        let read = |email: &String| MemberEmail::parse(email).map(|email| email.as_str().to_owned());
        let emails = emails
            .map(|emails| emails.iter().take(MOST_EMAILS).map(read).collect::<std::result::Result<_, _>>());
        let emails = emails.transpose().unwrap_or_else(|_| {
            refused.push(refusal::of_emails(locale));
            None
        });
        Self { url, secret, emails }
    }
}

impl ChannelPayload {
    async fn with_secret(
        ctx: &Context<'_>,
        outcome: std::result::Result<ConnectedChannel, CommandError>,
    ) -> Result<Self> {
        let (secret, outcome) = match outcome {
            Ok(connected) => (connected.secret, Ok(connected.receipt)),
            Err(error) => (None, Err(error)),
        };
        Ok(Self { secret_once: secret, ..Self::of(ctx, outcome).await? })
    }

    async fn of(
        ctx: &Context<'_>,
        outcome: std::result::Result<commands::Receipt, CommandError>,
    ) -> Result<Self> {
        let receipt = match outcome {
            Ok(receipt) => receipt,
            Err(error) => {
                if let Some(fault) = fault::of_command(ctx.caller(), &error) {
                    return Err(fault);
                }
                let refused = refusal::of_command(&error, ctx.locale());
                return Ok(Self { user_errors: vec![refused], ..Self::default() });
            }
        };
        // What is written stays written: a fault from here on must not take the receipt away.
        let channel = Channel::load(ctx, ChannelId::typed(&receipt.id)).await.unwrap_or_else(|error| {
            tracing::warn!(error = error.message, "a channel that was written could not be read back");
            None
        });
        Ok(Self { channel, receipt: Some(receipt.into()), ..Self::default() })
    }
}
