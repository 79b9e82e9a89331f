//! A whole batch in one round trip, by the function `append_survivors` (`migrations/postgres/0015_log_survivors.sql`). It
//! writes the batch as it was judged on what the batch takes for granted, without those who hang on a stream that another
//! process has moved; or nothing when the database disagrees about anything else.

use super::{
    command::{Command, StreamId},
    hang::{Hang, hang},
    judge::{Facts, Loss, Verdict, judge, survivors},
    steps::{Done, FARTHEST_APART, Failed},
};
use crate::{
    accounts::CredentialRow,
    clock::Clock,
    database::{TRUSTED, answers},
    error::{StoreError, code},
};
use sqlx::{PgPool, Postgres, Row, pool::PoolConnection};
use std::{collections::HashSet, time::Duration};
use tokio::time::Instant;

const CALL: &str = "SELECT place, head_was, lost, moved FROM append_survivors($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
     $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, \
     $34, $35, $36, $37, $38, $39)";

/// `unique_violation`, PostgreSQL's appendix A.
const UNIQUE_VIOLATION: &str = "23505";

/// How long a connection that was idle is asked whether it is still there: what lies between may have forgotten it.
const ASKED: Duration = Duration::from_secs(1);

/// The writer's own connection: kept, so that no batch pays for taking one from the pool and giving it back.
#[derive(Default)]
pub(crate) struct AtOnce {
    connection: Option<Kept>,
    /// Where the head row was left.
    place: Option<String>,
}

struct Kept {
    connection: PoolConnection<Postgres>,
    used: Instant,
}

impl AtOnce {
    /// The kept one, when it is still there.
    async fn connection(&mut self, pool: &PgPool) -> sqlx::Result<PoolConnection<Postgres>> {
        let Some(Kept { mut connection, used }) = self.connection.take() else { return pool.acquire().await };
        if used.elapsed() < TRUSTED || answers(&mut connection, ASKED).await {
            return Ok(connection);
        }
        drop(connection.detach());
        pool.acquire().await
    }

    fn keep(&mut self, connection: PoolConnection<Postgres>) {
        self.connection = Some(Kept { connection, used: Instant::now() });
    }

