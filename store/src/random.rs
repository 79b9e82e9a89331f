//! The one place that makes randomness: the operating system's, by way of ring.

use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom, SystemRandom};
use std::cell::RefCell;
use uuid::Uuid;
use zeroize::Zeroize;

/// Bytes fetched at a time: a command needs a dozen ids and nonces, and each fetch is a system call.
const FETCHED: usize = 1_024;

/// Bytes that the operating system gave and nobody has used yet; each is used once and wiped.
struct Fetched {
    bytes: [u8; FETCHED],
    used: usize,
}

thread_local! {
    static FRESH: RefCell<Fetched> = const { RefCell::new(Fetched { bytes: [0; FETCHED], used: FETCHED }) };
}

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give; nothing safe could go on.
pub fn bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= FETCHED) };
    FRESH.with_borrow_mut(|fetched| {
        if fetched.used + N > FETCHED {
            SystemRandom::new().fill(&mut fetched.bytes).expect("the operating system gives randomness");
            fetched.used = 0;
        }
        let mut bytes = [0; N];
        let next = &mut fetched.bytes[fetched.used..fetched.used + N];
        bytes.copy_from_slice(next);
        next.zeroize();
        fetched.used += N;
        bytes
    })
}

/// A version 7 UUID (RFC 9562): ordered by time, so that an index on it grows at its end.
pub fn uuid(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid()
}
