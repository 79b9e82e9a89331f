//! Random sequences of commands, by two processes on one database that are ended and started again now and then, against
//! a model: each is answered as the model says, and in the end the log and the views say what the model says.

mod compare;
mod model;
mod step;

use super::{Process, agent, caller, member, reply, visitor, words, work};
use commands::{CommandError, Receipt, VisitorInput};
use domain::{
    access::Role,
    actor::Actor,
    ids::{CategoryId, MemberId, MessageId, VisitorId},
    message::{Assignee, Due, DueKind, MessageError, StepKind},
    text::Name,
    visitor::VisitorError,
};
use model::{Answer, Model, Refusal};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestCaseResult, TestRng, TestRunner};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use step::{Step, What, Who, Words, Work, steps};
use store::{Clock, Dialect, on_both_databases, random, testing::TestDatabase};
use tokio::{runtime::Handle, task::block_in_place};
use uuid::Uuid;

on_both_databases!(any_sequence_of_commands_is_answered_and_seen_as_the_model_says);

/// So many sequences, of some forty steps each.
const fn cases(dialect: Dialect) -> u32 {
    match dialect {
        Dialect::Sqlite => 32,
        // Whose every process begins by connecting.
        Dialect::Postgres => 16,
    }
}

/// The seed of a run that failed, to see it again.
const AGAIN: Option<&str> = None;

async fn any_sequence_of_commands_is_answered_and_seen_as_the_model_says(dialect: Dialect) {
    let database = Arc::new(TestDatabase::new(dialect).await);
    let seed = AGAIN.map_or_else(random::bytes, |seed| {
        u128::from_str_radix(seed, 16).expect("32 hexadecimal digits").to_be_bytes()
    });
    let config = Config {
        cases: cases(dialect),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::XorShift, &seed));
    // The runner knows nothing of waiting.
    let run = |steps| Handle::current().block_on(carry_out(database.clone(), steps));
    let outcome = block_in_place(|| runner.run(&steps(), run));
    if let Err(failure) = outcome {
        panic!("with the seed {:032x}: {failure}", u128::from_be_bytes(seed));
    }
}

/// Does it all, and ends every process whatever came of it: there are many more sequences to try.
async fn carry_out(database: Arc<TestDatabase>, steps: Vec<Step>) -> TestCaseResult {
    let started = Started::default();
    let sequence = {
        let started = started.clone();
        tokio::spawn(async move {
            let mut pair = Pair::start(database, started).await;
            for step in &steps {
                pair.take(step).await;
            }
            pair.compare().await;
        })
    };
    let outcome = sequence.await;
    let started = std::mem::take(&mut *started.0.lock().expect("held by nobody"));
    for process in started {
        process.end().await;
    }
    outcome.map_err(|failed| {
        let panic = failed.into_panic();
        let told = panic.downcast_ref::<String>().cloned();
        TestCaseError::fail(told.unwrap_or_else(|| "it panicked".to_owned()))
    })
}

/// Every process that was started and has not ended.
#[derive(Clone, Default)]
struct Started(Arc<Mutex<Vec<Process>>>);

/// Two processes, and the model of what they do.
struct Pair {
    database: Arc<TestDatabase>,
    clock: Clock,
    started: Started,
    processes: [Process; 2],
    model: Model,
    visitors: Vec<VisitorId>,
    messages: Vec<MessageId>,
    /// What was answered, in order.
    receipts: Vec<Receipt>,
    /// What the keys of this sequence begin with.
    keys: String,
}

impl Pair {
    async fn start(database: Arc<TestDatabase>, started: Started) -> Self {
        let clock = TestDatabase::clock();
        let processes = [Process::start(&database, &clock).await, Process::start(&database, &clock).await];
        started.0.lock().expect("held by nobody").extend(processes.clone());
        let keys = format!("{:032x}", u128::from_be_bytes(random::bytes()));
        let (model, visitors, messages, receipts) = (Model::default(), vec![], vec![], vec![]);
        Self { database, clock, started, processes, model, visitors, messages, receipts, keys }
    }

