//! `cargo xtask bench list`: the first page of a desk's list, of ten thousand messages and of three hundred thousand.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark answers by printing")]

use benches::{arguments::Arguments, databases, log, machine, numbers::median, page};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::MemberId,
    message::MessageStatus,
};
use projections::{MessageFilter, MessageOrder, PageRequest, Projections, Reader, VIEWS};
use std::{fmt::Write, process::ExitCode, time::Instant};
use store::{
    Clock, Dialect, RebuildProgress, Store,
    testing::{self, TestDatabase},
};
use tokio::sync::watch;
use uuid::Uuid;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The large list may cost so many times what the small one does.
const BAR: f64 = 1.5;

#[tokio::main]
async fn main() -> ExitCode {
    benches::ended("list", bench().await)
}

async fn bench() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given = Arguments::parse(given, &["database", "small", "large", "rounds"], &["quick"])?;
    let quick = given.has("quick");
    let small: usize = given.value("small", if quick { 1_000 } else { 10_000 })?;
    let large: usize = given.value("large", if quick { 10_000 } else { 300_000 })?;
    let rounds: usize = given.value("rounds", if quick { 20 } else { 200 })?;
    let databases: Vec<String> = given.list("database", vec!["postgres".into(), "sqlite".into()])?;
    for database in databases {
        let (dialect, section) = match database.as_str() {
            "postgres" => (Dialect::Postgres, "list on PostgreSQL"),
            "sqlite" => (Dialect::Sqlite, "list on SQLite"),
            other => return Err(format!("--database {other}: there is postgres and sqlite")),
        };
        let database = match dialect {
            Dialect::Postgres => databases::postgres(&testing::postgres_server()).await?,
            Dialect::Sqlite => databases::sqlite().await?,
        };
        let (small, large) = (List::of(dialect, small).await?, List::of(dialect, large).await?);
        let text = report(&database, &small, &large, rounds).await?;
        println!("{text}");
        if quick || ["small", "large", "rounds"].into_iter().any(|name| given.has(name)) {
            eprintln!("a part only: docs/benchmarks.md is left as it is");
        } else {
            eprintln!("written to {}", page::write(section, &text)?.display());
        }
    }
    Ok(())
}

/// A list of so many messages, and whoever reads it.
struct List {
    messages: usize,
    store: Store,
    projections: Projections,
    reader: Reader,
    _database: TestDatabase,
}

impl List {
    async fn of(dialect: Dialect, messages: usize) -> Result<Self, String> {
        let database = TestDatabase::new(dialect).await;
        eprintln!("making a list of {messages} messages on {dialect:?}");
        let store = database.open(Clock::system()).await;
        log::make_messages(&store, messages).await?;
        let (progress, _) = watch::channel(RebuildProgress::default());
        store.rebuild(VIEWS, &progress).await.map_err(|error| error.to_string())?;
        if dialect == Dialect::Postgres {
            store.database().views.execute("ANALYZE", &[]).await.map_err(|error| error.to_string())?;
        }
        let projections = Projections::reading(&store);
        let admin = Actor::Member { id: MemberId(Uuid::from_u128(1)), grants: Role::Admin.grants() };
        let reader = Reader::of_messages(admin, &Reach::Desk).map_err(|error| error.to_string())?;
        Ok(Self { messages, store, projections, reader, _database: database })
    }

    /// Microseconds that an answer takes.
    async fn ask(&self, question: &Question) -> Result<f64, String> {
        let started = Instant::now();
        let failed = |error: projections::QueryError| error.to_string();
        match &question.asked {
            Asked::Page(order) => {
                let first = PageRequest::forward(Some(20), None);
                let page = self.projections.messages(&self.reader, &question.filter, *order, &first);
                let page = page.await.map_err(failed)?;
                if page.rows.is_empty() {
                    return Err(format!("{}: there is nothing on that page", question.name));
                }
            }
            Asked::Counts => {
                self.projections.message_counts(&self.reader, &question.filter).await.map_err(failed)?;
            }
        }
        Ok(started.elapsed().as_secs_f64() * 1e6)
    }
}

/// Something that an inbox asks.
struct Question {
    name: &'static str,
    filter: MessageFilter,
    asked: Asked,
}

enum Asked {
    Page(MessageOrder),
    Counts,
}

fn questions() -> Vec<Question> {
    let all = MessageFilter::default;
    let status = |status| MessageFilter { status: vec![status], ..all() };
    let page = |name, filter, order| Question { name, filter, asked: Asked::Page(order) };
    vec![
        page("newest first", all(), MessageOrder::NewestFirst),
        page("oldest first", all(), MessageOrder::OldestFirst),
        page("last activity first", all(), MessageOrder::LastActivity),
        page("due first", all(), MessageOrder::DueFirst),
        page("replied", status(MessageStatus::Replied), MessageOrder::NewestFirst),
        page("closed", status(MessageStatus::Closed), MessageOrder::LastActivity),
        page("unassigned", MessageFilter { unassigned: Some(true), ..all() }, MessageOrder::NewestFirst),
        Question { name: "counts of the folders", filter: all(), asked: Asked::Counts },
    ]
}

async fn report(database: &str, small: &List, large: &List, rounds: usize) -> Result<String, String> {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let mut text = format!("{}.{commit}\n\n{database}\n\n", machine::description());
    let _ = write!(
        text,
        "| first page | {} messages, µs | {} messages, µs | ratio | at most {BAR} |\n\
         | --- | ---: | ---: | ---: | --- |\n",
        small.messages, large.messages
    );
    for question in questions() {
        let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
        // By turns, so that whatever else the machine does meets both.
        for _ in 0..rounds {
            of_small.push(small.ask(&question).await?);
            of_large.push(large.ask(&question).await?);
        }
        let (of_small, of_large) = (median(of_small), median(of_large));
        let ratio = of_large / of_small.max(1e-9);
        let verdict = if ratio <= BAR { "pass" } else { "**miss**" };
        let _ =
            writeln!(text, "| {} | {of_small:.0} | {of_large:.0} | {ratio:.2} | {verdict} |", question.name);
    }
    small.store.close().await;
    large.store.close().await;
    Ok(text)
}
