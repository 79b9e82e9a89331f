//! `PUT /uploads/{token}`: one picture or file, once. Who may send it was asked when the address was given.

use crate::{
    auth,
    edge::ClientAddress,
    images::{busy, refused},
    router::App,
};
use axum::{
    Json,
    body::{Body, Bytes, HttpBody},
    extract::{Extension, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{
    Arrival, CommandError, FileArrival, TakenFile, TakenImage, files::FileRefusal, images::ImageRefusal,
};
use graphql::Refused;
use serde_json::{Value, json};
use std::{future::poll_fn, net::IpAddr, pin::Pin, time::Duration};
use store::FILE_PART;
use tokio::time::{Instant, error::Elapsed, timeout, timeout_at};

/// No picture and no file of any desk has more bytes.
const MOST_PASSED: usize = 20 << 20;

/// Takes the bytes, as many as were announced at most. How long that may take is the router's to say.
pub(crate) async fn put(
    State(app): State<App>,
    Path(token): Path<String>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    mut body: Body,
) -> Response {
    let from = address.map(|Extension(ClientAddress(address))| address);
    let locale = auth::language(&headers);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    match received(&app, &token, declared, from, &mut body).await {
        Ok(told) => (StatusCode::CREATED, Json(told)).into_response(),
        Err(CommandError::NotFound) => {
            let message = "this address takes nothing (any more): ask for another one with createUpload";
            refused(StatusCode::NOT_FOUND, "NOT_FOUND", message)
        }
        // The address is as good as before.
        Err(error @ (CommandError::Image(ImageRefusal::Busy) | CommandError::File(FileRefusal::Busy))) => {
            pass_over(&mut body).await;
            let Refused { message, .. } = graphql::refused(&error, locale.as_ref());
            busy(&message)
        }
        Err(error @ (CommandError::Image(_) | CommandError::File(_) | CommandError::Erased)) => {
            let Refused { code, message } = graphql::refused(&error, locale.as_ref());
            let status = match code.as_str() {
                "UPLOAD_TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
                "UPLOAD_NOT_AN_IMAGE" | "UPLOAD_NOT_THAT_TYPE" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                _ => StatusCode::BAD_REQUEST,
            };
            refused(status, &code, &message)
        }
        Err(error) => {
            tracing::error!(%error, "an upload could not be kept");
            refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                "it could not be kept; ask for another address with createUpload and try again",
            )
        }
    }
}

/// What is told of it once it is kept.
async fn received(
    app: &App,
    token: &str,
    declared: Option<u64>,
    from: Option<IpAddr>,
    body: &mut Body,
) -> Result<Value, CommandError> {
    match app.commands.admit_upload(token, declared, from).await? {
        Arrival::Image(arrival) => {
            // As soon as any other request: others wait for its room.
            let read = timeout(app.edge.bounds.request, read(app, body, arrival.bytes())).await;
            let bytes = read.unwrap_or(Err(ImageRefusal::TooSlow.into()))?;
            let TakenImage { image, stands_still } = app.commands.receive_image(arrival, bytes).await?;
            let (width, height) = (image.width, image.height);
            Ok(json!({"id": image.image_id, "width": width, "height": height, "bytes": image.bytes,
                "contentType": image.format.content_type(), "standsStill": stands_still}))
        }
        Arrival::File(mut arrival) => {
            let file = take_in(app, &mut arrival, body).await;
            if file.is_err() {
                app.commands.give_up(&arrival).await;
            }
            let TakenFile { id, format, bytes } = file?;
            Ok(json!({"id": id, "bytes": bytes, "contentType": format.content_type()}))
        }
    }
}

/// A file, as it comes: what is here of it at once is one part, and each has to come soon.
async fn take_in(app: &App, arrival: &mut FileArrival, body: &mut Body) -> Result<TakenFile, CommandError> {
    let mut pace = Pace::new(app.edge.bounds.part);
    while let Some(data) = pace.next(body).await.map_err(|_| FileRefusal::TooSlow)? {
        app.commands.receive_some(arrival, &data.map_err(|_| FileRefusal::BrokenOff)?).await?;
    }
    app.commands.receive_rest(arrival).await
}

/// A picture, whole: at most so many bytes, stopping at the first one more.
async fn read(app: &App, body: &mut Body, most: usize) -> Result<Vec<u8>, CommandError> {
    let mut pace = Pace::new(app.edge.bounds.part);
    // There is room for as many, and for no more: growing would take twice as much for a moment.
    let mut bytes = Vec::with_capacity(most);
    while let Some(data) = pace.next(body).await.map_err(|_| ImageRefusal::TooSlow)? {
        // Whoever breaks off has sent no picture.
        let data = data.map_err(|_| ImageRefusal::Damaged)?;
        if bytes.len() + data.len() > most {
            return Err(ImageRefusal::TooManyBytes { most }.into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// How fast a body has to come, for others wait for its place: so much of it within this time, and then as much again.
struct Pace {
    within: Duration,
    soon: Instant,
    /// Since then.
    come: usize,
}

impl Pace {
    fn new(within: Duration) -> Self {
        Self { within, soon: Instant::now() + within, come: 0 }
    }

    /// The next bytes of a body; the error: they are too late.
    async fn next(&mut self, body: &mut Body) -> Result<Option<Result<Bytes, axum::Error>>, Elapsed> {
        // Only now: that it took long to keep what has come is not the sender's fault.
        if self.come >= FILE_PART {
            (self.soon, self.come) = (Instant::now() + self.within, self.come % FILE_PART);
        }
        let data = timeout_at(self.soon, next(body)).await?;
        if let Some(Ok(data)) = &data {
            self.come += data.len();
        }
        Ok(data)
    }
}

/// The next bytes of a body.
async fn next(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await? {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

/// Lets what is still coming pass by: many a client reads no answer before it has sent everything, and would only see that the
/// connection broke.
async fn pass_over(body: &mut Body) {
    let mut passed = 0;
    while let Some(Ok(data)) = next(body).await {
        passed += data.len();
        if passed > MOST_PASSED {
            return;
        }
    }
}
