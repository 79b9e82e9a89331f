//! Taking turns on SQLite, where a file has one writer.

use super::shadow::NEXT;
use crate::{database::Dialect, error::StoreError, sql::Tx, store::Store};
use std::time::Duration;
use tokio::time::Instant;

/// How long followers are given between two transactions: as long as one of those may take, so that under a load that never
/// lets them catch up both sides get half of the writer, and the rebuild comes to an end.
const GIVE_WAY: Duration = Duration::from_millis(20);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// How long a transaction that cannot begin is tried again.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many transactions nobody is given way for after nobody took it.
const NOBODY: u32 = 20;

/// SQLite's writer is not queued for: it goes to whoever looks at the right moment, and a rebuild is always there. So it
/// steps aside while a follower has something to take.
#[derive(Debug, Default)]
pub(super) struct Turns {
    deaf: u32,
}

impl Turns {
    /// Between two transactions.
    pub(super) async fn give_way(&mut self, store: &Store) -> Result<(), StoreError> {
        if store.database().dialect() == Dialect::Postgres {
            return Ok(());
        }
        if self.deaf > 0 {
            self.deaf -= 1;
            return Ok(());
        }
        let until = Instant::now() + GIVE_WAY;
        let (mut first, mut moved) = (None, false);
        loop {
            let slowest = slowest_follower(store).await?;
            if slowest >= store.head().await? {
                return Ok(());
            }
            moved |= *first.get_or_insert(slowest) != slowest;
            if Instant::now() >= until {
                // No server runs, or a view stands still.
                self.deaf = if moved { 0 } else { NOBODY };
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Begins a transaction. SQLite's one writer may be a server's for longer than anybody waits for it: that passes.
pub(super) async fn begin(store: &Store) -> Result<Tx, StoreError> {
    let until = Instant::now() + PATIENCE;
    loop {
        match store.database().views.begin().await.map_err(StoreError::from) {
            Err(error) if error.passes() && Instant::now() < until => tokio::time::sleep(LOOK).await,
            begun => return begun,
        }
    }
}

/// Of the newest version of each view: an older one is another program's, which may be gone.
async fn slowest_follower(store: &Store) -> Result<i64, StoreError> {
    let sql = "SELECT MIN(position) AS position FROM checkpoints AS own WHERE substr(name, -$1) <> $2 AND version > 0 \
               AND version = (SELECT MAX(version) FROM checkpoints AS other WHERE other.name = own.name)";
    let length = i64::try_from(NEXT.len()).unwrap_or_default();
    let row = store.database().views.row(sql, &[length.into(), NEXT.into()]).await?;
    Ok(row.map(|row| row.int_or_null("position")).transpose()?.flatten().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;

    #[tokio::test]
    async fn what_acts_and_what_an_older_program_left_is_no_follower_that_is_waited_for() {
        let database = TestDatabase::new(Dialect::Sqlite).await;
        let store = database.open(TestDatabase::clock()).await;
        let views = &store.database().views;
        views.execute("DELETE FROM checkpoints", &[]).await.expect("emptied");
        assert_eq!(slowest_follower(&store).await.expect("readable"), i64::MAX);
        let sql = "INSERT INTO checkpoints (name, version, position) VALUES \
                   ('notes', 1, 3), ('notes', 2, 70), ('others', 1, 60), ('notes__next', 2, 5)";
        views.execute(sql, &[]).await.expect("written");
        store.move_acted("destroyed_keys", 4).await.expect("written");
        assert_eq!(store.acted_through("destroyed_keys").await.expect("readable"), Some(4));
        assert_eq!(slowest_follower(&store).await.expect("readable"), 60);
    }
}
