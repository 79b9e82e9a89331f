//! New tables on SQLite: the text of the one in use, under another name.

use super::{super::turns::Turns, NEXT, RebuildError, Shadow, next, old};
use crate::{
    error::StoreError,
    rename::Renames,
    sql::{Row, Tx},
    store::Store,
};

const TEXTS: &str = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = $1 AND sql IS NOT NULL \
     AND type IN ('table', 'index') ORDER BY type DESC, name";
/// Rows that are deleted at once: a few milliseconds of SQLite's one writer.
const ROWS: i64 = 1_000;

impl Shadow {
    pub(super) async fn create_on_sqlite(&mut self, tx: &mut Tx, table: &str) -> Result<(), RebuildError> {
        let shadow = next(table);
        for row in tx.rows(TEXTS, &[table.into()]).await? {
            let name = row.text("name")?;
            let renames = Renames::new([(table.to_owned(), shadow.clone()), (name.clone(), other(&name))]);
            let text = row.text("sql")?;
            let create = renames.apply(&text).into_owned();
            let is_unique = text.to_ascii_uppercase().starts_with("CREATE UNIQUE");
            if row.text("type")? == "index" && !is_unique {
                self.later.push(create);
            } else {
                // The table itself, or what a view looks its rows up by.
                tx.execute(&create, &[]).await?;
            }
        }
        self.flip.push(format!("ALTER TABLE {table} RENAME TO {}", old(table)));
        self.flip.push(format!("ALTER TABLE {shadow} RENAME TO {table}"));
        Ok(())
    }
}

/// The other name of an index: SQLite cannot rename one, so that every rebuild changes from one name to the other.
fn other(name: &str) -> String {
    name.strip_suffix(NEXT).map_or_else(|| next(name), str::to_owned)
}

/// Drops a table piece by piece: what is deleted is overwritten, and the one writer must not be held for long.
pub(super) async fn discard(store: &Store, table: &str) -> Result<(), StoreError> {
    let views = &store.database().views;
    let rows = views.rows(TEXTS, &[table.into()]).await?;
    let names = |wanted: &str| -> sqlx::Result<Vec<String>> {
        let of_type = |row: &&Row| row.text("type").is_ok_and(|is| is == wanted);
        rows.iter().filter(of_type).map(|row| row.text("name")).collect()
    };
    if names("table")?.is_empty() {
        return Ok(());
    }
    for index in names("index")? {
        views.execute(&format!("DROP INDEX {index}"), &[]).await?;
    }
    let some = format!("DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} LIMIT {ROWS})");
    let mut turns = Turns::default();
    while views.execute(&some, &[]).await? > 0 {
        turns.give_way(store).await?;
    }
    views.execute(&format!("DROP TABLE {table}"), &[]).await?;
    Ok(())
}