    /// Ends one and starts another: what it knew is gone.
    async fn restart(&mut self, process: usize) {
        self.processes[process].clone().end().await;
        self.processes[process] = Process::start(&self.database, &self.clock).await;
        self.started.0.lock().expect("held by nobody").push(self.processes[process].clone());
    }

    /// Does it in both worlds.
    async fn take(&mut self, Step { process, what }: &Step) {
        let process = *process;
        let (given, expected) = match what {
            What::Restart => {
                self.restart(process).await;
                return;
            }
            What::Pass(minutes) => {
                self.clock.advance(Duration::from_secs(minutes * 60));
                self.model.take(what);
                return;
            }
            What::Block { visitor, block } => {
                self.block(process, *visitor, *block).await;
                return;
            }
            What::TellOverdue { message, wait } => {
                if let Some(message) = self.model.message(*message) {
                    let (message_id, wait) = (self.messages[message], self.model.wait(message, *wait));
                    let due_at = self.clock.now();
                    self.processes[process]
                        .tell_overdue(Due { due_at, message_id, kind: DueKind::Reply, sequence: wait })
                        .await;
                    self.model.take(what);
                    self.recalled(process, message).await;
                }
                return;
            }
            What::Submit { by, words, key } => {
                let given = self.submit(process, self.model.known(*by), words, *key).await;
                (given, self.model.take(what).expect("an answer"))
            }
            What::Work { by, work, message, expected, key } => {
                let message = self.model.message(*message);
                let expected = self.model.expected(message, *expected);
                let given = self.work(process, self.model.known(*by), *work, message, expected, *key).await;
                (given, self.model.take(what).expect("an answer"))
            }
        };
        match (given, expected) {
            (Ok(receipt), Answer::Done { message, version, again }) => {
                let id = self.messages[message].to_string();
                assert_eq!((&receipt.id, receipt.version), (&id, version), "{what:?}");
                let first = self.receipts.iter().find(|it| it.id == id && it.version == version);
                assert_eq!(first, again.then_some(&receipt), "{what:?}: once, and then the same");
                if !again {
                    let last = self.receipts.last().map_or(0, |last| last.position);
                    assert!(receipt.position > last, "{what:?} at {} after {last}", receipt.position);
                    self.receipts.push(receipt);
                    self.recalled(process, message).await;
                }
            }
            (Err(given), Answer::Refused(expected)) => assert_eq!(given, expected, "{what:?}"),
            (given, expected) => panic!("{what:?} was answered {given:?} instead of {expected:?}"),
        }
    }

    /// Of the same twice the second is refused; and whatever either process knew, the next submission is answered by it.
    async fn block(&mut self, process: usize, visitor: u8, block: bool) {
        let Some(visitor) = self.model.visitor(visitor) else { return };
        let (visitor_id, commands) = (self.visitors[visitor], &self.processes[process].commands);
        let admin = caller(Actor::Member { id: member(98), grants: Role::Admin.grants() });
        let input = VisitorInput { visitor_id, reason: None, idempotency_key: None };
        let done = match block {
            true => commands.block_visitor(&admin, input).await,
            false => commands.unblock_visitor(&admin, input).await,
        };
        match (done, self.model.block(visitor, block)) {
            (Ok(receipt), true) => assert_eq!(receipt.version, self.model.visitors[visitor].version),
            (Err(CommandError::Visitor(VisitorError::AlreadySo)), false) => {}
            (done, expected) => {
                panic!("blocking ({block}) was answered {done:?}; does it change anything: {expected}")
            }
        }
    }

