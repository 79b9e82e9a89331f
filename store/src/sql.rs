//! One SQL text for both databases: `$1` binds, values of a few plain kinds, rows read by column name.

use crate::{database::Dialect, held::Held, rename::Renames, sets, store::Store};
use sqlx::{
    Database, Encode, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction, Type,
    postgres::{PgRow, PgTypeInfo, types::Oid},
    sqlite::SqliteRow,
};
use std::{borrow::Cow, sync::Arc};
use tokio::sync::{Mutex, MutexGuard};

/// Attempts to empty the write-ahead log, each as long as the busy timeout.
const TRUNCATIONS: usize = 3;

/// A value to bind: a bigint, a text, bytes, or JSON text whose bytes are kept.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `bigint`.
    Int(Option<i64>),
    /// `text`.
    Text(Option<String>),
    /// `bytea`, `blob`.
    Bytes(Option<Vec<u8>>),
    /// `json` on PostgreSQL, `text` on SQLite.
    Json(String),
    /// A set of numbers of 50 bits: `bigint[]` on PostgreSQL, words in a `text` on SQLite.
    Set(Vec<i64>),
    /// Texts that [`any_of`] compares with: `text[]` on PostgreSQL, JSON in a `text` on SQLite.
    Texts(Vec<String>),
}

/// Bound values may be secrets or sealed words: none is ever printed.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

macro_rules! from {
    ($($from:ty => $value:ident => $make:expr),* $(,)?) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $make
            }
        })*
    };
}

from! {
    i64 => v => Self::Int(Some(v)),
    Option<i64> => v => Self::Int(v),
    &str => v => Self::Text(Some(v.to_owned())),
    String => v => Self::Text(Some(v)),
    Option<String> => v => Self::Text(v),
    Vec<u8> => v => Self::Bytes(Some(v)),
    &[u8] => v => Self::Bytes(Some(v.to_vec())),
}

impl Value {
    /// These, to be compared with by [`any_of`].
    pub fn texts(of: impl IntoIterator<Item = impl ToString>) -> Self {
        Self::Texts(of.into_iter().map(|text| text.to_string()).collect())
    }
}

/// A column of many rows, to bind at once on PostgreSQL.
pub(crate) enum Array {
    /// `bigint[]`.
    Int(Vec<Option<i64>>),
    /// `text[]`.
    Text(Vec<Option<String>>),
    /// `bytea[]`.
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Array {
    /// Appends a value; one of another kind is null, which no column of ours but a nullable one takes.
    pub(crate) fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Int(array), Value::Int(value)) => array.push(value),
            (Self::Text(array), Value::Text(value)) => array.push(value),
            (Self::Text(array), Value::Json(value)) => array.push(Some(value)),
            (Self::Text(array), Value::Set(value)) => array.push(Some(sets::literal(&value))),
            (Self::Bytes(array), Value::Bytes(value)) => array.push(value),
            (Self::Int(array), _) => array.push(None),
            (Self::Text(array), _) => array.push(None),
            (Self::Bytes(array), _) => array.push(None),
        }
    }
}

/// That a column is one of the texts bound at `$n`. However many they are the statement is the same, so that it is prepared and
/// planned once.
pub fn any_of(dialect: Dialect, n: usize) -> String {
    match dialect {
        Dialect::Postgres => format!("= ANY (${n})"),
        Dialect::Sqlite => format!("IN (SELECT value FROM json_each(${n}))"),
    }
}

/// `$from, $from+1, …`: `count` placeholders for a list.
pub fn placeholders(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// JSON as PostgreSQL's `json`, bytes kept; `sqlx::types::Json` would go through `jsonb` and rewrite them.
struct PgJson<'a>(&'a str);

impl Type<Postgres> for PgJson<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(114)) // json, pg_type.dat
    }
}

impl<'q> Encode<'q, Postgres> for PgJson<'q> {
    fn encode_by_ref(
        &self,
        buffer: &mut <Postgres as Database>::ArgumentBuffer<'q>,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(sqlx::encode::IsNull::No)
    }
}

pub(crate) fn postgres<'q>(
    sql: &'q str,
    values: &'q [Value],
) -> sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments> {
    values.iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(v) => query.bind(v),
        Value::Text(v) => query.bind(v.as_deref()),
        Value::Bytes(v) => query.bind(v.as_deref()),
        Value::Json(v) => query.bind(PgJson(v)),
        Value::Set(v) => query.bind(v.as_slice()),
        Value::Texts(v) => query.bind(v.as_slice()),
    })
}

