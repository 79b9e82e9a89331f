//! A storm: visitors leave messages, the desk tells of them, receivers are in trouble, and the server is killed in it.

use super::{
    channels::Channels,
    check::{Left, untrue, verdict},
    receivers::{Receivers, Trouble},
    report::{Report, Told},
    submit::{leave, leave_all},
};
use crate::kill::{
    client::Desk,
    database::Database,
    environment,
    random::Random,
    run::{EMAIL, PASSWORD},
    server::{Program, Running},
    views,
};
use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};
use store::Dialect;
use tokio::{
    sync::watch,
    time::{Instant, interval, timeout},
};

/// What is waited for comes within this.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often somebody looks after channels that have given up for a minute.
const LOOKED: Duration = Duration::from_millis(500);
/// So many of the last are asked for once more at the end.
const ONCE_MORE: usize = 10;

/// A storm that is under way.
pub(crate) struct Storm {
    desk: Arc<Desk>,
    program: Program,
    /// None while it is being replaced.
    server: Option<Running>,
    receivers: Receivers,
    channels: Channels,
    random: Random,
    left: Vec<Left>,
    report: Report,
    begun: Instant,
    /// Dropped last: its folder is the servers'.
    database: Database,
}

impl Storm {
    /// An empty desk with a channel for each receiver; the sky is blue. With `stalls`, requests sometimes wait in vain.
    pub(crate) async fn begin(dialect: Dialect, seed: u64, stalls: bool) -> Self {
        let receivers = Receivers::start(stalls).await;
        let database = Database::new(dialect).await;
        // A member is added only to a desk that is there.
        database.open().await.close().await;
        let environment = database.environment().into_iter().chain(receivers.environment()).collect();
        let log = database.folder.join("leaveword.log");
        let program = Program { binary: environment::leaveword(), environment, log };
        program.add_member(EMAIL, PASSWORD).await;
        let server = program.serve().await;
        let mut desk = Desk::new();
        desk.servers.send_replace(vec![server.url.clone()]);
        let server = Some(server);
        desk.sign_in(EMAIL, PASSWORD).await;
        let desk = Arc::new(desk);
        let mut channels = Channels::of(desk.clone());
        for (name, kind, url, secret) in receivers.addresses() {
            channels.connect(name, kind, &url, secret).await;
        }
        let (random, report) = (Random::new(seed), Report::new(dialect, seed));
        let (left, begun) = (Vec::new(), Instant::now());
        Self { desk, program, server, receivers, channels, random, left, report, begun, database }
    }

    /// So many messages and kills, spread over each other. Ends once the webhook in trouble has had a request for each
    /// message; what then is said to be delivered has to be.
    pub(crate) async fn rage(&mut self, messages: u64, kills: u64) {
        self.begun = Instant::now();
        self.receivers.rage(&mut self.random);
        let (may, below) = watch::channel(0);
        let leaving = tokio::spawn(leave_all(self.desk.clone(), messages, self.random.fork(), below));
        let share = messages / (kills + 1);
        let mut troubles = Vec::new();
        for kill in 0..kills {
            if troubles.is_empty() {
                troubles = Trouble::ALL.to_vec();
            }
            let drawn = self.random.below(u64::try_from(troubles.len()).expect("a length"));
            let trouble = troubles.swap_remove(usize::try_from(drawn).expect("an index"));
            may.send_replace((kill + 1) * share);
            self.until_heard(kill * share + share / 2).await;
            let heard = self.strike(trouble).await;
            self.report.kills += 1;
            println!(
                "kill {:>2} of {kills}, {}: {heard} requests so far, in {:.1} s",
                kill + 1,
                trouble.told(),
                self.begun.elapsed().as_secs_f64()
            );
        }
        may.send_replace(messages);
        self.until_heard(messages).await;
        self.left = leaving.await.expect("visitors do not panic");
        self.left.sort_unstable_by_key(|left| left.position);
        let mut deliveries = Vec::new();
        for channel in 0..3 {
            let told = self.channels.deliveries(channel).await;
            let mut states = BTreeMap::new();
            for delivery in &told {
                *states.entry(delivery.state.clone()).or_default() += 1;
            }
            self.report.states.push(states);
            deliveries.push(told);
        }
        // Only now: whatever is said to be delivered was taken before it was said.
        for (deliveries, record) in deliveries.iter().zip(self.receivers.records()) {
            self.report.faults.extend(untrue(&self.left, deliveries, &record));
        }
        self.report.storm = self.begun.elapsed();
    }

    /// The receivers are well again, and what waits for long is asked for: until everything is delivered.
    pub(crate) async fn calm(&mut self) {
        self.receivers.calm();
        let mut asked = 0;
        let delivering = async {
            let mut again = interval(LOOKED);
            while !self.is_all_delivered().await {
                again.tick().await;
                self.channels.resume(true).await;
                asked += self.channels.redeliver_what_failed().await;
            }
        };
        self.in_time(delivering).await;
        self.report.asked_again += asked;
    }

