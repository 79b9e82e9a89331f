//! What a database is asked: for tests of how often, and by which plan.

use crate::{
    Store,
    sql::{Side, Value},
};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A question that was asked, outside of transactions.
#[derive(Clone, Debug)]
pub struct Asked {
    /// As it was written.
    pub sql: String,
    values: Vec<Value>,
    side: Side,
}

impl Asked {
    /// What the database would do to answer it, line by line, in its own words.
    ///
    /// # Panics
    /// When it cannot be explained.
    pub async fn plan(&self) -> String {
        let (explain, column) = match self.side {
            Side::Postgres(_) => ("EXPLAIN ", "QUERY PLAN"),
            Side::Sqlite { .. } => ("EXPLAIN QUERY PLAN ", "detail"),
        };
        let rows = self.side.rows(&format!("{explain}{}", self.sql), &self.values).await.expect("explained");
        rows.iter().fold(String::new(), |mut plan, row| {
            let _ = writeln!(plan, "{}", row.text(column).expect("a line"));
            plan
        })
    }
}

/// Hears every question that the database of a store is asked, by this process, until it is dropped.
#[derive(Debug)]
pub struct Listening(Vec<String>);

static LISTENERS: AtomicUsize = AtomicUsize::new(0);
static HEARD: Mutex<BTreeMap<String, Vec<Asked>>> = Mutex::new(BTreeMap::new());

impl Listening {
    /// From now on.
    pub fn to(store: &Store) -> Self {
        let sides = [&store.database().log, &store.database().views];
        let names: Vec<_> = sides.into_iter().map(name).collect();
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        for name in &names {
            heard.insert(name.clone(), Vec::new());
        }
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        Self(names)
    }

    /// What was asked since this was asked last.
    pub fn heard(&self) -> Vec<Asked> {
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = self.0.iter().filter_map(|name| heard.insert(name.clone(), Vec::new()));
        taken.flatten().collect()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.iter().for_each(|name| drop(heard.remove(name)));
    }
}

/// Each test has a database of its own, so its name says whose questions these are.
fn name(side: &Side) -> String {
    match side {
        Side::Postgres(pool) => pool.connect_options().get_database().unwrap_or_default().to_owned(),
        Side::Sqlite { readers, .. } => readers.connect_options().get_filename().display().to_string(),
    }
}

pub(crate) fn hear(side: &Side, sql: &str, values: &[Value]) {
    if LISTENERS.load(Ordering::SeqCst) == 0 {
        return;
    }
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(heard) = heard.get_mut(&name(side)) {
        heard.push(Asked { sql: sql.to_owned(), values: values.to_vec(), side: side.clone() });
    }
}
