//! Where channels send to, and with which secrets: rows sealed under the master key, written in the append's own
//! transaction. Of what a row says, nothing is known here.

use crate::{
    error::{AppendError, StoreError},
    keys::{unwrap_bytes, wrap},
    sql::Tx,
    store::Store,
};

/// A change of a channel's row that is committed with the events that speak of it.
#[derive(Clone)]
pub enum ChannelChange {
    /// It is this from now on.
    Kept {
        /// Whose.
        channel_id: String,
        /// As [`Store::seal_address`] sealed it.
        sealed: Vec<u8>,
    },
    /// It begins anew: how it did before says nothing any more.
    Resumed {
        /// Which.
        channel_id: String,
    },
    /// It is no more; nor is what is known of how it did. What waited for it is skipped by whoever notifies: that may be more than
    /// a transaction of events should wait for.
    Gone {
        /// Whose.
        channel_id: String,
    },
}

impl ChannelChange {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        match self {
            Self::Kept { channel_id, sealed } => {
                let sql = "INSERT INTO channel_addresses (channel_id, sealed) VALUES ($1, $2) \
                           ON CONFLICT (channel_id) DO UPDATE SET sealed = excluded.sealed";
                tx.execute(sql, &[channel_id.as_str().into(), sealed.clone().into()]).await?;
            }
            Self::Resumed { channel_id } => {
                let sql = "DELETE FROM channel_health WHERE channel_id = $1";
                tx.execute(sql, &[channel_id.as_str().into()]).await?;
            }
            Self::Gone { channel_id } => {
                let id = [channel_id.as_str().into()];
                for table in ["channel_addresses", "channel_health", "channel_sends"] {
                    tx.execute(&format!("DELETE FROM {table} WHERE channel_id = $1"), &id).await?;
                }
            }
        }
        Ok(())
    }
}

impl Store {
    /// Seals what a channel's row says.
    pub fn seal_address(&self, channel_id: &str, clear: &[u8]) -> Vec<u8> {
        let master = self.master();
        wrap(master.key(), &name(channel_id), &master.id, clear)
    }

    /// What a channel's row says, while it is connected.
    pub async fn channel_address(&self, channel_id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT sealed FROM channel_addresses WHERE channel_id = $1";
        let Some(row) = self.database().log.row(sql, &[channel_id.into()]).await? else { return Ok(None) };
        let master = self.master();
        let clear = unwrap_bytes(master.key(), &name(channel_id), &master.id, &row.bytes("sealed")?);
        clear.map(Some).ok_or_else(|| StoreError::Seal { key_id: master.id.clone() })
    }

    /// Which channels are connected, by their ids.
    pub async fn connected_channels(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT channel_id FROM channel_addresses ORDER BY channel_id";
        let rows = self.database().log.rows(sql, &[]).await?;
        rows.iter().map(|row| Ok(row.text("channel_id")?)).collect()
    }

    /// How many channels are connected.
    pub async fn standing_channels(&self) -> Result<usize, StoreError> {
        let sql = "SELECT COUNT(*) AS channels FROM channel_addresses";
        let row = self.database().log.row(sql, &[]).await?;
        let channels = row.map(|row| row.int("channels")).transpose()?.unwrap_or_default();
        Ok(usize::try_from(channels).unwrap_or_default())
    }
}

fn name(channel_id: &str) -> String {
    format!("channel/{channel_id}")
}
