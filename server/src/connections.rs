//! Connections, from when they are accepted to their end: nobody holds one by saying nothing, or by taking nothing.

mod taken;

use crate::bounds::Bounds;
use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1::Builder;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{
    io::{Error, ErrorKind},
    net::SocketAddr,
    pin::pin,
    time::Duration,
};
use taken::Taken;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// So many bytes of what comes, and of what goes, lie with each connection at most; its headers fit in. Many at once are much.
const BUFFER: usize = 64 << 10;
/// How long it is waited when the system has no more connections to give.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves connections until it is to stop, and then those that are there until each has had its answer. The headers of a
/// request, the first one as each that follows, are all here in time, and what is written is taken, or the connection ends.
pub(crate) async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stop: CancellationToken) {
    // Not hyper-util's, which would wait for ever for the first words of a connection to tell versions of HTTP apart.
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.headers).max_buf_size(BUFFER);
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener) => accepted,
        };
        let Some((stream, address)) = accepted else { continue };
        // What is small is not held back until more comes.
        let _ = stream.set_nodelay(true);
        let router = router.clone().layer(axum::Extension(ConnectInfo(address)));
        let service = TowerToHyperService::new(router);
        let stream = TokioIo::new(Taken::new(stream, bounds.taken));
        let connection = builder.serve_connection(stream, service).with_upgrades();
        let stop = stop.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended before its time");
            }
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            // Others are to be had, unless it is the system that has no more.
            if !is_of_one(&error) {
                tracing::error!(%error, "no connection can be accepted; it is tried again");
                tokio::time::sleep(PAUSE).await;
            }
            None
        }
    }
}

/// Did that connection end before it was accepted?
fn is_of_one(error: &Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
