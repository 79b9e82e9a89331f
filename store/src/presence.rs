//! Who is at the desk: rows that end by themselves unless they are said again, one for each member. Nobody asks later who
//! was there, only when the last one left.

use crate::{
    error::StoreError,
    sql::{Value, placeholders},
    store::Store,
};

/// As many as are told at once.
const MOST: i64 = 1_000;

impl Store {
    /// Somebody is at the desk until then, in microseconds; `None`: they are not. Whoever does not work there is not.
    pub async fn set_present(&self, member_id: &str, until: Option<i64>) -> Result<(), StoreError> {
        let log = &self.database().log;
        let id: Value = member_id.into();
        if let Some(until) = until {
            let sql = "INSERT INTO presence (member_id, until) \
                       SELECT member_id, $2 FROM accounts WHERE member_id = $1 AND active = 1 \
                       ON CONFLICT (member_id) DO UPDATE SET until = excluded.until";
            log.execute(sql, &[id, until.into()]).await?;
        } else {
            let sql = "UPDATE presence SET until = $2 WHERE member_id = $1 AND until > $2";
            log.execute(sql, &[id, self.clock().micros().into()]).await?;
        }
        Ok(())
    }

    /// Those of these who are at the desk stay until then, in microseconds; whoever has left is left alone.
    pub async fn keep_present(&self, member_ids: &[String], until: i64) -> Result<(), StoreError> {
        for some in member_ids.chunks(500) {
            let list = placeholders(3, some.len());
            let sql = format!(
                "UPDATE presence SET until = $1 WHERE until > $2 AND until < $1 AND member_id IN ({list})"
            );
            let (until, now) = (Value::from(until), Value::from(self.clock().micros()));
            let ids = some.iter().map(|id| Value::from(id.as_str()));
            let values: Vec<Value> = [until, now].into_iter().chain(ids).collect();
            self.database().log.execute(&sql, &values).await?;
        }
        Ok(())
    }

    /// Who is at the desk now.
    pub async fn present(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT member_id FROM presence WHERE until > $1 ORDER BY until DESC LIMIT $2";
        let values = [self.clock().micros().into(), MOST.into()];
        let rows = self.database().log.rows(sql, &values).await?;
        rows.iter().map(|row| Ok(row.text("member_id")?)).collect()
    }

    /// When the last of those who are not at the desk any more left it, in microseconds; `None`: nobody ever did, but for
    /// members who work here no more.
    pub async fn last_left(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT until FROM presence WHERE until <= $1 ORDER BY until DESC LIMIT 1";
        let row = self.database().log.row(sql, &[self.clock().micros().into()]).await?;
        Ok(row.map(|row| row.int("until")).transpose()?)
    }
}
