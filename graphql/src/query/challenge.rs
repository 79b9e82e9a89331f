//! What has to be solved before a message is left at a desk that is pressed.

use crate::caller::Asks;
use async_graphql::{Context, Object, SimpleObject};

#[derive(Default)]
pub(crate) struct ChallengeQuery;

/// A challenge as ALTCHA's clients take it (version 1, <https://altcha.org/docs/v1/proof-of-work/>): look for the whole number
/// from 0 to `maxnumber` whose decimal digits, behind `salt`, have `challenge` as their hash.
#[derive(SimpleObject)]
struct Challenge {
    /// The hash function: SHA-256.
    algorithm: &'static str,
    /// The hash that is looked for, in hexadecimal digits.
    #[graphql(name = "challenge")]
    hash: String,
    /// The number is not greater.
    #[graphql(name = "maxnumber")]
    max_number: u32,
    /// What stands before the number. Its `expires` says until when the challenge is good, in seconds since 1970: for twenty
    /// minutes.
    salt: String,
    /// That this desk asked.
    signature: String,
}

#[Object]
impl ChallengeQuery {
    /// Something that takes a machine about a second: `submitMessage` asks for its solution (`PROOF_REQUIRED`) while more
    /// messages come in than people write. For anyone.
    async fn challenge(&self, ctx: &Context<'_>) -> Challenge {
        let commands::Challenge { algorithm, challenge, most, salt, signature } = ctx.commands().challenge();
        Challenge { algorithm, hash: challenge, max_number: most, salt, signature }
    }
}
