//! `PUT /uploads/{token}`: one picture or file, once. Who may send it was asked when the address was given.

use crate::{auth, images::refused, router::App};
use axum::{
    Json,
    body::{Body, Bytes, HttpBody},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{Arrival, CommandError, FileArrival, TakenFile, files::FileRefusal, images::ImageRefusal};
use graphql::Refused;
use serde_json::{Value, json};
use std::{future::poll_fn, pin::Pin};
use tokio::time::{Instant, timeout, timeout_at};

/// Seconds after which there may be room for another one.
pub(crate) const RETRY_AFTER: i64 = 5;
/// No picture and no file of any desk has more bytes.
const MOST_PASSED: usize = 20 << 20;

/// Takes the bytes, as many as were announced at most. How long that may take is the router's to say.
pub(crate) async fn put(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    mut body: Body,
) -> Response {
    let locale = auth::language(&headers);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    match received(&app, &token, declared, &mut body).await {
        Ok(told) => (StatusCode::CREATED, Json(told)).into_response(),
        Err(CommandError::NotFound) => {
            let message = "this address takes nothing (any more): ask for another one with createUpload";
            refused(StatusCode::NOT_FOUND, "NOT_FOUND", message)
        }
        // The address is as good as before.
        Err(error @ (CommandError::Image(ImageRefusal::Busy) | CommandError::File(FileRefusal::Busy))) => {
            pass_over(&mut body).await;
            let Refused { message, .. } = graphql::refused(&error, locale.as_ref());
            let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", &message);
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER.into());
            response
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
    body: &mut Body,
) -> Result<Value, CommandError> {
    match app.commands.admit_upload(token, declared).await? {
        Arrival::Image(arrival) => {
            // As soon as any other request: others wait for its room.
            let read = timeout(app.edge.bounds.request, read(body, arrival.bytes())).await;
            let bytes = read.unwrap_or(Err(ImageRefusal::Damaged.into()))?;
            let image = app.commands.receive_image(arrival, bytes).await?;
            let (width, height) = (image.width, image.height);
            Ok(json!({"id": image.image_id, "width": width, "height": height, "bytes": image.bytes,
                "contentType": image.format.content_type()}))
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
    let until = || Instant::now() + app.edge.bounds.part;
    let (mut soon, mut parts) = (until(), 0);
    while let Some(data) = timeout_at(soon, next(body)).await.map_err(|_| FileRefusal::TooSlow)? {
        app.commands.receive_some(arrival, &data.map_err(|_| FileRefusal::BrokenOff)?).await?;
        if arrival.parts() > parts {
            (soon, parts) = (until(), arrival.parts());
        }
    }
    app.commands.receive_rest(arrival).await
}

/// Reads a body of at most so many bytes, and stops at the first one more.
async fn read(body: &mut Body, most: usize) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    while let Some(data) = next(body).await {
        // Whoever breaks off has sent no picture.
        let data = data.map_err(|_| ImageRefusal::Damaged)?;
        if bytes.len() + data.len() > most {
            return Err(ImageRefusal::TooManyBytes { most }.into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
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
