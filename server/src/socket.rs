//! `/graphql/ws`: subscriptions over a WebSocket, by graphql-transport-ws.
//!
//! Knows frames, who may open how many sockets, and when a socket is closed. Must not know what a subscription says.

mod driver;
mod protocol;
mod seats;

pub(crate) use seats::Sockets;

use crate::{
    edge::{ClientAddress, Origin},
    request_id::RequestId,
    router::App,
};
use axum::{
    extract::{Extension, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use driver::{Opened, drive};
use std::time::Duration;

/// The longest message.
const LONGEST: usize = 64 * 1024;
/// What may wait to be written, twice a large answer: more is a client that does not read.
const UNWRITTEN: usize = 1024 * 1024;

/// Opens a socket. Foreign pages have been turned away before (`edge/origins.rs`).
pub(crate) async fn open(
    State(app): State<App>,
    Extension(RequestId(correlation_id)): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    origin: Option<Extension<Origin>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST).max_write_buffer_size(UNWRITTEN);
    let upgrade = upgrade.protocols([protocol::NAME]);
    if upgrade.selected_protocol().is_none() {
        let message = "this socket speaks graphql-transport-ws: name it in sec-websocket-protocol\n";
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let address = address.map(|Extension(ClientAddress(address))| address);
    let Some(seat) = app.sockets.sit(address) else {
        let retry = [(header::RETRY_AFTER, Duration::from_secs(5).as_secs().to_string())];
        return (StatusCode::SERVICE_UNAVAILABLE, retry, "too many sockets are open; try again\n")
            .into_response();
    };
    let elsewhere = matches!(origin, Some(Extension(Origin::Allowed(_))));
    let locale = crate::auth::language(&headers);
    let sockets = app.sockets.clone();
    let opened = Opened { app, seat, address, locale, correlation_id, elsewhere };
    upgrade.on_upgrade(move |socket| sockets.track(drive(socket, opened)))
}
