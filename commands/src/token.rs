//! Bearer tokens: 256 random bits, with a prefix that says what they open.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

/// A member's session.
pub(crate) const SESSION: &str = "lws_";
/// A visitor's own messages.
pub(crate) const VISITOR: &str = "lwv_";
/// A one-time sign-in link.
pub(crate) const LINK: &str = "lwl_";
/// An invitation, good once.
pub(crate) const INVITATION: &str = "lwi_";
/// An address that takes one picture.
pub(crate) const UPLOAD: &str = "lwu_";
/// An API key.
pub(crate) const KEY: &str = "lwk_";

/// A token of that kind.
pub(crate) fn token(prefix: &str, secret: [u8; 32]) -> String {
    format!("{prefix}{}", text(&secret))
}

/// 32 bytes as 43 characters.
pub(crate) fn text(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

/// Bytes in base64 as vendors have it, with padding (RFC 4648, 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
