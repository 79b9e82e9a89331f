//! postgres-es as it is, on a plain table of its own beside ours.

use crate::framework::{self, Framework};
use postgres_es::PostgresEventRepository;
use sqlx::{PgPool, postgres::PgPoolOptions};
use store::Store;

/// So many rows are inserted at once before anything is measured.
const AT_ONCE: usize = 1_000;

pub(crate) type PostgresEs = Framework<PostgresEventRepository>;

/// Makes its table with the streams that everybody begins with.
pub(crate) async fn prepare(url: &str, store: &Store, existing: usize) -> Result<(), String> {
    let pool = pool(url, 1).await?;
    let made = async {
        sqlx::query(&framework::table("json")).execute(&pool).await?;
        let mut rows = framework::rows(store, existing).peekable();
        while rows.peek().is_some() {
            let (mut ids, mut sequences, mut types, mut versions, mut payloads) =
                (vec![], vec![], vec![], vec![], vec![]);
            for (id, sequence, event_type, version, payload) in rows.by_ref().take(AT_ONCE) {
                ids.push(id);
                sequences.push(sequence);
                types.push(event_type);
                versions.push(version);
                payloads.push(payload);
            }
            let sql = "INSERT INTO plain SELECT 'Message', id, sequence, type, version, payload, '{}' FROM \
                       unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]::json[]) \
                       AS new (id, sequence, type, version, payload)";
            let insert = sqlx::query(sql).bind(ids).bind(sequences).bind(types).bind(versions).bind(payloads);
            insert.execute(&pool).await?;
        }
        sqlx::query("ANALYZE plain").execute(&pool).await
    };
    made.await.map_err(|error| format!("postgres-es: {error}"))?;
    pool.close().await;
    Ok(())
}

pub(crate) fn open(pool: PgPool) -> PostgresEs {
    Framework::new(PostgresEventRepository::new(pool).with_tables("plain", "none"))
}

pub(crate) async fn pool(url: &str, connections: u32) -> Result<PgPool, String> {
    let pool = PgPoolOptions::new().max_connections(connections).connect(url).await;
    pool.map_err(|error| format!("postgres-es: {error}"))
}
