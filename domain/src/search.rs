//! What is searched for, and in what: text is cut the same way when it is indexed, asked for and looked at again.
//!
//! An index holds keyed hashes of tokens, without order: single characters and pairs of neighbours of scripts that are
//! written without spaces, beginnings of words of the others. Those tokens only choose candidates; what a candidate says is
//! opened and asked again ([`Query::is_in`]), so that phrases, long words and hashes that collide are told apart.

mod cut;
mod fold;
mod found;
mod hanzi;
mod index;
#[cfg(test)]
mod labelled;
mod query;
mod rank;
mod term;
#[cfg(test)]
mod tests;

pub use found::{Said, Whose};
pub use index::{Token, index_phone, index_tokens};
pub use query::{Query, QueryError};
pub use rank::Rank;

/// Grows when the same text gives other tokens: what was indexed by an older one is not found by a newer one, so the view
/// that holds them gets a new version.
pub const TOKENS_VERSION: u32 = 1;
