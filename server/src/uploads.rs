//! `PUT /uploads/{token}`: one picture, once. Who may send it was asked when the address was given.

use crate::{auth, images::refused, router::App};
use axum::{
    Json,
    body::{Body, HttpBody},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{CommandError, images::ImageRefusal};
use graphql::Refused;
use serde_json::json;
use std::{future::poll_fn, pin::Pin};

/// Seconds after which there may be room for another picture.
const RETRY_AFTER: i64 = 5;

/// Takes the bytes of a picture, as many as were announced at most. How long that may take is the router's to say.
pub(crate) async fn put(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let locale = auth::language(&headers);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let received = async {
        let arrival = app.commands.admit_upload(&token, declared).await?;
        let bytes = read(body, arrival.bytes()).await?;
        app.commands.receive_upload(arrival, bytes).await
    };
    match received.await {
        Ok(image) => {
            let (width, height) = (image.width, image.height);
            let body = json!({"id": image.image_id, "width": width, "height": height, "bytes": image.bytes,
                "contentType": image.format.content_type()});
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Err(CommandError::NotFound) => {
            let message = "this address takes no picture (any more): ask for another one with createUpload";
            refused(StatusCode::NOT_FOUND, "NOT_FOUND", message)
        }
        Err(CommandError::Image(ImageRefusal::Busy)) => {
            let Refused { message, .. } = graphql::refused(&ImageRefusal::Busy.into(), locale.as_ref());
            let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", &message);
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER.into());
            response
        }
        Err(error @ (CommandError::Image(_) | CommandError::Erased)) => {
            let Refused { code, message } = graphql::refused(&error, locale.as_ref());
            let status = match code.as_str() {
                "UPLOAD_TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
                "UPLOAD_NOT_AN_IMAGE" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                _ => StatusCode::BAD_REQUEST,
            };
            refused(status, &code, &message)
        }
        Err(error) => {
            tracing::error!(%error, "a picture could not be kept");
            refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                "the picture could not be kept; try again",
            )
        }
    }
}

/// Reads a body of at most so many bytes, and stops at the first one more.
async fn read(mut body: Body, most: usize) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        // Whoever breaks off has sent no picture.
        let frame = frame.map_err(|_| ImageRefusal::Damaged)?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > most {
            return Err(ImageRefusal::TooManyBytes { most }.into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}
