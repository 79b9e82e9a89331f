//! `cargo xtask bench figures`: a year's figures, the list by every filter, and a search, of a made-up desk of a hundred
//! thousand messages and of one of a million.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

mod questions;

use benches::{arguments::Arguments, databases, machine, numbers::percentile, page};
use projections::{Projections, VIEWS};
use questions::{Question, questions};
use server::generate::{self, Options};
use sqlx::{ConnectOptions, Executor};
use std::{fmt::Write, process::ExitCode, time::Instant};
use store::{
    Clock, Dialect, RebuildProgress, Side, Store,
    testing::{self, TestDatabase},
};
use tokio::sync::watch;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The large desk may cost so many times what the small one does.
const RATIO: f64 = 1.5;
/// How many days both desks are old: three years.
const DAYS: u32 = 3 * 365;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("figures", bench().await)
}

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let valued = ["database", "small", "large", "rounds", "days", "only"];
    let given = Arguments::parse(given, &valued, &["quick"])?;
    let quick = given.has("quick");
    let small: u64 = given.value("small", if quick { 1_000 } else { 100_000 })?;
    let large: u64 = given.value("large", if quick { 10_000 } else { 1_000_000 })?;
    let rounds: usize = given.value("rounds", if quick { 20 } else { 1_000 })?;
    let days: u32 = given.value("days", DAYS)?;
    let only: String = given.value("only", String::new())?;
    let asked: Vec<Question> = questions().into_iter().filter(|it| it.name.contains(&only)).collect();
    let databases: Vec<String> = given.list("database", vec!["postgres".into(), "sqlite".into()])?;
    for database in databases {
        let (dialect, section) = match database.as_str() {
            "postgres" => (Dialect::Postgres, "figures on PostgreSQL"),
            "sqlite" => (Dialect::Sqlite, "figures on SQLite"),
            other => return Err(format!("--database {other}: there is postgres and sqlite")),
        };
        let database = match dialect {
            Dialect::Postgres => databases::postgres(&testing::postgres_server()).await?,
            Dialect::Sqlite => databases::sqlite().await?,
        };
        let (small, large) = (Desk::of(dialect, small, days).await?, Desk::of(dialect, large, days).await?);
        let text = report(&database, &small, &large, &asked, rounds).await?;
        println!("{text}");
        if quick || valued.into_iter().any(|name| name != "database" && given.has(name)) {
            eprintln!("a part only: docs/benchmarks.md is left as it is");
        } else {
            eprintln!("written to {}", page::write(section, &text)?.display());
        }
    }
    Ok(())
}

/// A desk of so many messages, and whoever asks it.
struct Desk {
    messages: u64,
    /// What the lists of its database say of their sizes.
    sizes: String,
    store: Store,
    projections: Projections,
    _database: TestDatabase,
}

impl Desk {
    async fn of(dialect: Dialect, messages: u64, days: u32) -> Result<Self, String> {
        let database = TestDatabase::new(dialect).await;
        let store = database.open(Clock::system()).await;
        let began = Instant::now();
        let options = Options { messages, seed: 7, days, until: store.clock().now() };
        let made = generate::into(&store, &options, |_| {}).await.map_err(|error| error.to_string())?;
        eprintln!("{dialect:?}: made up {made:?} in {:.0} s", began.elapsed().as_secs_f64());
        let began = Instant::now();
        let (progress, _) = watch::channel(RebuildProgress::default());
        store.rebuild(VIEWS, &progress).await.map_err(|error| error.to_string())?;
        eprintln!("the views were filled in {:.0} s", began.elapsed().as_secs_f64());
        let projections = Projections::reading(&store);
        let (began, mut after) = (Instant::now(), i64::MIN);
        while let Some(day) =
            projections.put_statistics_together(after).await.map_err(|error| error.to_string())?
        {
            after = day;
        }
        eprintln!("the days were put together in {:.0} s", began.elapsed().as_secs_f64());
        if let Side::Postgres(pool) = &store.database().views {
            // As a desk that has grown for years: vacuumed in passing, and not with all that it is to write still before it.
            let mut connection = pool.connect_options().connect().await.map_err(|error| error.to_string())?;
            for sql in ["VACUUM ANALYZE", "CHECKPOINT"] {
                connection.execute(sql).await.map_err(|error| error.to_string())?;
            }
        }
        let sizes = sizes(&store).await.map_err(|error| error.to_string())?;
        Ok(Self { messages, sizes, store, projections, _database: database })
    }

