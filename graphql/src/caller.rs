//! Who asks: put beside each request by whoever speaks HTTP.

use crate::fault;
use async_graphql::{Context, Result};
use commands::{Caller, Commands};
use domain::{actor::Actor, desk::Settings, ids::VisitorId, locale::Locale};
use projections::{Projections, QueryError, Reader};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The caller of one request and the token they sent.
#[derive(Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The bearer token they sent, for signing out.
    pub bearer: Option<String>,
    /// The desk as it stands, read once per request however many messages name a category.
    desk: Arc<OnceCell<Settings>>,
}

impl Request {
    /// A request of this caller.
    pub fn new(caller: Caller, bearer: Option<String>) -> Self {
        Self { caller, bearer, desk: Arc::default() }
    }

    /// The desk's settings in force.
    pub(crate) async fn desk(&self, projections: &Projections) -> Result<&Settings> {
        let settings = self.desk.get_or_try_init(|| projections.desk()).await;
        settings.map_err(|error| fault::of_query(&self.caller, &error))
    }
}

/// What every resolver needs, in few words.
pub(crate) trait Asks {
    fn request(&self) -> &Request;
    fn commands(&self) -> &Commands;
    fn projections(&self) -> &Projections;

    fn caller(&self) -> &Caller {
        &self.request().caller
    }

    fn locale(&self) -> Option<&Locale> {
        self.caller().locale.as_ref()
    }

    /// The visitor who asks, when a visitor does.
    fn visitor_id(&self) -> Option<VisitorId> {
        match self.caller().actor {
            Actor::Visitor(id) => Some(id),
            Actor::Anonymous | Actor::Member { .. } | Actor::System(_) => None,
        }
    }

    /// The member who asks, when they may read messages; the fault otherwise.
    fn reader(&self) -> Result<Reader> {
        let caller = self.caller();
        Reader::of_messages(caller.actor).map_err(|error: QueryError| fault::of_query(caller, &error))
    }
}

impl Asks for Context<'_> {
    fn request(&self) -> &Request {
        self.data_unchecked()
    }

    fn commands(&self) -> &Commands {
        self.data_unchecked()
    }

    fn projections(&self) -> &Projections {
        self.data_unchecked()
    }
}
