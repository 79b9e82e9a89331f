//! Who works at the desk, or did.

mod keys;

pub use keys::KeyRow;

use crate::{
    Page, PageRequest, Projections,
    error::QueryError,
    fold::{Folded, Table, fold},
    opening::{self, Opened, column},
};
use domain::{
    access::RoleId,
    ids::MemberId,
    member::{Handle, Member, MemberEmail, MemberEvent, Vendor},
    personal::Personal,
    text::Name,
};
use keys::Keys;
use std::collections::BTreeSet;
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, StoreError, Tx, Value, any_of};

/// Where the rows stand: version 2 of the view.
const TABLE: &str = "members_2";

/// A member.
#[derive(Clone, Debug)]
pub struct MemberRow {
    /// Who.
    pub id: MemberId,
    /// What they may do.
    pub role: RoleId,
    /// Their name.
    pub name: Personal<Name>,
    /// Their address.
    pub email: Personal<MemberEmail>,
    /// Have they chosen a password?
    pub joined: bool,
    /// Were they not deactivated?
    pub active: bool,
    /// What vendors call them.
    pub handles: HandlesRow,
    /// Their keys that were neither revoked nor had ended when the last one was created, the oldest first.
    pub keys: Vec<KeyRow>,
    invited_at: i64,
}

/// What vendors call a member.
#[derive(Clone, Debug, Default)]
pub struct HandlesRow {
    /// WeCom.
    pub wecom: Option<Personal<Handle>>,
    /// Feishu or Lark.
    pub feishu: Option<Personal<Handle>>,
    /// DingTalk.
    pub dingtalk: Option<Personal<Handle>>,
    /// The number of a mobile phone.
    pub mobile: Option<Personal<Handle>>,
}

/// Takes a run of events into the list of members.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move { fold::<Listed>(tx, run).await?.write(tx).await })
}

/// A row while events are folded into it; what is personal stays sealed.
struct Listed {
    fixed: Vec<Value>,
    role: RoleId,
    name: String,
    joined: bool,
    active: bool,
    /// In the order of `VENDORS`.
    handles: [Option<String>; 4],
    keys: Keys,
}

const VENDORS: [(Vendor, &str); 4] = [
    (Vendor::Wecom, "wecom"),
    (Vendor::Feishu, "feishu"),
    (Vendor::Dingtalk, "dingtalk"),
    (Vendor::Mobile, "mobile"),
];

impl Folded for Listed {
    type Aggregate = Member;
    const TABLE: Table = Table {
        name: TABLE,
        key: "member_id",
        fixed: &[("email", Kind::Text), ("invited_at", Kind::Int)],
        changing: &[
            ("role", Kind::Text),
            ("name", Kind::Text),
            ("joined", Kind::Int),
            ("active", Kind::Int),
            ("wecom", Kind::Text),
            ("feishu", Kind::Text),
            ("dingtalk", Kind::Text),
            ("mobile", Kind::Text),
            ("api_keys", Kind::Text),
        ],
        read: &["role", "name", "joined", "active", "wecom", "feishu", "dingtalk", "mobile", "api_keys"],
    };

