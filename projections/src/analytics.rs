//! Tables for analysts' own tools, without personal data: what they are called, who may ask them, and all of their rows.
//!
//! What each says stands in `docs/analytics.md`. On SQLite a migration makes them; on PostgreSQL [`grant_analytics`] does.

use store::{Dialect, Store, StoreError, Tx};

/// A table and its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnalyticsTable {
    /// What it is called after `analytics.`, on SQLite after `analytics_`.
    pub name: &'static str,
    /// Its columns, in order, each with its type on PostgreSQL.
    pub columns: &'static [(&'static str, &'static str)],
    /// What it is made of, on PostgreSQL.
    asked: &'static str,
}

/// All of them.
pub const ANALYTICS: [AnalyticsTable; 4] = [
    AnalyticsTable {
        name: "messages",
        columns: &[
            ("message_id", "text"),
            ("reference", "text"),
            ("submitted_at", "timestamptz"),
            ("submitted_on", "date"),
            ("status", "text"),
            ("category_id", "text"),
            ("priority", "text"),
            ("tags", "text"),
            ("assignee_id", "text"),
            ("team_id", "text"),
            ("first_replied_at", "timestamptz"),
            ("last_activity_at", "timestamptz"),
            ("due_at", "timestamptz"),
            ("overdue", "boolean"),
            ("rating", "bigint"),
            ("rated_at", "timestamptz"),
            ("spam", "boolean"),
            ("archived", "boolean"),
            ("deleted", "boolean"),
        ],
        asked: include_str!("analytics/messages.sql"),
    },
    AnalyticsTable {
        name: "replies",
        columns: &[
            ("message_id", "text"),
            ("reply_id", "text"),
            ("replied_at", "timestamptz"),
            ("member_id", "text"),
            ("automatic", "boolean"),
            ("ended_a_wait", "boolean"),
            ("wall_seconds", "bigint"),
            ("desk_seconds", "bigint"),
            ("spam", "boolean"),
        ],
        asked: include_str!("analytics/replies.sql"),
    },
    AnalyticsTable {
        name: "waits",
        columns: &[
            ("message_id", "text"),
            ("began_at", "timestamptz"),
            ("ended_at", "timestamptz"),
            ("ended_on", "date"),
            ("how", "text"),
            ("member_id", "text"),
            ("wall_seconds", "bigint"),
            ("desk_seconds", "bigint"),
            ("due_at", "timestamptz"),
            ("in_time", "boolean"),
            ("spam", "boolean"),
        ],
        asked: include_str!("analytics/waits.sql"),
    },
    AnalyticsTable {
        name: "daily",
        columns: &[
            ("day", "date"),
            ("submitted", "numeric"),
            ("handled_of_submitted", "numeric"),
            ("waits_replied", "numeric"),
            ("waits_resolved", "numeric"),
            ("waits_closed", "numeric"),
            ("met", "numeric"),
            ("missed", "numeric"),
            ("reply_wall_seconds", "numeric"),
            ("reply_desk_seconds", "numeric"),
        ],
        asked: include_str!("analytics/daily.sql"),
    },
];

/// Why a role was not given anything.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// There are no roles.
    #[error("SQLite has no roles: give the file views.db, or `leaveword analytics export`")]
    NoRoles,
    /// It is one that already may do more.
    #[error(
        "{0} is no role for analysts: it may do more already; name one that is not there yet, or that owns nothing"
    )]
    MayMore(String),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for GrantError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Reads every row of a table as texts, one after the other; says how many there are. What `take` says ends it.
