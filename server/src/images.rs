//! `GET /images/{id}`: a picture for whoever may read the message that it belongs to.
//!
//! A browser that shows a picture sends no token, so the address itself may say who reads (`commands/src/image_address.rs`);
//! a token does as well. Either way it is asked now whether they may.

use crate::{
    auth,
    edge::ClientAddress,
    request_id::RequestId,
    router::App,
    sending::{held, send},
};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use commands::{
    CommandError, ImageReader, ImageSize,
    images::{ImageKind, ImageRefusal},
};
use domain::{
    actor::Actor,
    ids::{ImageId, MessageId},
    message::Image,
};
use projections::{QueryError, Reader};
use serde_json::json;
use std::{future::ready, sync::Arc};

/// Seconds after which there may be room for another one.
const RETRY_AFTER: i64 = 5;
/// So many bytes of a picture are given away at once.
const PIECE: usize = 64 << 10;
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
                    true => Ok::<_, Failed>(begin(app, actor, size, &image.image).await?),
                    false => Ok(None),
                }
            }
            None => Ok(None),
        }
    };
    match read.await {
        Ok(Some(image)) => shown(id, size, said.is_some(), image),
        // Absent, gone, somebody else's, an address of another or of long ago: the same to whoever asks.
        Ok(None) => {
            refused(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such picture, or it is not yours")
        }
        Err(Failed::Command(CommandError::Image(ImageRefusal::Busy))) => {
            busy("too many pictures are being looked at: try again in a few seconds")
        }
        Err(error) => {
            tracing::error!(%error, "a picture could not be read");
            let message = "the picture cannot be read now; try again";
            refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
        }
    }
}

/// What a picture is, and what is sent of it.
struct Begun {
    kind: Option<ImageKind>,
    body: Body,
}

/// Begins to send a picture, from a place that is its reader's until they have taken it. `None`: it is gone.
async fn begin(
    app: &App,
    reader: Actor,
    size: ImageSize,
    image: &Image,
) -> Result<Option<Begun>, CommandError> {
    let place = Arc::new(app.commands.image_place(reader, size, image.bytes).await?);
    let Some(bytes) = app.commands.image_bytes(image.image_id, size).await? else { return Ok(None) };
    let (kind, mut rest) = (ImageKind::of(&bytes), held(bytes, &place));
    let whole = rest.len() as u64;
    // In pieces: each of them has to be taken in time.
    let mut piece = move || rest.split_to(rest.len().min(PIECE));
    let first = piece();
    let body = send(&app.edge.bounds, whole, first, move |_| ready(Some(piece())));
    Ok(Some(Begun { kind, body }))
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
fn shown(id: ImageId, size: ImageSize, by_address: bool, image: Begun) -> Response {
    let (content_type, ending) = match image.kind {
        Some(ImageKind::Png) => ("image/png", "png"),
        Some(ImageKind::Gif) => ("image/gif", "gif"),
        Some(ImageKind::Jpeg | ImageKind::WebP) | None => ("image/jpeg", "jpg"),
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
    let mut response = (headers, [(header::CONTENT_DISPOSITION, disposition)], image.body).into_response();
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

/// There is no place at the moment: the same may be asked again soon.
pub(crate) fn busy(message: &str) -> Response {
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER.into());
    response
}
