//! Rows that a rebuild holds in memory while later events change them: most are written once, when nothing more is
//! expected of them, and looked up never.
//!
//! Knows rows by the key that is their first column. Must not know when they are written; nobody reads tables that are
//! being filled, so it makes no difference to anybody.

use crate::{
    many::Column,
    sql::{Row, Value},
};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What a row costs beside its values, roughly.
const OVERHEAD: usize = 160;

/// The rows of a view's tables.
#[derive(Default)]
pub(crate) struct Held {
    tables: BTreeMap<String, Table>,
    /// How much they are together.
    bytes: usize,
}

struct Table {
    columns: Vec<Column>,
    rows: HashMap<String, Vec<Value>>,
    /// Their keys, the one that was inserted first at the front.
    order: VecDeque<String>,
}

/// Rows to be written, in the order of their keys: a table's pages are gone through once.
pub(crate) struct Batch {
    pub(crate) table: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Held {
    /// How much is held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many rows of the table that has most are held.
    pub(crate) fn rows(&self) -> usize {
        self.tables.values().map(|table| table.rows.len()).max().unwrap_or_default()
    }

    /// Takes new rows; a table's columns are always the same ones. A row that cannot be held is given back, as all are
    /// when the columns are others than before.
    pub(crate) fn insert(
        &mut self,
        name: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> Vec<Vec<Value>> {
        let table = self.tables.entry(name.to_owned()).or_insert_with(|| Table {
            columns: columns.to_vec(),
            rows: HashMap::new(),
            order: VecDeque::new(),
        });
        if table.columns != columns {
            return rows;
        }
        let mut rest = Vec::new();
        for mut row in rows {
            row.iter_mut().for_each(fit);
            match key(&row).map(str::to_owned) {
                Some(key) if !table.rows.contains_key(&key) => {
                    self.bytes += size(&row);
                    table.order.push_back(key.clone());
                    table.rows.insert(key, row);
                }
                // The table itself says what is wrong with it.
                _ => rest.push(row),
            }
        }
        rest
    }

    /// Would the rows of a table have all of these columns?
    pub(crate) fn has(&self, name: &str, columns: &[Column]) -> bool {
        let has =
            |table: &Table| columns.iter().all(|column| table.columns.iter().any(|own| own.0 == column.0));
        self.tables.get(name).is_none_or(has)
    }

    /// Changes rows that are held; gives back those that are not.
    pub(crate) fn update(
        &mut self,
        name: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> Vec<Vec<Value>> {
        let Some(table) = self.tables.get_mut(name) else { return rows };
        let place = |column: &Column| table.columns.iter().position(|own| own.0 == column.0);
        let Some(places) = columns.iter().map(place).collect::<Option<Vec<_>>>() else { return rows };
        let mut rest = Vec::new();
        for row in rows {
            let Some(held) = key(&row).and_then(|key| table.rows.get_mut(key)) else {
                rest.push(row);
                continue;
            };
            self.bytes -= size(held);
            for (place, mut value) in places.iter().zip(row) {
                fit(&mut value);
                held[*place] = value;
            }
            self.bytes += size(held);
        }
        rest
    }

    /// The rows with these keys that are held, and the keys of those that are not.
    pub(crate) fn rows_of(&self, name: &str, columns: &str, keys: Vec<String>) -> (Vec<Row>, Vec<String>) {
        let Some(table) = self.tables.get(name) else { return (vec![], keys) };
        let wanted: Vec<(usize, &'static str)> = columns
            .split(", ")
            .filter_map(|wanted| table.columns.iter().enumerate().find(|(_, own)| own.0 == wanted))
            .map(|(place, own)| (place, own.0))
            .collect();
        let (mut rows, mut rest) = (Vec::with_capacity(keys.len()), Vec::new());
        for key in keys {
            match table.rows.get(&key) {
                Some(row) => rows.push(Row::Held(
                    wanted.iter().map(|(place, column)| (*column, row[*place].clone())).collect(),
                )),
                None => rest.push(key),
            }
        }
        (rows, rest)
    }

    /// Takes out what came first, until this much is left.
    pub(crate) fn release(&mut self, left: usize) -> Vec<Batch> {
        let mut released = Vec::new();
        let all = self.bytes;
        if all <= left {
            return released;
        }
        // The same share of each table.
        let share = |rows: usize| rows - rows * left / all;
        for (name, table) in &mut self.tables {
            let keys = table.order.drain(..share(table.order.len()));
            let rows = keys.filter_map(|key| table.rows.remove(&key)).collect();
            released.push(Batch { table: name.clone(), columns: table.columns.clone(), rows });
        }
        for batch in &mut released {
            self.bytes -= batch.rows.iter().map(|row| size(row)).sum::<usize>();
            batch.rows.sort_by(|a, b| key(a).cmp(&key(b)));
        }
        released
    }

    /// Is a row held of a table that this SQL names?
    pub(crate) fn concerns(&self, sql: &str) -> bool {
        self.tables.iter().any(|(name, table)| !table.rows.is_empty() && names(sql, name))
    }
}

/// What comes first in a row is what its table's own index begins with.
fn key(row: &[Value]) -> Option<&str> {
    match row.first() {
        Some(Value::Text(Some(key))) => Some(key),
        _ => None,
    }
}

/// As a word, not as a part of one.
fn names(sql: &str, table: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(table).any(|(start, _)| {
        !sql[..start].ends_with(in_word) && !sql[start + table.len()..].starts_with(in_word)
    })
}

/// A text that was written piece by piece has room for as much again.
fn fit(value: &mut Value) {
    match value {
        Value::Text(Some(text)) | Value::Json(text) => text.shrink_to_fit(),
        Value::Bytes(Some(bytes)) => bytes.shrink_to_fit(),
        Value::Set(set) => set.shrink_to_fit(),
        Value::Texts(_) | Value::Int(_) | Value::Text(None) | Value::Bytes(None) => {}
    }
}

fn size(row: &[Value]) -> usize {
    let size = |value: &Value| match value {
        Value::Text(Some(text)) | Value::Json(text) => text.capacity(),
        Value::Bytes(Some(bytes)) => bytes.capacity(),
        Value::Set(set) => set.capacity() * size_of::<i64>(),
        Value::Texts(texts) => texts.iter().map(String::capacity).sum(),
        Value::Int(_) | Value::Text(None) | Value::Bytes(None) => 0,
    };
    OVERHEAD + row.iter().map(|value| size_of::<Value>() + size(value)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::many::Kind;

    const COLUMNS: [Column; 3] = [("id", Kind::Text), ("version", Kind::Int), ("words", Kind::Text)];

    fn row(id: &str, version: i64) -> Vec<Value> {
        vec![id.into(), version.into(), "hello".into()]
    }

    fn held(ids: &[&str]) -> Held {
        let mut held = Held::default();
        assert!(held.insert("list", &COLUMNS, ids.iter().map(|id| row(id, 1)).collect()).is_empty());
        held
    }

    #[test]
    fn a_row_is_found_as_it_was_changed_last_and_what_is_not_held_is_given_back() {
        let mut held = held(&["b", "a"]);
        let rest =
            held.update("list", &COLUMNS[..2], vec![vec!["a".into(), 7.into()], vec!["c".into(), 8.into()]]);
        assert!(rest == [vec![Value::from("c"), 8.into()]]);
        let (rows, rest) = held.rows_of("list", "id, version", vec!["a".into(), "c".into()]);
        assert_eq!((rows.len(), rest), (1, vec!["c".to_owned()]));
        assert_eq!((rows[0].text("id").unwrap(), rows[0].int("version").unwrap()), ("a".to_owned(), 7));
        assert!(rows[0].text("words").is_err(), "it was not asked for");
    }

    #[test]
    fn what_came_first_is_released_first_and_in_the_order_of_its_keys() {
        let mut held = held(&["d", "b", "c", "a"]);
        let batch = held.release(held.bytes() / 2).pop().unwrap();
        assert_eq!(batch.table, "list");
        assert!(batch.rows == [row("b", 1), row("d", 1)]);
        assert!(held.concerns("SELECT 1 FROM list"));
        assert!(!held.concerns("SELECT 1 FROM list_target"));
        let batch = held.release(0).pop().unwrap();
        assert!(batch.rows == [row("a", 1), row("c", 1)]);
        assert_eq!(held.bytes(), 0);
        assert!(!held.concerns("SELECT 1 FROM list"));
    }

    #[test]
    fn a_key_that_is_there_already_is_left_to_the_table_to_refuse() {
        let mut held = held(&["a"]);
        assert!(held.insert("list", &COLUMNS, vec![row("a", 1)]) == [row("a", 1)]);
    }
}
