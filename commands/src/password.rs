//! Passwords: argon2id with OWASP's parameters, never more at once than there are cores.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use store::StoreError;
use tokio::sync::Semaphore;

/// NIST SP 800-63B-4, 3.1.1.2 asks for at least 8 with a second factor and 15 without; long enough to matter, short
/// enough to be typed. The upper end bounds the work.
const SHORTEST: usize = 10;
const LONGEST: usize = 200;

/// Hashing takes 19 MiB and tens of milliseconds each: a flood of sign-ins waits here instead of taking the machine.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    cores: Arc<Semaphore>,
    compared: Arc<AtomicU64>,
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("has fewer than 10 characters")]
    TooShort,
    /// Too long.
    #[error("has more than 200 characters")]
    TooLong,
}

/// A password on its way in; never printed.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn parse(typed: &str) -> Result<Self, PasswordError> {
        match typed.chars().count() {
            ..SHORTEST => Err(PasswordError::TooShort),
            SHORTEST..=LONGEST => Ok(Self(typed.to_owned())),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// One that is only compared: whatever was typed, up to a bound.
    pub(crate) fn attempt(typed: &str) -> Self {
        Self(typed.chars().take(LONGEST + 1).collect())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What an account without a password, or no account at all, is compared with: it takes as long and never fits. Written
/// out, so that the first one takes no longer than the others.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { cores: Arc::new(Semaphore::new(cores)), compared: Arc::default() }
    }

    /// How many have been compared.
    pub(crate) fn compared(&self) -> u64 {
        self.compared.load(Ordering::Relaxed)
    }

    /// The PHC string of a new password.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, StoreError> {
        self.work(move || hash(&password)).await
    }

    /// Does it fit? Takes the same time when there is nothing to compare with.
    pub(crate) async fn fits(&self, password: Password, hash: Option<String>) -> Result<bool, StoreError> {
        let compared = self.compared.clone();
        self.work(move || {
            compared.fetch_add(1, Ordering::Relaxed);
            let fits = fits(&password, hash.as_deref().unwrap_or(NOBODY));
            fits && hash.is_some()
        })
        .await
    }

    #[expect(clippy::disallowed_methods, reason = "this is the bounded place that everyone else is sent to")]
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let stopped = |_| StoreError::Setup("hashing has stopped".to_owned());
        let turn = self.cores.clone().acquire_owned().await.map_err(stopped)?;
        // The turn moves along: a caller who goes away does not let another in before the work is done.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(|error| StoreError::Setup(format!("hashing failed: {error}")))
    }
}

fn hash(password: &Password) -> String {
    let salt: [u8; 16] = store::random::bytes();
    Argon2::default()
        .hash_password_with_salt(password.0.as_bytes(), &salt)
        .expect("argon2's default parameters and a salt of 16 bytes are valid")
        .to_string()
}

fn fits(password: &Password, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_a_length() {
        assert_eq!(Password::parse("九个字的密码是不够").err(), Some(PasswordError::TooShort));
        assert_eq!(Password::parse(&"a".repeat(201)).err(), Some(PasswordError::TooLong));
        assert!(Password::parse("十个字的密码就是够了哦").is_ok());
    }

    #[tokio::test]
    async fn only_the_right_password_fits_and_nobody_fits_nothing() {
        let passwords = Passwords::new();
        let right = Password::parse("correct horse").expect("long enough");
        let hash = passwords.hash(right.clone()).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(
            (hash.len(), NOBODY.rfind('$')),
            (NOBODY.len(), hash.rfind('$')),
            "nobody's is of the same make"
        );
        assert!(passwords.fits(right, Some(hash.clone())).await.expect("compares"));
        assert!(!passwords.fits(Password::attempt("wrong horse"), Some(hash)).await.expect("compares"));
        assert!(!passwords.fits(Password::attempt("nobody's password"), None).await.expect("compares"));
    }
}
