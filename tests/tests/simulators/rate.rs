//! How often something may be done.

use super::Received;
use chrono::{DateTime, Utc};
use std::{collections::VecDeque, time::Duration};

/// So many in any stretch of this length, which begins anew with each request.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    count: usize,
    per: Duration,
    taken: VecDeque<DateTime<Utc>>,
}

impl Window {
    /// With nothing in it.
    pub(crate) fn new(count: usize, per: Duration) -> Self {
        Self { count, per, taken: VecDeque::new() }
    }

    /// Is one more too many? What was taken a whole stretch ago counts no longer.
    pub(crate) fn is_full(&mut self, now: DateTime<Utc>) -> bool {
        while self.taken.front().is_some_and(|first| *first + self.per <= now) {
            self.taken.pop_front();
        }
        self.taken.len() >= self.count
    }

    /// One more.
    pub(crate) fn take(&mut self, now: DateTime<Utc>) {
        self.taken.push_back(now);
    }
}

/// The most requests that came in any stretch of this length, accepted or not.
pub(crate) fn most_in(per: Duration, received: &[Received]) -> usize {
    let mut at: Vec<_> = received.iter().map(|it| it.at).collect();
    at.sort_unstable();
    let in_stretch = |from: usize| at[from..].iter().take_while(|it| **it < at[from] + per).count();
    (0..at.len()).map(in_stretch).max().unwrap_or_default()
}

#[test]
fn a_window_slides_and_is_exact_at_both_ends() {
    let start = DateTime::UNIX_EPOCH;
    let after = |millis: u64| start + Duration::from_millis(millis);
    let mut window = Window::new(2, Duration::from_secs(60));
    for taken in [after(0), after(30_000)] {
        assert!(!window.is_full(taken));
        window.take(taken);
    }
    assert!(window.is_full(after(59_999)));
    assert!(!window.is_full(after(60_000)), "the first has left");
    window.take(after(60_000));
    assert!(window.is_full(after(89_999)), "a window that only began anew each minute would be empty");
    assert!(!window.is_full(after(90_000)));
}
