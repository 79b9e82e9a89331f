//! Migrations: the files of `migrations/`, built into the binary, applied once each under a lock.

use crate::{
    database::{Database, Dialect},
    error::StoreError,
    sql::Side,
};
use sqlx::migrate::{Migration, MigrationSource, MigrationType, Migrator};
use std::{future::Future, pin::Pin};

/// One numbered step, written for both databases.
struct Step {
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

macro_rules! step {
    ($name:literal) => {
        Step {
            name: $name,
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
        }
    };
}

const STEPS: &[Step] = &[
    step!("0001_log"),
    step!("0002_views"),
    step!("0003_views_message_list_2"),
    step!("0004_log_append"),
    step!("0005_views_filled"),
    step!("0006_views_message_list_3"),
    step!("0007_views_log_index"),
    step!("0008_views_target_revision"),
    step!("0009_log_idempotency_index"),
    step!("0010_views_erasure"),
    step!("0011_log_identity"),
    step!("0012_views_people"),
    step!("0013_log_people"),
    step!("0014_views_reviews"),
    step!("0015_log_survivors"),
    step!("0016_log_limits"),
    step!("0017_log_notifications"),
    step!("0018_views_message_entries_2"),
    step!("0019_views_message_list_5"),
    step!("0020_log_uploads"),
    step!("0021_log_delivery_pictures"),
    step!("0022_views_message_entries_3"),
    step!("0023_log_roles"),
    step!("0024_views_message_search"),
    step!("0025_views_message_search_words"),
    step!("0026_views_statistics"),
    step!("0027_views_analytics"),
    step!("0028_log_files"),
    step!("0029_log_ways_back"),
    step!("0030_views_statistics_2_message_tags_2"),
    step!("0031_views_statistics_3"),
    step!("0032_views_acted"),
    step!("0033_views_message_search_words_2"),
];

/// On SQLite a step belongs to the file that its name begins with after the number.
const LOG: &str = "log";
const VIEWS: &str = "views";

/// Applies what is missing. Another process that migrates at the same time is waited for.
pub(crate) async fn apply(database: &Database) -> Result<(), StoreError> {
    match database.dialect() {
        Dialect::Postgres => run(&database.log, |_| true).await,
        Dialect::Sqlite => {
            run(&database.log, |step| step.belongs_to(LOG)).await?;
            run(&database.views, |step| step.belongs_to(VIEWS)).await
        }
    }
}

async fn run(side: &Side, wanted: fn(&Step) -> bool) -> Result<(), StoreError> {
    let migrations =
        Steps(STEPS.iter().filter(|step| wanted(step)).map(|step| step.migration(side)).collect());
    let migrator = Migrator::new(migrations).await?;
    match side {
        Side::Postgres(pool) => migrator.run(pool).await?,
        // sqlx locks PostgreSQL against a second migrator; SQLite's is kept out by the lock it was opened under.
        Side::Sqlite { writer, .. } => migrator.run(writer).await?,
    }
    Ok(())
}

impl Step {
    fn belongs_to(&self, file: &str) -> bool {
        self.name.split('_').nth(1) == Some(file)
    }

    fn migration(&self, side: &Side) -> Migration {
        let (number, what) = self.name.split_once('_').unwrap_or((self.name, ""));
        let sql = match side {
            Side::Postgres(_) => self.postgres,
            Side::Sqlite { .. } => self.sqlite,
        };
        let version = number.parse().unwrap_or_default();
        Migration::new(version, what.into(), MigrationType::Simple, sql.into(), false)
    }
}

#[derive(Debug)]
struct Steps(Vec<Migration>);

type Resolved = Result<Vec<Migration>, sqlx::error::BoxDynError>;

impl<'s> MigrationSource<'s> for Steps {
    fn resolve(self) -> Pin<Box<dyn Future<Output = Resolved> + Send + 's>> {
        Box::pin(async move { Ok(self.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_numbered_in_order_and_belongs_to_one_file() {
        for (index, step) in STEPS.iter().enumerate() {
            assert!(step.name.starts_with(&format!("{:04}_", index + 1)), "{}", step.name);
            assert!(step.belongs_to(LOG) != step.belongs_to(VIEWS), "{}", step.name);
        }
    }

    #[test]
    fn every_migration_file_is_built_in() {
        for dialect in ["postgres", "sqlite"] {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/").to_owned() + dialect;
            let files = std::fs::read_dir(folder).expect("the migrations").count();
            assert_eq!(files, STEPS.len(), "{dialect}");
        }
    }
}
