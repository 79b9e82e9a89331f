//! The one task of a process that writes commands: what waits when the last commit returns is the next batch.

use super::{
    Appended,
    at_once::AtOnce,
    command::{Command, StreamId},
    judge::Verdict,
    queue::Waiting,
    settle,
    steps::{self, Done, Failed},
    sweep::Sweeping,
};
use crate::{
    error::{AppendError, StoreError, silent},
    sql::Side,
    store::Store,
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// How often commands are written again whose commit was not answered, before their callers are told that nobody knows.
const ROUNDS: u8 = 2;
/// A database that has not answered by then is taken to be gone: longer than any statement of ours may take there. Its
/// host can vanish without a word, and TCP would wait for a quarter of an hour.
const LONGEST_WRITE: Duration = Duration::from_secs(35);

/// Keeps the writer going until the queue is closed and empty. A panic is a bug: those it was writing for are told that
/// their outcome is unknown, and everybody else goes on.
pub(crate) async fn supervise(store: Store) {
    loop {
        let writer = Writer { store: store.clone(), at_once: AtOnce::default(), left: 0, company: false };
        match tokio::spawn(writer.run()).await {
            Ok(()) => return,
            Err(panic) => {
                tracing::error!(%panic, "the writer panicked and is started again");
                store.queue().forget();
            }
        }
    }
}

pub(super) struct Writer {
    pub(super) store: Store,
    at_once: AtOnce,
    /// Where this process left the log.
    left: i64,
    /// Another process has written since.
    company: bool,
}

impl Writer {
    async fn run(mut self) {
        let store = self.store.clone();
        let mut sweeping = Sweeping::new(Instant::now());
        while let Some(batch) = store.queue().next(self.company).await {
            let last = batch.last().map(|waiting| waiting.ticket).unwrap_or_default();
            self.carry_out(batch, 0).await;
            store.queue().settled_through(last);
            sweeping.at(Instant::now(), &store);
        }
    }

    /// Writes a batch and answers each of its callers. When the database refuses it, one command at a time, so that
    /// only the guilty one fails.
    async fn carry_out(&mut self, mut batch: Vec<Waiting>, round: u8) {
        let began = Instant::now();
        let written = timeout(LONGEST_WRITE, self.write(&mut batch)).await.unwrap_or_else(|_| {
            // Its connection may never answer again.
            self.at_once = AtOnce::default();
            Err(Failed::Unknown(silent().into()))
        });
        match written {
            Ok(done) => {
                let measures = self.store.measures();
                measures.writing.observe(began.elapsed().as_secs_f64());
                measures.batch.observe(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
                // A call that was lost may have been carried out after it was looked for, and before this one.
                let lost =
                    round > 0 && done.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Lose(_)));
                let found = match lost {
                    true => settle::outcomes(&self.store, &batch).await,
                    false => Some(HashMap::new()),
                };
                self.answer(batch, &done, found.as_ref());
            }
            Err(Failed::Unknown(error)) => Box::pin(self.settle(batch, &error, round)).await,
            Err(Failed::NotWritten(AppendError::Store(error))) if batch.len() > 1 && error.may_be_ones() => {
                tracing::error!(%error, "a batch was refused and is written one command at a time");
                for waiting in batch {
                    Box::pin(self.carry_out(vec![waiting], round)).await;
                }
            }
            Err(Failed::NotWritten(error)) => {
                tracing::warn!(%error, commands = batch.len(), "nothing was written");
                let mut error = Some(error);
                for waiting in batch {
                    let told = match error.take() {
                        // An earlier call may still be on its way.
                        _ if round > 0 => AppendError::Unknown,
                        Some(error) => error,
                        None => AppendError::Busy,
                    };
                    self.refuse(waiting, told);
                }
            }
        }
    }

    async fn write(&mut self, batch: &mut [Waiting]) -> Result<Done, Failed> {
        #[cfg(feature = "testing")]
        if let Some(lost) = self.store.losses().next() {
            return self.lose(batch, lost).await;
        }
        self.commit(batch).await
    }

    pub(super) async fn commit(&mut self, batch: &mut [Waiting]) -> Result<Done, Failed> {
        let commands: Vec<&Command> = batch.iter().map(|waiting| &waiting.command).collect();
        let faulty = faulty();
        let alone = commands.iter().any(|command| command.alone());
        if let (Side::Postgres(pool), false, false) = (&self.store.database().log, alone, faulty)
            && let Some(done) = self.at_once.take(pool, self.store.clock(), &commands).await?
        {
            return Ok(done);
        }
        let (tx, done) = steps::write(&self.store, &commands).await?;
        if let Some(tx) = tx {
            if faulty {
                answer_too_early(batch, &done).await;
            }
            tx.commit().await.map_err(|error| Failed::Unknown(error.into()))?;
        }
        Ok(done)
    }

    /// First the caches, forwards only, then the callers: whoever is answered finds what they wrote. `found` are those whose
    /// events an earlier call wrote; `None`: nobody knows, and whoever lost may have lost to themselves.
    fn answer(&mut self, batch: Vec<Waiting>, done: &Done, found: Option<&HashMap<u64, i64>>) {
        let mut outcomes = outcomes(&batch, done);
        for (waiting, outcome) in batch.iter().zip(&mut outcomes) {
            let Err(error) = outcome else { continue };
            match found.map(|found| found.get(&waiting.ticket)) {
                Some(Some(position)) => {
                    *outcome = Ok(Appended::Before(waiting.command.receipt(*position)));
                }
                Some(None) => {}
                None => *error = AppendError::Unknown,
            }
        }
        let mut head = done.head_was;
        for (waiting, outcome) in batch.iter().zip(&outcomes) {
            match outcome {
                Ok(Appended::Now(receipt)) => {
                    head = receipt.position;
                    self.remember(waiting);
                }
                Ok(Appended::Before(_)) | Err(_) => self.forget(waiting, done.moved.as_ref()),
            }
        }
        self.company = done.head_was > self.left;
        self.left = head;
        if head > done.head_was {
            self.store.measures().events.inc_by((head - done.head_was).unsigned_abs());
            self.store.announce(head);
        }
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            waiting.answered(outcome);
        }
    }

    fn refuse(&self, waiting: Waiting, error: AppendError) {
        self.forget(&waiting, None);
        waiting.answered(Err(error));
    }

    fn remember(&self, waiting: &Waiting) {
        let (store, command) = (&self.store, &waiting.command);
        for stand in command.stands.iter().filter(|stand| stand.moves()) {
            match &stand.known {
                Some(known) => store.aggregates().put(&stand.stream, known.clone(), stand.then),
                None => store.aggregates().doubt(&stand.stream),
            }
        }
        for key in &command.new_keys {
            store.keys().put(&key.id, key.key.clone());
        }
        store.queue().settle(waiting.ticket, command, true);
    }

    /// What was known when it was decided was old: these streams, or nobody can say which.
    fn forget(&self, waiting: &Waiting, moved: Option<&HashSet<StreamId>>) {
        let (store, command) = (&self.store, &waiting.command);
        for stand in &command.stands {
            if moved.is_none_or(|moved| moved.contains(&stand.stream)) {
                store.aggregates().doubt(&stand.stream);
            }
        }
        if moved.is_none() {
            for key in &command.living {
                store.keys().forget(key);
            }
        }
        store.queue().settle(waiting.ticket, command, false);
    }

    /// Looks each command up in the log: what is there is answered, what is not is written again.
    async fn settle(&mut self, batch: Vec<Waiting>, error: &StoreError, round: u8) {
        tracing::warn!(%error, commands = batch.len(), "a commit was not answered: its outcome is looked up");
        let found = if round < ROUNDS { settle::outcomes(&self.store, &batch).await } else { None };
        let Some(found) = found else {
            for waiting in batch {
                self.refuse(waiting, AppendError::Unknown);
            }
            return;
        };
        let mut again = Vec::new();
        for waiting in batch {
            match found.get(&waiting.ticket) {
                Some(position) => {
                    self.remember(&waiting);
                    self.store.announce(*position);
                    let receipt = waiting.command.receipt(*position);
                    waiting.answered(Ok(Appended::Now(receipt)));
                }
                None => again.push(waiting),
            }
        }
        if !again.is_empty() {
            Box::pin(self.carry_out(again, round + 1)).await;
        }
    }
}

