//! `GET /webhooks/schemas/…`: the JSON Schemas of what webhooks receive; and the same as a folder, for the repository.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use projections::notifications::schemas;
use std::{fs, io, path::Path as Folder};

/// By RFC 6839 JSON, and by draft 2020-12 a schema.
const CONTENT_TYPE: &str = "application/schema+json";

/// One of them, by its file's name.
pub(crate) async fn get(Path(file): Path<String>) -> Response {
    if let Some(text) = schemas::schemas().get(&file) {
        return ([(header::CONTENT_TYPE, CONTENT_TYPE)], text.as_str()).into_response();
    }
    let told = "there is no such schema; it is called like message.submitted.v1.json\n";
    (StatusCode::NOT_FOUND, told).into_response()
}

/// Writes them all, and the page that lists them, into a folder that is made if need be.
pub(crate) fn write(folder: &Folder) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (file, text) in schemas::schemas() {
        fs::write(folder.join(file), text)?;
    }
    fs::write(folder.join("README.md"), schemas::page())
}
