//! `POST /graphql`: JSON in, JSON out, one operation per request, as GraphQL over HTTP has it.

mod accept;
mod answer;
mod body;
mod panic;

use crate::{
    auth,
    edge::{ClientAddress, Origin},
    request_id::RequestId,
    router::App,
};
pub(crate) use body::LONGEST_QUERY;

use accept::MediaType;
use answer::{Refusal, refuse};
use async_graphql::{Request, Variables};
use axum::{
    body::Bytes,
    extract::{self, Extension, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::actor::Actor;
use serde_json::json;
use std::time::Duration;

/// Answers one operation. Anything but `application/json` is refused: a form of another site can send the rest.
pub(crate) async fn post(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    origin: Option<Extension<Origin>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(media) = accept::negotiate(&headers) else { return answer::not_acceptable() };
    let request = match read(&headers, body) {
        Ok(request) => request,
        Err(refusal) => return refusal.told(media),
    };
    let address = address.map(|Extension(ClientAddress(address))| address);
    let asking = match auth::caller(&app.commands, &headers, request_id, address).await {
        Ok(asking) => asking,
        Err(error) => {
            tracing::error!(%error, "cannot tell who asks");
            return answer::unavailable(media);
        }
    };
    let of_staff = matches!(asking.caller.actor, Actor::Member { .. } | Actor::Key { .. });
    if of_staff && let Some(Extension(Origin::Allowed(_))) = origin {
        let message = "a page of another origin does not ask with a session or a key of the desk's members";
        return Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message).told(media);
    }
    let trace_id = request_id.0.to_string();
    match panic::caught(graphql::execute(&app.schema, &app.commands, asking, request)).await {
        Ok(executed) => answer::of(executed, media),
        Err(panic) => {
            tracing::error!(trace_id, panic, "a request panicked");
            answer::internal(&trace_id, media)
        }
    }
}

fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Request, Refusal> {
    if !accept::is_json(headers) {
        let message = "send the request as content-type: application/json";
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "the request has more than 300 KiB")
        }
        _ => refuse(StatusCode::BAD_REQUEST, "the request broke off before its end"),
    })?;
    let body = body::read(&body)?;
    let mut request = Request::new(body.query);
    request = request.variables(Variables::from_json(body.variables.into()));
    request.operation_name = body.operation_name;
    Ok(request)
}

/// Everything but POST: a mutation must not run because somebody followed a link.
pub(crate) async fn not_post() -> Response {
    let mut response =
        refuse(StatusCode::METHOD_NOT_ALLOWED, "send GraphQL requests by POST").told(MediaType::Json);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// A page asks that nobody has listed.
pub(crate) fn foreign_page() -> Response {
    let message = "pages of this origin may not ask here. To whoever runs this desk: an address of the desk's own is told by \
                   LEAVEWORD_PUBLIC_URL, other sites by LEAVEWORD_ALLOWED_ORIGINS";
    Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message).told(MediaType::Json)
}

/// Answers within this time, or says that it does not.
pub(crate) async fn in_time(longest: Duration, request: extract::Request, next: Next) -> Response {
    if let Ok(response) = tokio::time::timeout(longest, next.run(request)).await {
        return response;
    }
    let body = json!({"errors": [{"message": answer::LATE, "extensions": {"code": "UNAVAILABLE"}}]});
    (StatusCode::GATEWAY_TIMEOUT, axum::Json(body)).into_response()
}

/// What panicked outside of an operation.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let body = json!({"errors": [{"message": answer::OURS, "extensions": {"code": "INTERNAL"}}]});
    (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
}
