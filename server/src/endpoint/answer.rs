//! What an answer looks like to HTTP: its status, its form, and its body.

use super::accept::MediaType;
use async_graphql::{ServerError, Value};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use graphql::Executed;
use serde_json::json;

/// All that anybody is told of a fault of ours.
pub(super) const OURS: &str = "something went wrong on our side";
/// … that it takes too long.
pub(super) const LATE: &str = "this takes too long; try again";

/// Seconds after which a database that is away may be asked again.
const RETRY_AFTER: i64 = 1;

/// A request that is refused before anything of it is executed.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned() }
    }

    /// As an answer of that form. Its status is the same in both: such a request could not be read.
    pub(super) fn told(self, media: MediaType) -> Response {
        let body = json!({"errors": [{"message": self.message, "extensions": {"code": self.code}}]});
        respond(self.status, media, &body)
    }
}

/// A request that is no request.
pub(super) fn refuse(status: StatusCode, message: &str) -> Refusal {
    Refusal::new(status, "BAD_REQUEST", message)
}

/// Whoever asks takes no form that we have.
pub(super) fn not_acceptable() -> Response {
    let message = "answers are application/graphql-response+json or application/json: accept one of them";
    refuse(StatusCode::NOT_ACCEPTABLE, message).told(MediaType::Json)
}

/// The database does not say who asks.
pub(super) fn unavailable(media: MediaType) -> Response {
    let extensions = json!({"code": "UNAVAILABLE", "retryAfter": RETRY_AFTER});
    let message = "the database does not answer; try again";
    let body = json!({"errors": [{"message": message, "extensions": extensions}]});
    let mut response = respond(StatusCode::SERVICE_UNAVAILABLE, media, &body);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER.into());
    response
}

/// Ours; the log has the cause under the trace id.
pub(super) fn internal(trace_id: &str, media: MediaType) -> Response {
    let extensions = json!({"code": "INTERNAL", "traceId": trace_id});
    let body = json!({"errors": [{"message": OURS, "extensions": extensions}]});
    respond(StatusCode::INTERNAL_SERVER_ERROR, media, &body)
}

/// The answer to an operation. One whose status says that the request failed has no data.
pub(super) fn of(executed: Executed, media: MediaType) -> Response {
    let status = status(&executed, media);
    let Executed { response: answer, began } = executed;
    let retry_after = answer.errors.iter().find_map(retry_after);
    let refused = status.is_client_error() || status.is_server_error();
    let mut response = if refused || !began {
        let mut body = json!({"errors": answer.errors});
        if !answer.extensions.is_empty() {
            body["extensions"] = json!(answer.extensions);
        }
        respond(status, media, &body)
    } else {
        respond(status, media, &answer)
    };
    if refused && let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A partial answer is an answer. When there is none at all, the status says why, as far as HTTP has words for it: to
/// whoever wants `application/json` only for "come back later", which is for what stands between us, too.
fn status(executed: &Executed, media: MediaType) -> StatusCode {
    let Executed { response, began } = executed;
    let Some(error) = response.errors.first() else { return StatusCode::OK };
    if response.data != Value::Null {
        return StatusCode::OK;
    }
    match (code(error), media) {
        (Some("RATE_LIMITED"), _) => StatusCode::TOO_MANY_REQUESTS,
        (Some("UNAVAILABLE"), _) => StatusCode::SERVICE_UNAVAILABLE,
        (_, MediaType::Json) => StatusCode::OK,
        (Some("UNAUTHENTICATED"), _) => StatusCode::UNAUTHORIZED,
        (Some("FORBIDDEN"), _) => StatusCode::FORBIDDEN,
        (Some("INTERNAL"), _) => StatusCode::INTERNAL_SERVER_ERROR,
        _ if *began => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

fn retry_after(error: &ServerError) -> Option<i64> {
    match error.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_i64(),
        _ => None,
    }
}

fn respond(status: StatusCode, media: MediaType, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, media.content_type())], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{PathSegment, Pos, Response as Answer, value};

    fn failed(code: &str, began: bool) -> Executed {
        let mut error = ServerError::new("no", Some(Pos::default()));
        error.extensions.get_or_insert_default().set("code", code);
        if began {
            error.path = vec![PathSegment::Field("a".to_owned())];
        }
        Executed { response: Answer::from_errors(vec![error]), began }
    }

    #[test]
    fn the_status_says_why_there_is_no_answer_to_whoever_looks_at_it() {
        for (code, began, graphql, json) in [
            ("BAD_REQUEST", false, 400, 200),
            ("BAD_REQUEST", true, 200, 200),
            ("TOO_COMPLEX", false, 400, 200),
            ("NOT_FOUND", true, 200, 200),
            ("UNAUTHENTICATED", true, 401, 200),
            ("FORBIDDEN", true, 403, 200),
            ("RATE_LIMITED", true, 429, 429),
            ("UNAVAILABLE", true, 503, 503),
            ("INTERNAL", true, 500, 200),
        ] {
            let executed = failed(code, began);
            assert_eq!(status(&executed, MediaType::GraphQl).as_u16(), graphql, "{code}");
            assert_eq!(status(&executed, MediaType::Any).as_u16(), graphql, "{code}");
            assert_eq!(status(&executed, MediaType::Json).as_u16(), json, "{code}");
        }
    }

    #[test]
    fn a_partial_answer_is_an_answer() {
        let mut executed = failed("INTERNAL", true);
        executed.response.data = value!({ "a": null, "b": 1 });
        assert_eq!(status(&executed, MediaType::GraphQl), StatusCode::OK);
    }
}
