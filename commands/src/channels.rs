//! Channels: connected, revised, paused, resumed and disconnected by whoever manages them, and paused by rules.

use crate::{
    Caller, Commands,
    access::{Needs, admit},
    change::{Change, Relies},
    error::CommandError,
    execute::ATTEMPTS,
    first_start::RULE,
    streams::{channel_key, stream},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    access::Permission,
    channel::{
        Channel, ChannelAddress, ChannelCommand, ChannelError, ChannelKind, ChannelName, ChannelSecret,
        PauseReason, Rules,
    },
    decide::Decide,
    ids::ChannelId,
};
use store::{AppendError, ChannelChange, CredentialRow, Receipt, StoreError};

/// What the channel is called that tells visitors by mail.
const VISITORS_BY_MAIL: &str = "访客邮件 · Mail to visitors";

const MANAGE: Needs = Needs::Member(Permission::ChannelsManage);
/// As long as that a generic webhook's old secret signs beside the new one.
const OVERLAP: TimeDelta = TimeDelta::days(1);

/// A channel that is to be connected.
#[derive(Clone, Debug)]
pub struct ConnectInput {
    /// What it is called.
    pub name: ChannelName,
    /// What it speaks.
    pub kind: ChannelKind,
    /// Where it sends to; its address has been checked.
    pub address: ChannelAddress,
    /// What it is told, and how.
    pub rules: Rules,
}

/// What of a channel is to be otherwise: what is given.
#[derive(Clone, Debug, Default)]
pub struct ReviseChannelInput {
    /// What it is called.
    pub name: Option<ChannelName>,
    /// The receiver's address, which has been checked.
    pub url: Option<String>,
    /// What requests are signed with.
    pub secret: Option<String>,
    /// Who gets mail.
    pub emails: Option<Vec<String>>,
    /// All of its rules.
    pub rules: Option<Rules>,
}

/// A channel that was connected, or has a new secret.
#[derive(Clone)]
pub struct ConnectedChannel {
    /// Which.
    pub id: ChannelId,
    /// The secret that we made: shown once.
    pub secret: Option<String>,
    /// What was recorded.
    pub receipt: Receipt,
}

/// Nothing of the secret.
impl std::fmt::Debug for ConnectedChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConnectedChannel({})", self.id)
    }
}

