//! `GET /metrics`, on an address of its own: what Prometheus asks (OpenMetrics 1.0 text). No label by person or address:
//! only what there is a fixed number of has one.

use crate::router::App;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};
use store::{Burden, Dialect, StoreError};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// What the text is (OpenMetrics 1.0, "Content Type").
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Prometheus gives up after ten seconds unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// A view, of which there are as many as the program has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfView {
    view: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// What is told; gauges are asked for whenever somebody asks.
struct Told {
    registry: Registry,
    waiting: Gauge,
    head: Gauge,
    behind: Family<OfView, Gauge>,
    seconds_behind: Family<OfView, Seconds>,
    stands_still: Family<OfView, Gauge>,
    erasures_behind: Gauge,
    oldest_snapshot: Seconds,
    write_ahead_log: Gauge,
}

impl Told {
    fn new(app: &App) -> Self {
        let told = Self {
            registry: Registry::with_prefix("leaveword"),
            waiting: Gauge::default(),
            head: Gauge::default(),
            behind: Family::default(),
            seconds_behind: Family::default(),
            stands_still: Family::default(),
            erasures_behind: Gauge::default(),
            oldest_snapshot: Seconds::default(),
            write_ahead_log: Gauge::default(),
        };
        told.named(app)
    }

    fn named(mut self, app: &App) -> Self {
        let registry = &mut self.registry;
        app.store.register_measures(registry);
        app.notifier.register_measures(registry);
        registry.register("append_queue_commands", "Commands that wait to be written", self.waiting.clone());
        registry.register("log_position", "The position of the last event", self.head.clone());
        registry.register("view_lag_events", "Events a view has not taken", self.behind.clone());
        registry.register_with_unit(
            "view_lag",
            "How long the oldest event that a view has not taken has been in the log",
            Unit::Seconds,
            self.seconds_behind.clone(),
        );
        registry.register("view_stands_still", "1: a view cannot take an event", self.stands_still.clone());
        registry.register(
            "erasure_lag_events",
            "Events in which the destroyer of keys has not looked for an erasure",
            self.erasures_behind.clone(),
        );
        let database = match app.store.database().dialect() {
            Dialect::Postgres => {
                registry.register_with_unit(
                    "oldest_snapshot",
                    "How long the oldest snapshot in this database has been held; while it is, nothing overwritten since \
                     can be tidied away",
                    Unit::Seconds,
                    self.oldest_snapshot.clone(),
                );
                "PostgreSQL"
            }
            Dialect::Sqlite => {
                registry.register_with_unit(
                    "write_ahead_log",
                    "How long SQLite's write-ahead logs are",
                    Unit::Bytes,
                    self.write_ahead_log.clone(),
                );
                "SQLite"
            }
        };
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION")), ("database", database)]);
        registry.register("build", "Which program this is, on which database", build);
        self
    }

    async fn ask(&self, app: &App) -> Result<(), StoreError> {
        let head = app.store.head().await?;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.waiting.set(count(app.store.waiting_commands()));
        self.head.set(head);
        for view in app.projections.status().await? {
            let of = OfView { view: view.name };
            self.behind.get_or_create(&of).set((head - view.position).max(0));
            self.seconds_behind.get_or_create(&of).set(view.behind.as_secs_f64());
            self.stands_still.get_or_create(&of).set(i64::from(view.error.is_some()));
        }
        self.erasures_behind.set((head - app.destroyer.status().position).max(0));
        app.notifier.measure(head).await?;
        match app.store.burden().await? {
            Burden::OldestSnapshot(age) => drop(self.oldest_snapshot.set(age.as_secs_f64())),
            Burden::WriteAheadLog(bytes) => {
                self.write_ahead_log.set(i64::try_from(bytes).unwrap_or(i64::MAX));
            }
        }
        Ok(())
    }
}

/// What answers Prometheus.
pub(crate) struct Metrics {
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Metrics {
    /// Answers from now on, until the server is stopped.
    pub(crate) fn serve(listener: TcpListener, app: &App, stop: &CancellationToken) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let told = Arc::new(Told::new(app));
        let router = Router::new().route("/metrics", get(answer)).with_state((told, app.clone()));
        let serve = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        Ok(Self { address, serving: tokio::spawn(async move { serve.await }) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has ended; a scrape takes [`PATIENCE`] at most.
    pub(crate) async fn ended(self) {
        if tokio::time::timeout(PATIENCE, self.serving).await.is_err() {
            tracing::warn!("somebody who asked for metrics was not answered in time");
        }
    }
}

async fn answer(State((told, app)): State<(Arc<Told>, App)>) -> Response {
    let unavailable = |why: &str| (StatusCode::SERVICE_UNAVAILABLE, why.to_owned()).into_response();
    match tokio::time::timeout(PATIENCE, told.ask(&app)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "metrics cannot be told");
            return unavailable("the database does not answer\n");
        }
        Err(_) => return unavailable("the database does not answer in time\n"),
    }
    let mut body = String::new();
    match text::encode(&mut body, &told.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response(),
        Err(_) => unavailable("the metrics cannot be written\n"),
    }
}