    /// What was delivered to the webhook without trouble is delivered once more.
    pub(crate) async fn ask_for_a_range_again(&mut self) {
        let last = &self.left[self.left.len() - ONCE_MORE..];
        let range = (last[0].position, last[ONCE_MORE - 1].position);
        let heard = self.receivers.counts()[1].0;
        assert_eq!(self.channels.redeliver_range(1, range).await, u64::try_from(ONCE_MORE).expect("few"));
        let again = self.receivers.steady.until_received(heard + ONCE_MORE);
        timeout(PATIENCE, again).await.expect("they come once more");
        self.calm().await;
    }

    /// Rebuilds every view beside the server that runs, starts another one, and leaves a last message: nobody hears of
    /// anything but that.
    pub(crate) async fn rebuild_every_view(&mut self) {
        let before = self.receivers.counts();
        self.program.rebuild().await;
        self.replace_server(false).await;
        let url = self.server.as_ref().expect("a server").url.clone();
        views::caught_up(&url).await;
        let number = u64::try_from(self.left.len()).expect("a number");
        let last = leave(&self.desk, number, &self.random.key()).await;
        self.left.push(last);
        let told = async {
            self.receivers.troubled.until_received(before[0].0 + 1).await;
            self.receivers.steady.until_received(before[1].0 + 1).await;
            self.receivers.robot.until_received(before[2].0 + 1).await;
        };
        timeout(PATIENCE, told).await.expect("everybody hears of the last message");
        self.calm().await;
        self.report.told_by_a_rebuild =
            self.receivers.counts().iter().zip(before).map(|(now, before)| now.0 - before.0 - 1).sum();
    }

    /// What the desk says against what the receivers have.
    pub(crate) async fn end(mut self) -> Report {
        for (channel, record) in self.receivers.records().iter().enumerate() {
            let deliveries = self.channels.deliveries(channel).await;
            self.report.faults.extend(verdict(&self.left, &deliveries, record));
            let (requests, accepted) = self.receivers.counts()[channel];
            let name = self.receivers.addresses()[channel].0;
            self.report.told.push(Told::new(name, requests, accepted, &self.left, record));
        }
        self.report.messages = self.left.len();
        self.report.all = self.begun.elapsed();
        self.report
    }

    /// Kills the server in the middle of trouble; how many requests the webhook in trouble had by then.
    async fn strike(&mut self, trouble: Trouble) -> usize {
        self.channels.resume(false).await;
        self.receivers.befall(trouble);
        let before = self.receivers.counts()[0].0;
        match trouble {
            // From here on there is at least one request that will never be answered.
            Trouble::Stall | Trouble::Swallow => {
                let waited = timeout(PATIENCE, self.receivers.troubled.until_received(before + 1)).await;
                waited.expect("a request that is not answered");
            }
            Trouble::Die => {
                let noticed = async {
                    let mut again = interval(LOOKED / 10);
                    while self.channels.failures(0).await == 0 {
                        again.tick().await;
                    }
                };
                self.in_time(noticed).await;
            }
        }
        // What waits goes on waiting; whoever comes next is not to wait as well.
        self.receivers.rage(&mut self.random);
        let takes_over = self.database.postgres.is_some() && self.random.percent(50);
        self.replace_server(takes_over).await;
        self.receivers.come_back(trouble).await;
        self.channels.resume(false).await;
        self.receivers.counts()[0].0
    }

    /// SIGKILL; the next one is started afterwards, or is there already and takes over.
    async fn replace_server(&mut self, takes_over: bool) {
        let there = if takes_over { Some(self.program.serve().await) } else { None };
        let mut dying = self.server.take().expect("a server");
        dying.strike();
        self.desk.servers.send_replace(Vec::new());
        dying.gone().await;
        let next = match there {
            Some(next) => next,
            None => self.program.serve().await,
        };
        self.desk.servers.send_replace(vec![next.url.clone()]);
        self.server = Some(next);
    }

    /// Waits until the webhook in trouble has had so many requests, and meanwhile looks after the channels.
    async fn until_heard(&self, count: u64) {
        let count = usize::try_from(count).expect("a number");
        let heard = async {
            while timeout(LOOKED, self.receivers.troubled.until_received(count)).await.is_err() {
                self.channels.resume(false).await;
            }
        };
        self.in_time(heard).await;
    }

    async fn in_time(&self, what: impl Future<Output = ()>) {
        if timeout(PATIENCE, what).await.is_err() {
            let states = self.states().await;
            panic!("nothing moves for {PATIENCE:?}: {states:?}");
        }
    }

    async fn is_all_delivered(&self) -> bool {
        let all = i64::try_from(self.left.len()).expect("a number");
        for channel in 0..3 {
            let states = self.channels.states(channel).await;
            if states.get("DELIVERED") != Some(&all) || states.len() > 1 {
                return false;
            }
        }
        true
    }

    async fn states(&self) -> Vec<String> {
        let mut states = Vec::new();
        for channel in 0..3 {
            states.push(format!("{:?}", self.channels.states(channel).await));
        }
        states
    }
}
