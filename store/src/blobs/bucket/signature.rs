//! AWS's signature, version 4, of a request with everything in its headers: pure.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>

use super::BucketPlace;
use chrono::{DateTime, Utc};
use ring::{
    digest,
    hmac::{HMAC_SHA256, Key, sign as tag},
};

/// The headers of a request of this bucket at this time: what it says, what its body is, and that we say so.
pub(super) fn sign(
    place: &BucketPlace,
    method: &str,
    path: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Vec<(&'static str, String)> {
    let (body, time) = (sha256(body), now.format("%Y%m%dT%H%M%SZ").to_string());
    let said = [("host", place.host()), ("x-amz-content-sha256", body), ("x-amz-date", time)];
    let authorization = authorization(place, method, path, &said);
    let [_, body, time] = said;
    vec![body, time, ("authorization", authorization)]
}

/// `headers` are in the order of their names; the last two are the body's sum and the time.
fn authorization(
    place: &BucketPlace,
    method: &str,
    path: &str,
    headers: &[(&'static str, String)],
) -> String {
    let value = |wanted| headers.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value);
    let (body, time) = (value("x-amz-content-sha256"), value("x-amz-date"));
    let day = time.get(..8).unwrap_or_default();
    let named = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines =
        headers.iter().fold(String::new(), |lines, (name, value)| lines + &format!("{name}:{value}\n"));
    let request = format!("{method}\n{path}\n\n{lines}\n{named}\n{body}");
    let scope = format!("{day}/{}/s3/aws4_request", place.region);
    let said = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(request.as_bytes()));
    let mut key = format!("AWS4{}", place.secret()).into_bytes();
    for part in [day, &place.region, "s3", "aws4_request"] {
        key = tag(&Key::new(HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
    }
    let signature = hex(tag(&Key::new(HMAC_SHA256, &key), said.as_bytes()).as_ref());
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={named},Signature={signature}",
        place.access_key
    )
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bucket of AWS's own examples.
    fn example() -> BucketPlace {
        let url = "s3://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY@s3.amazonaws.com/\
                   examplebucket?addressing=virtual";
        BucketPlace::read(url).expect("a place")
    }

    fn said(headers: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }

    #[test]
    fn a_file_that_is_read_is_signed_as_in_awss_example() {
        let headers = said(&[
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("x-amz-date", "20130524T000000Z"),
        ]);
        assert_eq!(
            authorization(&example(), "GET", "/test.txt", &headers),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn a_file_that_is_written_is_signed_as_in_awss_example() {
        let headers = said(&[
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("host", "examplebucket.s3.amazonaws.com"),
            ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ]);
        let signed = authorization(&example(), "PUT", "/test%24file.text", &headers);
        assert!(
            signed.ends_with("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
            "{signed}"
        );
        assert_eq!(sha256(b"Welcome to Amazon S3."), headers[2].1);
    }
}
