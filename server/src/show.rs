//! `leaveword log show`: the history of a message as a story.

use crate::config::Config;
use domain::{access::Reach, actor::Actor, locale::Locale, reference::Reference};
use graphql::Story;
use projections::{HistoryFilter, Projections, Reader};
use std::{
    error::Error,
    io::{self, ErrorKind, Write},
};
use store::{Clock, Store};

/// How many events are read at a time.
const PAGE: i64 = 200;

/// Prints what happened to the message of this reference, a line for each event: position, time, and a sentence.
pub(crate) async fn run(config: &Config, reference: &str, locale: &str) -> Result<(), Box<dyn Error>> {
    let wanted = Reference::parse(reference)
        .ok_or_else(|| format!("--message {reference}: want one like LW-7K3F9Q"))?;
    let locale = Locale::parse(locale).map_err(|error| format!("--locale {locale} {error}"))?;
    let store = Store::open(&config.store, Clock::system()).await?;
    let shown = show(&store, &wanted, &locale).await;
    store.close().await;
    match shown {
        // Whoever reads it has read enough.
        Err(error)
            if error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == ErrorKind::BrokenPipe) =>
        {
            Ok(())
        }
        shown => shown,
    }
}

async fn show(store: &Store, wanted: &Reference, locale: &Locale) -> Result<(), Box<dyn Error>> {
    let projections = Projections::reading(store);
    // Whoever holds the master key may read everything.
    let reader = Reader::of_messages(Actor::System("command-line"), &Reach::Desk)?;
    let found = projections.message_by_reference(&reader, wanted).await?;
    let id = found.ok_or_else(|| format!("no message is called {}", wanted.as_str()))?.id;
    let settings = projections.desk().await?;
    let mut after = 0;
    loop {
        let page = projections.history(&reader, id, &HistoryFilter::default(), after, PAGE).await?;
        let tale = projections.tale(&page).await?;
        let told = Story { locale: Some(locale), settings: &settings, tale: &tale };
        for entry in &page {
            let at = entry.event.recorded_at.format("%Y-%m-%d %H:%M:%S UTC");
            writeln!(io::stdout(), "{:>8}  {at}  {}", entry.event.position, told.tell(entry))?;
        }
        match page.last() {
            Some(last) => after = last.event.position,
            None => return Ok(()),
        }
    }
}
