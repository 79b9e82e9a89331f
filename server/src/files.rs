//! `GET /files/{id}`: a file that is no picture, to be saved by whoever may read the message that it belongs to. It is never
//! shown: nobody has looked further into it than its first bytes.

use crate::{
    images::{Failed, NOTHING_RUNS, busy, by_token, may_read, refused, said},
    router::App,
    sending::{held, send},
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use commands::{CommandError, files::FileRefusal};
use domain::{actor::Actor, ids::FileId};
use projections::FileRow;
use std::{fmt::Write, sync::Arc};

/// Whatever a browser takes it for, it is bytes to be saved.
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// It may be as large as it is on every disk that it is on.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("private, no-store");

/// A file, to be saved.
pub(crate) async fn get(State(app): State<App>, Path(id): Path<String>, asked: Parts) -> Response {
    let absent = || refused(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such file, or it is not yours");
    match look_up(&app, FileId::typed(&id), &asked).await {
        // Absent, gone, somebody else's, an address of another or of long ago: the same to whoever asks.
        Ok(None) => absent(),
        Ok(Some((reader, file))) => match begin(&app, reader, &file).await {
            Ok(None) => absent(),
            Ok(Some(body)) => saved(&file.name, body),
            Err(CommandError::File(FileRefusal::Busy)) => {
                busy("too many files are being saved: try again in a few seconds")
            }
            Err(error) => unreadable(&error.into()),
        },
        Err(error) => unreadable(&error),
    }
}

fn unreadable(error: &Failed) -> Response {
    tracing::error!(%error, "a file could not be read");
    let message = "the file cannot be read now; try again";
    refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
}

/// Who asks and the file, if they may read its message.
async fn look_up(app: &App, id: FileId, asked: &Parts) -> Result<Option<(Actor, FileRow)>, Failed> {
    let actor = match said(asked.uri.query()) {
        Some(said) => app.commands.reader_of_file(id, &said).await?,
        None => by_token(app, asked).await?,
    };
    let Some(actor) = actor else { return Ok(None) };
    let Some(file) = app.projections.file(id).await? else { return Ok(None) };
    Ok(may_read(app, actor, file.message_id).await?.then_some((actor, file)))
}

fn saved(name: &str, body: Body) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, BYTES),
        (header::CONTENT_SECURITY_POLICY, NOTHING_RUNS),
        (header::CACHE_CONTROL, NOT_KEPT),
    ];
    (headers, [(header::CONTENT_DISPOSITION, disposition(name))], body).into_response()
}

/// RFC 6266: a name in ASCII for old programs, and the name itself as RFC 8187 has it.
fn disposition(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_.()".contains(c);
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Begins to send a file: its first part is there, the others follow as the reader takes them. `None`: it is gone.
async fn begin(app: &App, reader: Actor, file: &FileRow) -> Result<Option<Body>, CommandError> {
    let place = Arc::new(app.commands.file_place(reader).await?);
    let Some(first) = app.commands.file_part(file.file_id, 0).await? else { return Ok(None) };
    let (first, commands, id) = (held(first, &place), app.commands.clone(), file.file_id);
    let next = move |part| {
        let (commands, place) = (commands.clone(), place.clone());
        async move {
            match commands.file_part(id, part).await {
                Ok(bytes) => bytes.map(|bytes| held(bytes, &place)),
                Err(error) => {
                    tracing::error!(%error, "a file could not be read to its end");
                    None
                }
            }
        }
    };
    Ok(Some(send(&app.edge.bounds, file.bytes, first, next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_no_header_and_comes_through_whole() {
        let told = disposition("发票 \"a\"\r\nx: y;\u{202E}.pdf");
        assert!(HeaderValue::from_str(&told).is_ok());
        assert_eq!(
            told,
            "attachment; filename=\"__ _a___x_ y__.pdf\"; \
             filename*=UTF-8''%E5%8F%91%E7%A5%A8%20%22a%22%0D%0Ax%3A%20y%3B%E2%80%AE.pdf"
        );
        assert_eq!(disposition("a.pdf"), "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf");
    }
}
