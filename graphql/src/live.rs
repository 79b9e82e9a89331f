//! Streams of changes: who is told, looked up again and again, and what each of them is told.
//!
//! A subscription lives longer than rights do, and than what a request remembers of its neighbours. So each change is
//! answered as a request of its own, by whoever holds the token then.

mod deliveries;

pub(crate) use deliveries::deliveries;

use crate::{
    caller::Request,
    fault::{self, Code},
    query::log::LogEntry,
    scalar::LogPosition,
};
use async_graphql::{
    Context, Data, Response, Result,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use commands::Commands;
use domain::actor::Actor;
use futures_util::{StreamExt, stream, stream::BoxStream};
use projections::{
    Change, Changes, HistoryEntry, HistoryFilter, Next, Projections, QueryError, Reader, Wants,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// As many entries of the log as are read at once.
const PAGE: i64 = 100;

/// Who is told by one subscription: as they were last looked up.
#[derive(Clone)]
pub(crate) struct Telling {
    now: Arc<Mutex<Request>>,
    commands: Commands,
    projections: Projections,
    /// How far the log had come when the subscription was heard, and how far it was in the views then.
    head: i64,
    listed: i64,
}

impl Telling {
    /// Looks where the log and the views stand: what comes after that is told to whoever does not say after what.
    pub(crate) async fn begin(
        request: Request,
        commands: Commands,
        projections: Projections,
    ) -> Result<Self> {
        let fault = |error: QueryError| fault::of_query(&request.caller, &error);
        let head = projections.head().await.map_err(fault)?;
        let listed = projections.listed(head).await.map_err(fault)?;
        Ok(Self { now: Arc::new(Mutex::new(request)), commands, projections, head, listed })
    }

    /// As a request of its own, which remembers nothing of those before.
    pub(crate) fn request(&self) -> Request {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).anew()
    }

    /// How far they see.
    pub(crate) fn reader(&self) -> Result<Reader> {
        self.request().reader()
    }

    /// Looks them up again; how far the log had come before. Whoever's token opens nothing any more, or speaks for
    /// somebody else, is told nothing more.
    async fn renew(&self) -> Result<i64> {
        let Request { caller, bearer, .. } = self.request();
        let fault = |error: &commands::CommandError| {
            fault::of_command(&caller, error).unwrap_or_else(|| fault::internal(&caller, error))
        };
        let as_of = self.projections.head().await.map_err(|error| fault::of_query(&caller, &error))?;
        let actor = match &bearer {
            Some(bearer) => self.commands.authenticate(bearer).await.map_err(|error| fault(&error))?,
            None => None,
        };
        let Some(actor) = actor.filter(|actor| same(*actor, caller.actor)) else {
            let message = match bearer {
                Some(_) => "this token is not valid (any more); sign in again",
                None => "sign in first: connection_init takes the token, as docs/api.md says",
            };
            return Err(fault::fault(Code::Unauthenticated, message));
        };
        let reach = self.commands.reach_of(actor).await.map_err(|error| fault(&error))?;
        let caller = commands::Caller { actor, ..caller };
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = Request::new(caller, bearer, reach);
        Ok(as_of)
    }

    /// Whoever works at the desk and looks at what happens there is at the desk.
    async fn is_present(&self) -> Result<()> {
        let caller = self.request().caller;
        if let Actor::Member { .. } = caller.actor {
            let present = self.commands.set_presence(&caller, true).await;
            present.map_err(|error| fault::internal(&caller, &error))?;
        }
        Ok(())
    }

    fn of_query(&self, error: &projections::QueryError) -> async_graphql::Error {
        fault::of_query(&self.request().caller, error)
    }
}

/// The same person or program, whatever they may do now.
fn same(one: Actor, other: Actor) -> bool {
    match (one, other) {
        (Actor::Member { id: one, .. }, Actor::Member { id: other, .. }) => one == other,
        (Actor::Key { id: one, .. }, Actor::Key { id: other, .. }) => one == other,
        (Actor::Visitor(one), Actor::Visitor(other)) => one == other,
        _ => false,
    }
}

/// Who is told; after what, when they say so; and how far the log had come.
async fn begin(ctx: &Context<'_>, after: Option<LogPosition>) -> Result<(Telling, Option<i64>, i64)> {
    let Some(telling) = ctx.data_opt::<Telling>().cloned() else {
        return Err(fault::fault(Code::BadRequest, "open a subscription on the socket, /graphql/ws"));
    };
    let as_of = telling.renew().await?;
    let after = after.map(|after| after.0);
    if let Some(after) = after.filter(|after| *after > as_of) {
        let message = format!("the log has come to {as_of}, not to {after}; was it restored? Read it anew");
        return Err(fault::fault(Code::BadRequest, message));
    }
    Ok((telling, after, as_of))
}

/// What is told, in order; it ends with the first fault.
pub(crate) type Told<T> = BoxStream<'static, Result<T>>;

/// Somebody who is told one thing after another.
trait Tells: Send + Sized + 'static {
    type Item: Send;

    fn next(&mut self) -> impl Future<Output = Result<Self::Item>> + Send;

    fn told(self) -> Told<Self::Item> {
        let next = |tells: Option<Self>| async move {
            let mut tells = tells?;
            match tells.next().await {
                Ok(item) => Some((Ok(item), Some(tells))),
                Err(error) => Some((Err(error), None)),
            }
        };
        stream::unfold(Some(self), next).boxed()
    }
}

