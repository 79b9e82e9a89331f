//! Which mutations the API has. For those that are on their way: what waits for one comes alive when it is there.

/// The committed schema; `server/tests/cli.rs` says that it is what the binary serves.
const SCHEMA: &str = include_str!("../../../graphql/schema.graphql");

/// Whether the API has this mutation.
pub(crate) fn serves(mutation: &str) -> bool {
    SCHEMA.lines().any(|line| line.trim_start().starts_with(&format!("{mutation}(")))
}

#[test]
fn a_mutation_is_found_in_the_schema_and_nothing_else_is() {
    assert!(serves("closeMessage") && !serves("closeMess") && !serves("Mutation"));
}
