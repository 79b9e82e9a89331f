//! What makes two uses of an idempotency key the same.

use crate::{Caller, Commands, error::CommandError};
use domain::{actor::Actor, ids::MessageId};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use store::Idempotency;
use uuid::Uuid;

/// Enough characters that nobody guesses another visitor's key, and with it their token.
const UNGUESSABLE: usize = 32;
const LONGEST: usize = 200;

impl Commands {
    /// A key counts per actor and mutation; for a caller without a token, per mutation and hash of the whole input.
    pub(crate) fn idempotency(
        &self,
        caller: &Caller,
        mutation: &str,
        key: Option<&str>,
        input: &impl Serialize,
    ) -> Result<Option<Idempotency>, CommandError> {
        let Some(key) = key else { return Ok(None) };
        if key.chars().count() > LONGEST {
            return Err(CommandError::KeyTooLong);
        }
        let input = serde_json::to_vec(input).unwrap_or_default();
        let hash = digest(&SHA256, &input);
        let input = self.store.derive("idempotency input", &[&input]);
        let scope = match caller.actor {
            Actor::Anonymous if key.chars().count() < UNGUESSABLE => return Err(CommandError::KeyTooShort),
            Actor::Anonymous => {
                let parts: [&[u8]; 3] = [mutation.as_bytes(), key.as_bytes(), hash.as_ref()];
                self.store.derive("idempotency scope of an anonymous caller", &parts)
            }
            actor => {
                let actor = actor.to_string();
                let parts: [&[u8]; 3] = [actor.as_bytes(), mutation.as_bytes(), key.as_bytes()];
                self.store.derive("idempotency scope", &parts)
            }
        };
        Ok(Some(Idempotency { scope, input }))
    }

    /// The key of a rule's own command, so that it happens once whichever process gives it: the rule, the message, and
    /// the event that the rule looks at.
    pub(crate) fn idempotency_of_rule(&self, rule: &str, of: MessageId, sequence: u32) -> Idempotency {
        let of = of.to_string();
        let parts: [&[u8]; 3] = [rule.as_bytes(), of.as_bytes(), &sequence.to_be_bytes()];
        let derive = |purpose| self.store.derive(purpose, &parts);
        Idempotency {
            scope: derive("idempotency scope of a rule"),
            input: derive("idempotency input of a rule"),
        }
    }

    /// 32 bytes for a new id or token: random, or with a key always the same.
    pub(crate) fn fresh(&self, purpose: &str, key: Option<&Idempotency>) -> [u8; 32] {
        match key {
            Some(key) => self.store.derive(purpose, &[&key.scope, &key.input]),
            None => store::random::bytes(),
        }
    }

    /// A new id: in order of time, or with a key always the same (version 8, RFC 9562).
    pub(crate) fn fresh_id(&self, purpose: &str, key: Option<&Idempotency>) -> Uuid {
        match key {
            Some(key) => self.store.derive_id(purpose, &[&key.scope, &key.input]),
            None => store::random::uuid(self.store.clock().now()),
        }
    }
}