pub async fn read_analytics(
    store: &Store,
    table: AnalyticsTable,
    mut take: impl FnMut(Vec<Option<String>>) -> std::io::Result<()> + Send,
) -> Result<u64, StoreError> {
    let dialect = store.database().dialect();
    // Times in UTC, as SQLite has them.
    let column = |(name, kind): &(&str, &str)| match (dialect, *kind) {
        (Dialect::Postgres, "timestamptz") => {
            format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') AS {name}")
        }
        _ => format!("CAST({name} AS text) AS {name}"),
    };
    let columns = table.columns.iter().map(column).collect::<Vec<_>>().join(", ");
    let (first, name) = (table.columns[0].0, table.name);
    let sql = match dialect {
        Dialect::Postgres => format!("SELECT {columns} FROM ({}) AS {name} ORDER BY {first}", table.asked),
        Dialect::Sqlite => format!("SELECT {columns} FROM analytics_{name} ORDER BY {first}"),
    };
    let mut rows = 0;
    let read = store.database().views.each(&sql, |row| {
        rows += 1;
        let values: Result<Vec<_>, _> =
            table.columns.iter().map(|(name, _)| row.text_or_null(name)).collect();
        take(values?).map_err(sqlx::Error::Io)
    });
    read.await?;
    Ok(rows)
}

/// Makes the schema `analytics` as this release has it, and lets a role read it and nothing else: makes the role, with that
/// password, when it is not there. Says whether it was made.
pub async fn grant_analytics(store: &Store, role: &RoleName, password: &str) -> Result<bool, GrantError> {
    if store.database().dialect() == Dialect::Sqlite {
        return Err(GrantError::NoRoles);
    }
    let RoleName(role) = role;
    let mut tx = store.database().views.begin().await?;
    // A role that may do more is not made less by what is granted to it, and settings of the desk's own would stop the desk.
    let sql = "SELECT CASE WHEN rolsuper OR rolcreaterole OR rolcreatedb OR pg_has_role(oid, current_user, 'MEMBER') \
               OR EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid) THEN 1 ELSE 0 END AS may_more \
               FROM pg_roles WHERE rolname = $1";
    let known = tx.row(sql, &[role.as_str().into()]).await?;
    let made = known.is_none();
    if known.map(|row| row.int_or_null("may_more")).transpose()?.flatten() == Some(1) {
        return Err(GrantError::MayMore(role.clone()));
    }
    make(&mut tx).await?;
    if made {
        // No statement of this kind takes values: the name and the password hold nothing that would have to be escaped.
        for sql in [
            format!("CREATE ROLE {role} LOGIN PASSWORD '{password}'"),
            format!("ALTER ROLE {role} SET default_transaction_read_only = on"),
            format!("ALTER ROLE {role} SET statement_timeout = '60s'"),
        ] {
            tx.execute(&sql, &[]).await?;
        }
    }
    for sql in [
        format!("GRANT USAGE ON SCHEMA analytics TO {role}"),
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO {role}"),
        format!("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA analytics TO {role}"),
    ] {
        tx.execute(&sql, &[]).await?;
    }
    tx.commit().await?;
    Ok(made)
}

/// The schema. Its views ask functions, which look tables up by their names when they are asked: a rebuild puts other tables
/// into the place of those that a view would hold on to. They run as their owner, so that who may ask them need not be shown
/// anything else; and by a path that ends in `pg_temp`, so that nobody's temporary table stands in for one of ours.
async fn make(tx: &mut Tx) -> Result<(), StoreError> {
    let schema = tx.row("SELECT quote_ident(current_schema()) AS name", &[]).await?;
    let schema = schema.map(|row| row.text("name")).transpose()?.unwrap_or_else(|| "public".to_owned());
    tx.execute("DROP SCHEMA IF EXISTS analytics CASCADE", &[]).await?;
    tx.execute("CREATE SCHEMA analytics", &[]).await?;
    for AnalyticsTable { name, columns, asked } in ANALYTICS {
        let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        for sql in [
            format!(
                "CREATE FUNCTION analytics.{name}_now() RETURNS TABLE ({}) LANGUAGE sql STABLE SECURITY DEFINER \
                 SET search_path = {schema}, pg_temp AS $analytics$ {asked} $analytics$",
                columns.join(", ")
            ),
            format!("REVOKE ALL ON FUNCTION analytics.{name}_now() FROM PUBLIC"),
            format!("CREATE VIEW analytics.{name} AS SELECT * FROM analytics.{name}_now()"),
        ] {
            tx.execute(&sql, &[]).await?;
        }
    }
    Ok(())
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
}
