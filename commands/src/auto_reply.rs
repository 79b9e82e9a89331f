//! The automatic reply: whoever leaves a message at a closed desk is told so at once, and when it opens.
//!
//! Knows that a visitor is told once in each closing, by whichever process. Must not know where it is counted how many
//! messages wait: whoever starts the watch passes that in, for it is a view's answer.

use crate::{
    Caller, Commands,
    error::CommandError,
    execute::ATTEMPTS,
    streams::{sealing_key, stream},
};
use chrono::{DateTime, Utc};
use domain::{
    actor::Acted,
    decide::Decide,
    desk::{AUTO_REPLY_WITHIN, AutoReply, Desk, LeftWord, Settings},
    hours::Moment,
    ids::{CategoryId, DESK_ID, MessageId, ReplyId, VisitorId},
    message::{Message, MessageCommand, MessageEvent, SendAutoReply},
};
use std::{collections::BTreeMap, fmt::Display, time::Duration};
use store::{AppendError, LogFilter, RecordedEvent, Reservation};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The rule's name, as it stands in the metadata of its events and among the checkpoints.
pub const RULE: &str = "auto-reply";
const SUBMITTED: &str = "MessageSubmitted";
/// Messages that are looked at at once.
const PAGE: i64 = 100;
/// Of these, so many are answered at once: appends share commits.
const LANES: usize = 16;
/// How often the log is looked at when nobody said that it has grown: other processes append too, and answer their own
/// before that.
const POLL: Duration = Duration::from_secs(1);
/// How long it waits once it was told: under load the log grows a thousand times a second.
const BREATH: Duration = Duration::from_millis(50);
/// After so many events that ask for nothing the checkpoint is moved all the same.
const STRIDE: i64 = 1_000;

/// A message that was just left.
#[derive(Clone)]
struct Left {
    message_id: MessageId,
    visitor_id: VisitorId,
    word: LeftWord,
    /// The event that says so.
    cause: uuid::Uuid,
}

/// What a message of a category is judged by.
#[derive(Clone, Copy)]
struct Now {
    moment: Moment,
    /// When the last member left, while nobody is there and that counts.
    last_present: Option<DateTime<Utc>>,
}

/// How far the rule has looked.
struct Looked {
    through: i64,
    more: bool,
    answered: bool,
}

impl Commands {
    /// Answers what is left while the desk is closed, until `stop` is cancelled. `waiting` says how many messages wait
    /// for a word of the desk's: those of a category, or all of them. A watch that panics is started again.
    pub async fn watch_auto_replies<W, F, E>(self, waiting: W, stop: CancellationToken)
    where
        W: Fn(Option<CategoryId>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<u32, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        while !stop.is_cancelled() {
            let watch = tokio::spawn(watch(self.clone(), waiting.clone(), stop.clone()));
            if let Err(panic) = watch.await {
                tracing::error!(%panic, "the watch on automatic replies panicked and is started again");
                let _ = tokio::time::timeout(POLL, stop.cancelled()).await;
            }
        }
    }

    /// Looks at what was left after a position.
    async fn answer_by_rule<W, F, E>(&self, from: i64, waiting: &W) -> Result<Looked, CommandError>
    where
        W: Fn(Option<CategoryId>) -> F,
        F: Future<Output = Result<u32, E>>,
        E: Display,
    {
        let head = self.store.head().await?;
        let seen = Looked { through: head, more: false, answered: false };
        if from >= head {
            return Ok(seen);
        }
        let desk = self.store.latest::<Desk>(&DESK_ID.to_string()).await?.aggregate;
        if !desk.settings().replies_by_itself() {
            return Ok(seen);
        }
        let submitted =
            LogFilter { types: vec![SUBMITTED.to_owned()], until: Some(head), ..LogFilter::default() };
        let events = self.store.read(&submitted, from, PAGE).await?;
        let left = events.iter().map(left_by_visitor).collect::<Result<Vec<_>, _>>()?;
        let answered =
            self.answer_messages(left.into_iter().flatten().collect(), desk.settings(), waiting).await?;
        Ok(match events.last() {
            Some(last) if i64::try_from(events.len()) == Ok(PAGE) => {
                Looked { through: last.position, more: true, answered }
            }
            Some(_) | None => Looked { answered, ..seen },
        })
    }

