//! What all simulators share: a port, the requests that came, and the odd answers among the vendor's.

use super::{
    Odd, Odds, Posted, Received, Reply, Request, Vendor,
    line::{Cut, Lines},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, State},
    http::Response,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use store::Clock;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

/// More than any vendor takes (`WeCom`'s files of 20 MB), so that it is the vendor who refuses.
const MOST: usize = 32 << 20;
/// Until a port is free again that was ours.
const PATIENCE: Duration = Duration::from_secs(300);

/// A vendor on a port of this machine, until it is dropped.
pub(crate) struct Simulator<V> {
    address: SocketAddr,
    inner: Arc<Inner<V>>,
    end: CancellationToken,
}

struct Inner<V> {
    clock: Clock,
    kept: Mutex<Kept<V>>,
    /// How many requests came, and how many were shown to a group.
    counts: watch::Sender<(usize, usize)>,
}

struct Kept<V> {
    vendor: V,
    odds: Odds,
    received: Vec<Received>,
}

impl<V: Vendor> Simulator<V> {
    /// Begins to listen.
    pub(crate) async fn start(vendor: V, clock: Clock) -> Self {
        let kept = Mutex::new(Kept { vendor, odds: Odds::next([]), received: Vec::new() });
        let inner = Arc::new(Inner { clock, kept, counts: watch::Sender::new((0, 0)) });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut simulator = Self { address, inner, end: CancellationToken::new() };
        simulator.listen(listener);
        simulator
    }

    /// Where it is, without a slash at the end: what stands in the place of `https://vendor`.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the vendor, or changes what it knows.
    pub(crate) fn vendor<T>(&self, look: impl FnOnce(&mut V) -> T) -> T {
        look(&mut self.inner.kept().vendor)
    }

    /// From now on these answers are odd.
    pub(crate) fn odd(&self, odds: Odds) {
        self.inner.kept().odds = odds;
    }

    /// Every request that came, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.kept().received.clone()
    }

    /// What the groups saw, in order.
    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.inner.kept().received.iter().filter_map(|it| it.posted.clone()).collect()
    }

    /// Waits until so many requests have come since the start.
    pub(crate) async fn until_received(&self, count: usize) {
        let mut counts = self.inner.counts.subscribe();
        counts.wait_for(|(received, _)| *received >= count).await.expect("we hold its sender");
    }

    /// Waits until so many posts have been shown since the start.
    pub(crate) async fn until_posted(&self, count: usize) {
        let mut counts = self.inner.counts.subscribe();
        counts.wait_for(|(_, posted)| *posted >= count).await.expect("we hold its sender");
    }

    /// Dies: the port is closed and every connection breaks. What came is still known.
    pub(crate) fn die(&self) {
        self.end.cancel();
    }

    /// Comes back on the same port, and knows what it knew.
    pub(crate) async fn come_back(&mut self) {
        self.end = CancellationToken::new();
        // The listener of before is dropped by another task. Somebody else may have the port by then, and keep it.
        let began = Instant::now();
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(error) => {
                    assert!(began.elapsed() < PATIENCE, "{} is not free again: {error}", self.address);
                    tokio::task::yield_now().await;
                }
            }
        };
        self.listen(listener);
    }

    fn listen(&mut self, listener: TcpListener) {
        let router = Router::new().fallback(handle::<V>).with_state(self.inner.clone());
        let service = router.into_make_service_with_connect_info::<Cut>();
        let lines = Lines { listener, end: self.end.clone() };
        let end = self.end.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = axum::serve(lines, service) => {}
                () = end.cancelled() => {}
            }
        });
    }
}

impl<V> Drop for Simulator<V> {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl<V> Inner<V> {
    fn kept(&self) -> MutexGuard<'_, Kept<V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Vendor> Inner<V> {
    /// Decides and keeps; an odd answer stands in the vendor's place, unless the vendor would have refused anyway.
    fn take(&self, request: Request) -> Result<Reply, Odd> {
        let mut kept = self.kept();
        let now = self.clock.now();
        let odd = kept.odds.draw();
        let reply = match &odd {
            Some(odd) if !odd.is_acceptance(V::IS_JUDGED_BY_STATUS) => Reply::refused(0, ""),
            _ => kept.vendor.answer(&request, now),
        };
        let is_the_vendors = odd.as_ref().is_none_or(|odd| {
            let is_answered = !matches!(odd, Odd::Lost | Odd::Swallowed);
            odd.is_acceptance(V::IS_JUDGED_BY_STATUS) && is_answered && !reply.is_accepted
        });
        let odd = odd.filter(|_| !is_the_vendors);
        kept.received.push(Received {
            at: now,
            request,
            answer: odd.clone().map_or_else(|| Ok((reply.status, reply.body.clone())), Err),
            is_accepted: reply.is_accepted,
            posted: reply.posted.clone(),
        });
        let posted = usize::from(reply.posted.is_some());
        self.counts.send_modify(|(all, shown)| (*all, *shown) = (*all + 1, *shown + posted));
        odd.map_or(Ok(reply), Err)
    }
}

async fn handle<V: Vendor>(
    State(inner): State<Arc<Inner<V>>>,
    ConnectInfo(Cut(cut)): ConnectInfo<Cut>,
    request: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else { return breaks(&cut).await };
    let answer = inner.take(Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: body.to_vec(),
    });
    match answer {
        Ok(reply) => response(reply),
        Err(odd) if odd.is_silent() => std::future::pending().await,
        Err(odd) => match odd.response() {
            Some(response) => response,
            None => breaks(&cut).await,
        },
    }
}

async fn breaks(cut: &CancellationToken) -> Response<Body> {
    cut.cancel();
    std::future::pending().await
}

fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(reply.body.into()).expect("an answer")
}
