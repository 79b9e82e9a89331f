//! Many rows in one statement: arrays on PostgreSQL, whose statement text then never changes; lists of values on SQLite.

use crate::sql::{Array, Tx, Value};
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
}

/// A column's name and kind.
pub type Column = (&'static str, Kind);

/// `SQLite` takes 32,766 binds in a statement; fewer rows at a time cost nothing, and texts that recur stay prepared.
const BINDS: usize = 2_000;

impl Tx {
    /// Inserts rows, each with a value per column; says how many were written. `conflict` follows the rows, such as
    /// `ON CONFLICT (kind, value) DO NOTHING`, or is empty.
    pub async fn insert_many(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
        conflict: &str,
    ) -> sqlx::Result<u64> {
        let names = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let insert = format!("INSERT INTO {table} ({names})");
        match self {
            Self::Postgres(_) if rows.is_empty() => Ok(0),
            Self::Postgres(_) => {
                let sql = format!("{insert} SELECT * FROM unnest({}) {conflict}", arrays(columns));
                self.execute_arrays(&sql, transposed(columns, rows)).await
            }
            Self::Sqlite(_) => {
                let mut written = 0;
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    let chunk: Vec<_> = rows.by_ref().take(at_once(columns.len())).collect();
                    let sql = format!("{insert} VALUES {} {conflict}", tuples(chunk.len(), columns.len()));
                    written += self.execute(&sql, &chunk.concat()).await?;
                }
                Ok(written)
            }
        }
    }

    /// Updates rows by their key, which is the first column and the first value of each row; says how many there were.
    pub async fn update_many(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> sqlx::Result<u64> {
        let Some(((key, _), changed)) = columns.split_first() else { return Ok(0) };
        let (mut set, mut names) = (String::new(), String::new());
        for (index, (name, _)) in changed.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(set, "{comma}{name} = new.{name}");
        }
        for (index, (name, _)) in columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(names, "{comma}column{} AS {name}", index + 1);
        }
        match self {
            Self::Postgres(_) if rows.is_empty() => Ok(0),
            Self::Postgres(_) => {
                let named = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                let sql = format!(
                    "UPDATE {table} SET {set} FROM unnest({}) AS new ({named}) WHERE {table}.{key} = new.{key}",
                    arrays(columns)
                );
                self.execute_arrays(&sql, transposed(columns, rows)).await
            }
            Self::Sqlite(_) => {
                let mut touched = 0;
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    let chunk: Vec<_> = rows.by_ref().take(at_once(columns.len())).collect();
                    let sql = format!(
                        "UPDATE {table} SET {set} FROM (SELECT {names} FROM (VALUES {})) AS new \
                         WHERE {table}.{key} = new.{key}",
                        tuples(chunk.len(), columns.len())
                    );
                    touched += self.execute(&sql, &chunk.concat()).await?;
                }
                Ok(touched)
            }
        }
    }
}

fn at_once(columns: usize) -> usize {
    (BINDS / columns.max(1)).max(1)
}

/// `($1, $2), ($3, $4)`.
fn tuples(rows: usize, columns: usize) -> String {
    let tuple = |row: usize| format!("({})", crate::sql::placeholders(row * columns + 1, columns));
    (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
}

/// `$1::text[], $2::bigint[]`.
fn arrays(columns: &[Column]) -> String {
    let array = |(index, (_, kind)): (usize, &Column)| {
        let name = match kind {
            Kind::Int => "bigint[]",
            Kind::Text => "text[]",
            Kind::Bytes => "bytea[]",
            // As text on the wire: PostgreSQL keeps its bytes when it casts.
            Kind::Json => "text[]::json[]",
        };
        format!("${}::{name}", index + 1)
    };
    columns.iter().enumerate().map(array).collect::<Vec<_>>().join(", ")
}

/// Rows as one array per column.
fn transposed(columns: &[Column], rows: Vec<Vec<Value>>) -> Vec<Array> {
    let empty = |(_, kind): &Column| match kind {
        Kind::Int => Array::Int(Vec::with_capacity(rows.len())),
        Kind::Text | Kind::Json => Array::Text(Vec::with_capacity(rows.len())),
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
