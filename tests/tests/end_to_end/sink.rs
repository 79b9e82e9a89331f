//! Everything that the servers of these tests log, at trace, libraries included: nobody's secret and nobody's words are in
//! it (case 43). Each test that ends with a `Watch` fails when there were.

use std::{
    io::{self, Write},
    sync::{
        Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing_subscriber::filter::LevelFilter;

/// What all of these tests sign in with, and say.
const KNOWN: [&str; 6] =
    ["correct horse", "wrong horse", "13800138000", "请问我的订单", "李雷", "admin@localhost"];
/// What tokens begin with, and how much of one is enough to know it by.
const TOKENS: [&str; 5] = ["lws_", "lwv_", "lwl_", "lwi_", "lwk_"];
const ENOUGH: usize = 16;

static LISTENING: Once = Once::new();
static LINES: AtomicU64 = AtomicU64::new(0);
static WATCHED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Fails the test that drops it when something was logged that is not to be.
pub(crate) struct Watch;

impl Watch {
    /// From now on everything is looked through.
    pub(crate) fn begin() -> Self {
        LISTENING.call_once(|| {
            let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
            subscriber.with_writer(|| Sink).init();
        });
        Self
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let found = locked(&FOUND);
        // A test that fails already says more.
        assert!(found.is_empty() || std::thread::panicking(), "this was logged: {found:#?}");
    }
}

/// One more text that is not to be logged.
pub(crate) fn watch_for(secret: &str) {
    locked(&WATCHED).push(secret.to_owned());
}

/// How many lines have been looked through.
pub(crate) fn lines() -> u64 {
    LINES.load(Ordering::Relaxed)
}

struct Sink;

impl Write for Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES.fetch_add(1, Ordering::Relaxed);
        let text = String::from_utf8_lossy(line);
        if tells(&text) {
            let mut found = locked(&FOUND);
            // What is the matter is known after a few.
            if found.len() < 10 {
                found.push(text.into_owned());
            }
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tells(line: &str) -> bool {
    let known = KNOWN.iter().any(|known| line.contains(known));
    known || has_token(line) || locked(&WATCHED).iter().any(|secret| line.contains(secret.as_str()))
}

fn has_token(line: &str) -> bool {
    let is_long = |rest: &str| {
        rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)).count() >= ENOUGH
    };
    TOKENS.iter().any(|prefix| line.match_indices(prefix).any(|(at, _)| is_long(&line[at + prefix.len()..])))
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn a_token_a_password_and_a_contact_are_found_in_a_line() {
    assert!(tells("a=lws_0123456789abcdef0123 b"));
    assert!(tells("password: \"correct horse battery\""));
    assert!(tells("…13800138000…"));
    assert!(!tells("lws_ begins the token of a session"));
}
