//! What the desk's own roles give: rows beside the log, written in the append's own transaction, so that what somebody may
//! do is told by what is so now (docs/decisions/0026).

use crate::{
    error::{AppendError, StoreError},
    sql::{Row, Tx, Value, placeholders},
    store::Store,
};
use std::collections::BTreeMap;

/// The desk's own roles from now on, committed with the event that speaks of them.
#[derive(Clone, Debug)]
pub struct RolesChange {
    /// All of them: the id of each, and what it gives.
    pub roles: Vec<(String, String)>,
    /// Roles that are no more. Somebody has been given one of them meanwhile: the whole append is a conflict.
    pub gone: Vec<String>,
}

/// Who somebody is, and by what they may do what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Who.
    pub member_id: String,
    /// The id of their role now.
    pub role: String,
    /// What it gives, if it is one of the desk's own.
    pub grants: Option<String>,
}

impl Authority {
    /// What is read of an account.
    pub(crate) const COLUMNS: &'static str = "accounts.member_id AS member_id, role, grants";
    /// Where that stands, beside `accounts`.
    pub(crate) const ROLES: &'static str = "LEFT JOIN roles ON role_id = role";

    pub(crate) fn of(row: &Row) -> sqlx::Result<Self> {
        let (member_id, role) = (row.text("member_id")?, row.text("role")?);
        Ok(Self { member_id, role, grants: row.text_or_null("grants")? })
    }
}

impl RolesChange {
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), AppendError> {
        if !self.gone.is_empty() {
            let values: Vec<Value> = self.gone.iter().map(|role| role.as_str().into()).collect();
            let list = placeholders(1, values.len());
            let sql =
                format!("SELECT COUNT(*) AS members FROM accounts WHERE role IN ({list}) AND active = 1");
            let held = tx.row(&sql, &values).await?.map(|row| row.int("members")).transpose()?;
            if held.unwrap_or_default() > 0 {
                return Err(AppendError::Conflict);
            }
        }
        tx.execute("DELETE FROM roles", &[]).await?;
        for (role, grants) in &self.roles {
            let sql = "INSERT INTO roles (role_id, grants) VALUES ($1, $2)";
            tx.execute(sql, &[role.as_str().into(), grants.as_str().into()]).await?;
        }
        Ok(())
    }
}

impl Store {
    /// A member who works at the desk, and what their role gives.
    pub async fn authority_of(&self, member_id: &str) -> Result<Option<Authority>, StoreError> {
        let (columns, roles) = (Authority::COLUMNS, Authority::ROLES);
        let sql = format!("SELECT {columns} FROM accounts {roles} WHERE member_id = $1 AND active = 1");
        let row = self.database().log.row(&sql, &[member_id.into()]).await?;
        row.map(|row| Ok(Authority::of(&row)?)).transpose()
    }

    /// How many who work at the desk, or are invited, have each of these roles; one that nobody has is left out.
    pub async fn held_roles(&self, roles: &[&str]) -> Result<BTreeMap<String, i64>, StoreError> {
        if roles.is_empty() {
            return Ok(BTreeMap::new());
        }
        let values: Vec<Value> = roles.iter().map(|role| (*role).into()).collect();
        let list = placeholders(1, values.len());
        let sql = format!(
            "SELECT role, COUNT(*) AS members FROM accounts WHERE role IN ({list}) AND active = 1 GROUP BY role"
        );
        let rows = self.database().log.rows(&sql, &values).await?;
        rows.iter().map(|row| Ok((row.text("role")?, row.int("members")?))).collect()
    }
}
