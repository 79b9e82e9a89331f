//! A role of PostgreSQL that may ask the tables, and do nothing else.

use super::schema;
use store::{Dialect, Store, StoreError, Tx};

/// How many connections a role may have that is made here: tools of analysts take what they get, and the desk needs some itself.
const CONNECTIONS: u32 = 5;
/// As many of the things that a role may do are told.
const MOST_TOLD: usize = 10;
/// "analytic" as a number: grants come one after the other.
const TURN: i64 = 0x616e_616c_7974_6963;

/// Why a role was not given anything.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// There are no roles.
    #[error(
        "SQLite has no roles: give the files that `leaveword analytics export` writes, and never views.db itself"
    )]
    NoRoles,
    /// It is one that may do more.
    #[error("{role} is no role for analysts: it {}; name one that is not there yet, or take that from it", told(.more))]
    MayMore {
        /// Its name.
        role: String,
        /// What it may do, a phrase each.
        more: Vec<String>,
    },
    /// There is a schema of that name which is not this desk's.
    #[error(
        "there is a schema analytics that is not this desk's, and it stays as it is. Give it another name (ALTER SCHEMA analytics \
         RENAME TO …), or keep Leaveword in a database of its own. If it was made by an earlier `leaveword analytics grant`: \
         COMMENT ON SCHEMA analytics IS {mark}; or drop it, and grant again"
    )]
    Foreign {
        /// What is said of the desk's own, as SQL has it.
        mark: String,
    },
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for GrantError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

fn told(more: &[String]) -> String {
    let rest = more.len().saturating_sub(MOST_TOLD);
    let told = more[..more.len() - rest].join(", ");
    if rest == 0 { told } else { format!("{told}, and {rest} more") }
}

/// Brings the schema `analytics` to this release's shape, and lets a role ask its tables and nothing else: makes the role, with that
/// password, when it is not there. Says whether it was made. Whoever might ask them before still may, and what others made of
/// them stays.
pub async fn grant_analytics(store: &Store, role: &RoleName, password: &str) -> Result<bool, GrantError> {
    if store.database().dialect() == Dialect::Sqlite {
        return Err(GrantError::NoRoles);
    }
    let RoleName(role) = role;
    let mut tx = store.database().views.begin().await?;
    tx.rows("SELECT 1 AS one FROM pg_advisory_xact_lock($1)", &[TURN.into()]).await?;
    let sql = "SELECT 1 AS one FROM pg_roles WHERE rolname = $1";
    let made = tx.row(sql, &[role.as_str().into()]).await?.is_none();
    if made {
        // No statement of this kind takes values: the name and the password hold nothing that would have to be escaped.
        for sql in [
            format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT {CONNECTIONS} PASSWORD '{password}'"),
            format!("ALTER ROLE {role} SET default_transaction_read_only = on"),
            format!("ALTER ROLE {role} SET statement_timeout = '60s'"),
        ] {
            tx.execute(&sql, &[]).await?;
        }
    }
    // A role that may do more is not made less by what is granted to it.
    let more = may_more(&mut tx, role).await?;
    if !more.is_empty() {
        return Err(GrantError::MayMore { role: role.clone(), more });
    }
    schema::make(&mut tx).await?;
    schema::let_ask(&mut tx, role).await?;
    tx.commit().await?;
    Ok(made)
}

/// What a role may do beside, a phrase each.
async fn may_more(tx: &mut Tx, role: &str) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(include_str!("may_more.sql"), &[role.into()]).await?;
    Ok(rows.iter().map(|row| row.text("more")).collect::<Result<_, _>>()?)
}

/// The name of a role: letters, digits and underscores, so that it stands in SQL as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleName(String);

impl std::fmt::Display for RoleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for RoleName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        match begins && name.len() <= 63 && name.chars().all(is_plain) && !name.starts_with("pg_") {
            true => Ok(Self(name.to_owned())),
            false => Err(
                "a role's name has small letters, digits and underscores, at most 63, and begins with a letter",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_in_plain_letters() {
        assert!("analyst_2".parse::<RoleName>().is_ok());
        for bad in ["", "2x", "a;b", "a b", "A", "pg_read", "a\"", "ä", &"a".repeat(64)] {
            assert!(bad.parse::<RoleName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_role_may_do_is_told_up_to_ten_things() {
        let more: Vec<String> = (1..=12).map(|n| format!("owns table t{n}")).collect();
        assert_eq!(told(&more[..2]), "owns table t1, owns table t2");
        assert!(told(&more).ends_with("owns table t10, and 2 more"), "{}", told(&more));
    }
}