    /// Answers those of these that find the desk closed; says whether there was any. Most find it open, or were told in
    /// this closing already: nothing is written for them.
    async fn answer_messages<W, F, E>(
        &self,
        left: Vec<Left>,
        settings: &Settings,
        waiting: &W,
    ) -> Result<bool, CommandError>
    where
        W: Fn(Option<CategoryId>) -> F,
        F: Future<Output = Result<u32, E>>,
        E: Display,
    {
        if left.is_empty() {
            return Ok(false);
        }
        let people = self.people(settings).await?;
        let counts_waiting = settings.availability_rule().most_waiting_per_member.is_some();
        let (mut waiting_of, mut closed) = (BTreeMap::new(), vec![]);
        for left in left {
            let mut now = people;
            if counts_waiting {
                let of = &left.word.category_id;
                if !waiting_of.contains_key(of) {
                    waiting_of.insert(of.clone(), others_waiting(waiting(of.clone()).await)?);
                }
                now.moment.waiting = waiting_of[of];
            }
            let Some(reply) = settings.auto_reply_to(&left.word, now.moment, now.last_present) else {
                continue;
            };
            let once = self.once_in(&reply, &left);
            if self.store.holder_of(RULE, &once.value).await?.is_none() {
                closed.push((left, now));
            }
        }
        let any = !closed.is_empty();
        let (mut lanes, mut waits) = (JoinSet::new(), closed.into_iter());
        loop {
            while lanes.len() < LANES
                && let Some((left, now)) = waits.next()
            {
                let commands = self.clone();
                lanes.spawn(async move { (left.message_id, commands.answer_message(&left, now).await) });
            }
            let Some(outcome) = lanes.join_next().await else { return Ok(any) };
            let Ok((message, outcome)) = outcome else { return Err(CommandError::Unavailable) };
            match outcome {
                Ok(()) => {}
                Err(error @ (CommandError::Unavailable | CommandError::OutcomeUnknown)) => return Err(error),
                Err(CommandError::Fault(cause)) if cause.passes() => return Err(CommandError::Fault(cause)),
                // A fault of one must not stand in the way of the others.
                Err(error) => tracing::error!(%message, %error, "an automatic reply could not be written"),
            }
        }
    }