fn bound(sql: &str, arrays: Vec<Array>) -> sqlx::query::Query<'_, Postgres, sqlx::postgres::PgArguments> {
    arrays.into_iter().fold(sqlx::query(sql), |query, array| match array {
        Array::Int(values) => query.bind(values),
        Array::Text(values) => query.bind(values),
        Array::Bytes(values) => query.bind(values),
    })
}

fn json(texts: &[String]) -> String {
    serde_json::Value::from(texts).to_string()
}

fn no_arrays() -> sqlx::Error {
    sqlx::Error::Protocol("PostgreSQL has arrays, SQLite lists of values".to_owned())
}

pub(crate) fn sqlite<'q>(
    sql: &'q str,
    values: &'q [Value],
) -> sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments<'q>> {
    values.iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(v) => query.bind(v),
        Value::Text(v) => query.bind(v.as_deref()),
        Value::Bytes(v) => query.bind(v.as_deref()),
        Value::Json(v) => query.bind(v.as_str()),
        Value::Set(v) => query.bind(sets::words(v)),
        Value::Texts(v) => query.bind(json(v)),
    })
}

/// A row of either database.
pub enum Row {
    /// From PostgreSQL.
    Postgres(PgRow),
    /// From SQLite.
    Sqlite(SqliteRow),
    /// Not written yet.
    Held(Vec<(&'static str, Value)>),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $type:ty, $held:pat => $value:expr) => {
        $(#[$doc])*
        pub fn $name(&self, column: &str) -> sqlx::Result<$type> {
            match self {
                Self::Postgres(row) => row.try_get_unchecked(column),
                Self::Sqlite(row) => row.try_get_unchecked(column),
                Self::Held(row) => match row.iter().find(|(name, _)| *name == column).map(|(_, value)| value) {
                    Some($held) => Ok($value),
                    _ => Err(sqlx::Error::ColumnNotFound(column.to_owned())),
                },
            }
        }
    };
}

impl Row {
    getter! { /// A `bigint`.
    int, i64, Value::Int(Some(v)) => *v }
    getter! { /// A `bigint` or null.
    int_or_null, Option<i64>, Value::Int(v) => *v }
    getter! { /// A `text`, or `json` as it was written.
    text, String, Value::Text(Some(v)) | Value::Json(v) => v.clone() }
    getter! { /// A `text` or null.
    text_or_null, Option<String>, Value::Text(v) => v.clone() }
    getter! { /// Bytes.
    bytes, Vec<u8>, Value::Bytes(Some(v)) => v.clone() }
    getter! { /// Bytes or null.
    bytes_or_null, Option<Vec<u8>>, Value::Bytes(v) => v.clone() }

    /// A set of numbers.
    pub fn set(&self, column: &str) -> sqlx::Result<Vec<i64>> {
        match self {
            Self::Postgres(row) => row.try_get_unchecked(column),
            Self::Sqlite(row) => Ok(sets::read(&row.try_get_unchecked::<String, _>(column)?)),
            Self::Held(row) => match row.iter().find(|(name, _)| *name == column).map(|(_, value)| value) {
                Some(Value::Set(set)) => Ok(set.clone()),
                _ => Err(sqlx::Error::ColumnNotFound(column.to_owned())),
            },
        }
    }
}

/// Where rows are read and written: all of a PostgreSQL database, or one of SQLite's two files with its one writer.
#[derive(Clone, Debug)]
pub enum Side {
    /// One pool for everything.
    Postgres(PgPool),
    /// One connection that writes, several that read.
    Sqlite {
        /// The one writer.
        writer: SqlitePool,
        /// The readers.
        readers: SqlitePool,
    },
}

impl Side {
    /// Reads rows.
    pub async fn rows(&self, sql: &str, values: &[Value]) -> sqlx::Result<Vec<Row>> {
        #[cfg(feature = "testing")]
        crate::testing::asked::hear(self, sql, values);
        Ok(match self {
            Self::Postgres(pool) => {
                postgres(sql, values).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
            }
            Self::Sqlite { readers, .. } => {
                sqlite(sql, values).fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
        })
    }

    /// Reads the first row, when there is one.
    pub async fn row(&self, sql: &str, values: &[Value]) -> sqlx::Result<Option<Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Begins a transaction that writes: READ COMMITTED on PostgreSQL, `BEGIN IMMEDIATE` on SQLite.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Self::Postgres(pool) => {
                Tx::Postgres(Open::new(pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?))
            }
            Self::Sqlite { writer, .. } => Tx::Sqlite(Open::new(writer.begin_with("BEGIN IMMEDIATE").await?)),
        })
    }

