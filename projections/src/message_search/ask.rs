//! A page of what is found: candidates are opened and asked again until it is full.

use super::{
    budget::Budget,
    candidates::{Candidates, order},
    look::{End, Looked},
};
use crate::{
    Page, PageRequest, Projections, Reader,
    cursor::encode,
    error::QueryError,
    message_list::{MessageFilter, MessageOrder, MessageRow},
};
use domain::search::Query;

impl Projections {
    /// A page of the messages of a filter that say this. It is shorter than was asked for when so many candidates did not say
    /// it, or said so much, that the rest is left to the next page.
    pub(crate) async fn found(
        &self,
        reader: &Reader,
        (filter, search): (&MessageFilter, &Query),
        in_order: MessageOrder,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        if in_order == MessageOrder::BestFirst {
            return self.best(reader, (filter, search), page).await;
        }
        let (list, ..) = order(in_order);
        let window = page.window(list)?;
        let turns = if reader.is_system() { &self.recovering } else { &self.turns };
        let _turn = turns.take(&reader.own().unwrap_or_default()).await?;
        let (store, backwards) = (&self.store, window.backwards);
        let candidates = Candidates { store, reader, filter, search, order: in_order, backwards };
        let most = usize::try_from(window.size).unwrap_or(usize::MAX);
        let mut looked = Looked::from(window.beyond.clone(), Budget::new(self.search_patience));
        let end = self.walk(&candidates, &mut looked, None, most).await?;
        let mut page = window.page(list, looked.found, |found| found.key.clone());
        if end == End::Exhausted {
            let more = if backwards { &mut page.has_previous } else { &mut page.has_next };
            *more = true;
            page.looked_at = looked.place.map(|place| encode(list, &place));
        }
        Ok(page.map(|found| found.row))
    }
}
