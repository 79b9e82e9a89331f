//! When look-ups are made: once the query can go no further without them.
//!
//! The library's loader waits a millisecond for more keys. A list that takes longer to walk is then looked up in parts,
//! and every answer waits that long for nothing. Here what a query wants is gathered until it waits, and looked up then.

use async_graphql::dataloader::DataLoader;
use futures_util::{StreamExt, stream::FuturesUnordered, task::AtomicWaker};
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

/// A query that gives way again and again without waiting for anything is taken to wait after so many times.
const MOST_IN_ONE_GO: usize = 10_000;

/// Was a query woken while it was polled? Then it does not wait, it gives way: a long list does after every other row that waits,
/// because each row has woken it. Looked up there and then, every other row would have a look-up of its own.
#[derive(Default)]
struct GivesWay {
    woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for GivesWay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

type LookUp = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The look-ups that one query has asked for and that have not begun.
#[derive(Clone, Default)]
pub(crate) struct Wanted(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    look_ups: Vec<LookUp>,
    /// Somebody begins them.
    answering: bool,
}

impl Wanted {
    /// A loader whose look-ups wait here.
    pub(crate) fn loader<T: Send + Sync + 'static>(&self, looks_up: T) -> DataLoader<T> {
        let wanted = self.clone();
        let add = move |look_up| {
            let mut state = wanted.lock();
            match state.answering {
                true => state.look_ups.push(look_up),
                false => drop(tokio::spawn(look_up)),
            }
        };
        DataLoader::new(looks_up, add).delay(Duration::ZERO)
    }

    /// Runs a query to its end. Whenever it waits, what it has asked for until then begins, and is run beside it: no other
    /// thread has to be woken for it, nor to wake this one.
    pub(crate) async fn answer<T>(&self, query: impl Future<Output = T>) -> T {
        // What a query may cost is bounded otherwise: made to yield it would only be polled again.
        let mut query = pin!(tokio::task::coop::unconstrained(query));
        let gives_way = Arc::new(GivesWay::default());
        let waker = Waker::from(gives_way.clone());
        let mut running = FuturesUnordered::new();
        self.lock().answering = true;
        poll_fn(|context| {
            gives_way.task.register(context.waker());
            loop {
                for _ in 0..MOST_IN_ONE_GO {
                    if let Poll::Ready(answer) = query.as_mut().poll(&mut Context::from_waker(&waker)) {
                        return Poll::Ready(answer);
                    }
                    if !gives_way.woken.swap(false, Ordering::SeqCst) {
                        break;
                    }
                }
                running.extend(std::mem::take(&mut self.lock().look_ups));
                // With what has been looked up the query can go on.
                let looked_up = running.poll_next_unpin(context) == Poll::Ready(Some(()));
                if !looked_up && self.lock().look_ups.is_empty() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
