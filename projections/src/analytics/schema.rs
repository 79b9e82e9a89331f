//! The schema `analytics` of PostgreSQL: ours by a mark, brought to this release's shape without taking anything from anybody.

use super::{ANALYTICS, AnalyticsTable, GrantError};
use store::{Row, StoreError, Tx};

/// Makes the schema, or brings the one that is there to this release's shape. One that does not say that it is this desk's is
/// left alone.
///
/// Its views ask functions, which look tables up by their names when they are asked: a rebuild puts other tables into the place
/// of those that a view would hold on to. They run as their owner, so that who may ask them need not be shown anything else; and
/// by a path that ends in `pg_temp`, so that nobody's temporary table stands in for one of ours.
///
/// Views are replaced and never dropped, so that views upon them, and who may ask them, stay. A function's columns cannot be
/// changed, so its name has their number: a new one is put under its view, and then the old one goes.
pub(super) async fn make(tx: &mut Tx) -> Result<(), GrantError> {
    let desk = place(tx).await?;
    for table in &ANALYTICS {
        for sql in replace(table, &desk) {
            tx.execute(&sql, &[]).await?;
        }
        // Whoever may ask a view asks its function themselves.
        for role in texts(tx, WHO_MAY_ASK, table.name).await? {
            let sql = format!("GRANT EXECUTE ON FUNCTION {} TO {role}", function(table));
            tx.execute(&sql, &[]).await?;
        }
        for old in texts(tx, FUNCTIONS_OF, table.name).await? {
            if old != function(table) {
                tx.execute(&format!("DROP FUNCTION {old}"), &[]).await?;
            }
        }
    }
    Ok(())
}

/// Lets a role ask every table.
pub(super) async fn let_ask(tx: &mut Tx, role: &str) -> Result<(), StoreError> {
    tx.execute(&format!("GRANT USAGE ON SCHEMA analytics TO {role}"), &[]).await?;
    for table in &ANALYTICS {
        tx.execute(&format!("GRANT SELECT ON analytics.{} TO {role}", table.name), &[]).await?;
        tx.execute(&format!("GRANT EXECUTE ON FUNCTION {} TO {role}", function(table)), &[]).await?;
    }
    Ok(())
}

/// Finds the schema, or makes it with its mark; says which schema the desk's own is, quoted.
async fn place(tx: &mut Tx) -> Result<String, GrantError> {
    let sql = "SELECT quote_ident(current_schema()) AS desk, quote_literal(mark) AS mark, (SELECT CASE \
               WHEN obj_description(oid, 'pg_namespace') = mark THEN 'ours' ELSE 'foreign' END \
               FROM pg_namespace WHERE nspname = 'analytics') AS there \
               FROM (SELECT 'Leaveword: tables for analysts, of the desk in the schema ' || current_schema() AS mark) AS desk";
    let row = tx.row(sql, &[]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let mark = row.text("mark")?;
    match row.text_or_null("there")?.as_deref() {
        Some("ours") => {}
        Some(_) => return Err(GrantError::Foreign { mark }),
        None => {
            tx.execute("CREATE SCHEMA analytics", &[]).await?;
            tx.execute(&format!("COMMENT ON SCHEMA analytics IS {mark}"), &[]).await?;
        }
    }
    Ok(row.text("desk")?)
}

fn function(table: &AnalyticsTable) -> String {
    format!("analytics.{}_{}()", table.name, table.columns.len())
}

/// Statements that put a table into its place.
fn replace(table: &AnalyticsTable, desk: &str) -> [String; 3] {
    let columns: Vec<_> = table.columns.iter().map(|it| format!("{} {}", it.name, it.kind)).collect();
    let names: Vec<_> = table.columns.iter().map(|it| it.name).collect();
    let (columns, names) = (columns.join(", "), names.join(", "));
    let (name, function, rows) = (table.name, function(table), table.shown_on_postgres());
    [
        format!(
            "CREATE OR REPLACE FUNCTION {function} RETURNS TABLE ({columns}) LANGUAGE sql STABLE SECURITY DEFINER \
             SET search_path = {desk}, pg_temp AS $analytics$ {rows} $analytics$"
        ),
        format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC"),
        format!("CREATE OR REPLACE VIEW analytics.{name} AS SELECT {names} FROM {function}"),
    ]
}

/// The roles that may ask a view.
const WHO_MAY_ASK: &str = "SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS found \
                           FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'analytics'::regnamespace AND relname = $1 \
                           AND privilege_type = 'SELECT' AND grantee <> relowner ORDER BY found";

/// The functions that were ever under it.
const FUNCTIONS_OF: &str = "SELECT 'analytics.' || proname || '()' AS found FROM pg_proc \
                            WHERE pronamespace = 'analytics'::regnamespace AND pronargs = 0 \
                            AND proname ~ ('^' || $1 || '_[0-9]+$') ORDER BY found";

async fn texts(tx: &mut Tx, sql: &str, name: &str) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(sql, &[name.into()]).await?;
    let found = |row: &Row| row.text("found");
    Ok(rows.iter().map(found).collect::<Result<_, _>>()?)
}
