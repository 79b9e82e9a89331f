//! `GET /images/{id}`: a picture for whoever may read the message that it belongs to.
//!
//! A browser that shows a picture sends no token, so the address itself may say who reads (`commands/src/image_address.rs`);
//! a token does as well. Either way it is asked now whether they may.

use crate::{auth, edge::ClientAddress, request_id::RequestId, router::App};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use commands::{CommandError, ImageReader, ImageSize};
use domain::{
    actor::Actor,
    ids::{ImageId, MessageId},
};
use projections::{QueryError, Reader};
use serde_json::json;

/// A picture is no page: nothing in it runs, whatever a browser takes it for.
pub(crate) const NOTHING_RUNS: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// Only the reader's own browser keeps it, and not for longer than its address stays the same.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, max-age=300");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// A widget stands in a shop's page, which is of another origin.
const ANYWHERE: HeaderValue = HeaderValue::from_static("cross-origin");

/// A picture, to be saved.
pub(crate) async fn picture(State(app): State<App>, Path(id): Path<String>, asked: Parts) -> Response {
    answer(&app, &id, ImageSize::Picture, &asked).await
}

/// The same picture, small, to be shown.
pub(crate) async fn thumbnail(State(app): State<App>, Path(id): Path<String>, asked: Parts) -> Response {
    answer(&app, &id, ImageSize::Thumbnail, &asked).await
}

/// Why there is none to be had at the moment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Query(#[from] QueryError),
}

async fn answer(app: &App, id: &str, size: ImageSize, asked: &Parts) -> Response {
    let (id, said) = (ImageId::typed(id), said(asked.uri.query()));
    let read = async {
        let actor = match &said {
            Some(said) => app.commands.reader_of_image(id, size, said).await?,
            None => by_token(app, asked).await?,
        };
        match actor {
            Some(actor) => {
                let Some(image) = app.projections.image(id).await? else { return Ok(None) };
                match may_read(app, actor, image.message_id).await? {
                    true => Ok::<_, Failed>(app.commands.image_bytes(id, size).await?),
                    false => Ok(None),
                }
            }
            None => Ok(None),
        }
    };
    match read.await {
        Ok(Some(bytes)) => shown(id, size, said.is_some(), bytes),
        // Absent, gone, somebody else's, an address of another or of long ago: the same to whoever asks.
        Ok(None) => {
            refused(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such picture, or it is not yours")
        }
        Err(error) => {
            tracing::error!(%error, "a picture could not be read");
            let message = "the picture cannot be read now; try again";
            refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
        }
    }
}

/// Whose token it is that came along.
pub(crate) async fn by_token(app: &App, asked: &Parts) -> Result<Option<Actor>, Failed> {
    let Some(request_id) = asked.extensions.get::<RequestId>().copied() else { return Ok(None) };
    let address = asked.extensions.get::<ClientAddress>().map(|ClientAddress(address)| *address);
    Ok(Some(auth::caller(&app.commands, &asked.headers, request_id, address).await?.caller.actor))
}

/// What an address says of whoever reads: our own words, which need no decoding; `None`: not all of it.
pub(crate) fn said(query: Option<&str>) -> Option<ImageReader> {
    let parts = || query?.split('&').map(|part| part.split_once('=')).collect::<Option<Vec<_>>>();
    let parts = parts()?;
    let value = |wanted| parts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let until = value("until")?.parse().ok()?;
    Some(ImageReader { reader: value("for")?.to_owned(), until, signature: value("signature")?.to_owned() })
}

/// Whoever may read a message sees what came with it.
pub(crate) async fn may_read(app: &App, actor: Actor, message: MessageId) -> Result<bool, Failed> {
    Ok(match actor {
        Actor::Visitor(own) => app.projections.visitor_message(own, message).await?.is_some(),
        Actor::Member { .. } | Actor::Key { .. } => {
            let reach = app.commands.reach_of(actor).await?;
            match Reader::of_messages(actor, &reach) {
                Ok(reader) => app.projections.message(&reader, message).await?.is_some(),
                Err(_) => false,
            }
        }
        Actor::Anonymous | Actor::System(_) => false,
    })
}

/// What it is its own bytes say, which are ours. Nobody's file name is in the answer: nobody's was kept. What was asked by
/// an address may be shown by any page: whoever has the address has the picture, with a page or without one.
fn shown(id: ImageId, size: ImageSize, by_address: bool, bytes: Vec<u8>) -> Response {
    let (content_type, ending) = match commands::images::ImageKind::of(&bytes) {
        Some(commands::images::ImageKind::Png) => ("image/png", "png"),
        Some(commands::images::ImageKind::Gif) => ("image/gif", "gif"),
        Some(commands::images::ImageKind::Jpeg | commands::images::ImageKind::WebP) | None => {
            ("image/jpeg", "jpg")
        }
    };
    let disposition = match size {
        ImageSize::Picture => format!("attachment; filename=\"{id}.{ending}\""),
        ImageSize::Thumbnail => "inline".to_owned(),
    };
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, NOTHING_RUNS),
        (header::CACHE_CONTROL, PRIVATE),
    ];
    let mut response = (headers, [(header::CONTENT_DISPOSITION, disposition)], bytes).into_response();
    if by_address {
        response.headers_mut().insert(RESOURCE, ANYWHERE);
    }
    response
}

/// A refusal as the others of this server are.
pub(crate) fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({"errors": [{"message": message, "extensions": {"code": code}}]});
    (status, Json(body)).into_response()
}
