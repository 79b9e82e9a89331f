//! Many rows in one statement: arrays on PostgreSQL, whose statement text then never changes; lists of values on SQLite.

use crate::{
    held::Batch,
    sql::{Array, Row, Tx, Value},
};
use std::fmt::Write;

/// The kind of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `bigint`.
    Int,
    /// `text`.
    Text,
    /// `bytea`, `blob`.
    Bytes,
    /// `json` on PostgreSQL, `text` on SQLite.
    Json,
    /// `bigint[]` on PostgreSQL, `text` on SQLite.
    Set,
}

/// A column's name and kind.
pub type Column = (&'static str, Kind);

/// `SQLite` takes 32,766 binds in a statement; fewer rows at a time cost nothing, and texts that recur stay prepared.
const BINDS: usize = 2_000;

impl Tx {
    /// Reads these columns of the rows with these keys; a key without a row is left out.
    pub async fn rows_of(
        &mut self,
        table: &str,
        key: &str,
        columns: &str,
        keys: Vec<String>,
    ) -> sqlx::Result<Vec<Row>> {
        let (mut rows, keys) = match self.held() {
            Some(held) => held.rows_of(table, columns, keys),
            None => (vec![], keys),
        };
        rows.extend(self.written_rows_of(table, key, columns, keys).await?);
        Ok(rows)
    }

    async fn written_rows_of(
        &mut self,
        table: &str,
        key: &str,
        columns: &str,
        keys: Vec<String>,
    ) -> sqlx::Result<Vec<Row>> {
        match self {
            _ if keys.is_empty() => Ok(vec![]),
            Self::Postgres(_) => {
                let sql = format!(
                    "SELECT found.* FROM unnest($1::text[]) AS wanted (key) \
                     CROSS JOIN LATERAL (SELECT {columns} FROM {table} WHERE {key} = wanted.key LIMIT 1) AS found"
                );
                let keys = keys.into_iter().map(Some).collect();
                self.rows_of_arrays(&sql, vec![Array::Text(keys)]).await
            }
            Self::Sqlite(_) => {
                // One text for any number of keys; CROSS JOIN keeps the order, so the table's key is used.
                let sql = format!(
                    "SELECT {columns} FROM json_each($1) AS wanted CROSS JOIN {table} WHERE {key} = wanted.value"
                );
                self.written_rows(&sql, &[serde_json::json!(keys).to_string().into()]).await
            }
        }
    }

    /// Inserts rows of a table that has one per key, which is the first column, and that nothing else inserts into. A
    /// rebuild holds them back while later events change them: what [`Self::rows_of`] and [`Self::update_many`] say of
    /// them is the same, and any other statement on the table has them written first.
    pub async fn insert_keyed(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> sqlx::Result<()> {
        let rows = match self.held() {
            Some(held) => held.insert(table, columns, rows),
            None => rows,
        };
        self.insert_now(table, columns, rows, "").await.map(drop)
    }

    /// Writes the rows that were held back first, until this much is held.
    pub(crate) async fn release(&mut self, left: usize) -> sqlx::Result<()> {
        let batches = self.held().as_mut().map(|held| held.release(left)).unwrap_or_default();
        for Batch { table, columns, rows } in batches {
            self.insert_now(&table, &columns, rows, "").await?;
        }
        Ok(())
    }

    /// Inserts rows, each with a value per column; says how many were written. `conflict` follows the rows, such as
    /// `ON CONFLICT (kind, value) DO NOTHING`, or is empty.
    pub async fn insert_many(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
        conflict: &str,
    ) -> sqlx::Result<u64> {
        self.let_go(table).await?;
        self.insert_now(table, columns, rows, conflict).await
    }

    /// The same, whatever is held back.
    async fn insert_now(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
        conflict: &str,
    ) -> sqlx::Result<u64> {
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        match self {
            Self::Postgres(_) if rows.is_empty() => Ok(0),
            Self::Postgres(_) => {
                let read = columns.iter().map(new).collect::<Vec<_>>().join(", ");
                let sql = format!(
                    "INSERT INTO {table} ({names}) SELECT {read} FROM unnest({}) AS new ({names}) {conflict}",
                    arrays(columns)
                );
                self.execute_arrays(&sql, transposed(columns, rows)).await
            }
            Self::Sqlite(_) => {
                let mut written = 0;
                let mut rows = rows.into_iter();
                while rows.len() > 0 {
                    let (count, chunk) = chunk(&mut rows, columns.len());
                    // A transaction is over once a statement fails: SQLite need not prepare for undoing half of this one.
                    let sql = format!(
                        "INSERT OR FAIL INTO {table} ({names}) VALUES {} {conflict}",
                        tuples(count, columns.len())
                    );
                    written += self.execute_owned(&sql, chunk).await?;
                }
                Ok(written)
            }
        }
    }

    /// Updates rows by their key, which is the first column and the first value of each row.
    pub async fn update_many(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> sqlx::Result<()> {
        // Rows that were held without all of these columns are changed where they are written.
        if self.held().as_ref().is_some_and(|held| !held.has(table, columns)) {
            self.let_go(table).await?;
        }
        let rows = match self.held() {
            Some(held) => held.update(table, columns, rows),
            None => rows,
        };
        let Some(((key, _), changed)) = columns.split_first().filter(|_| !rows.is_empty()) else {
            return Ok(());
        };
        let is_postgres = matches!(self, Self::Postgres(_));
        let (mut set, mut names) = (String::new(), String::new());
        for (index, column) in changed.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let name = column.0;
            let value = if is_postgres { new(column) } else { format!("new.{name}") };
            let _ = write!(set, "{comma}{name} = {value}");
        }
        for (index, (name, _)) in columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(names, "{comma}column{} AS {name}", index + 1);
        }
        match self {
            Self::Postgres(_) => {
                let all = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                let sql = format!(
                    "UPDATE {table} SET {set} FROM unnest({}) AS new ({all}) WHERE {table}.{key} = new.{key}",
                    arrays(columns)
                );
                self.execute_arrays(&sql, transposed(columns, rows)).await.map(drop)
            }
            Self::Sqlite(_) => {
                let mut rows = rows.into_iter();
                while rows.len() > 0 {
                    let (count, chunk) = chunk(&mut rows, columns.len());
                    let sql = format!(
                        "UPDATE {table} SET {set} FROM (SELECT {names} FROM (VALUES {})) AS new \
                         WHERE {table}.{key} = new.{key}",
                        tuples(count, columns.len())
                    );
                    self.execute_owned(&sql, chunk).await?;
                }
                Ok(())
            }
        }
    }
}

/// As many rows as go into one statement: how many, and their values one after the other. It is a power of two, so that
/// there are few statements, each of them prepared once.
fn chunk(rows: &mut impl ExactSizeIterator<Item = Vec<Value>>, columns: usize) -> (usize, Vec<Value>) {
    let count = rows.len().min(BINDS / columns.max(1)).max(1);
    let count = 1 << count.ilog2();
    let mut values = Vec::with_capacity(count * columns);
    rows.by_ref().take(count).for_each(|row| values.extend(row));
    (count, values)
}

/// `(?, ?), (?, ?)`: without numbers. Those are names to SQLite, and it looks through all of them for each one.
fn tuples(rows: usize, columns: usize) -> String {
    let tuple = format!("({})", vec!["?"; columns].join(", "));
    vec![tuple; rows].join(", ")
}

/// `$1::text[], $2::bigint[]`.
fn arrays(columns: &[Column]) -> String {
    let array = |(index, (_, kind)): (usize, &Column)| {
        let name = match kind {
            Kind::Int => "bigint[]",
            // A set as well, each read as an array by itself.
            Kind::Text | Kind::Set => "text[]",
            Kind::Bytes => "bytea[]",
            // As text on the wire: PostgreSQL keeps its bytes when it casts.
            Kind::Json => "text[]::json[]",
        };
        format!("${}::{name}", index + 1)
    };
    columns.iter().enumerate().map(array).collect::<Vec<_>>().join(", ")
}

/// A column of the rows that arrays were taken apart into, as its table takes it.
fn new((name, kind): &Column) -> String {
    let cast = if *kind == Kind::Set { "::bigint[]" } else { "" };
    format!("new.{name}{cast}")
}

/// Rows as one array per column.
fn transposed(columns: &[Column], rows: Vec<Vec<Value>>) -> Vec<Array> {
    let empty = |(_, kind): &Column| match kind {
        Kind::Int => Array::Int(Vec::with_capacity(rows.len())),
        Kind::Text | Kind::Json | Kind::Set => Array::Text(Vec::with_capacity(rows.len())),
        Kind::Bytes => Array::Bytes(Vec::with_capacity(rows.len())),
    };
    let mut arrays: Vec<Array> = columns.iter().map(empty).collect();
    for row in rows {
        for (array, value) in arrays.iter_mut().zip(row) {
            array.push(value);
        }
    }
    arrays
}
