//! A run: servers and callers, kills while commands are unanswered, and the question afterwards what the log says.

use super::{
    check::Ledger,
    client::{Client, Desk},
    database::Database,
    environment,
    journal::Progress,
    log,
    random::Random,
    report::{Kill, Report},
    server::{Program, Running},
    target::Target,
    views,
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use store::{Dialect, testing::soon};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

/// Callers, each with one command at a time.
const CLIENTS: usize = 48;
/// A kill waits until so many commands are unanswered.
pub(crate) const UNANSWERED: usize = 32;
/// So many commands are begun while views are filled: callers who never pause may be faster than what fills them.
const WHILE_FILLED: u64 = 2_000;
/// What a caller waits for comes within this.
const PATIENCE: Duration = Duration::from_secs(120);
pub(crate) const EMAIL: &str = "mei@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A run that is under way.
pub(crate) struct Run {
    desk: Arc<Desk>,
    database: Database,
    program: Program,
    servers: Vec<Running>,
    clients: JoinSet<()>,
    random: Random,
    ledger: Ledger,
    report: Report,
    begun: Instant,
}

impl Run {
    /// An empty database, a server, a member who has signed in; nobody calls yet.
    pub(crate) async fn begin(dialect: Dialect, seed: u64) -> Self {
        let database = Database::new(dialect).await;
        // A member is added only to a desk that is there.
        database.open().await.close().await;
        let log = database.folder.join("leaveword.log");
        let program = Program { binary: environment::leaveword(), environment: database.environment(), log };
        program.add_member(EMAIL, PASSWORD).await;
        let mut run = Self {
            desk: Arc::new(Desk::new()),
            database,
            program,
            servers: Vec::new(),
            clients: JoinSet::new(),
            random: Random::new(seed),
            ledger: Ledger::default(),
            report: Report::new(dialect, seed),
            begun: Instant::now(),
        };
        run.serve().await;
        let desk = Arc::get_mut(&mut run.desk).expect("nobody calls yet");
        desk.sign_in(EMAIL, PASSWORD).await;
        run
    }

    /// The only server from now on is this binary.
    pub(crate) async fn replace_server(&mut self, binary: PathBuf) {
        self.program.binary = binary;
        for server in self.forget_servers() {
            server.kill().await;
        }
        self.serve().await;
    }

    /// Servers that are started from now on are this binary.
    pub(crate) fn serve_next(&mut self, binary: PathBuf) {
        self.program.binary = binary;
    }

    /// Callers begin.
    pub(crate) fn call(&mut self) {
        self.begun = Instant::now();
        for number in 0..CLIENTS {
            self.clients.spawn(Client::new(self.desk.clone(), number, self.random.fork()).work());
        }
    }

    /// Kills at times spread over that many minutes, each at a moment that the commands decide.
    pub(crate) async fn kill_often(&mut self, kills: usize, minutes: u64) {
        let targets =
            Target::of(if self.database.postgres.is_some() { Dialect::Postgres } else { Dialect::Sqlite });
        let share = Duration::from_secs(minutes * 60) / u32::try_from(kills).expect("a number of kills");
        let mut round: Vec<Target> = Vec::new();
        for number in 0..kills {
            if round.is_empty() {
                round = targets.to_vec();
            }
            let drawn = self.random.below(u64::try_from(round.len()).expect("a length"));
            let target = round.swap_remove(usize::try_from(drawn).expect("an index"));
            sleep_until(self.begun + share * u32::try_from(number).expect("a number of kills")).await;
            let more = 30 + self.random.below(150);
            self.acknowledged(more).await;
            let struck = self.strike(target).await;
            self.settled(struck).await;
            self.look().await;
            println!("{}", self.report.last_line(kills));
            // Twice, while writes go on: what the views are compared by in the end has lived through half of the kills.
            if number == 0 || number + 1 == kills / 2 {
                self.desk.at_most.send_replace(self.desk.journal.begun() + WHILE_FILLED);
                self.program.rebuild().await;
                self.desk.at_most.send_replace(u64::MAX);
            }
            assert!(self.is_clean(), "{}", self.report.failure(self.ledger.violations(), &self.desk.journal));
        }
    }

    /// Waits until so many more commands have been acknowledged.
    pub(crate) async fn acknowledged(&self, more: u64) {
        let until = self.desk.journal.progress().borrow().acknowledged + more;
        self.wait("acknowledgements", |progress| progress.acknowledged >= until).await;
    }

    /// Kills while commands are unanswered, and brings back what was killed. Begins nothing that waits.
    pub(crate) async fn strike(&mut self, target: Target) -> Kill {
        if target == Target::OneOfTwoServers {
            self.serve().await;
            self.acknowledged(30).await;
        }
        let before = loop {
            self.wait("commands in flight", |progress| progress.in_flight >= UNANSWERED).await;
            // A batch may have been answered since.
            let now = self.desk.journal.progress().borrow().clone();
            if now.in_flight >= UNANSWERED {
                break now;
            }
        };
        let at = Instant::now();
        let kill = Kill {
            what: target.told(),
            in_flight: before.in_flight,
            acknowledged: before.acknowledged,
            doubtful: before.doubtful,
            unknown: before.unknown,
            begun: self.desk.journal.begun(),
            at,
            settled: Duration::ZERO,
        };
        match target {
            Target::Server => {
                self.servers[0].strike();
                for server in self.forget_servers() {
                    server.gone().await;
                }
                self.serve().await;
            }
            Target::OneOfTwoServers => {
                let dying = usize::from(self.random.percent(50));
                self.servers[dying].strike();
                let dead = self.servers.swap_remove(dying);
                self.announce();
                dead.gone().await;
            }
            Target::Postgres => {
                self.database.stop_server().await;
                self.database.start_server().await;
            }
            Target::Connections => self.database.end_connections().await,
        }
        kill
    }

    /// Waits until every command that was begun before the kill has its outcome.
    pub(crate) async fn settled(&mut self, mut kill: Kill) {
        self.wait("outcomes", |progress| progress.settled_below >= kill.begun).await;
        kill.settled = kill.at.elapsed();
        let now = self.desk.journal.progress().borrow().clone();
        kill.doubtful = now.doubtful - kill.doubtful;
        kill.unknown = now.unknown - kill.unknown;
        kill.acknowledged = now.acknowledged;
        self.report.kills.push(kill);
    }

    /// Reads what is new in the log, and judges what is new in the journal.
    pub(crate) async fn look(&mut self) {
        // First the outcomes, then the log: what was settled by then is there by then, or never.
        let news = self.desk.journal.news();
        self.read_on().await;
        self.ledger.judge(&news);
    }

    /// A visitor whom no event speaks of.
    pub(crate) async fn spoil_a_view(&self) {
        let store = self.database.open().await;
        let views = &store.database().views;
        let sql = "INSERT INTO visitors (visitor_id) VALUES ('nobody') ON CONFLICT DO NOTHING";
        // On SQLite the server's followers write to the same file.
        soon("the view is spoilt", || async { views.execute(sql, &[]).await.is_ok() }).await;
        store.close().await;
    }

    /// Callers end; the whole log is read anew, the API is asked, and every view is compared with a rebuilt one.
    pub(crate) async fn end(mut self) -> Report {
        self.desk.ending.send_replace(true);
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("a caller does not panic");
        }
        self.report.seconds = self.begun.elapsed().as_secs_f64();
        for server in &self.servers {
            views::caught_up(&server.url).await;
        }
        let entries = self.desk.journal.entries();
        super::api::ask_for_some(&self.desk, &entries, &mut self.random).await;
        for server in self.forget_servers() {
            server.kill().await;
        }
        // What it knows is forgotten: what was there once has to be there still.
        self.ledger = Ledger::default();
        self.read_on().await;
        self.report.events = self.ledger.head();
        self.report.causes = self.program.causes();
        self.report.differences = views::against_a_rebuild(&self.database, self.program.clone()).await;
        self.report.judge(self.ledger.verdict(&entries), &self.desk.journal);
        self.report
    }

    async fn read_on(&mut self) {
        let store = self.database.open().await;
        log::read_on(&store, &mut self.ledger).await;
        store.close().await;
    }

    fn is_clean(&self) -> bool {
        self.ledger.violations().is_empty() && self.desk.journal.complaints().is_empty()
    }

    async fn serve(&mut self) {
        self.servers.push(self.program.serve().await);
        self.announce();
    }

    fn announce(&self) {
        let urls = self.servers.iter().map(|server| server.url.clone()).collect();
        self.desk.servers.send_replace(urls);
    }

    fn forget_servers(&mut self) -> Vec<Running> {
        self.desk.servers.send_replace(Vec::new());
        std::mem::take(&mut self.servers)
    }

    async fn wait(&self, what: &str, happened: impl FnMut(&Progress) -> bool) {
        let mut progress: watch::Receiver<Progress> = self.desk.journal.progress();
        let waited = timeout(PATIENCE, progress.wait_for(happened)).await.map(drop);
        if waited.is_err() {
            let failure = self.report.failure(self.ledger.violations(), &self.desk.journal);
            panic!("no {what} for {PATIENCE:?}: {:?}\n{failure}", self.desk.journal.progress().borrow());
        }
    }
}
