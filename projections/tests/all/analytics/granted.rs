//! What `leaveword analytics grant` gives, to whom, and what it leaves alone.

use super::{Desk, a_morning, show_members};
use projections::analytics::{ANALYTICS, GrantError, RoleName, grant_analytics};
use store::{Dialect, Side, Tx};

/// A name that no other test's roles have: roles belong to the whole server.
fn role(what: &str) -> RoleName {
    let chance = u64::from_be_bytes(store::random::bytes());
    format!("{what}_{chance:016x}").parse().expect("a name")
}

async fn run(desk: &Desk, statements: &[String]) {
    for sql in statements {
        desk.store.database().views.execute(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

async fn grant(desk: &Desk, role: &RoleName) -> Result<bool, GrantError> {
    grant_analytics(&desk.store, role, "secret").await
}

/// What somebody is refused for.
async fn refused(desk: &Desk, role: &RoleName) -> Vec<String> {
    match grant(desk, role).await {
        Err(GrantError::MayMore { more, .. }) => more,
        granted => panic!("{granted:?}"),
    }
}

/// A transaction of a role's.
async fn of(side: &Side, role: &RoleName) -> Tx {
    let mut tx = side.begin().await.expect("a transaction");
    tx.execute(&format!("SET LOCAL ROLE {role}"), &[]).await.expect("a role");
    tx
}

/// A number that a role is told.
async fn asked(desk: &Desk, role: &RoleName, sql: &str) -> Result<i64, sqlx::Error> {
    let mut tx = of(&desk.store.database().views, role).await;
    tx.row(sql, &[]).await?.ok_or(sqlx::Error::RowNotFound)?.int("counted")
}

const MESSAGES: &str = "SELECT COUNT(*) AS counted FROM analytics.messages";

async fn drop_roles(desk: &Desk, roles: &[&RoleName]) {
    for role in roles {
        run(desk, &[format!("DROP OWNED BY {role}"), format!("DROP ROLE {role}")]).await;
    }
}

#[tokio::test]
async fn sqlite_has_no_roles_and_its_file_is_not_given_away() {
    let desk = Desk::open(Dialect::Sqlite).await;
    let refused = grant(&desk, &role("analyst")).await.expect_err("no roles");
    assert!(matches!(refused, GrantError::NoRoles));
    let told = refused.to_string();
    assert!(told.contains("analytics export") && told.contains("never views.db"), "{told}");
}

#[tokio::test]
async fn a_role_asks_the_tables_and_nothing_else() {
    let desk = Desk::open(Dialect::Postgres).await;
    a_morning(&desk).await;
    let analyst = role("analyst");
    assert!(grant(&desk, &analyst).await.expect("granted"), "it was made");
    for (table, rows) in ANALYTICS.iter().zip([4, 2, 5, 1]) {
        let sql = format!("SELECT COUNT(*) AS counted FROM analytics.{}", table.name);
        assert_eq!(asked(&desk, &analyst, &sql).await.expect("may"), rows, "{}", table.name);
    }
    for table in ["message_list_5", "events", "keys", "checkpoints"] {
        let sql = format!("SELECT COUNT(*) AS counted FROM {table}");
        assert!(asked(&desk, &analyst, &sql).await.is_err(), "{table}");
    }
    // Nobody's temporary table stands in for one of the desk's.
    let mut tx = of(&desk.store.database().views, &analyst).await;
    for sql in [
        "CREATE TEMPORARY TABLE message_list_5 (LIKE analytics.messages)",
        "GRANT SELECT ON message_list_5 TO PUBLIC",
    ] {
        tx.execute(sql, &[]).await.expect("may");
    }
    let counted = tx.row(MESSAGES, &[]).await.expect("may").expect("a row");
    assert_eq!(counted.int("counted").expect("a number"), 4);
    drop(tx);
    let sql = format!("SELECT rolconnlimit::bigint AS counted FROM pg_roles WHERE rolname = '{analyst}'");
    assert_eq!(asked(&desk, &analyst, &sql).await.expect("told"), 5);
    assert!(!grant(&desk, &analyst).await.expect("granted"), "it was there");
    drop_roles(&desk, &[&analyst]).await;
}

#[tokio::test]
async fn a_second_role_takes_nothing_from_the_first_nor_from_what_was_made_of_the_tables() {
    let desk = Desk::open(Dialect::Postgres).await;
    a_morning(&desk).await;
    let (alice, bob) = (role("alice"), role("bob"));
    grant(&desk, &alice).await.expect("granted");
    let own = [
        "CREATE SCHEMA reports".to_owned(),
        "CREATE VIEW reports.open AS SELECT * FROM analytics.messages WHERE status = 'OPEN'".to_owned(),
        "CREATE TABLE analytics.targets (day date)".to_owned(),
    ];
    run(&desk, &own).await;
    assert!(grant(&desk, &bob).await.expect("granted"), "it was made");
    assert!(!grant(&desk, &alice).await.expect("granted"), "and again");
    for who in [&alice, &bob] {
        assert_eq!(asked(&desk, who, MESSAGES).await.expect("may"), 4, "{who}");
    }
    let sql = "SELECT COUNT(*) AS counted FROM reports.open";
    let row = desk.store.database().views.row(sql, &[]).await.expect("there").expect("a row");
    assert_eq!(row.int("counted").expect("a number"), 1);
    let sql = "SELECT COUNT(*) AS counted FROM analytics.targets";
    assert!(asked(&desk, &bob, sql).await.is_err(), "what others put there is theirs to give");
    drop_roles(&desk, &[&alice, &bob]).await;
}

/// What an earlier release made: `messages` without its last column.
#[tokio::test]
async fn a_column_more_takes_nothing_from_anybody() {
    let desk = Desk::open(Dialect::Postgres).await;
    a_morning(&desk).await;
    let (alice, bob) = (role("alice"), role("bob"));
    grant(&desk, &alice).await.expect("granted");
    let columns = ANALYTICS[0].columns;
    let earlier = &columns[..columns.len() - 1];
    let typed: Vec<_> = earlier.iter().map(|it| format!("{} {}", it.name, it.kind)).collect();
    let names: Vec<_> = earlier.iter().map(|it| it.name).collect();
    let (typed, names, function) =
        (typed.join(", "), names.join(", "), format!("analytics.messages_{}()", earlier.len()));
    let earlier = [
        format!(
            "CREATE FUNCTION {function} RETURNS TABLE ({typed}) LANGUAGE sql STABLE SECURITY DEFINER \
             AS $earlier$ SELECT {names} FROM analytics.messages_{}() $earlier$",
            columns.len()
        ),
        "DROP VIEW analytics.messages".to_owned(),
        format!("CREATE VIEW analytics.messages AS SELECT {names} FROM {function}"),
        format!("GRANT SELECT ON analytics.messages TO {alice}"),
        format!("GRANT EXECUTE ON FUNCTION {function} TO {alice}"),
        format!("REVOKE ALL ON FUNCTION analytics.messages_{}() FROM {alice}", columns.len()),
        "CREATE SCHEMA reports".to_owned(),
        "CREATE VIEW reports.open AS SELECT * FROM analytics.messages WHERE status = 'OPEN'".to_owned(),
    ];
    run(&desk, &earlier).await;
    grant(&desk, &bob).await.expect("granted");
    for who in [&alice, &bob] {
        let last = columns.last().expect("a column").name;
        let sql = format!("SELECT COUNT({last}) AS counted FROM analytics.messages");
        assert_eq!(asked(&desk, who, &sql).await.expect("may"), 4, "{who}");
    }
    let sql = "SELECT COUNT(*) AS counted FROM reports.open";
    let row = desk.store.database().views.row(sql, &[]).await.expect("there").expect("a row");
    assert_eq!(row.int("counted").expect("a number"), 1);
    let sql = format!("SELECT 1 AS one WHERE to_regprocedure('{function}') IS NOT NULL");
    assert!(desk.store.database().views.row(&sql, &[]).await.expect("told").is_none(), "it is gone");
    drop_roles(&desk, &[&alice, &bob]).await;
}

#[tokio::test]
async fn a_schema_of_somebody_elses_is_left_alone() {
    let desk = Desk::open(Dialect::Postgres).await;
    let theirs = [
        "CREATE SCHEMA analytics".to_owned(),
        "CREATE TABLE analytics.orders (id bigint)".to_owned(),
        "INSERT INTO analytics.orders VALUES (1), (2)".to_owned(),
    ];
    run(&desk, &theirs).await;
    let analyst = role("analyst");
    let refused = grant(&desk, &analyst).await.expect_err("refused");
    let GrantError::Foreign { mark } = &refused else { panic!("{refused:?}") };
    assert!(refused.to_string().contains("RENAME TO"), "{refused}");
    let sql = "SELECT COUNT(*) AS counted FROM analytics.orders";
    let row = desk.store.database().views.row(sql, &[]).await.expect("there").expect("a row");
    assert_eq!(row.int("counted").expect("a number"), 2);
    let sql = format!("SELECT 1 AS one FROM pg_roles WHERE rolname = '{analyst}'");
    assert!(desk.store.database().views.row(&sql, &[]).await.expect("told").is_none(), "no role was made");
    // What the refusal says to do.
    run(&desk, &[format!("COMMENT ON SCHEMA analytics IS {mark}")]).await;
    assert!(grant(&desk, &analyst).await.expect("granted"));
    drop_roles(&desk, &[&analyst]).await;
}

#[tokio::test]
async fn a_role_that_may_more_is_refused_and_told_why() {
    let desk = Desk::open(Dialect::Postgres).await;
    let analyst = role("analyst");
    grant(&desk, &analyst).await.expect("granted");
    let group = role("group");
    run(&desk, &[format!("CREATE ROLE {group}")]).await;
    for (give, take, told) in [
        (
            "GRANT pg_read_all_data TO {}",
            "REVOKE pg_read_all_data FROM {}",
            "is a member of pg_read_all_data".to_owned(),
        ),
        (
            &*format!("GRANT {group} TO {{}}"),
            &*format!("REVOKE {group} FROM {{}}"),
            format!("is a member of {group}"),
        ),
        ("ALTER ROLE {} BYPASSRLS", "ALTER ROLE {} NOBYPASSRLS", "passes by row security".to_owned()),
        ("ALTER ROLE {} REPLICATION", "ALTER ROLE {} NOREPLICATION", "may replicate".to_owned()),
        ("ALTER ROLE {} CREATEROLE", "ALTER ROLE {} NOCREATEROLE", "may make roles".to_owned()),
        (
            "GRANT SELECT ON events TO {}",
            "REVOKE SELECT ON events FROM {}",
            "has rights on table events".to_owned(),
        ),
        (
            "GRANT SELECT (key_id) ON keys TO {}",
            "REVOKE SELECT (key_id) ON keys FROM {}",
            "has rights on column key_id of table keys".to_owned(),
        ),
        ("CREATE SCHEMA own AUTHORIZATION {}", "DROP SCHEMA own", "owns schema own".to_owned()),
        (
            "GRANT CREATE ON SCHEMA analytics TO {}",
            "REVOKE CREATE ON SCHEMA analytics FROM {}",
            "may make things in the schema analytics".to_owned(),
        ),
        (
            "GRANT SELECT ON events TO PUBLIC",
            "REVOKE SELECT ON events FROM PUBLIC",
            "may, as everybody may, use events".to_owned(),
        ),
    ] {
        run(&desk, &[give.replace("{}", &analyst.to_string())]).await;
        assert_eq!(refused(&desk, &analyst).await, [told]);
        run(&desk, &[take.replace("{}", &analyst.to_string())]).await;
        assert!(!grant(&desk, &analyst).await.expect("granted"), "{take}");
    }
    let own = desk.store.database().views.row("SELECT current_user::text AS own", &[]).await;
    let own = own.expect("readable").expect("a row").text("own").expect("a name");
    let more = refused(&desk, &own.parse().expect("a name")).await;
    assert!(more.contains(&"is a superuser".to_owned()), "{more:?}");
    drop_roles(&desk, &[&analyst, &group]).await;
}

#[tokio::test]
async fn views_name_nobody_as_soon_as_the_desk_shows_no_figures_per_member() {
    let desk = Desk::open(Dialect::Postgres).await;
    a_morning(&desk).await;
    let analyst = role("analyst");
    grant(&desk, &analyst).await.expect("granted");
    let named = async || {
        let mut all = vec![];
        for (table, column) in [("messages", "assignee_id"), ("replies", "member_id"), ("waits", "member_id")]
        {
            let sql = format!("SELECT COUNT({column}) AS counted FROM analytics.{table}");
            all.push(asked(&desk, &analyst, &sql).await.expect("may"));
        }
        all
    };
    assert_eq!(named().await, [1, 2, 4]);
    show_members(&desk, false).await;
    assert_eq!(named().await, [0, 0, 0]);
    show_members(&desk, true).await;
    assert_eq!(named().await, [1, 2, 4]);
    drop_roles(&desk, &[&analyst]).await;
}