/// What each caller is told of a batch that was carried out.
fn outcomes(batch: &[Waiting], done: &Done) -> Vec<Result<Appended, AppendError>> {
    let mut position = done.head_was;
    let mut outcomes: Vec<Result<Appended, AppendError>> = Vec::with_capacity(batch.len());
    for (waiting, verdict) in batch.iter().zip(&done.verdicts) {
        outcomes.push(match verdict {
            Verdict::Append => {
                position += i64::try_from(waiting.command.events.len()).unwrap_or(i64::MAX);
                Ok(Appended::Now(waiting.command.receipt(position)))
            }
            Verdict::Before(receipt) => Ok(Appended::Before(receipt.clone())),
            Verdict::Same(index) => match outcomes.get(*index) {
                Some(Ok(Appended::Now(receipt))) => Ok(Appended::Before(receipt.clone())),
                _ => Err(AppendError::Unknown),
            },
            Verdict::Lose(loss) => Err((*loss).into()),
        });
    }
    outcomes
}

/// The deliberate fault that the kill harness has to find.
#[cfg(feature = "testing")]
fn faulty() -> bool {
    crate::testing::answers_before_commit()
}

#[cfg(not(feature = "testing"))]
fn faulty() -> bool {
    false
}

/// What a writer without the fault never does: it has answered, and does not come to its commit, so that no kill is too late.
async fn answer_too_early(batch: &mut [Waiting], done: &Done) {
    let outcomes = outcomes(batch, done);
    for (waiting, outcome) in batch.iter_mut().zip(outcomes) {
        waiting.answer_now(outcome);
    }
    std::future::pending::<()>().await;
}