    async fn submit(
        &mut self,
        process: usize,
        by: Who,
        given: &Words,
        key: Option<u8>,
    ) -> Result<Receipt, Refusal> {
        let mut input = words();
        input.name = given.name.map(|name| Name::parse(&format!("Anna {name}")).expect("a name"));
        input.contact =
            given.contact.map_or("nowhere".into(), |contact| format!("anna{contact}@example.org"));
        let category = |known| CategoryId(if known { "inquiry" } else { "weather" }.to_owned());
        input.category_id = given.category.map(category);
        input.related_to = given.related_to.map(|drawn| self.id(self.model.message(drawn)));
        input.idempotency_key = key.map(|key| self.key(key));
        let caller = self.caller(by);
        let submitted = self.processes[process].commands.submit_message(&caller, input).await;
        let submitted = submitted.map_err(refusal)?;
        let id = submitted.receipt.id.parse().expect("an id");
        if !self.messages.contains(&id) {
            self.messages.push(id);
        }
        if !self.visitors.contains(&submitted.visitor_id) {
            self.visitors.push(submitted.visitor_id);
        }
        assert_eq!(submitted.visitor_token.is_some(), by == Who::Anonymous);
        Ok(submitted.receipt)
    }

    async fn work(
        &self,
        process: usize,
        by: Who,
        what: Work,
        message: Option<usize>,
        expected_version: Option<i64>,
        key: Option<u8>,
    ) -> Result<Receipt, Refusal> {
        let (id, caller) = (self.id(message), self.caller(by));
        let mut reply = reply(id);
        (reply.target.expected_version, reply.target.idempotency_key) =
            (expected_version, key.map(|key| self.key(key)));
        let mut input = work(id);
        (input.target.expected_version, input.target.idempotency_key) =
            (expected_version, key.map(|key| self.key(key)));
        let commands = &self.processes[process].commands;
        let done = match what {
            Work::Reply => commands.reply_to_message(&caller, reply).await,
            Work::Claim => commands.claim_message(&caller, input).await,
            Work::Close => commands.step(&caller, StepKind::Close, input).await,
            Work::Reopen => commands.step(&caller, StepKind::Reopen, input).await,
        };
        done.map_err(refusal)
    }

    fn id(&self, message: Option<usize>) -> MessageId {
        message.map_or(MessageId(Uuid::nil()), |message| self.messages[message])
    }

    fn key(&self, key: u8) -> String {
        format!("{}{key}", self.keys)
    }

    fn caller(&self, who: Who) -> commands::Caller {
        match who {
            Who::Anonymous => caller(Actor::Anonymous),
            Who::Visitor(number) => visitor(self.visitors[usize::from(number)]),
            Who::Agent(number) => agent(number.into()),
            Who::Auditor => caller(Actor::Member { id: member(99), grants: Role::Auditor.grants() }),
        }
    }
}

/// What a refusal is in the model; a fault of ours is none.
fn refusal(error: CommandError) -> Refusal {
    match error {
        CommandError::Unauthenticated => Refusal::NotSignedIn,
        CommandError::Forbidden(_) => Refusal::Forbidden,
        CommandError::NotForYou(_) => Refusal::NotForYou,
        CommandError::NotFound => Refusal::NotFound,
        CommandError::Conflict { version, .. } => Refusal::Conflict { version },
        CommandError::NoSuchVersion { version, .. } => Refusal::NoSuchVersion { version },
        CommandError::KeyReused => Refusal::KeyReused,
        CommandError::Contact(_) => Refusal::BadContact,
        CommandError::Visitor(VisitorError::Blocked) => Refusal::Blocked,
        CommandError::Message(MessageError::NameRequired) => Refusal::NameRequired,
        CommandError::Message(MessageError::CategoryUnknown) => Refusal::CategoryUnknown,
        CommandError::Message(MessageError::RelatedUnknown) => Refusal::RelatedUnknown,
        CommandError::Message(MessageError::AlreadyClosed) => Refusal::AlreadyClosed,
        CommandError::Message(MessageError::NotClosed) => Refusal::NotClosed,
        CommandError::Message(MessageError::AlreadyAssigned(Assignee::Member(MemberId(id)))) => {
            Refusal::AlreadyAssigned { to: u8::try_from(id.as_u128()).expect("a small number") }
        }
        error => panic!("nobody should be told: {error}"),
    }
}
