//! A proof of work, asked for when the desk is pressed: a number that takes a while to find and an instant to check. Made like
//! the challenges of ALTCHA, version 1 (<https://altcha.org/docs/v1/proof-of-work/>), so that its clients solve them.
//!
//! Nothing is kept of a challenge until it is spent: its signature says that it is ours, its salt until when it is good.

use crate::{Commands, error::CommandError};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use std::fmt::Write;
use store::TokenHash;

const ALGORITHM: &str = "SHA-256";
/// The number is not greater: half of them are tried on average, less than a second on a phone.
const MOST: u32 = 50_000;
/// A challenge is good for so long, in seconds.
const GOOD_FOR: i64 = 20 * 60;
/// Longer than any proof is, in characters.
const LONGEST: usize = 2_000;

/// Something to be solved: the number from 0 to `most` for which the SHA-256 of `salt` and its digits is `challenge`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The hash function.
    pub algorithm: &'static str,
    /// The hash that is looked for, in hexadecimal digits.
    pub challenge: String,
    /// The number is not greater.
    pub most: u32,
    /// What stands before the number; it says until when the challenge is good, in seconds since 1970.
    pub salt: String,
    /// That we asked.
    pub signature: String,
}

/// A challenge that was solved, and can be spent once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proven {
    hash: [u8; 32],
    /// In microseconds.
    until: i64,
}

/// A solution as ALTCHA's clients send it.
#[derive(Deserialize)]
struct Solution {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: String,
}

impl Commands {
    /// Something to be solved.
    pub fn challenge(&self) -> Challenge {
        let until = self.store.clock().now().timestamp() + GOOD_FOR;
        // It ends with a mark that is no digit: digits cannot be moved from the number into the salt.
        let salt = format!("{}?expires={until}&", hex(&store::random::bytes::<12>()));
        let number = u32::from_be_bytes(store::random::bytes()) % (MOST + 1);
        let challenge = hashed(&salt, number);
        let signature = self.signed(&challenge);
        Challenge { algorithm: ALGORITHM, challenge, most: MOST, salt, signature }
    }

    /// What a proof proves.
    pub(crate) fn proven(&self, proof: Option<&str>) -> Result<Proven, CommandError> {
        proof.and_then(|proof| self.solved(proof)).ok_or(CommandError::ProofRequired)
    }

    /// Says whether it had not been spent before, by whichever process.
    pub(crate) async fn use_up(&self, proven: Proven) -> Result<bool, CommandError> {
        // A minute longer than it is good: the clocks of two processes differ.
        Ok(self.store.use_once(&proven.hash, proven.until.saturating_add(60_000_000)).await?)
    }

    fn solved(&self, proof: &str) -> Option<Proven> {
        let read = STANDARD.decode(proof.get(..LONGEST.min(proof.len()))?).ok()?;
        let solution: Solution = serde_json::from_slice(&read).ok()?;
        // Hashes are compared: how long that takes says nothing of the signature.
        let ours = TokenHash::of(&self.signed(&solution.challenge)) == TokenHash::of(&solution.signature);
        let solved =
            solution.algorithm == ALGORITHM && hashed(&solution.salt, solution.number) == solution.challenge;
        let until: i64 = solution.salt.strip_suffix('&')?.rsplit_once("?expires=")?.1.parse().ok()?;
        let in_time = until > self.store.clock().now().timestamp();
        let hash = self.store.derive("spent challenge", &[solution.challenge.as_bytes()]);
        (ours && solved && in_time).then_some(Proven { hash, until: until.saturating_mul(1_000_000) })
    }

    fn signed(&self, challenge: &str) -> String {
        hex(&self.store.derive("challenge", &[challenge.as_bytes()]))
    }
}

fn hashed(salt: &str, number: u32) -> String {
    hex(digest(&SHA256, format!("{salt}{number}").as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
