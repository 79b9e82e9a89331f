//! What the host site says of a visitor: a JSON Web Token (RFC 7519), signed with HS256 and this desk's secret.
//!
//! The library reads and checks the token; the signature is ring's, like all cryptography here (docs/decisions/0015).

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, Validation,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    decode,
    errors::{Error, ErrorKind},
    signature::{self, Verifier},
};
use ring::hmac;
use serde::Deserialize;

/// Whom the token is for.
const AUDIENCE: &str = "leaveword";
/// How long a token may be good.
const LONGEST: TimeDelta = TimeDelta::minutes(5);
/// How far the host's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(1);
/// The longest token that is looked at.
const MOST_BYTES: usize = 8_192;
/// The longest `jti`.
const MOST_JTI: usize = 200;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No token, another algorithm, another secret, or changed.
    #[error(
        "the identity is not a JSON Web Token that was signed with HS256 and the secret that `leaveword identity-secret` prints"
    )]
    Unreadable,
    /// For somebody else.
    #[error("the identity is not for us: its claim aud has to be leaveword")]
    Audience,
    /// A claim is missing, or not what it should be.
    #[error("the identity has no usable claim {0}")]
    Claim(&'static str),
    /// Good for too long.
    #[error("the identity is good for too long: exp may be at most 5 minutes after iat")]
    TooLong,
    /// Not good any more.
    #[error("the identity has expired; ask the host site for a new one")]
    Expired,
    /// From the future.
    #[error("the identity is from the future: is the host site's clock right?")]
    NotYet,
    /// Used before.
    #[error("the identity was used before; ask the host site for a new one")]
    Used,
}

/// The claims, as they stand in the token.
#[derive(Clone, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) jti: String,
    iat: i64,
    pub(super) exp: i64,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) phone_number: Option<String>,
}

/// Reads a token that is good now.
pub(super) fn read(token: &str, secret: &[u8], now: DateTime<Utc>) -> Result<Claims, IdentityError> {
    if token.len() > MOST_BYTES {
        return Err(IdentityError::Unreadable);
    }
    let claims = verified(token, secret)?;
    let time = |seconds, claim| DateTime::from_timestamp(seconds, 0).ok_or(IdentityError::Claim(claim));
    let (issued_at, expires_at) = (time(claims.iat, "iat")?, time(claims.exp, "exp")?);
    if claims.jti.is_empty() || claims.jti.chars().count() > MOST_JTI {
        return Err(IdentityError::Claim("jti"));
    }
    if expires_at - issued_at > LONGEST {
        return Err(IdentityError::TooLong);
    }
    if now >= expires_at {
        return Err(IdentityError::Expired);
    }
    if issued_at > now + AHEAD {
        return Err(IdentityError::NotYet);
    }
    Ok(claims)
}

/// The claims of a token for us under HS256 and this secret. The instants are not looked at: the library would ask the
/// machine's clock.
fn verified(token: &str, secret: &[u8]) -> Result<Claims, IdentityError> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["aud"]);
    install();
    let refusal = |error: Error| match error.kind() {
        ErrorKind::InvalidAudience | ErrorKind::MissingRequiredClaim(_) => IdentityError::Audience,
        ErrorKind::Json(error) => claim(&error.to_string()),
        _ => IdentityError::Unreadable,
    };
    let token = decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation);
    token.map(|token| token.claims).map_err(refusal)
}

/// Which claim the library could not read; its message names the field that is missing.
fn claim(error: &str) -> IdentityError {
    let named = ["sub", "jti", "iat", "exp"].into_iter().find(|claim| error.contains(&format!("`{claim}`")));
    named.map_or(IdentityError::Unreadable, IdentityError::Claim)
}

/// Makes ring the library's cryptography in this process; the first time counts, and it is always the same. Nothing is
/// signed here: the host site does.
fn install() {
    static RING: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        verifier_factory: |algorithm, key| verifier(*algorithm, key),
        key_utils: KeyUtils::new_unimplemented(),
    };
    let _ = RING.install_default();
}

struct Hs256(hmac::Key);

fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match (algorithm, key.family()) {
        (Algorithm::HS256, AlgorithmFamily::Hmac) => {
            Ok(Box::new(Hs256(hmac::Key::new(hmac::HMAC_SHA256, key.try_get_as_bytes()?))))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], tag: &Vec<u8>) -> Result<(), signature::Error> {
        hmac::verify(&self.0, message, tag).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    const SECRET: &[u8] = b"a secret of the desk's own, long enough";
    const NOW: i64 = 1_790_000_000;

    fn claims() -> Value {
        json!({"aud": "leaveword", "sub": "42", "iat": NOW, "exp": NOW + 300, "jti": "1", "name": "Anna"})
    }

    fn without(claim: &str) -> Value {
        let mut claims = claims();
        claims.as_object_mut().expect("an object").remove(claim);
        claims
    }

    fn with(claim: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[claim] = value;
        claims
    }

    /// As any host site makes one: by hand.
    fn token(header: &Value, claims: &Value, secret: &[u8]) -> String {
        let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn signed(claims: &Value) -> String {
        token(&json!({"alg": "HS256", "typ": "JWT"}), claims, SECRET)
    }

    fn refusal(token: &str) -> Option<IdentityError> {
        read(token, SECRET, DateTime::from_timestamp(NOW, 0).expect("a time")).err()
    }

    #[test]
    fn the_vector_of_rfc_7515_is_verified_and_nothing_beside_it() {
        // Appendix A.1.
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                     dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = URL_SAFE_NO_PAD.decode(key).expect("base64");
        install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        let read = |token: &str, key: &[u8]| {
            decode::<Value>(token, &DecodingKey::from_secret(key), &validation).map(|token| token.claims)
        };
        assert_eq!(read(token, &key).expect("verified")["iss"], "joe");
        assert!(read(token, &key[1..]).is_err());
        assert!(read(&token.replace("eyJpc3Mi", "eyJpc3Mj"), &key).is_err());
        assert!(read(&token[..token.len() - 1], &key).is_err());
    }

    #[test]
    fn a_token_for_us_is_read() {
        assert_eq!(refusal(&signed(&claims())), None);
        assert_eq!(refusal(&signed(&with("aud", json!(["other", "leaveword"])))), None);
        for left_out in ["name", "email", "phone_number"] {
            assert_eq!(refusal(&signed(&without(left_out))), None);
        }
    }

    #[test]
    fn another_algorithm_is_refused_whatever_it_is_signed_with() {
        let claims = claims();
        for algorithm in
            ["none", "None", "nOnE", "NONE", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", ""]
        {
            let header = json!({"alg": algorithm, "typ": "JWT"});
            let signed = token(&header, &claims, SECRET);
            let unsigned = format!("{}.", &signed[..signed.rfind('.').expect("three parts")]);
            for token in [signed, unsigned] {
                assert_eq!(refusal(&token), Some(IdentityError::Unreadable), "{algorithm}");
            }
        }
        // A key in the header is nobody's.
        let jwk = json!({"alg": "HS256", "jwk": {"kty": "oct", "k": URL_SAFE_NO_PAD.encode(b"theirs")}});
        assert_eq!(refusal(&token(&jwk, &claims, b"theirs")), Some(IdentityError::Unreadable));
    }

    #[test]
    fn another_secret_a_changed_claim_and_what_is_no_token_are_refused() {
        let good = signed(&claims());
        let header = json!({"alg": "HS256"});
        let parts: Vec<&str> = good.split('.').collect();
        let other = URL_SAFE_NO_PAD.encode(with("sub", json!("43")).to_string());
        let bad = [
            token(&header, &claims(), b"another secret"),
            token(&header, &claims(), b""),
            format!("{}.{other}.{}", parts[0], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{good}.x"),
            good.replace('.', ","),
            String::new(),
            "..".to_owned(),
            "x".repeat(MOST_BYTES + 1),
        ];
        for token in bad {
            assert_eq!(refusal(&token), Some(IdentityError::Unreadable), "{token}");
        }
    }

    #[test]
    fn every_claim_that_is_needed_is_asked_for_by_its_name() {
        for claim in ["sub", "jti", "iat", "exp"] {
            assert_eq!(refusal(&signed(&without(claim))), Some(IdentityError::Claim(claim)));
        }
        assert_eq!(refusal(&signed(&with("jti", json!("")))), Some(IdentityError::Claim("jti")));
        for aud in [json!("other"), json!(["other"]), json!(7), json!(null)] {
            assert_eq!(refusal(&signed(&with("aud", aud))), Some(IdentityError::Audience));
        }
        assert_eq!(refusal(&signed(&without("aud"))), Some(IdentityError::Audience));
    }

    #[test]
    fn a_token_is_good_for_five_minutes_at_most_and_only_then() {
        let times = |iat: i64, exp: i64| {
            let mut claims = claims();
            (claims["iat"], claims["exp"]) = (json!(iat), json!(exp));
            refusal(&signed(&claims))
        };
        assert_eq!(times(NOW, NOW + 301), Some(IdentityError::TooLong));
        assert_eq!(times(NOW - 300, NOW), Some(IdentityError::Expired));
        assert_eq!(times(NOW - 299, NOW + 1), None);
        assert_eq!(times(NOW + 60, NOW + 90), None, "clocks differ");
        assert_eq!(times(NOW + 61, NOW + 90), Some(IdentityError::NotYet));
        assert_eq!(times(i64::MIN, i64::MAX), Some(IdentityError::Claim("iat")));
    }
}
