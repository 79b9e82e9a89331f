//! Who asks: put beside each request by whoever speaks HTTP.

use crate::{fault, neighbours::Neighbours, ticks::Wanted};
use async_graphql::{Context, Result};
use commands::{Caller, Commands};
use domain::{
    access::Reach,
    actor::Actor,
    ids::{MemberId, VisitorId},
    locale::Locale,
};
use projections::{InForce, Projections, QueryError, Reader, TeamRow};
use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};
use tokio::sync::OnceCell;

/// The caller of one request and the token they sent.
#[derive(Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The bearer token they sent, for signing out.
    pub bearer: Option<String>,
    /// How far the caller's `team` reaches.
    reach: Arc<Reach>,
    /// The desk as it stands, read once per request however many messages name a category.
    desk: Arc<OnceCell<InForce>>,
    /// Its teams, read once per request however many members and messages name one.
    teams: Arc<OnceCell<Vec<TeamRow>>>,
    /// Who is at the desk, read once per request.
    present: Arc<OnceCell<BTreeSet<MemberId>>>,
    /// What stands beside the things of its lists.
    neighbours: Arc<OnceLock<Neighbours>>,
    /// When they are looked up.
    pub(crate) wanted: Wanted,
}

/// Where the desk is, for links in answers.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// What the desk's own addresses begin with; `None`: nobody has said.
    pub base: Option<String>,
}

impl Links {
    /// An address of ours; a path while nobody has said where we are.
    pub(crate) fn of(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_deref().unwrap_or_default())
    }

    /// The page that asks for a password, with what opens it: a browser sends that part nowhere.
    pub(crate) fn sign_in(&self, token: &str) -> Option<String> {
        self.base.as_ref().map(|base| format!("{base}/sign-in#{token}"))
    }
}

impl Request {
    /// A request of this caller, whose `team` reaches that far.
    pub fn new(caller: Caller, bearer: Option<String>, reach: Reach) -> Self {
        let (desk, teams, present) = (Arc::default(), Arc::default(), Arc::default());
        let (neighbours, wanted) = (Arc::default(), Wanted::default());
        Self { caller, bearer, reach: reach.into(), desk, teams, present, neighbours, wanted }
    }

    /// The same caller's next request, which remembers nothing of this one.
    pub(crate) fn anew(&self) -> Self {
        let (caller, bearer, reach) = (self.caller.clone(), self.bearer.clone(), self.reach.clone());
        let (desk, teams, present) = (Arc::default(), Arc::default(), Arc::default());
        Self {
            caller,
            bearer,
            reach,
            desk,
            teams,
            present,
            neighbours: Arc::default(),
            wanted: Wanted::default(),
        }
    }

    /// Whose messages the caller sees.
    pub(crate) fn reader(&self) -> Result<Reader> {
        let reader = Reader::of_messages(self.caller.actor, &self.reach);
        reader.map_err(|error| fault::of_query(&self.caller, &error))
    }

    /// How far the caller's `team` reaches.
    pub(crate) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The caller as a reader of the log.
    pub(crate) fn auditor(&self) -> Result<Reader> {
        Reader::of_the_log(self.caller.actor).map_err(|error| fault::of_query(&self.caller, &error))
    }

    /// The desk's teams that stand.
    async fn teams(&self, projections: &Projections) -> Result<&[TeamRow]> {
        let teams = self.teams.get_or_try_init(|| projections.teams()).await;
        Ok(teams.map_err(|error| fault::of_query(&self.caller, &error))?)
    }

    /// The desk's settings in force.
    pub(crate) async fn desk(&self, projections: &Projections) -> Result<&InForce> {
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
            Actor::Anonymous | Actor::Member { .. } | Actor::Key { .. } | Actor::System(_) => None,
        }
    }

    /// Refuses whoever does not work at the desk.
    fn staff(&self) -> Result<()> {
        match self.caller().actor {
            Actor::Anonymous => Err(fault::unauthenticated(self.caller())),
            Actor::Visitor(_) => Err(fault::fault(fault::Code::Forbidden, "this is for members of the desk")),
            Actor::Member { .. } | Actor::Key { .. } | Actor::System(_) => Ok(()),
        }
    }

    /// The desk's teams that stand, read once per request.
    async fn teams(&self) -> Result<&[TeamRow]>;

    /// Who is at the desk, read once per request.
    async fn present(&self) -> Result<&BTreeSet<MemberId>> {
        let present = self.request().present.get_or_try_init(|| self.commands().present()).await;
        present.map_err(|error| fault::internal(self.caller(), &error))
    }

    /// What stands beside the things of a list, looked up for all of them at once.
    fn neighbours(&self) -> &Neighbours {
        let reader = || Reader::of_messages(self.caller().actor, &self.request().reach).ok();
        let Request { neighbours, wanted, .. } = self.request();
        neighbours.get_or_init(|| Neighbours::new(self.projections().clone(), reader(), wanted))
    }

    /// The member who asks, when they may read messages; the fault otherwise.
    fn reader(&self) -> Result<Reader> {
        let caller = self.caller();
        Reader::of_messages(caller.actor, &self.request().reach)
            .map_err(|error: QueryError| fault::of_query(caller, &error))
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

    async fn teams(&self) -> Result<&[TeamRow]> {
        self.request().teams(self.projections()).await
    }
}
