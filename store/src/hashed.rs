//! Tokens as they are searched for: keyed hashes of them, of which those of short ones are kept, for text says the same
//! again and again.
//!
//! What is kept is at most a mebibyte of pieces of words, in the order of a hash: nobody's words. It is not written down
//! anywhere.

use crate::{sets::BITS, store::Store};
use ring::hmac;
use std::sync::{Mutex, PoisonError};

/// As many are kept as the first bits of a spread token can say.
const KEPT_BITS: u32 = 16;
/// Spreads numbers over the bits (Knuth's multiplicative hash, of the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes tokens under the search key.
pub(crate) struct Hashes {
    key: hmac::Key,
    /// A packed token and its hash; 0 is no token.
    kept: Mutex<Box<[(u64, i64)]>>,
}

impl Hashes {
    pub(crate) fn new(key: hmac::Key) -> Self {
        Self { key, kept: Mutex::new(vec![(0, 0); 1 << KEPT_BITS].into_boxed_slice()) }
    }

    pub(crate) fn of<T: AsRef<str>>(&self, tokens: impl IntoIterator<Item = T>) -> Vec<i64> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = |token: T| {
            let token = token.as_ref().as_bytes();
            let Some(packed) = packed(token) else { return self.worked_out(token) };
            let place = usize::try_from(packed.wrapping_mul(SPREAD) >> (u64::BITS - KEPT_BITS));
            let place = &mut kept[place.unwrap_or_default()];
            if place.0 != packed {
                *place = (packed, self.worked_out(token));
            }
            place.1
        };
        tokens.into_iter().map(hash).collect()
    }

    fn worked_out(&self, token: &[u8]) -> i64 {
        let tag = hmac::sign(&self.key, token);
        let mut first = [0; 8];
        first.copy_from_slice(&tag.as_ref()[..8]);
        i64::try_from(u64::from_be_bytes(first) >> (u64::BITS - BITS)).unwrap_or_default()
    }
}

/// A token of up to seven bytes, which is every Chinese character and every two of the basic plane, as a number that no other
/// one has, and that is not 0.
fn packed(token: &[u8]) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(1..=token.len())?.copy_from_slice(token);
    bytes[0] = u8::try_from(token.len() + 1).ok()?;
    Some(u64::from_be_bytes(bytes))
}

impl Store {
    /// A token as it is searched for: 50 bits of its HMAC-SHA-256 under the search key, which is in no view. Whoever has the
    /// views alone cannot say what it is of.
    pub fn hashed(&self, token: &str) -> i64 {
        self.hashes().of([token]).pop().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_would_be_worked_out() {
        let hashes = Hashes::new(hmac::Key::new(hmac::HMAC_SHA256, b"a key"));
        let tokens: Vec<String> = (0..200_000_u32).map(|n| format!("{}", n % 120_000)).collect();
        let words = ["", "\0", "\0\0", "退", "退款", "refund", "refunds", "refunded"].map(str::to_owned);
        for token in tokens.iter().chain(&words).chain(&words) {
            assert_eq!(hashes.of([token]), [hashes.worked_out(token.as_bytes())], "{token:?}");
        }
    }

    #[test]
    fn short_tokens_are_numbers_of_their_own_and_long_ones_none() {
        let tokens = ["", "\0", "\0\0", "a", "a\0", "\0a", "退款", "refunds"];
        let packed_as: std::collections::BTreeSet<u64> =
            tokens.iter().filter_map(|token| packed(token.as_bytes())).collect();
        assert_eq!(packed_as.len(), tokens.len());
        assert!(!packed_as.contains(&0));
        assert_eq!(packed("refunded".as_bytes()), None);
    }
}
