//! The short name of a message that can be said on the phone: `LW-7K3F9Q`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Crockford's base 32: no I, L, O, U, so that nothing is misread or rude.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `LW-` and six characters of Crockford's base 32; unique per installation (the store reserves it).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// Makes one from random bytes (30 bits of them are used).
    pub fn from_random(random: [u8; 6]) -> Self {
        let code = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        Self("LW-".chars().chain(code).collect())
    }

    /// Reads one as people type it: any case, with or without `LW-`, O for 0, I or L for 1.
    pub fn parse(typed: &str) -> Option<Self> {
        let upper = typed.trim().to_ascii_uppercase();
        let code = upper.strip_prefix("LW-").or(upper.strip_prefix("LW")).unwrap_or(&upper);
        let code: String = code
            .chars()
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let fits = code.len() == 6 && code.bytes().all(|b| ALPHABET.contains(&b));
        fits.then(|| Self(format!("LW-{code}")))
    }

    /// The reference.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_read_back_however_it_is_typed() {
        let made = Reference::from_random([7, 20, 3, 15, 9, 23]);
        assert_eq!(made.as_str(), "LW-7M3F9Q");
        for typed in ["LW-7M3F9Q", "lw7m3f9q", " 7m3f9q "] {
            assert_eq!(Reference::parse(typed), Some(made.clone()), "{typed}");
        }
        assert_eq!(Reference::parse("LW-oOiIlL"), Reference::parse("LW-001111"));
        assert_eq!(Reference::parse("LW-7M3F9"), None);
        assert_eq!(Reference::parse("LW-7M3F9U"), None);
    }
}
