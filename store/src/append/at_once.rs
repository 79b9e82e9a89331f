//! A whole batch in one round trip, by the function `append_batch` (`migrations/postgres/0004_log_append.sql`). It writes
//! the batch as it was judged on what the batch takes for granted, or nothing when the database disagrees.

use super::{
    command::{Command, Stand},
    judge::{Facts, Verdict, judge, survivors},
    steps::{Done, FARTHEST_APART, Failed},
};
use crate::{accounts::CredentialRow, clock::Clock, error::StoreError};
use sqlx::{PgPool, Postgres, Row, pool::PoolConnection};
use std::collections::HashSet;

const CALL: &str = "SELECT head_was FROM append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
     $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)";

/// `unique_violation`, PostgreSQL's appendix A.
const UNIQUE_VIOLATION: &str = "23505";

/// The writer's own connection: kept, so that no batch pays for taking one from the pool and giving it back.
#[derive(Default)]
pub(crate) struct AtOnce {
    connection: Option<PoolConnection<Postgres>>,
}

impl AtOnce {
    /// Carries a batch out; `None`: something is not as the batch takes it to be, and nothing was written.
    pub(crate) async fn take(
        &mut self,
        pool: &PgPool,
        clock: &Clock,
        batch: &[&Command],
    ) -> Result<Option<Done>, Failed> {
        let verdicts = judge(batch, Facts::assumed(batch));
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => pool.acquire().await?,
        };
        let query = bind(clock, batch, &verdicts);
        match query.fetch_optional(&mut *connection).await {
            Ok(row) => {
                self.connection = Some(connection);
                let head_was = row.map(|row| row.try_get::<i64, _>("head_was")).transpose()?;
                Ok(head_was.map(|head_was| Done { verdicts, head_was }))
            }
            // A key, a receipt or a reservation was there already: the steps find out whose.
            Err(error) if code(&error).as_deref() == Some(UNIQUE_VIOLATION) => {
                self.connection = Some(connection);
                Ok(None)
            }
            // The server said no: it rolled back, and the connection is as good as before.
            Err(error) if rolled_back(&error) => {
                self.connection = Some(connection);
                Err(error.into())
            }
            Err(error) => {
                drop(connection.detach());
                Err(Failed::Unknown(StoreError::Database(error)))
            }
        }
    }
}

/// A refusal of the statement itself; not one that says that the server or the connection is going away, after which
/// nobody knows whether it had committed before.
fn rolled_back(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| !code.starts_with("57P") && !code.starts_with("08"))
}

fn code(error: &sqlx::Error) -> Option<String> {
    let sqlx::Error::Database(error) = error else { return None };
    error.code().map(Into::into)
}

type Query<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn bind<'q>(clock: &Clock, batch: &[&'q Command], verdicts: &[Verdict]) -> Query<'q> {
    let stands = first_stands(batch);
    let written = survivors(batch, verdicts);
    let new: HashSet<&str> =
        written.iter().flat_map(|command| &command.new_keys).map(|key| key.id.as_str()).collect();
    let living: HashSet<&str> =
        written.iter().flat_map(|command| &command.living).map(String::as_str).collect();
    // What this very batch makes is not there yet.
    let living: Vec<&str> = living.difference(&new).copied().collect();
    let apart = clock.is_system().then_some(FARTHEST_APART);
    let query = sqlx::query(CALL)
        .bind(clock.micros())
        .bind(apart)
        .bind(stands.iter().map(|stand| stand.stream.0).collect::<Vec<_>>())
        .bind(stands.iter().map(|stand| stand.stream.1.as_str()).collect::<Vec<_>>())
        .bind(stands.iter().map(|stand| stand.at.sequence).collect::<Vec<_>>())
        .bind(
            stands.iter().map(|stand| stand.at.event_id.map(|id| id.as_bytes().to_vec())).collect::<Vec<_>>(),
        )
        .bind(living);
    bind_events(bind_rows(query, &written), &written)
}

/// Each stream as the first command on it saw it: the later ones follow from the earlier.
fn first_stands<'q>(batch: &[&'q Command]) -> Vec<&'q Stand> {
    let mut seen = HashSet::new();
    batch
        .iter()
        .flat_map(|command| &command.stands)
        .filter(|stand| seen.insert((stand.stream.0, stand.stream.1.as_str())))
        .collect()
}

fn bind_rows<'q>(query: Query<'q>, written: &[&'q Command]) -> Query<'q> {
    let mut offset = 0;
    let mut receipts = Vec::new();
    for command in written {
        offset += i64::try_from(command.events.len()).unwrap_or(i64::MAX);
        receipts.extend(command.idempotency.as_ref().map(|key| (key, *command, offset)));
    }
    let reservations = || written.iter().flat_map(|command| &command.reservations);
    let keys = || written.iter().flat_map(|command| &command.new_keys);
    let mut tokens = (vec![], vec![], vec![], vec![]);
    for credential in written.iter().flat_map(|command| &command.credentials) {
        if let CredentialRow::VisitorToken { token, visitor_id, created_at, expires_at } = credential {
            tokens.0.push(token.bytes());
            tokens.1.push(visitor_id.as_str());
            tokens.2.push(*created_at);
            tokens.3.push(*expires_at);
        }
    }
    query
        .bind(receipts.iter().map(|(key, ..)| key.scope.as_slice()).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(key, ..)| key.input.as_slice()).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(_, command, _)| command.id.as_str()).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(_, command, _)| command.version).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(.., offset)| *offset).collect::<Vec<_>>())
        .bind(reservations().map(|row| row.kind).collect::<Vec<_>>())
        .bind(reservations().map(|row| row.value.as_str()).collect::<Vec<_>>())
        .bind(reservations().map(|row| row.holder.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.id.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.parent_id.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.wrapped.as_slice()).collect::<Vec<_>>())
        .bind(tokens.0)
        .bind(tokens.1)
        .bind(tokens.2)
        .bind(tokens.3)
}

fn bind_events<'q>(query: Query<'q>, written: &[&'q Command]) -> Query<'q> {
    let events = || written.iter().flat_map(|command| command.events.iter().map(|event| (*command, event)));
    query
        .bind(events().map(|(_, event)| event.aggregate_type).collect::<Vec<_>>())
        .bind(events().map(|(_, event)| event.aggregate_id.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(_, event)| event.sequence).collect::<Vec<_>>())
        .bind(events().map(|(_, event)| event.event_type.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(_, event)| event.event_version.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(_, event)| event.payload.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(command, _)| command.metadata.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(_, event)| event.event_id.as_bytes().as_slice()).collect::<Vec<_>>())
}
