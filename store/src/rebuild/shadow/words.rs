//! A table's full-text index on SQLite: a virtual table of the table's name and `_words`, without the text (FTS5's
//! `content=''`), which the table's triggers keep.

use super::{RebuildError, next, old};
use crate::{
    error::StoreError,
    rebuild::turns::{self, Turns},
    rename::Renames,
    sql::Tx,
    store::Store,
};

const WORDS: &str = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name = $1";
const TRIGGERS: &str =
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1 ORDER BY name";
/// Rows that are overwritten in one transaction.
const AT_ONCE: i64 = 500;
/// Up to here FTS5 has in `_data` what it needs to be opened, even to be dropped: how much there is, and its structure.
const STRUCTURE: i64 = 10;

/// Makes the index of the new table, and its triggers, when the one in use has them. What puts it into place comes before the
/// tables are renamed (`flip`), and after (what is given back): a trigger names tables, and FTS5 a column after itself.
pub(super) async fn create(
    tx: &mut Tx,
    table: &str,
    flip: &mut Vec<String>,
) -> Result<Vec<String>, RebuildError> {
    let (words, shadow) = (of(table), next(table));
    let Some(row) = tx.row(WORDS, &[words.as_str().into()]).await? else { return Ok(vec![]) };
    let mut names = vec![(table.to_owned(), shadow.clone()), (words.clone(), of(&shadow))];
    let triggers = tx.rows(TRIGGERS, &[table.into()]).await?;
    for trigger in &triggers {
        let name = trigger.text("name")?;
        names.push((name.clone(), next(&name)));
    }
    let renames = Renames::new(names);
    tx.execute(&renames.everywhere(&row.text("sql")?), &[]).await?;
    // What it deletes is gone from its pages.
    let secure = format!("INSERT INTO {words} ({words}, rank) VALUES ('secure-delete', 1)");
    tx.execute(&renames.everywhere(&secure), &[]).await?;
    let mut after = Vec::with_capacity(triggers.len());
    for trigger in &triggers {
        let (name, text) = (trigger.text("name")?, trigger.text("sql")?);
        tx.execute(&renames.everywhere(&text), &[]).await?;
        flip.push(format!("DROP TRIGGER {name}"));
        flip.push(format!("DROP TRIGGER {}", next(&name)));
        // Names that a rename put into quotes are the same names.
        after.push(text);
    }
    flip.push(format!("ALTER TABLE {words} RENAME TO {}", of(&old(table))));
    flip.push(format!("ALTER TABLE {} RENAME TO {words}", of(&shadow)));
    Ok(after)
}

/// Drops the index of a table, and what is in both: overwritten a few rows at a time, for a hash is not sealed.
pub(super) async fn discard(store: &Store, table: &str) -> Result<(), StoreError> {
    let (views, words) = (&store.database().views, of(table));
    if views.row(WORDS, &[words.as_str().into()]).await?.is_none() {
        return Ok(());
    }
    for trigger in views.rows(TRIGGERS, &[table.into()]).await? {
        views.execute(&format!("DROP TRIGGER {}", trigger.text("name")?), &[]).await?;
    }
    // The index goes last: as long as it is there, a rebuild that died here is gone on with.
    empty(store, table, "rowid", i64::MIN).await?;
    empty(store, &format!("{words}_data"), "id", STRUCTURE).await?;
    views.execute(&format!("DROP TABLE {words}"), &[]).await?;
    Ok(())
}

/// Deletes the rows of a table beyond this one.
async fn empty(store: &Store, table: &str, id: &str, beyond: i64) -> Result<(), StoreError> {
    let sql = format!(
        "DELETE FROM {table} WHERE {id} IN (SELECT {id} FROM {table} WHERE {id} > $1 ORDER BY {id} LIMIT $2)"
    );
    let mut turns = Turns::default();
    loop {
        turns.give_way(store).await?;
        let mut tx = turns::begin(store).await?;
        let deleted = tx.execute(&sql, &[beyond.into(), AT_ONCE.into()]).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}

fn of(table: &str) -> String {
    format!("{table}_words")
}