impl Commands {
    /// `connectChannel`. A generic webhook without a secret gets one.
    pub async fn connect_channel(
        &self,
        caller: &Caller,
        input: ConnectInput,
    ) -> Result<ConnectedChannel, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let id = ChannelId(store::random::uuid(at));
        let ConnectInput { name, kind, mut address, rules } = input;
        let standing = self.store.standing_channels().await?;
        let connect = ChannelCommand::Connect { at, name, kind, rules: rules.into(), standing };
        let decided = Channel::default().decide(connect)?;
        let secret = (kind == ChannelKind::Webhook && address.secrets.is_empty()).then(webhook_secret);
        address.secrets.extend(secret.clone().map(|secret| ChannelSecret { secret, until: None }));
        let rows = vec![self.kept(id, &address)?];
        let stream = (id.to_string(), Some(channel_key(id)));
        let receipt = self.begin::<Channel>(caller, stream, &decided, rows).await?;
        Ok(ConnectedChannel { id, secret, receipt })
    }

    /// Visitors are told by mail from the first server on that can send any. Whoever ends that has ended it: it is done once.
    pub async fn connect_visitors_by_mail(&self) -> Result<(), CommandError> {
        let id = ChannelId(self.store.derive_id("channel", &[VISITORS_BY_MAIL.as_bytes()]));
        let loaded = self.store.load::<Channel>(&id.to_string()).await?;
        if loaded.version() > 0 {
            return Ok(());
        }
        let (at, kind) = (self.store.clock().now(), ChannelKind::VisitorEmail);
        let name = ChannelName::parse(VISITORS_BY_MAIL).map_err(CommandError::Name)?;
        let (rules, standing) = (Rules::usual(kind).into(), self.store.standing_channels().await?);
        let decided =
            match loaded.aggregate.decide(ChannelCommand::Connect { at, name, kind, rules, standing }) {
                // A desk that has no room has chosen.
                Err(ChannelError::TooMany) => return Ok(()),
                decided => decided?,
            };
        let rows = vec![self.kept(id, &ChannelAddress::default())?];
        let stream = (id.to_string(), Some(channel_key(id)));
        match self.begin::<Channel>(&Caller::system(RULE), stream, &decided, rows).await {
            // Another process was faster.
            Ok(_) | Err(CommandError::Unavailable) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// `reviseChannel`.
    pub async fn revise_channel(
        &self,
        caller: &Caller,
        id: ChannelId,
        input: ReviseChannelInput,
    ) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let ReviseChannelInput { name, url, secret, emails, rules } = input;
        let readdress = |address: &mut ChannelAddress| {
            if url.is_some() {
                address.url.clone_from(&url);
            }
            if let Some(emails) = &emails {
                address.emails.clone_from(emails);
            }
            if let Some(secret) = secret.clone() {
                address.secrets = vec![ChannelSecret { secret, until: None }];
            }
        };
        let revise = |changed| {
            let rules = rules.clone().map(Box::new);
            ChannelCommand::Revise { at, name: name.clone(), rules, address: changed }
        };
        self.readdress(caller, id, readdress, revise).await
    }

    /// `pauseChannel`: what it would send waits.
    pub async fn pause_channel(&self, caller: &Caller, id: ChannelId) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let pause = || ChannelCommand::Pause { at, reason: PauseReason::ByHand };
        self.of_channel(caller, id, pause, vec![]).await
    }

    /// `resumeChannel`: what waited is sent.
    pub async fn resume_channel(&self, caller: &Caller, id: ChannelId) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let rows = vec![CredentialRow::Channel(ChannelChange::Resumed { channel_id: id.to_string() })];
        self.of_channel(caller, id, || ChannelCommand::Resume { at }, rows).await
    }

    /// `disconnectChannel`: what waited is not sent, and its address is forgotten.
    pub async fn disconnect_channel(&self, caller: &Caller, id: ChannelId) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let gone = ChannelChange::Gone { channel_id: id.to_string() };
        let rows = vec![CredentialRow::Channel(gone)];
        self.of_channel(caller, id, || ChannelCommand::Disconnect { at }, rows).await
    }

    /// `rotateChannelSecret`: a new one of a generic webhook; the old one still signs for a day.
    pub async fn rotate_channel_secret(
        &self,
        caller: &Caller,
        id: ChannelId,
    ) -> Result<ConnectedChannel, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let secret = webhook_secret();
        let rotate = |address: &mut ChannelAddress| address.rotate(secret.clone(), at + OVERLAP);
        let receipt = self.readdress(caller, id, rotate, |_| ChannelCommand::RotateSecret { at }).await?;
        Ok(ConnectedChannel { id, secret: Some(secret), receipt })
    }

    /// A rule pauses a channel. One that is paused, or is no more, stays as it is.
    pub async fn pause_channel_by(
        &self,
        rule: &'static str,
        id: ChannelId,
        reason: PauseReason,
    ) -> Result<(), CommandError> {
        let at = self.store.clock().now();
        let pause = || ChannelCommand::Pause { at, reason: reason.clone() };
        told(self.of_channel(&Caller::system(rule), id, pause, vec![]).await)
    }

    /// A rule warns that a channel will be paused.
    pub async fn warn_of_channel(
        &self,
        rule: &'static str,
        id: ChannelId,
        (since, pauses_at, warning): (DateTime<Utc>, DateTime<Utc>, u32),
    ) -> Result<(), CommandError> {
        let at = self.store.clock().now();
        let warn = || ChannelCommand::Warn { at, since, pauses_at, warning };
        told(self.of_channel(&Caller::system(rule), id, warn, vec![]).await)
    }

    async fn of_channel(
        &self,
        caller: &Caller,
        id: ChannelId,
        command: impl Fn() -> ChannelCommand,
        rows: Vec<CredentialRow>,
    ) -> Result<Receipt, CommandError> {
        let key = Some(channel_key(id));
        let change = Change { caller, id: id.to_string(), key, relies_on: Relies::Nothing };
        self.change::<Channel>(change, |_| command(), |_| rows.clone()).await
    }

    /// Changes where a channel sends to. When somebody was faster everything is decided again, the row included: of two who
    /// change different parts of it neither undoes what the other did. The row is read after its stream, so that whoever writes
    /// one in between makes the append a conflict. `command` is told whether anything is otherwise.
    async fn readdress(
        &self,
        caller: &Caller,
        id: ChannelId,
        readdress: impl Fn(&mut ChannelAddress),
        command: impl Fn(bool) -> ChannelCommand,
    ) -> Result<Receipt, CommandError> {
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load::<Channel>(&id.to_string()).await?;
            let before = self.channel_address(id).await?;
            let mut address = before.clone();
            readdress(&mut address);
            let changed = address != before;
            let decided = loaded.aggregate.decide(command(changed))?;
            let stream = stream::<Channel>(id.to_string(), &loaded, Some(channel_key(id)), &decided)?;
            let mut append = self.append(caller, vec![stream], None);
            append.credentials = if changed { vec![self.kept(id, &address)?] } else { vec![] };
            match self.store.append(append).await {
                Ok(appended) => return Ok(appended.receipt()),
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    async fn channel_address(&self, id: ChannelId) -> Result<ChannelAddress, CommandError> {
        let clear = self.store.channel_address(&id.to_string()).await?.ok_or(CommandError::NotFound)?;
        let place = || format!("the address of channel {id}");
        Ok(serde_json::from_slice(&clear).map_err(|error| StoreError::Json { place: place(), error })?)
    }

    fn kept(&self, id: ChannelId, address: &ChannelAddress) -> Result<CredentialRow, CommandError> {
        let place = || format!("the address of channel {id}");
        let clear =
            serde_json::to_vec(address).map_err(|error| StoreError::Json { place: place(), error })?;
        let channel_id = id.to_string();
        let sealed = self.store.seal_address(&channel_id, &clear);
        Ok(CredentialRow::Channel(ChannelChange::Kept { channel_id, sealed }))
    }
}

/// What a rule wanted is so, or need not be any more.
fn told(outcome: Result<Receipt, CommandError>) -> Result<(), CommandError> {
    match outcome {
        Ok(_) | Err(CommandError::Channel(_) | CommandError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// As Standard Webhooks has them: 24 to 64 random bytes, in base64 after `whsec_`.
fn webhook_secret() -> String {
    format!("whsec_{}", crate::token::base64(&store::random::bytes::<32>()))
}