    /// Milliseconds that an answer takes.
    async fn ask(&self, question: &Question) -> Result<f64, String> {
        let began = Instant::now();
        question.ask(&self.projections, self.store.clock().now()).await?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    }
}

/// How large the parts of a desk are, in MiB.
async fn sizes(store: &Store) -> sqlx::Result<String> {
    const TABLES: &str = "SELECT CASE WHEN relname LIKE 'statistics%' THEN 'statistics' \
         WHEN relname LIKE 'message_search%' THEN 'message_search' WHEN relname LIKE 'message_list%' THEN 'message_list' \
         WHEN relname = 'events' THEN 'events' ELSE 'everything else' END AS part, \
         CAST(sum(pg_total_relation_size(relid)) AS bigint) AS bytes FROM pg_stat_user_tables GROUP BY 1 ORDER BY 1";
    const FILE: &str = "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size";
    let database = store.database();
    let mut parts = Vec::new();
    match database.dialect() {
        Dialect::Postgres => {
            for row in database.views.rows(TABLES, &[]).await? {
                parts.push((row.text("part")?, row.int("bytes")?));
            }
        }
        Dialect::Sqlite => {
            for (file, side) in [("log.db", &database.log), ("views.db", &database.views)] {
                let bytes = side.row(FILE, &[]).await?.map(|row| row.int("bytes")).transpose()?;
                parts.push((file.to_owned(), bytes.unwrap_or_default()));
            }
        }
    }
    let parts: Vec<String> =
        parts.iter().map(|(part, bytes)| format!("{part} {} MiB", bytes >> 20)).collect();
    Ok(parts.join(", "))
}

async fn report(
    database: &str,
    small: &Desk,
    large: &Desk,
    asked: &[Question],
    rounds: usize,
) -> Result<String, String> {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let mut text = format!("{}.{commit}\n\n{database}\n\n", machine::description());
    for desk in [small, large] {
        let _ = writeln!(text, "{} messages: {}.\n", desk.messages, desk.sizes);
    }
    let _ = write!(
        text,
        "| p50 and p99 in ms | {} messages | {} messages | p99 at most | ratio | at most {RATIO} |\n\
         | --- | ---: | ---: | ---: | ---: | --- |\n",
        small.messages, large.messages
    );
    for question in asked {
        let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
        // Once before: what a process asks for the first time is not what it costs.
        small.ask(question).await?;
        large.ask(question).await?;
        // By turns, so that whatever else the machine does meets both.
        for _ in 0..rounds {
            of_small.push(small.ask(question).await?);
            of_large.push(large.ask(question).await?);
        }
        let half = [&of_small, &of_large].map(|all| percentile(all.iter().copied(), 50));
        let (of_small, of_large) = (percentile(of_small, 99), percentile(of_large, 99));
        let ratio = of_large / of_small.max(1e-9);
        let verdict = |passes: bool| if passes { "pass" } else { "**miss**" };
        let most = question.most;
        let _ = writeln!(
            text,
            "| {} | {:.2}, {of_small:.2} | {:.2}, {of_large:.2} | {most}: {} | {ratio:.2} | {} |",
            question.name,
            half[0],
            half[1],
            verdict(of_large <= most),
            verdict(ratio <= RATIO)
        );
    }
    let held = machine::resident_mib().unwrap_or_default();
    let _ = writeln!(
        text,
        "\nThe process held {held:.0} MiB of memory in the end, with both desks open and after it had filled them."
    );
    small.store.close().await;
    large.store.close().await;
    Ok(text)
}
