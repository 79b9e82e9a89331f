//! `POST /graphql`: JSON in, JSON out, one operation per request.

use crate::{auth, request_id::RequestId, router::App};
use async_graphql::{Request, Variables};
use axum::{
    Json,
    body::Bytes,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest document; variables are bounded by the body.
const LONGEST_QUERY: usize = 16 * 1024;

/// The body of a GraphQL request (GraphQL over HTTP, "Request Parameters").
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Value,
}

/// Answers one operation. Anything but `application/json` is refused: a form of another site can send the rest.
pub(crate) async fn post(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_json(&headers) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the request as content-type: application/json",
        );
    }
    let body: Body = match serde_json::from_slice(&body) {
        Ok(body) => body,
        Err(error) => {
            let message = format!("the body is not one GraphQL request as JSON: {error}");
            return refuse(StatusCode::BAD_REQUEST, &message);
        }
    };
    if body.query.len() > LONGEST_QUERY {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the document has more than 16 KiB; use variables");
    }
    let asked = match auth::caller(&app.commands, &headers, request_id).await {
        Ok(asked) => asked,
        Err(error) => {
            tracing::error!(%error, "cannot tell who asks");
            let code = json!({"code": "UNAVAILABLE", "retryAfter": 1});
            return answer(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer; try again", &code);
        }
    };
    let mut request = Request::new(body.query).variables(Variables::from_json(body.variables)).data(asked);
    request.operation_name = body.operation_name;
    let mut response = graphql::execute(&app.schema, request).await;
    for error in &mut response.errors {
        // What the library itself refuses is the document's fault.
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_REQUEST");
        }
    }
    Json(response).into_response()
}

/// Everything but POST: a mutation must not run because somebody followed a link.
pub(crate) async fn not_post() -> Response {
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, "send GraphQL requests by POST");
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
    response
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn refuse(status: StatusCode, message: &str) -> Response {
    answer(status, message, &json!({"code": "BAD_REQUEST"}))
}

fn answer(status: StatusCode, message: &str, extensions: &Value) -> Response {
    (status, Json(json!({"errors": [{"message": message, "extensions": extensions}]}))).into_response()
}
