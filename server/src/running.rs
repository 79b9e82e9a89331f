//! A server from its start to its end.

use crate::{
    config::{BadValue, Config},
    connections,
    metrics::Metrics,
    router::{App, router},
    socket::Sockets,
    special_days,
};
use commands::{CommandError, Commands, MessagesOf, SignInLink};
use domain::ids::CategoryId;
use projections::{
    Projections,
    notifications::{Notifier, Remedies, Remedy},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use store::{AlreadyServed, Clock, DatabaseUrl, ServerLock, Store, StoreError};
use tokio::{net::TcpSocket, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long requests that are under way may take once the server is asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// How many connections wait to be accepted.
const BACKLOG: u32 = 1_024;

/// Prometheus asks one question at a time.
const METRICS_BACKLOG: u32 = 16;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Database or master key.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody serves this data directory already.
    #[error(transparent)]
    Lock(#[from] AlreadyServed),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}; choose another with {2}")]
    Listen(SocketAddr, std::io::Error, &'static str),
    /// A value that cannot be.
    #[error(transparent)]
    Value(#[from] BadValue),
    /// What every desk starts with could not be written.
    #[error(transparent)]
    FirstStart(#[from] CommandError),
}

/// A server that runs.
pub struct Server {
    address: SocketAddr,
    first_sign_in: Option<(SignInLink, &'static str)>,
    stop: CancellationToken,
    stop_following: CancellationToken,
    app: App,
    serving: JoinHandle<()>,
    metrics: Option<Metrics>,
    clock: JoinHandle<()>,
    refusals: JoinHandle<()>,
    uploads: JoinHandle<()>,
    statistics: JoinHandle<()>,
    search: JoinHandle<()>,
    auto_replies: JoinHandle<()>,
    _lock: Option<ServerLock>,
}

impl Server {
    /// Opens the store, writes what a desk starts with, follows the log until the views are there, watches the clock, and
    /// listens.
    pub async fn start(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let lock = match &config.store.database {
            DatabaseUrl::Sqlite(directory) => Some(ServerLock::take(directory)?),
            DatabaseUrl::Postgres(_) => None,
        };
        let (store, commands) = first_written(config, clock).await?;
        let listen = |error| StartError::Listen(config.listen, error, "LEAVEWORD_LISTEN");
        let socket = bound(config.listen).map_err(listen)?;
        let watched = |error, address| StartError::Listen(address, error, "LEAVEWORD_METRICS_LISTEN");
        let metrics =
            config.metrics_listen.map(|address| bound(address).map_err(|error| watched(error, address)));
        let metrics = metrics.transpose()?;

        let (stop, stop_following) = (CancellationToken::new(), CancellationToken::new());
        let unless_started = stop_following.clone().drop_guard();
        let projections = Projections::start(&store, &stop_following).patient(config.edge.bounds.seen);
        // A version of a view that is new has the past still before it: nobody is answered from that.
        projections.filled().await?;
        special_days::warn(&projections, store.clock().now()).await;
        let listener = socket.listen(BACKLOG).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let metrics = metrics.map(|socket| socket.listen(METRICS_BACKLOG)).transpose();
        let metrics =
            metrics.map_err(|error| watched(error, config.metrics_listen.unwrap_or(config.listen)))?;
        // A new link ends the one before: only a server that does start may make one.
        let first_sign_in = commands.first_administrator().await?;
        unless_started.disarm();
        let due = projections.clone();
        let due = move |after, limit| {
            let due = due.clone();
            async move { due.due(after, limit).await }
        };
        let clock = tokio::spawn(commands.clone().watch_clock(due, stop.clone()));
        let views = projections.clone();
        let messages_of = move |page: MessagesOf| {
            let views = views.clone();
            async move { views.messages_of(page.visitor_id, page.as_of, page.after, page.limit).await }
        };
        let views = projections.clone();
        let forgotten = move |position| {
            let views = views.clone();
            async move { views.forgotten(position).await }
        };
        let destroyer = commands.destroy_keys(messages_of, forgotten, &stop);
        let refusals = tokio::spawn(commands.clone().watch_refusals(stop.clone()));
        let uploads = tokio::spawn(commands.clone().watch_uploads(stop.clone()));
        let statistics = tokio::spawn(projections.clone().keep_statistics_together(stop.clone()));
        let search = tokio::spawn(projections.clone().keep_search_tidy(stop.clone()));
        let views = projections.clone();
        let waiting = move |category_id: Option<CategoryId>| {
            let views = views.clone();
            async move { views.waiting(category_id.as_ref()).await }
        };
        let auto_replies = tokio::spawn(commands.clone().watch_auto_replies(waiting, stop.clone()));
        let links = graphql::Links { base: config.public_url.clone() };
        let senders = config.channels.senders(store.clock())?;
        let (base, remedies) = (config.public_url.clone(), remedies(&commands));
        let notifier = Notifier::start(&projections, senders, base, remedies, &stop);
        let live =
            graphql::live_schema(commands.clone(), projections.clone(), notifier.clone(), links.clone());
        let schema = graphql::schema(commands.clone(), projections.clone(), notifier.clone(), links);
        let (edge, public_url) = (config.edge.clone(), config.public_url.clone());
        let sockets = Sockets::start(&commands, store.clock().clone(), edge.bounds.sockets, &stop);
        let app = App {
            store,
            commands,
            projections,
            destroyer,
            notifier,
            schema,
            live,
            sockets,
            edge,
            public_url,
        };
        let metrics =
            metrics.map(|listener| Metrics::serve(listener, &app, &stop)).transpose().map_err(listen)?;
        let serving = connections::serve(
            listener,
            router(app.clone(), config.ui.clone()),
            app.edge.bounds,
            stop.clone(),
        );
        let serving = tokio::spawn(serving);
        Ok(Self {
            address,
            first_sign_in,
            stop,
            stop_following,
            app,
            serving,
            metrics,
            clock,
            refusals,
            uploads,
            statistics,
            search,
            auto_replies,
            _lock: lock,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where Prometheus asks.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(Metrics::address)
    }

    /// How many sockets are open.
    pub fn open_sockets(&self) -> usize {
        self.app.sockets.open().load(std::sync::atomic::Ordering::SeqCst)
    }

    /// As long as no administrator has a password: a one-time sign-in for the first one.
    pub fn first_sign_in(&self) -> Option<&(SignInLink, &'static str)> {
        self.first_sign_in.as_ref()
    }

    /// Ends it: no new requests, those under way are answered, views stop at a checkpoint, files are closed.
    pub async fn stop(self) {
        self.stop.cancel();
        if tokio::time::timeout(GRACE, self.serving).await.is_err() {
            tracing::warn!("some requests were not answered in time");
        }
        if tokio::time::timeout(GRACE, self.app.sockets.ended()).await.is_err() {
            tracing::warn!("some sockets were not closed in time");
        }
        if let Some(metrics) = self.metrics {
            metrics.ended().await;
        }
        if let Err(error) = self.clock.await {
            tracing::error!(%error, "the watch on the clock did not end well");
        }
        self.app.destroyer.ended().await;
        self.app.notifier.ended().await;
        if let Err(error) = self.refusals.await {
            tracing::error!(%error, "the watch on refused sign-ins did not end well");
        }
        if let Err(error) = self.uploads.await {
            tracing::error!(%error, "the watch on pictures that nobody attached did not end well");
        }
        if let Err(error) = self.statistics.await {
            tracing::error!(%error, "the keeper of statistics did not end well");
        }
        if let Err(error) = self.search.await {
            tracing::error!(%error, "the keeper of the search did not end well");
        }
        if let Err(error) = self.auto_replies.await {
            tracing::error!(%error, "the watch on automatic replies did not end well");
        }
        // Only now: what was just written is still read back for its answer.
        self.stop_following.cancel();
        self.app.projections.ended().await;
        self.app.store.close().await;
    }
}

/// The database with what a desk starts with, and what writes to it.
async fn first_written(config: &Config, clock: Clock) -> Result<(Store, Commands), StartError> {
    let store = Store::open(&config.store, clock).await?;
    store.try_blobs().await?;
    let commands = Commands::new(store.clone());
    let commands = commands
        .limited(config.edge.limits)
        .with_space(config.edge.bounds.space)
        .patient(config.edge.bounds.seen);
    commands.first_start().await?;
    if config.channels.mail.is_some() && config.public_url.is_some() {
        commands.connect_visitors_by_mail().await?;
    }
    Ok((store, commands))
}

/// What is done about channels that fail: by the commands, so that it is an event.
fn remedies(commands: &Commands) -> Remedies {
    const PAUSED: &str = "channel-paused";
    const WARNED: &str = "channel-warned";
    let commands = commands.clone();
    Arc::new(move |remedy| {
        let commands = commands.clone();
        Box::pin(async move {
            match remedy {
                Remedy::Pause { channel, reason } => {
                    commands.pause_channel_by(PAUSED, channel, reason).await?;
                }
                Remedy::Warn { channel, since, pauses_at, warning } => {
                    commands.warn_of_channel(WARNED, channel, (since, pauses_at, warning)).await?;
                }
            }
            Ok(())
        })
    })
}

/// The address taken, and nobody let in yet: who comes too early is refused, not left to wait.
fn bound(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // As `TcpListener::bind` does: a server that ended a moment ago is not in the way.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
