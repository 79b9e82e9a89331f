//! When the desk is pressed: more is being left, by one address or by all, than people leave.
//!
//! Counted by each process for itself: it refuses nothing, it only asks for a proof, and being off by the number of
//! processes does no harm.

use super::{KEPT, MINUTE, locked, network};
use lru::LruCache;
use std::{net::IpAddr, sync::Mutex};

/// All addresses together are pressing like so many that leave what one may.
const ADDRESSES: i64 = 6;
/// From this part on of what may be left at once.
const PART: i64 = 2;

/// What has been left of late, or was tried to.
pub(super) struct Pressure {
    /// For each address, when nothing counts against it any more, in microseconds.
    addresses: Mutex<LruCache<Vec<u8>, i64>>,
    /// The same for all of them.
    all: Mutex<i64>,
}

impl Pressure {
    pub(super) fn new() -> Self {
        Self { addresses: Mutex::new(LruCache::new(KEPT)), all: Mutex::new(0) }
    }

    /// Counts what is tried now, and says whether it presses: before it one address has tried half of what it may within a
    /// minute, or all of them half of what six may.
    pub(super) fn counted(&self, address: Option<IpAddr>, per_minute: i64, now: i64) -> bool {
        let of_one = address.map_or(Tried::LITTLE, |address| {
            let mut addresses = locked(&self.addresses);
            count(addresses.get_or_insert_mut(network(address), || 0), MINUTE / per_minute, now)
        });
        let mut all = locked(&self.all);
        // What one address tries beyond what it may is its own affair: it does not make everybody prove themselves.
        let step = if of_one.all { 0 } else { MINUTE / (per_minute * ADDRESSES) };
        of_one.much || count(&mut all, step, now).much
    }
}

/// What was tried before, of what may be within a minute.
struct Tried {
    /// More than half of it.
    much: bool,
    /// All of it.
    all: bool,
}

impl Tried {
    const LITTLE: Self = Self { much: false, all: false };
}

/// Adds one that takes so long to be forgotten; a minute's worth is remembered.
fn count(until: &mut i64, step: i64, now: i64) -> Tried {
    let before = (*until).max(now) - now;
    *until = now + (before + step).min(MINUTE);
    Tried { much: before >= MINUTE / PART, all: before + step > MINUTE }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn pressed(pressure: &Pressure, address: &str, now: i64) -> bool {
        pressure.counted(Some(address.parse().expect("an address")), 10, now)
    }

    #[test]
    fn an_address_presses_once_it_has_tried_more_than_half_of_what_it_may() {
        let pressure = Pressure::new();
        let tried: Vec<bool> = (0..7).map(|_| pressed(&pressure, "192.0.2.1", 0)).collect();
        assert_eq!(tried, [false, false, false, false, false, true, true]);
        assert!(!pressed(&pressure, "192.0.2.2", 0), "another one does not");
        assert!(!pressed(&pressure, "192.0.2.1", 60 * SECOND), "a minute later it is forgotten");
    }

    #[test]
    fn many_addresses_press_together_and_what_is_tried_then_counts_on() {
        let pressure = Pressure::new();
        let address = |n: u8| format!("198.51.100.{n}");
        let tried: Vec<bool> = (0..40).map(|n| pressed(&pressure, &address(n), 0)).collect();
        assert_eq!(tried.iter().position(|pressed| *pressed), Some(30), "half of sixty");
        assert!(tried[30..].iter().all(|pressed| *pressed));
        assert!(pressed(&pressure, &address(99), 5 * SECOND), "five seconds let go of five");
        assert!(!pressed(&pressure, &address(99), 20 * SECOND));
    }

    #[test]
    fn one_address_alone_makes_nobody_else_prove_themselves() {
        let pressure = Pressure::new();
        for _ in 0..1_000 {
            pressed(&pressure, "192.0.2.1", 0);
        }
        assert!(!pressed(&pressure, "192.0.2.2", 0));
    }

    #[test]
    fn the_first_needs_none_however_little_is_allowed() {
        let counted = || Pressure::new().counted("192.0.2.1".parse().ok(), 1, 0);
        assert!(!counted());
    }

    #[test]
    fn whoever_has_no_address_counts_with_all() {
        let pressure = Pressure::new();
        let tried = (0..31).filter(|_| pressure.counted(None, 10, 0)).count();
        assert_eq!(tried, 1);
    }
}
