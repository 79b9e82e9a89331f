//! `GET /images/{id}`: a picture for whoever may read the message that it belongs to.
//!
//! A browser that shows a picture sends no token, so the address itself may say who reads (`commands/src/image_address.rs`);
//! a token does as well. Either way it is asked now whether they may.

use crate::{auth, edge::ClientAddress, request_id::RequestId, router::App};
use axum::{
    Json,
    extract::{Extension, Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use commands::{CommandError, ImageReader, ImageSize};
use domain::{actor::Actor, ids::ImageId};
use projections::{QueryError, Reader};
use serde_json::json;

/// A picture is no page: nothing in it runs, whatever a browser takes it for.
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// Only the reader's own browser keeps it, and not for longer than its address stays the same.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, max-age=300");

/// A picture, to be saved.
pub(crate) async fn picture(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { id: ImageId::typed(&id), size: ImageSize::Picture, said: said(query.as_deref()) };
    asked.answer(&app, request_id, address, &headers).await
}

/// The same picture, small, to be shown.
pub(crate) async fn thumbnail(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { id: ImageId::typed(&id), size: ImageSize::Thumbnail, said: said(query.as_deref()) };
    asked.answer(&app, request_id, address, &headers).await
}

struct Asked {
    id: ImageId,
    size: ImageSize,
    said: Option<ImageReader>,
}

/// Why there is none to be had at the moment.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl Asked {
    async fn answer(
        self,
        app: &App,
        request_id: RequestId,
        address: Option<Extension<ClientAddress>>,
        headers: &HeaderMap,
    ) -> Response {
        let read = async {
            let actor = if let Some(said) = &self.said {
                app.commands.reader_of_image(self.id, self.size, said).await?
            } else {
                let address = address.map(|Extension(ClientAddress(address))| address);
                Some(auth::caller(&app.commands, headers, request_id, address).await?.caller.actor)
            };
            match actor {
                Some(actor) if may_read(app, actor, self.id).await? => {
                    Ok::<_, Failed>(app.commands.image_bytes(self.id, self.size).await?)
                }
                Some(_) | None => Ok(None),
            }
        };
        match read.await {
            Ok(Some(bytes)) => shown(self.id, self.size, bytes),
            // Absent, gone, somebody else's, an address of another or of long ago: the same to whoever asks.
            Ok(None) => {
                refused(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such picture, or it is not yours")
            }
            Err(error) => {
                tracing::error!(%error, "a picture could not be read");
                refused(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "UNAVAILABLE",
                    "the picture cannot be read now; try again",
                )
            }
        }
    }
}

/// What an address says of whoever reads: our own words, which need no decoding; `None`: not all of it.
fn said(query: Option<&str>) -> Option<ImageReader> {
    let parts = || query?.split('&').map(|part| part.split_once('=')).collect::<Option<Vec<_>>>();
    let parts = parts()?;
    let value = |wanted| parts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let until = value("until")?.parse().ok()?;
    Some(ImageReader { reader: value("for")?.to_owned(), until, signature: value("signature")?.to_owned() })
}

/// Whoever may read a message sees its pictures.
async fn may_read(app: &App, actor: Actor, id: ImageId) -> Result<bool, Failed> {
    let Some(image) = app.projections.image(id).await? else { return Ok(false) };
    let message = image.message_id;
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

/// What it is its own bytes say, which are ours. Nobody's file name is in the answer: nobody's was kept.
fn shown(id: ImageId, size: ImageSize, bytes: Vec<u8>) -> Response {
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
    (headers, [(header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// A refusal as the others of this server are.
pub(crate) fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({"errors": [{"message": message, "extensions": {"code": code}}]});
    (status, Json(body)).into_response()
}