    /// Carries a batch out; `None`: something is not as the batch takes it to be, and nothing was written.
    pub(crate) async fn take(
        &mut self,
        pool: &PgPool,
        clock: &Clock,
        batch: &[&Command],
    ) -> Result<Option<Done>, Failed> {
        let verdicts = judge(batch, Facts::assumed(batch));
        let written = survivors(batch, &verdicts);
        let hang = hang(&written);
        let mut connection = self.connection(pool).await?;
        let place = self.place.take();
        let query = bind(place.as_deref(), clock, &written, &hang);
        match query.fetch_optional(&mut *connection).await {
            Ok(row) => {
                self.keep(connection);
                let Some(row) = row else { return Ok(None) };
                self.place = row.try_get("place")?;
                let lost = row.try_get::<Option<Vec<i32>>, _>("lost")?.unwrap_or_default();
                let moved = row.try_get::<Option<Vec<i32>>, _>("moved")?.unwrap_or_default();
                // Who loses by what the batch itself says may hang on anything that was old.
                let all = written.len() == batch.len();
                Ok(Some(Done {
                    verdicts: without(verdicts, &lost),
                    head_was: row.try_get("head_was")?,
                    moved: all.then(|| streams(&hang, &moved)),
                }))
            }
            // A key, a receipt or a reservation was there already: the steps find out whose.
            Err(error) if code(&error).as_deref() == Some(UNIQUE_VIOLATION) => {
                self.keep(connection);
                Ok(None)
            }
            // The server said no: it rolled back, and the connection is as good as before.
            Err(error) if rolled_back(&error) => {
                self.keep(connection);
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

type Query<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn bind<'q>(place: Option<&'q str>, clock: &Clock, written: &[&'q Command], hang: &Hang<'q>) -> Query<'q> {
    let stands = &hang.stands;
    let pairs = || (1..).zip(&hang.on).flat_map(|(command, on)| on.iter().map(move |on| (command, *on)));
    let new: HashSet<&str> =
        written.iter().flat_map(|command| &command.new_keys).map(|key| key.id.as_str()).collect();
    let living: HashSet<&str> =
        written.iter().flat_map(|command| &command.living).map(String::as_str).collect();
    // What this very batch makes is not there yet.
    let living: Vec<&str> = living.difference(&new).copied().collect();
    let apart = clock.is_system().then_some(FARTHEST_APART);
    let query = sqlx::query(CALL)
        .bind(place)
        .bind(clock.micros())
        .bind(apart)
        .bind(stands.iter().map(|stand| stand.stream.0).collect::<Vec<_>>())
        .bind(stands.iter().map(|stand| stand.stream.1.as_str()).collect::<Vec<_>>())
        .bind(stands.iter().map(|stand| stand.at.sequence).collect::<Vec<_>>())
        .bind(
            stands.iter().map(|stand| stand.at.event_id.map(|id| id.as_bytes().to_vec())).collect::<Vec<_>>(),
        )
        .bind(pairs().map(|(command, _)| command).collect::<Vec<i32>>())
        .bind(pairs().map(|(_, on)| number(on + 1)).collect::<Vec<_>>())
        .bind(living);
    bind_events(bind_rows(query, written), written)
}

/// What becomes of a batch when so many of those who were to be written lost, counted from 1. Whoever was not to be
/// written was judged on all of these being there.
fn without(mut verdicts: Vec<Verdict>, lost: &[i32]) -> Vec<Verdict> {
    if lost.is_empty() {
        return verdicts;
    }
    let mut command = 0;
    for verdict in &mut verdicts {
        if *verdict == Verdict::Append {
            command += 1;
            if lost.contains(&command) {
                *verdict = Verdict::Lose(Loss::Conflict);
            }
        } else {
            *verdict = Verdict::Lose(Loss::Conflict);
        }
    }
    verdicts
}

fn streams(hang: &Hang<'_>, moved: &[i32]) -> HashSet<StreamId> {
    let place = |number: &i32| usize::try_from(*number - 1).ok();
    let stands = moved.iter().filter_map(place).filter_map(|place| hang.stands.get(place));
    stands.map(|stand| stand.stream.clone()).collect()
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn bind_rows<'q>(query: Query<'q>, written: &[&'q Command]) -> Query<'q> {
    let numbered = || (1_i32..).zip(written.iter().copied());
    let mut offset = 0;
    let mut receipts = Vec::new();
    for (number, command) in numbered() {
        offset += i64::try_from(command.events.len()).unwrap_or(i64::MAX);
        receipts.extend(command.idempotency.as_ref().map(|key| (number, key, command, offset)));
    }
    let reservations =
        || numbered().flat_map(|(number, command)| command.reservations.iter().map(move |row| (number, row)));
    let keys =
        || numbered().flat_map(|(number, command)| command.new_keys.iter().map(move |key| (number, key)));
    let mut tokens = (vec![], vec![], vec![], vec![], vec![]);
    for (number, command) in numbered() {
        for credential in &command.credentials {
            if let CredentialRow::VisitorToken { token, visitor_id, created_at, expires_at } = credential {
                tokens.0.push(number);
                tokens.1.push(token.bytes());
                tokens.2.push(visitor_id.as_str());
                tokens.3.push(*created_at);
                tokens.4.push(*expires_at);
            }
        }
    }
    query
        .bind(receipts.iter().map(|(number, ..)| *number).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(_, key, ..)| key.scope.as_slice()).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(_, key, ..)| key.input.as_slice()).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(_, _, command, _)| command.id.as_str()).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(_, _, command, _)| command.version).collect::<Vec<_>>())
        .bind(receipts.iter().map(|(.., offset)| *offset).collect::<Vec<_>>())
        .bind(reservations().map(|(number, _)| number).collect::<Vec<_>>())
        .bind(reservations().map(|(_, row)| row.kind).collect::<Vec<_>>())
        .bind(reservations().map(|(_, row)| row.value.as_str()).collect::<Vec<_>>())
        .bind(reservations().map(|(_, row)| row.holder.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|(number, _)| number).collect::<Vec<_>>())
        .bind(keys().map(|(_, key)| key.id.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|(_, key)| key.parent_id.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|(_, key)| key.wrapped.as_slice()).collect::<Vec<_>>())
        .bind(tokens.0)
        .bind(tokens.1)
        .bind(tokens.2)
        .bind(tokens.3)
        .bind(tokens.4)
}

fn bind_events<'q>(query: Query<'q>, written: &[&'q Command]) -> Query<'q> {
    let numbered = || (1_i32..).zip(written.iter().copied());
    let events = || {
        numbered()
            .flat_map(|(number, command)| command.events.iter().map(move |event| (number, command, event)))
    };
    query
        .bind(events().map(|(number, ..)| number).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.aggregate_type).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.aggregate_id.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.sequence).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.event_type.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.event_version.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.payload.as_str()).collect::<Vec<_>>())
        .bind(events().map(|(_, command, event)| command.metadata(event)).collect::<Vec<_>>())
        .bind(events().map(|(.., event)| event.event_id.as_bytes().as_slice()).collect::<Vec<_>>())
        .bind(written.iter().map(|command| number(command.events.len())).collect::<Vec<_>>())
}
