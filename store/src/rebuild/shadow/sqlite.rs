//! New tables on SQLite: the text of the one in use, under another name.

use super::{super::turns::Turns, NEXT, RebuildError, Shadow, next, old, words};
use crate::{error::StoreError, rename::Renames, sql::Tx, store::Store};

const TEXTS: &str = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = $1 AND sql IS NOT NULL \
     AND type IN ('table', 'index') ORDER BY type DESC, name";

impl Shadow {
    pub(super) async fn create_on_sqlite(
        &mut self,
        served: bool,
        tx: &mut Tx,
        table: &str,
    ) -> Result<(), RebuildError> {
        let shadow = next(table);
        for row in tx.rows(TEXTS, &[table.into()]).await? {
            let name = row.text("name")?;
            let renames = Renames::new([(table.to_owned(), shadow.clone()), (name.clone(), other(&name))]);
            let text = row.text("sql")?;
            let create = renames.apply(&text).into_owned();
            let is_unique = text.to_ascii_uppercase().starts_with("CREATE UNIQUE");
            if row.text("type")? == "index" && !is_unique && !served {
                self.later.push(create);
            } else {
                // The table itself, what a view looks its rows up by, or what a server's followers would wait for.
                tx.execute(&create, &[]).await?;
            }
        }
        let later = words::create(tx, table, &mut self.flip).await?;
        self.flip.push(format!("ALTER TABLE {table} RENAME TO {}", old(table)));
        self.flip.push(format!("ALTER TABLE {shadow} RENAME TO {table}"));
        self.flip.extend(later);
        Ok(())
    }
}

/// The other name of an index: SQLite cannot rename one, so that every rebuild changes from one name to the other.
fn other(name: &str) -> String {
    name.strip_suffix(NEXT).map_or_else(|| next(name), str::to_owned)
}

/// Drops a table and its indexes, each in a transaction of its own: the one writer must not be held for long. What a
/// view holds of a person is sealed, so that its pages need not be overwritten, which would take as long as filling them;
/// hashes that are searched by are not, and are overwritten.
pub(super) async fn discard(store: &Store, table: &str) -> Result<(), StoreError> {
    let views = &store.database().views;
    words::discard(store, table).await?;
    let mut drops = Vec::new();
    for row in views.rows(TEXTS, &[table.into()]).await? {
        let is_table = row.text("type")? == "table";
        drops.push(format!("DROP {} {}", if is_table { "TABLE" } else { "INDEX" }, row.text("name")?));
    }
    let mut turns = Turns::default();
    // The table comes last.
    for sql in drops.iter().rev() {
        turns.give_way(store).await?;
        views.drop_quickly(sql).await?;
    }
    Ok(())
}
