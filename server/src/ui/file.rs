//! A file of a build, in each form in which it can be sent.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{borrow::Cow, collections::BTreeMap};

/// A file, and what `web/compress.mjs` has made of it.
pub(super) struct File {
    pub(super) bytes: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    /// Of its bytes, SHA-256 in hexadecimal digits.
    pub(super) hash: String,
    pub(super) content_type: HeaderValue,
}

/// The files of a folder, each with its compressed forms beside it no more.
pub(super) fn embedded<E: RustEmbed>() -> BTreeMap<String, File> {
    let is_form = |path: &str| {
        [".br", ".gz"]
            .iter()
            .any(|ending| path.strip_suffix(ending).is_some_and(|whole| E::get(whole).is_some()))
    };
    let paths = E::iter().filter(|path| !is_form(path));
    let form = |path: &str, ending: &str| E::get(&format!("{path}{ending}")).map(|it| bytes(it.data));
    paths
        .filter_map(|path| {
            let EmbeddedFile { data, metadata, .. } = E::get(&path)?;
            let hash = metadata.sha256_hash();
            let file = File {
                bytes: bytes(data),
                brotli: form(&path, ".br"),
                gzip: form(&path, ".gz"),
                hash: hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
                content_type: content_type(&path),
            };
            Some((path.into_owned(), file))
        })
        .collect()
}

impl File {
    /// The shortest form that this browser takes, and what it is called.
    pub(super) fn taken(&self, asked: &HeaderMap) -> (Bytes, Option<HeaderValue>) {
        for (name, form) in [("br", &self.brotli), ("gzip", &self.gzip)] {
            if let Some(form) = form
                && takes(asked, name)
            {
                return (form.clone(), Some(HeaderValue::from_static(name)));
            }
        }
        (self.bytes.clone(), None)
    }
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    }
}

/// Whether this coding is named and not refused (`gzip;q=0`).
fn takes(asked: &HeaderMap, coding: &str) -> bool {
    let named = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|part| {
        let (name, rest) = part.split_once(';').unwrap_or((part, ""));
        let weight = rest.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(coding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// By the ending, as a build names its files. Nothing is guessed: browsers are told not to either.
fn content_type(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_when_it_is_named_and_not_refused() {
        let asked =
            |text: &str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, text.parse().expect("a value"))]);
        for (text, br, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("gzip", false, true),
            ("br;q=1.0, gzip;q=0.8, *;q=0.1", true, true),
            ("br;q=0, GZIP ; q=0.5", false, true),
            ("br; q=0.000", false, false),
            ("brotli", false, false),
            ("identity", false, false),
            ("*", false, false),
            ("", false, false),
        ] {
            assert_eq!((takes(&asked(text), "br"), takes(&asked(text), "gzip")), (br, gzip), "{text}");
        }
        assert!(!takes(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn what_ends_as_nothing_known_is_only_bytes() {
        for (path, expected) in [
            ("assets/main-Dk3f.js", "text/javascript; charset=utf-8"),
            ("try.html", "text/html; charset=utf-8"),
            ("LICENSE", "application/octet-stream"),
            ("a.svgz", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), expected, "{path}");
        }
    }
}
