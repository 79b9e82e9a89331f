//! Where a bucket is, read from `LEAVEWORD_BLOBS_URL`:
//! `s3://KEY:SECRET@s3.eu-central-1.amazonaws.com/bucket/folder?region=eu-central-1`.

use reqwest::Url;
use std::fmt;
use zeroize::Zeroizing;

/// What most S3-compatible stores take for their region.
const REGION: &str = "us-east-1";

/// A bucket, and what opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketPlace {
    /// With its port, when it is not the scheme's.
    authority: String,
    bucket: String,
    /// Between the bucket and the names of files; begins and ends with a slash.
    folder: String,
    pub(super) region: String,
    pub(super) access_key: String,
    secret: Zeroizing<String>,
    tls: bool,
    /// Is the bucket a part of the host's name, or of the path?
    in_host: bool,
}

/// Why an address is no bucket's. Tells nothing of what opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketPlaceFault {
    /// Something else altogether.
    #[error("is like s3://KEY:SECRET@s3.example.com/bucket?region=eu-central-1")]
    Form,
    /// Nothing is signed without a key.
    #[error("has the key and the secret before @, with / as %2F, + as %2B and @ as %40")]
    Key,
    /// What buckets are called.
    #[error("names a bucket after the host, of 3 to 63 of a-z, 0-9, - and .")]
    Bucket,
    /// What stands in every file's name.
    #[error("has a folder of letters, digits, -, . and _ only")]
    Folder,
    /// After the question mark.
    #[error("has nothing behind ? but region=…, addressing=virtual and tls=none")]
    Option,
}

impl BucketPlace {
    /// Reads it.
    pub fn read(text: &str) -> Result<Self, BucketPlaceFault> {
        let url: Url = text.parse().map_err(|_| BucketPlaceFault::Form)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(BucketPlaceFault::Form)?;
        if url.scheme() != "s3" || url.fragment().is_some() {
            return Err(BucketPlaceFault::Form);
        }
        let key = decoded(url.username()).filter(|key| !key.is_empty());
        let secret = url.password().and_then(decoded).filter(|secret| !secret.is_empty());
        let (access_key, secret) = key.zip(secret).ok_or(BucketPlaceFault::Key)?;
        let (bucket, folder) = split(url.path())?;
        let mut place = Self {
            authority: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            bucket,
            folder,
            region: REGION.to_owned(),
            access_key,
            secret: Zeroizing::new(secret),
            tls: true,
            in_host: false,
        };
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("region", region) if is_plain(region) && !region.is_empty() => {
                    region.clone_into(&mut place.region);
                }
                ("addressing", "virtual") => place.in_host = true,
                ("addressing", "path") => place.in_host = false,
                ("tls", "none") => place.tls = false,
                _ => return Err(BucketPlaceFault::Option),
            }
        }
        Ok(place)
    }

    pub(super) fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// As `Host` has it.
    pub(super) fn host(&self) -> String {
        if self.in_host { format!("{}.{}", self.bucket, self.authority) } else { self.authority.clone() }
    }

    /// Of a file, which has a name of ours: nothing in it has to be written otherwise.
    pub(super) fn path(&self, name: &str) -> String {
        let bucket = if self.in_host { String::new() } else { format!("/{}", self.bucket) };
        format!("{bucket}{}{name}", self.folder)
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }
}

/// `/bucket/folder` into `bucket` and `/folder/`.
fn split(path: &str) -> Result<(String, String), BucketPlaceFault> {
    let path = path.trim_matches('/');
    let (bucket, folder) = path.split_once('/').unwrap_or((path, ""));
    let of_a_bucket = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(of_a_bucket) {
        return Err(BucketPlaceFault::Bucket);
    }
    if folder.is_empty() {
        return Ok((bucket.to_owned(), "/".to_owned()));
    }
    let is_named = |part: &str| !part.is_empty() && part != "." && part != ".." && is_plain(part);
    match folder.split('/').all(is_named) {
        true => Ok((bucket.to_owned(), format!("/{folder}/"))),
        false => Err(BucketPlaceFault::Folder),
    }
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

/// Reads `%2F` and the like; `None`: it cannot be read, or is no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (hex, after) = after.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// Where it is, without what opens it.
impl fmt::Display for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tls, folder) = (if self.tls { "" } else { ", without TLS" }, self.folder.trim_end_matches('/'));
        write!(f, "s3://…@{}/{}{folder} in {}{tls}", self.authority, self.bucket, self.region)
    }
}

/// The same.
impl fmt::Debug for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BucketPlace({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_and_told_without_what_opens_it() {
        let place =
            BucketPlace::read("s3://AKIA:a%2Fb%2Bc@127.0.0.1:9000/pictures/of/desk?tls=none&region=eu-1");
        let place = place.expect("a place");
        assert_eq!((place.access_key.as_str(), place.secret()), ("AKIA", "a/b+c"));
        assert_eq!((place.host(), place.scheme()), ("127.0.0.1:9000".to_owned(), "http"));
        assert_eq!(place.path("x.picture"), "/pictures/of/desk/x.picture");
        let told = format!("{place} {place:?}");
        assert!(told.contains("127.0.0.1:9000/pictures/of/desk in eu-1, without TLS"), "{told}");
        assert!(!told.contains("AKIA") && !told.contains("a/b+c") && !told.contains("a%2Fb"), "{told}");
        let place =
            BucketPlace::read("s3://k:s@s3.example.com/pictures?addressing=virtual").expect("a place");
        assert_eq!((place.host(), place.path("x")), ("pictures.s3.example.com".to_owned(), "/x".to_owned()));
        assert_eq!((place.scheme(), place.region.as_str()), ("https", "us-east-1"));
    }

    #[test]
    fn what_is_no_bucket_is_refused_with_what_it_is_to_be_and_without_the_secret() {
        for (text, fault) in [
            ("https://k:SECRET@s3.example.com/pictures", BucketPlaceFault::Form),
            ("s3:///pictures", BucketPlaceFault::Form),
            ("s3://s3.example.com/pictures", BucketPlaceFault::Key),
            ("s3://k:%zz@s3.example.com/pictures", BucketPlaceFault::Key),
            ("s3://k:SECRET@s3.example.com", BucketPlaceFault::Bucket),
            ("s3://k:SECRET@s3.example.com/Pictures", BucketPlaceFault::Bucket),
            ("s3://k:SECRET@s3.example.com/pictures/a b", BucketPlaceFault::Folder),
            ("s3://k:SECRET@s3.example.com/pictures?acl=public", BucketPlaceFault::Option),
        ] {
            let refused = BucketPlace::read(text).expect_err(text);
            assert_eq!(refused, fault, "{text}");
        }
    }
}
