//! New tables on PostgreSQL: `LIKE` the one in use, its constraints and unique indexes at once, the others later.

use super::{NEXT, RebuildError, Shadow, next};
use crate::{rename::Renames, sql::Tx};

const CONSTRAINTS: &str = "SELECT conname::text AS name, pg_get_constraintdef(oid) AS definition \
     FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype IN ('p', 'u') ORDER BY conname";
const INDEXES: &str = "SELECT index.relname::text AS name, pg_get_indexdef(index.oid) AS definition, \
     indisunique::int::bigint AS is_unique FROM pg_index JOIN pg_class index ON index.oid = indexrelid \
     WHERE indrelid = to_regclass($1) AND NOT EXISTS (SELECT 1 FROM pg_constraint \
     WHERE conindid = indexrelid AND conrelid = indrelid) ORDER BY index.relname";
const OPTIONS: &str =
    "SELECT array_to_string(reloptions, ', ') AS options FROM pg_class WHERE oid = to_regclass($1)";
const GRANTS: &str = "SELECT format('GRANT %s ON %I TO %s', privilege_type, $1::text, CASE grantee WHEN 0 \
     THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END) AS statement \
     FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) WHERE oid = to_regclass($1) AND grantee <> relowner";

impl Shadow {
    pub(super) async fn create_on_postgres(&mut self, tx: &mut Tx, table: &str) -> Result<(), RebuildError> {
        let shadow = next(table);
        let create = format!("CREATE TABLE {shadow} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)");
        tx.execute(&create, &[]).await?;
        // Its rows only grow until it is in use, and the vacuum's lock would be in the way of that.
        tx.execute(&format!("ALTER TABLE {shadow} SET (autovacuum_enabled = false)"), &[]).await?;
        self.flip.push(format!("DROP TABLE {table}"));
        self.flip.push(format!("ALTER TABLE {shadow} RENAME TO {table}"));
        self.flip.push(format!("ALTER TABLE {table} RESET (autovacuum_enabled)"));

        for row in tx.rows(CONSTRAINTS, &[table.into()]).await? {
            let (name, definition) = (row.text("name")?, row.text("definition")?);
            let add = format!("ALTER TABLE {shadow} ADD CONSTRAINT \"{name}{NEXT}\" {definition}");
            tx.execute(&add, &[]).await?;
            self.flip.push(format!("ALTER INDEX \"{name}{NEXT}\" RENAME TO \"{name}\""));
        }
        for row in tx.rows(INDEXES, &[table.into()]).await? {
            let name = row.text("name")?;
            let renames = Renames::new([(table.to_owned(), shadow.clone()), (name.clone(), next(&name))]);
            let create = renames.apply(&row.text("definition")?).into_owned();
            if row.int("is_unique")? == 1 {
                // Views look their rows up by what is unique.
                tx.execute(&create, &[]).await?;
            } else {
                self.later.push(create);
            }
            self.flip.push(format!("ALTER INDEX \"{name}{NEXT}\" RENAME TO \"{name}\""));
        }
        self.later.push(format!("ANALYZE {shadow}"));

        let options = tx.row(OPTIONS, &[table.into()]).await?;
        if let Some(options) = options.map(|row| row.text_or_null("options")).transpose()?.flatten() {
            self.flip.push(format!("ALTER TABLE {table} SET ({options})"));
        }
        for row in tx.rows(GRANTS, &[table.into()]).await? {
            self.flip.push(row.text("statement")?);
        }
        Ok(())
    }
}