    /// Empties SQLite's write-ahead log into its file, so that what was overwritten is gone from both. Waits for
    /// readers; when one does not let go in time that is a fault, and the log is emptied when it next can be.
    pub(crate) async fn truncate_write_ahead_log(&self) -> sqlx::Result<()> {
        let Self::Sqlite { writer, .. } = self else { return Ok(()) };
        for _ in 0..TRUNCATIONS {
            let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
            if row.try_get_unchecked::<i64, _>("busy")? == 0 {
                return Ok(());
            }
        }
        Err(sqlx::Error::PoolTimedOut)
    }

    /// How long SQLite's write-ahead log is; nothing on PostgreSQL, or before anything was written.
    pub(crate) fn write_ahead_bytes(&self) -> u64 {
        let Self::Sqlite { writer, .. } = self else { return 0 };
        let mut file = writer.connect_options().get_filename().to_path_buf().into_os_string();
        file.push("-wal");
        std::fs::metadata(file).map(|file| file.len()).unwrap_or_default()
    }

    /// Runs one statement in a transaction of its own; says how many rows it touched.
    pub async fn execute(&self, sql: &str, values: &[Value]) -> sqlx::Result<u64> {
        let mut tx = self.begin().await?;
        let touched = tx.execute(sql, values).await?;
        tx.commit().await?;
        Ok(touched)
    }
}

/// A transaction; dropped without a commit, it is rolled back.
pub enum Tx {
    /// On PostgreSQL.
    Postgres(Open<Postgres>),
    /// On SQLite.
    Sqlite(Open<Sqlite>),
}

/// An open transaction, the names that its statements get instead of those they say, the rows that it does not write
/// yet, the store that opens what is sealed, and how far a view has taken its run, when not to the end.
pub struct Open<D: Database> {
    /// Shared by views that write in it side by side, one statement at a time.
    transaction: Arc<Mutex<Transaction<'static, D>>>,
    renames: Option<Arc<Renames>>,
    held: Option<Held>,
    lent: Option<Store>,
    taken: Option<i64>,
}

impl<D: Database> Open<D> {
    fn new(transaction: Transaction<'static, D>) -> Self {
        let transaction = Arc::new(Mutex::new(transaction));
        Self { transaction, renames: None, held: None, lent: None, taken: None }
    }

    fn beside(&self) -> Self {
        let (transaction, lent) = (self.transaction.clone(), self.lent.clone());
        Self { transaction, renames: None, held: None, lent, taken: None }
    }

    async fn commit(self) -> sqlx::Result<()> {
        let shared = || sqlx::Error::Protocol("a transaction ends while somebody writes in it".to_owned());
        Arc::into_inner(self.transaction).ok_or_else(shared)?.into_inner().commit().await
    }

    /// What a statement is to say, and the connection to say it on: the one way to it, so that no statement reaches
    /// the tables in use when others are meant.
    async fn statement<'s>(&self, sql: &'s str) -> (Cow<'s, str>, MutexGuard<'_, Transaction<'static, D>>) {
        let sql = self.renames.as_ref().map_or(Cow::Borrowed(sql), |renames| renames.apply(sql));
        (sql, self.transaction.lock().await)
    }
}

impl Tx {
    /// The same transaction for a view that writes in it beside others; whoever began it ends it, once they have.
    pub(crate) fn beside(&self) -> Self {
        match self {
            Self::Postgres(tx) => Self::Postgres(tx.beside()),
            Self::Sqlite(tx) => Self::Sqlite(tx.beside()),
        }
    }

    /// From now on statements mean other tables than they name.
    pub(crate) fn rename(&mut self, renames: Option<Arc<Renames>>) {
        match self {
            Self::Postgres(tx) => tx.renames = renames,
            Self::Sqlite(tx) => tx.renames = renames,
        }
    }

    /// Said by a view that takes an event in several transactions: of its run this one has taken what comes up to that
    /// position. What it wrote is kept, and the rest of the run is given to it in the next one.
    pub fn take_through(&mut self, position: i64) {
        match self {
            Self::Postgres(tx) => tx.taken = Some(position),
            Self::Sqlite(tx) => tx.taken = Some(position),
        }
    }

