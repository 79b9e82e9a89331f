//! A page of what is found: candidates are opened and asked again until it is full.

use super::{
    candidates::{Candidates, order},
    phone,
};
use crate::{
    EntryKind, EntryRow, Page, PageRequest, Projections, Reader,
    cursor::{Key, encode},
    error::QueryError,
    message_list::{self, MessageFilter, MessageOrder, MessageRow},
    opening,
};
use domain::{
    contact::Contact,
    ids::MessageId,
    message::Assignee,
    personal::Personal,
    search::{Query, Said},
    text::Name,
};
use std::{collections::HashMap, time::Duration};
use store::{Row, StoreError};
use tokio::time::Instant;

/// Candidates that are opened at once.
const ROUND: i64 = 64;
/// Rounds that are looked at for one page: 512 candidates.
const ROUNDS: usize = 8;
/// … or for how long, whatever comes first.
const LONGEST: Duration = Duration::from_millis(500);

impl Projections {
    /// A page of the messages of a filter that say this. It is shorter than was asked for when so many candidates did not say
    /// it that the rest is left to the next page.
    pub(crate) async fn found(
        &self,
        reader: &Reader,
        (filter, search): (&MessageFilter, &Query),
        in_order: MessageOrder,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        let (list, by, _) = order(in_order);
        let window = page.window(list)?;
        let _turn = self.turns.take(&reader.own().unwrap_or_default()).await?;
        let (store, backwards) = (&self.store, window.backwards);
        let candidates = Candidates { store, reader, filter, search, order: in_order, backwards };
        let began = Instant::now();
        let most = usize::try_from(window.size).unwrap_or(usize::MAX);
        let (mut found, mut place, mut rounds) = (Vec::new(), window.beyond.clone(), 0);
        let exhausted = loop {
            let rows = candidates.beyond(place.as_ref(), ROUND).await?;
            let ended = i64::try_from(rows.len()) != Ok(ROUND);
            let keys = rows.iter().map(|row| Ok((row.int(by)?, row.text("message_id")?)));
            let keys = keys.collect::<Result<Vec<Key>, QueryError>>()?;
            place = keys.last().cloned().or(place);
            found.extend(self.that_say(reader, search, keys, rows).await?);
            rounds += 1;
            if found.len() > most || ended {
                break false;
            }
            if rounds == ROUNDS || began.elapsed() > LONGEST {
                break true;
            }
        };
        let mut page = window.page(list, found, |(key, _)| key.clone());
        if exhausted {
            let more = if backwards { &mut page.has_previous } else { &mut page.has_next };
            *more = true;
            page.looked_at = place.map(|place| encode(list, &place));
        }
        Ok(page.map(|(_, row)| row))
    }

    /// Those of the candidates that say it, as far as the reader sees it.
    async fn that_say(
        &self,
        reader: &Reader,
        search: &Query,
        keys: Vec<Key>,
        rows: Vec<Row>,
    ) -> Result<Vec<(Key, MessageRow)>, QueryError> {
        if rows.is_empty() {
            return Ok(vec![]);
        }
        let bad = |_| StoreError::Setup("message_list holds a bad message_id".to_owned());
        let ids = rows.iter().map(|row| Ok(row.text("message_id")?.parse().map_err(bad)?));
        let ids = ids.collect::<Result<Vec<MessageId>, QueryError>>()?;
        let mut entries: HashMap<MessageId, Vec<EntryRow>> = HashMap::new();
        for (id, entry) in self.entries_of(&ids, true).await? {
            entries.entry(id).or_default().push(entry);
        }
        let mut sealed = Vec::with_capacity(rows.len() * 2);
        for row in &rows {
            sealed.extend([row.text_or_null("name")?, Some(row.text("contact")?)]);
        }
        let mut opened = opening::open(&self.store, sealed).await?;
        let (mut said_keys, mut said_rows) = (Vec::new(), Vec::new());
        for ((row, id), key) in rows.into_iter().zip(ids).zip(keys) {
            let name: Option<Personal<Name>> = opened.next()?;
            let contact: Personal<Contact> = opened.required()?;
            // Nobody learns a contact by trying digits that they may not see.
            let shown = reader.sight(holder(&row)?).contacts;
            let contact = contact.clear().filter(|_| shown);
            let reference = row.text("reference")?;
            let entries = entries.remove(&id).unwrap_or_default();
            let own = [Some(reference.as_str()), name.as_ref().and_then(Personal::text)];
            let own = own.into_iter().chain([contact.map(|contact| contact.given.as_str())]).flatten();
            let said = Said::new(own.chain(entries.iter().flat_map(texts)), contact.and_then(phone));
            if search.is_in(&said) {
                said_keys.push(key);
                said_rows.push(row);
            }
        }
        let opened = message_list::opened(&self.store, reader, &said_rows).await?;
        Ok(said_keys.into_iter().zip(opened).collect())
    }
}

/// What was said by somebody: what a rule says is the same everywhere.
fn texts(entry: &EntryRow) -> impl Iterator<Item = &str> {
    let somebodys = entry.kind != EntryKind::AutoReply;
    let answers = entry.answers.iter().filter_map(|answer| answer.value.text());
    entry.content.text().into_iter().chain(answers).filter(move |_| somebodys)
}

/// Whoever has the message.
fn holder(row: &Row) -> Result<Option<Assignee>, QueryError> {
    let member = row.text_or_null("assignee_id")?.and_then(|id| id.parse().ok()).map(Assignee::Member);
    let team = row.text_or_null("team_id")?.and_then(|id| id.parse().ok()).map(Assignee::Team);
    Ok(member.or(team))
}
