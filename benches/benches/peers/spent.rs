//! The processors' time that a server has used, and that PostgreSQL has used for it, as Linux counts both.

use crate::side::Side;
use benches::machine;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;
use store::{DatabaseUrl, testing::TestDatabase};

/// Milliseconds of processors' time.
#[derive(Clone, Debug)]
pub(crate) struct Spent {
    pub(crate) server: f64,
    /// Of each of PostgreSQL's processes that work for it.
    postgres: BTreeMap<u32, f64>,
}

impl Spent {
    /// What has been used since, by the server and by PostgreSQL. A process that was not there has used all of it since.
    pub(crate) fn since(&self, before: &Self) -> (f64, f64) {
        let of_process = |(process, now): (&u32, &f64)| now - before.postgres.get(process).unwrap_or(&0.0);
        (self.server - before.server, self.postgres.iter().map(of_process).sum())
    }
}

/// PostgreSQL, asked which of its processes work for whom.
pub(crate) struct Watched(PgConnection);

impl Watched {
    pub(crate) async fn of(database: &TestDatabase) -> Result<Self, String> {
        let DatabaseUrl::Postgres(url) = &database.config.database else {
            return Err("the peers need PostgreSQL".to_owned());
        };
        PgConnection::connect(url).await.map(Self).map_err(|error| error.to_string())
    }

    /// What a side has used until now.
    pub(crate) async fn spent(&mut self, side: &Side) -> Result<Spent, String> {
        let sql =
            "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()";
        let processes: Vec<i32> = sqlx::query_scalar(sql)
            .bind(side.name)
            .fetch_all(&mut self.0)
            .await
            .map_err(|error| error.to_string())?;
        let mut postgres = BTreeMap::new();
        for process in processes.into_iter().filter_map(|process| u32::try_from(process).ok()) {
            postgres.insert(process, used(process)?);
        }
        let server = used(side.process().ok_or(format!("{} has ended", side.name))?)?;
        Ok(Spent { server, postgres })
    }
}

fn used(process: u32) -> Result<f64, String> {
    machine::cpu_ms_of(process).ok_or(format!("the system does not say what process {process} has used"))
}