    fn begin(_recorded: &RecordedEvent, event: MemberEvent) -> Result<Option<Self>, HandleError> {
        let MemberEvent::MemberInvited(event) = event else { return Ok(None) };
        let fixed = vec![column(&event.email)?.into(), event.at.timestamp_micros().into()];
        let name = column(&event.name)?;
        let (handles, keys) = (<[Option<String>; 4]>::default(), Keys::default());
        Ok(Some(Self { fixed, role: event.role, name, joined: false, active: true, handles, keys }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        let mut handles = <[Option<String>; 4]>::default();
        for (handle, (_, vendor)) in handles.iter_mut().zip(VENDORS) {
            *handle = row.text_or_null(vendor)?;
        }
        Ok(Self {
            fixed: vec![],
            role: row.text("role")?.parse()?,
            name: row.text("name")?,
            joined: row.int("joined")? == 1,
            active: row.int("active")? == 1,
            handles,
            keys: Keys::read(row)?,
        })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: MemberEvent) -> Result<(), HandleError> {
        match event {
            MemberEvent::MemberJoined(_) => self.joined = true,
            MemberEvent::MemberRevised(event) => {
                if let Some(name) = &event.name {
                    self.name = column(name)?;
                }
                for revised in &event.handles {
                    for (handle, (vendor, _)) in self.handles.iter_mut().zip(VENDORS) {
                        if vendor == revised.of {
                            *handle = revised.to.as_ref().map(column).transpose()?;
                        }
                    }
                }
            }
            MemberEvent::MemberRoleChanged(event) => self.role = event.role,
            MemberEvent::MemberDeactivated(_) => self.active = false,
            MemberEvent::MemberReactivated(_) => self.active = true,
            MemberEvent::ApiKeyCreated(event) => self.keys.created(&event)?,
            MemberEvent::ApiKeyRevoked(event) => self.keys.revoked(event.key_id),
            MemberEvent::MemberInvited(_)
            | MemberEvent::PasswordChanged(_)
            | MemberEvent::MemberSignedIn(_)
            | MemberEvent::SignInRefused(_) => {}
        }
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.fixed)
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        let flags = [i64::from(self.joined).into(), i64::from(self.active).into()];
        let handles = self.handles.iter().cloned().map(Value::from);
        let texts = [self.role.as_str().into(), self.name.as_str().into()];
        Ok(texts.into_iter().chain(flags).chain(handles).chain([self.keys.column()?.into()]).collect())
    }
}

const COLUMNS: &str =
    "member_id, role, name, email, joined, active, wecom, feishu, dingtalk, mobile, api_keys, invited_at";

impl Projections {
    /// These members, in one look-up; whoever is unknown is left out.
    pub async fn members(&self, ids: &BTreeSet<MemberId>) -> Result<Vec<MemberRow>, QueryError> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE member_id {}", any_of(self.dialect(), 1));
        self.read_members(&sql, &[Value::texts(ids)]).await
    }

    /// One member.
    pub async fn member(&self, id: MemberId) -> Result<Option<MemberRow>, QueryError> {
        Ok(self.members(&[id].into()).await?.pop())
    }

    /// A page of everybody, in the order in which they were invited.
    pub async fn member_page(&self, page: &PageRequest) -> Result<Page<MemberRow>, QueryError> {
        const LIST: &str = "members";
        let window = page.window(LIST)?;
        let (direction, beyond) = if window.backwards { ("DESC", "<") } else { ("ASC", ">") };
        let (mut condition, mut values) = (String::new(), vec![]);
        if let Some((at, id)) = &window.beyond {
            condition = format!("WHERE (invited_at, member_id) {beyond} ($1, $2) ");
            values = vec![(*at).into(), id.as_str().into()];
        }
        values.push((window.size + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLE} {condition}ORDER BY invited_at {direction}, member_id {direction} LIMIT ${}",
            values.len()
        );
        let rows = self.read_members(&sql, &values).await?;
        Ok(window.page(LIST, rows, |row| (row.invited_at, row.id.to_string())))
    }

    /// How many there are.
    pub async fn member_count(&self) -> Result<i64, QueryError> {
        let sql = format!("SELECT COUNT(*) AS members FROM {TABLE}");
        let row = self.store.database().views.row(&sql, &[]).await?;
        Ok(row.map(|row| row.int("members")).transpose()?.unwrap_or_default())
    }

    async fn read_members(&self, sql: &str, values: &[Value]) -> Result<Vec<MemberRow>, QueryError> {
        let rows = self.store.database().views.rows(sql, values).await?;
        let mut sealed = Vec::new();
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            sealed.extend([Some(row.text("name")?), Some(row.text("email")?)]);
            for (_, vendor) in VENDORS {
                sealed.push(row.text_or_null(vendor)?);
            }
            let theirs = Keys::of_row(row)?;
            sealed.extend(theirs.sealed());
            keys.push(theirs);
        }
        let mut opened = opening::open(&self.store, sealed).await?;
        rows.iter().zip(keys).map(|(row, keys)| member(row, &keys, &mut opened)).collect()
    }
}

fn member(row: &Row, keys: &Keys, opened: &mut Opened) -> Result<MemberRow, QueryError> {
    let bad = |what: &str| StoreError::Setup(format!("{TABLE} holds a bad {what}"));
    Ok(MemberRow {
        id: row.text("member_id")?.parse().map_err(|_| bad("member_id"))?,
        role: row.text("role")?.parse().map_err(|_| bad("role"))?,
        name: opened.required()?,
        email: opened.required()?,
        joined: row.int("joined")? == 1,
        active: row.int("active")? == 1,
        handles: HandlesRow {
            wecom: opened.next()?,
            feishu: opened.next()?,
            dingtalk: opened.next()?,
            mobile: opened.next()?,
        },
        keys: keys.opened(opened)?,
        invited_at: row.int("invited_at")?,
    })
}