    /// Once, however often this is tried and by how many processes.
    async fn answer_message(&self, left: &Left, now: Now) -> Result<(), CommandError> {
        let Now { moment, last_present } = now;
        for attempt in 0..ATTEMPTS {
            let (desk, relied_on) = self.desk_as(attempt > 0).await?;
            let Some(reply) = desk.settings().auto_reply_to(&left.word, moment, last_present) else {
                return Ok(());
            };
            let reservation = self.once_in(&reply, left);
            let id = left.message_id.to_string();
            let message = self.known::<Message>(&id, attempt > 0).await?;
            let send = SendAutoReply {
                at: moment.at,
                reply_id: ReplyId(self.store.derive_id("auto-reply id", &[id.as_bytes()])),
                content: reply.content,
                opens_at: reply.opens_at,
            };
            let decided = match message.aggregate.decide(MessageCommand::SendAutoReply(send)) {
                Ok(decided) => decided,
                // What this process last knew is never the last word.
                Err(_) if !message.fresh => continue,
                // Somebody answered meanwhile, or did something else about it.
                Err(_) => return Ok(()),
            };
            let key = sealing_key(left.message_id, &message.aggregate);
            let streams = vec![relied_on, stream::<Message>(id, &message, key, &decided)?];
            let mut append = self.append(&Caller::system(RULE), streams, None);
            append.metadata.insert("causationId".to_owned(), left.cause.to_string());
            append.reservations.push(reservation);
            match self.store.append(append).await {
                // They were told in this closing already; or are nobody any more.
                Ok(_) | Err(AppendError::Taken { .. } | AppendError::Erased) => return Ok(()),
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// Who is there is looked up when the desk asks for it. Nobody waits yet.
    async fn people(&self, settings: &Settings) -> Result<Now, CommandError> {
        let mut now = Now { moment: Moment { at: self.now(), present: 0, waiting: 0 }, last_present: None };
        if settings.availability_rule().asks_for_people() {
            now.moment.present = u32::try_from(self.present().await?.len()).unwrap_or(u32::MAX);
            if now.moment.present == 0 {
                now.last_present = self.last_left().await?;
            }
        }
        Ok(now)
    }

    fn once_in(&self, reply: &AutoReply, left: &Left) -> Reservation {
        self.one_auto_reply(left.visitor_id, &reply.closing, left.message_id)
    }

    /// One visitor, one closing, one reply. What is reserved says nothing to anybody else.
    pub(crate) fn one_auto_reply(&self, of: VisitorId, closing: &str, to: MessageId) -> Reservation {
        let parts = [of.0.as_bytes().as_slice(), closing.as_bytes()];
        let value = self.store.derive_id("auto-reply of a closing", &parts).to_string();
        Reservation { kind: RULE, value, holder: to.to_string() }
    }
}

/// What a visitor left themselves; what a member wrote for them is answered by that member.
fn left_by_visitor(event: &RecordedEvent) -> Result<Option<Left>, CommandError> {
    let metadata = event.metadata()?;
    let by_visitor = |actor: &String| matches!(Acted::read(actor), Acted::Visitor(_));
    if !metadata.get("actor").is_some_and(by_visitor) {
        return Ok(None);
    }
    let MessageEvent::MessageSubmitted(left) = event.read()? else { return Ok(None) };
    let word = LeftWord { at: left.at, category_id: left.category_id, locale: left.locale };
    let message_id = MessageId::typed(&event.aggregate_id);
    Ok(Some(Left { message_id, visitor_id: left.visitor_id, word, cause: event.event_id }))
}

/// One of those who wait has just left what is asked about: whether the desk was open to them is told without them.
fn others_waiting<E: Display>(waiting: Result<u32, E>) -> Result<u32, CommandError> {
    let waiting = waiting.map_err(|error| {
        tracing::warn!(%error, "it could not be told how many messages wait");
        CommandError::Unavailable
    })?;
    Ok(waiting.saturating_sub(1))
}

async fn watch<W, F, E>(commands: Commands, waiting: W, stop: CancellationToken)
where
    W: Fn(Option<CategoryId>) -> F,
    F: Future<Output = Result<u32, E>>,
    E: Display,
{
    let mut appended = commands.store.appended();
    let (mut position, mut kept) = (None, 0);
    while !stop.is_cancelled() {
        appended.borrow_and_update();
        match turn(&commands, &waiting, &mut position, &mut kept).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "automatic replies stand still, and will be tried again");
                let _ = tokio::time::timeout(POLL, stop.cancelled()).await;
                continue;
            }
        }
        let grown = async {
            let _ = appended.changed().await;
            tokio::time::sleep(BREATH).await;
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(POLL) => {}
            () = grown => {}
        }
    }
}

/// Looks on from where it has come to; says whether there is more. What is told twice is said once: the checkpoint may be
/// behind what was done.
async fn turn<W, F, E>(
    commands: &Commands,
    waiting: &W,
    position: &mut Option<i64>,
    kept: &mut i64,
) -> Result<bool, CommandError>
where
    W: Fn(Option<CategoryId>) -> F,
    F: Future<Output = Result<u32, E>>,
    E: Display,
{
    let store = &commands.store;
    let from = if let Some(position) = *position {
        position
    } else {
        match store.acted_through(RULE).await? {
            // A log that was restored from a backup is shorter than it was.
            Some(through) if through <= store.head().await? => through,
            Some(_) | None => store.position_at(commands.now() - AUTO_REPLY_WITHIN).await?,
        }
    };
    let looked = commands.answer_by_rule(from, waiting).await?;
    *position = Some(looked.through);
    if looked.answered || looked.through >= *kept + STRIDE {
        store.move_acted(RULE, looked.through).await?;
        *kept = looked.through;
    }
    Ok(looked.more)
}