    /// How far the view has taken its run, when it said so: asked once.
    pub(crate) fn taken(&mut self) -> Option<i64> {
        match self {
            Self::Postgres(tx) => tx.taken.take(),
            Self::Sqlite(tx) => tx.taken.take(),
        }
    }

    /// Where rows are held back from now on, if anywhere; taken out again before the transaction ends.
    pub(crate) fn held(&mut self) -> &mut Option<Held> {
        match self {
            Self::Postgres(tx) => &mut tx.held,
            Self::Sqlite(tx) => &mut tx.held,
        }
    }

    /// What opens what is sealed, if anything does.
    pub(crate) fn lent(&mut self) -> &mut Option<Store> {
        match self {
            Self::Postgres(tx) => &mut tx.lent,
            Self::Sqlite(tx) => &mut tx.lent,
        }
    }

    /// Writes what is held back of the tables that an SQL text names.
    pub(crate) async fn let_go(&mut self, sql: &str) -> sqlx::Result<()> {
        match self.held() {
            Some(held) if held.concerns(sql) => self.release(0).await,
            _ => Ok(()),
        }
    }

    /// Runs one statement; says how many rows it touched.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> sqlx::Result<u64> {
        self.let_go(sql).await?;
        Ok(match self {
            Self::Postgres(tx) => {
                let (sql, mut connection) = tx.statement(sql).await;
                postgres(&sql, values).execute(&mut **connection).await?.rows_affected()
            }
            Self::Sqlite(tx) => {
                let (sql, mut connection) = tx.statement(sql).await;
                sqlite(&sql, values).execute(&mut **connection).await?.rows_affected()
            }
        })
    }

    /// Runs one statement on many values, which are given away instead of copied; only SQLite takes them so.
    pub(crate) async fn execute_owned(&mut self, sql: &str, values: Vec<Value>) -> sqlx::Result<u64> {
        let Self::Sqlite(tx) = self else { return Err(no_arrays()) };
        let (sql, mut connection) = tx.statement(sql).await;
        let query = values.into_iter().fold(sqlx::query(&sql), |query, value| match value {
            Value::Int(v) => query.bind(v),
            Value::Text(v) => query.bind(v),
            Value::Bytes(v) => query.bind(v),
            Value::Json(v) => query.bind(v),
            Value::Set(v) => query.bind(sets::words(&v)),
            Value::Texts(v) => query.bind(json(&v)),
        });
        Ok(query.execute(&mut **connection).await?.rows_affected())
    }

    /// Runs one statement on arrays; only PostgreSQL has them.
    pub(crate) async fn execute_arrays(&mut self, sql: &str, arrays: Vec<Array>) -> sqlx::Result<u64> {
        let Self::Postgres(tx) = self else { return Err(no_arrays()) };
        let (sql, mut connection) = tx.statement(sql).await;
        Ok(bound(&sql, arrays).execute(&mut **connection).await?.rows_affected())
    }

    /// Reads rows of a statement on arrays; only PostgreSQL has them.
    pub(crate) async fn rows_of_arrays(&mut self, sql: &str, arrays: Vec<Array>) -> sqlx::Result<Vec<Row>> {
        let Self::Postgres(tx) = self else { return Err(no_arrays()) };
        let (sql, mut connection) = tx.statement(sql).await;
        let rows = bound(&sql, arrays).fetch_all(&mut **connection).await?;
        Ok(rows.into_iter().map(Row::Postgres).collect())
    }

    /// Reads rows within the transaction.
    pub async fn rows(&mut self, sql: &str, values: &[Value]) -> sqlx::Result<Vec<Row>> {
        self.let_go(sql).await?;
        self.written_rows(sql, values).await
    }

    /// Reads rows, whatever is held back.
    pub(crate) async fn written_rows(&mut self, sql: &str, values: &[Value]) -> sqlx::Result<Vec<Row>> {
        Ok(match self {
            Self::Postgres(tx) => {
                let (sql, mut connection) = tx.statement(sql).await;
                let rows = postgres(&sql, values).fetch_all(&mut **connection).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
            Self::Sqlite(tx) => {
                let (sql, mut connection) = tx.statement(sql).await;
                let rows = sqlite(&sql, values).fetch_all(&mut **connection).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
        })
    }

    /// Reads the first row, when there is one.
    pub async fn row(&mut self, sql: &str, values: &[Value]) -> sqlx::Result<Option<Row>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Makes it all so.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Postgres(tx) => tx.commit().await,
            Self::Sqlite(tx) => tx.commit().await,
        }
    }
}
