//! Images that come with a message, and files that are uploaded before it.

use super::{Posted, Refusal, Request, Value, invalid, json, word};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use md5::{Digest, Md5};
use std::time::Duration;

// facts 3.1: "raw <=2MB"; the vendor's MB is taken as 1024 · 1024 [inf].
const IMAGE: usize = 2 << 20;
// facts 3.1: "Size 5 bytes < file <=20MB; voice AMR <=2MB"
const FILE: usize = 20 << 20;
const VOICE: usize = 2 << 20;
// facts 3.1: "media_id valid 3 days, usable only by the uploading robot"
const KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// What was uploaded.
#[derive(Debug)]
pub(super) struct Media {
    id: String,
    kind: String,
    robot: String,
    at: DateTime<Utc>,
    name: String,
    bytes: Vec<u8>,
}

// facts 3.1: "image: base64 (no line breaks / no data: prefix [mem]) + md5 hex of the RAW bytes; raw <=2MB; JPG/PNG only"
pub(super) fn image(content: &Value) -> Result<Posted, Refusal> {
    let raw = BASE64_STANDARD.decode(word(content, "base64")?).map_err(|_| invalid("image.base64"))?;
    if raw.len() > IMAGE {
        // facts 3.1: "[mem, unchecked]: … 40009 image size, 301019 md5 mismatch"
        return Err((40009, "invalid image size".to_owned()));
    }
    if hex(&Md5::digest(&raw)) != word(content, "md5")? {
        return Err((301_019, "media md5 not match".to_owned()));
    }
    let (is_jpg, is_png) = (raw.starts_with(b"\xff\xd8\xff"), raw.starts_with(b"\x89PNG\r\n\x1a\n"));
    match is_jpg || is_png {
        true => Ok(Posted { file: Some(raw), ..Posted::default() }),
        false => Err(invalid("image: neither JPG nor PNG")),
    }
}

// facts 3.1: "file / voice: media_id from POST …/upload_media"
pub(super) fn file(
    media: &[Media],
    robot: &str,
    kind: &str,
    content: &Value,
    now: DateTime<Utc>,
) -> Result<Posted, Refusal> {
    let id = word(content, "media_id")?;
    let mut usable = media.iter().filter(|it| it.robot == robot && it.kind == kind && now < it.at + KEPT);
    // [inf]: the code of the vendor's general table.
    let found = usable.find(|it| it.id == id).ok_or_else(|| (40007, "invalid media_id".to_owned()))?;
    Ok(Posted { text: found.name.clone(), file: Some(found.bytes.clone()), ..Posted::default() })
}

// facts 3.1: "multipart field "media" with filename", "Reply {errcode,errmsg,type,media_id,created_at(string)}"
pub(super) fn upload(
    media: &mut Vec<Media>,
    robot: &str,
    request: &Request,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let kind = request.parameter("type").filter(|kind| matches!(kind.as_str(), "file" | "voice"));
    let kind = kind.ok_or_else(|| invalid("type: file or voice"))?;
    let (name, bytes) = part(request).ok_or_else(|| invalid("no field media with a filename"))?;
    let most = if kind == "voice" { VOICE } else { FILE };
    if bytes.len() <= 5 || bytes.len() > most {
        // [inf]: as 40009, in the vendor's general table.
        return Err((40006, "invalid file size".to_owned()));
    }
    if kind == "voice" && !bytes.starts_with(b"#!AMR") {
        return Err(invalid("voice: not AMR"));
    }
    let id = format!("media-{}", media.len());
    media.push(Media { id: id.clone(), kind: kind.clone(), robot: robot.to_owned(), at: now, name, bytes });
    let created = now.timestamp().to_string();
    Ok(json!({"errcode": 0, "errmsg": "ok", "type": kind, "media_id": id, "created_at": created}))
}

/// The name and the bytes of the field `media`.
fn part(request: &Request) -> Option<(String, Vec<u8>)> {
    let kind = request.header("content-type")?.strip_prefix("multipart/form-data")?;
    let boundary = kind.split_once("boundary=")?.1.split(';').next()?.trim_matches('"');
    let (delimiter, body) = (format!("\r\n--{boundary}"), &request.body);
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..])?;
    loop {
        let (part, after) = cut(rest.strip_prefix(b"\r\n")?, delimiter.as_bytes())?;
        let (head, bytes) = cut(part, b"\r\n\r\n")?;
        let head = std::str::from_utf8(head).ok()?;
        let named =
            |name: &str| Some(head.split_once(&format!("; {name}=\""))?.1.split('"').next()?.to_owned());
        match named("name").as_deref() {
            Some("media") => return Some((named("filename")?, bytes.to_vec())),
            _ => rest = after,
        }
    }
}

fn cut<'a>(of: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let found = of.windows(at.len()).position(|it| it == at)?;
    Some((&of[..found], &of[found + at.len()..]))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
