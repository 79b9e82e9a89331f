//! The list's rows in the clear, in a schema of their own: the table is made like the list's, with every index of it, and what
//! is sealed there is opened here. Beside it the categories, the members and the sessions that a page needs.

use crate::desk::Desk;
use domain::ids::CategoryId;
use projections::{PageRequest, VIEWS};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use std::collections::BTreeSet;
use store::{DatabaseUrl, micros, testing::TestDatabase};

/// Where the peers look.
pub(crate) const SCHEMA: &str = "clear";

/// So many rows at once.
const ROWS: usize = 1_000;
/// What the list has sealed.
const SEALED: [&str; 5] = ["name", "contact", "content", "follow_up_note", "rating_comment"];
/// What it has in microseconds; in the clear, `timestamptz`.
const INSTANTS: [&str; 7] = [
    "submitted_at",
    "last_activity_at",
    "first_replied_at",
    "waiting_since",
    "due_at",
    "follow_up_due_at",
    "rated_at",
];

/// Makes and fills it, and lets PostgreSQL look at everything.
pub(crate) async fn copy(desk: &Desk, database: &TestDatabase) -> Result<(), String> {
    let DatabaseUrl::Postgres(url) = &database.config.database else {
        return Err("the peers need PostgreSQL".to_owned());
    };
    let list = VIEWS.iter().find(|view| view.name == "message_list").and_then(|view| view.tables.first());
    let list = list.ok_or("there is no list of messages")?;
    let mut connection = PgConnection::connect(url).await.map_err(told)?;
    connection.execute(tables(list).as_str()).await.map_err(told)?;
    let named = messages(desk, list, &mut connection).await?;
    categories(desk, &named, &mut connection).await?;
    members(desk, &mut connection).await?;
    connection.execute(related().as_str()).await.map_err(told)?;
    connection.execute("VACUUM ANALYZE").await.map_err(told)?;
    connection.close().await.map_err(told)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn told(error: sqlx::Error) -> String {
    error.to_string()
}

fn tables(list: &str) -> String {
    let instant =
        |column: &str| format!("ALTER {column} TYPE timestamptz USING to_timestamp({column} / 1e6)");
    let instants = INSTANTS.map(instant).join(", ");
    format!(
        "CREATE SCHEMA {SCHEMA}; \
         CREATE TABLE {SCHEMA}.messages (LIKE {list} INCLUDING ALL); \
         ALTER TABLE {SCHEMA}.messages ALTER contact DROP NOT NULL, ALTER content DROP NOT NULL, \
         ALTER due_at DROP NOT NULL, {instants}; \
         CREATE TABLE {SCHEMA}.categories (category_id text PRIMARY KEY, name text NOT NULL); \
         CREATE TABLE {SCHEMA}.members (member_id text PRIMARY KEY, role text NOT NULL, name text NOT NULL, email text, \
         active boolean NOT NULL); \
         CREATE TABLE {SCHEMA}.sessions (LIKE sessions INCLUDING ALL); \
         ALTER TABLE {SCHEMA}.sessions ALTER created_at TYPE timestamptz USING to_timestamp(created_at / 1e6), \
         ALTER expires_at TYPE timestamptz USING to_timestamp(expires_at / 1e6); \
         INSERT INTO {SCHEMA}.sessions SELECT token_hash, member_id, to_timestamp(created_at / 1e6), \
         to_timestamp(expires_at / 1e6) FROM sessions; \
         COMMENT ON TABLE {SCHEMA}.sessions IS '@omit'"
    )
}

fn related() -> String {
    format!(
        "ALTER TABLE {SCHEMA}.messages \
         ADD CONSTRAINT messages_category FOREIGN KEY (category_id) REFERENCES {SCHEMA}.categories, \
         ADD CONSTRAINT messages_assignee FOREIGN KEY (assignee_id) REFERENCES {SCHEMA}.members"
    )
}

/// Copies the list; the categories that it names.
async fn messages(desk: &Desk, list: &str, to: &mut PgConnection) -> Result<BTreeSet<String>, String> {
    let sql = format!(
        "SELECT message_id, to_json({list})::text AS whole FROM {list} WHERE message_id > $1 \
         ORDER BY message_id LIMIT {ROWS}"
    );
    let (mut after, mut named) = (String::new(), BTreeSet::new());
    loop {
        let rows = desk.store.database().views.rows(&sql, &[after.as_str().into()]).await.map_err(told)?;
        let Some(end) = rows.last() else { return Ok(named) };
        after = end.text("message_id").map_err(told)?;
        let read = |row: &store::Row| {
            serde_json::from_str(&row.text("whole").map_err(told)?).map_err(|it| it.to_string())
        };
        let mut page: Vec<Value> = rows.iter().map(read).collect::<Result<_, String>>()?;
        open(desk, &mut page).await?;
        for row in &mut page {
            named.extend(row["category_id"].as_str().map(str::to_owned));
            for column in INSTANTS {
                row[column] = instant(&row[column]);
            }
        }
        insert("messages", page, to).await?;
    }
}

/// Opens what is sealed in these rows.
async fn open(desk: &Desk, page: &mut [Value]) -> Result<(), String> {
    let columns = page.iter_mut().filter_map(Value::as_object_mut).flat_map(|row| row.iter_mut());
    let mut sealed: Vec<&mut Value> =
        columns.filter(|(name, _)| SEALED.contains(&name.as_str())).map(|(_, value)| value).collect();
    for value in &mut sealed {
        if let Value::String(text) = value {
            **value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        }
    }
    desk.store.open_personal(&mut sealed).await.map_err(|error| error.to_string())?;
    for value in sealed {
        let clear = value.pointer("/$personal/clear");
        // A contact is written down as it was given.
        *value = clear.map(|it| it.get("given").unwrap_or(it).clone()).unwrap_or_default();
    }
    Ok(())
}

/// As `timestamptz` is written; what is never is null.
fn instant(value: &Value) -> Value {
    match value.as_i64() {
        Some(i64::MAX) | None => Value::Null,
        Some(at) => json!(micros(at).to_rfc3339()),
    }
}

/// Their names in the desk's own language.
async fn categories(desk: &Desk, named: &BTreeSet<String>, to: &mut PgConnection) -> Result<(), String> {
    let settings = desk.projections.desk().await.map_err(|error| error.to_string())?;
    let own =
        settings.desk.as_ref().and_then(|desk| desk.locales.first()).ok_or("the desk has no language")?;
    let row = |id: &String| {
        let category = settings.category_ever(&CategoryId(id.clone())).ok_or(format!("no category {id}"))?;
        Ok(json!({"category_id": id, "name": category.name.text(None, own)}))
    };
    insert("categories", named.iter().map(row).collect::<Result<_, String>>()?, to).await
}

async fn members(desk: &Desk, to: &mut PgConnection) -> Result<(), String> {
    let mut after = None;
    loop {
        let page = desk.projections.member_page(&PageRequest::forward(Some(100), after)).await;
        let page = page.map_err(|error| error.to_string())?;
        let rows = page.rows.iter().map(|(_, member)| {
            json!({
                "member_id": member.id.to_string(), "role": member.role.as_str(),
                "name": member.name.text().unwrap_or_default(),
                "email": member.email.clear().map(domain::member::MemberEmail::as_str),
                "active": member.joined && member.active,
            })
        });
        insert("members", rows.collect(), to).await?;
        after = page.rows.last().map(|(cursor, _)| cursor.clone());
        if !page.has_next {
            return Ok(());
        }
    }
}

async fn insert(table: &str, rows: Vec<Value>, to: &mut PgConnection) -> Result<(), String> {
    let sql = format!(
        "INSERT INTO {SCHEMA}.{table} SELECT * FROM json_populate_recordset(NULL::{SCHEMA}.{table}, $1::json)"
    );
    let rows = Value::Array(rows).to_string();
    sqlx::query(&sql).bind(rows).execute(to).await.map_err(told)?;
    Ok(())
}