/// The changes that somebody is told, in the words of the API.
pub(crate) async fn changes<T: Send + 'static>(
    ctx: &Context<'_>,
    after: Option<LogPosition>,
    wants: impl Fn(&Telling) -> Result<Wants> + Send + Sync + 'static,
    words: impl Fn(Arc<Change>, &Wants) -> T + Send + Sync + 'static,
) -> Result<Told<T>> {
    let (telling, after, as_of) = begin(ctx, after).await?;
    // A list that is read now may not be as far as the log: what is not in it yet is told.
    let after = after.unwrap_or(telling.listed);
    let wanted = wants(&telling)?;
    telling.is_present().await?;
    let changes = telling.projections.changes(wanted.clone(), after, as_of);
    Ok(TellsChanges { telling, wants, wanted, changes, words }.told())
}

struct TellsChanges<F, W> {
    telling: Telling,
    wants: F,
    wanted: Wants,
    changes: Changes,
    words: W,
}

impl<T, F, W> Tells for TellsChanges<F, W>
where
    T: Send,
    F: Fn(&Telling) -> Result<Wants> + Send + Sync + 'static,
    W: Fn(Arc<Change>, &Wants) -> T + Send + Sync + 'static,
{
    type Item = T;

    async fn next(&mut self) -> Result<T> {
        loop {
            match self.changes.next().await.map_err(|error| self.telling.of_query(&error))? {
                Next::Change(change) => return Ok((self.words)(change, &self.wanted)),
                Next::Renew => {
                    let as_of = self.telling.renew().await?;
                    self.wanted = (self.wants)(&self.telling)?;
                    self.changes.renew(self.wanted.clone(), as_of);
                }
            }
        }
    }
}

/// The entries of the log that somebody is told.
pub(crate) async fn entries(
    ctx: &Context<'_>,
    after: Option<LogPosition>,
    filter: HistoryFilter,
) -> Result<Told<LogEntry>> {
    let (telling, after, _) = begin(ctx, after).await?;
    let after = after.unwrap_or(telling.head);
    let mut entries = TellsEntries { telling, filter, after, ready: VecDeque::new() };
    // Whoever may not read the log is told so at once.
    entries.page().await?;
    entries.telling.is_present().await?;
    Ok(entries.told())
}

struct TellsEntries {
    telling: Telling,
    filter: HistoryFilter,
    /// Everything up to here was told, or stands in `ready`, or is not asked for.
    after: i64,
    ready: VecDeque<HistoryEntry>,
}

impl TellsEntries {
    /// A page of what is asked for, as far as the log had come when who is told was looked up.
    async fn page(&mut self) -> Result<()> {
        let until = self.telling.renew().await?;
        let reader = self.telling.request().auditor()?;
        let filter = HistoryFilter { until: Some(until), ..self.filter.clone() };
        let entries = self.telling.projections.log(&reader, &filter, self.after, PAGE).await;
        let entries = entries.map_err(|error| self.telling.of_query(&error))?;
        let is_last = i64::try_from(entries.len()).is_ok_and(|read| read < PAGE);
        let last = entries.last().map(|last| last.event.position);
        self.after = last.filter(|_| !is_last).unwrap_or(self.after.max(until));
        self.ready = entries.into();
        Ok(())
    }
}

impl Tells for TellsEntries {
    type Item = LogEntry;

    async fn next(&mut self) -> Result<LogEntry> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Ok(LogEntry::new(entry));
            }
            let grown = self.telling.projections.grown(self.after).await;
            grown.map_err(|error| self.telling.of_query(&error))?;
            self.page().await?;
        }
    }
}

/// Answers each change as a request of its own.
pub(crate) struct EachAnew;

impl ExtensionFactory for EachAnew {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for EachAnew {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let Some(telling) = ctx.data_opt::<Telling>() else { return next.run(ctx, operation_name).await };
        let request = telling.request();
        let wanted = request.wanted.clone();
        let mut data = Data::default();
        data.insert(request);
        wanted.answer(next.run_with_data(ctx, operation_name, data)).await
    }
}
