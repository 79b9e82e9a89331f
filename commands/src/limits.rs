//! How often somebody may ask for something: submissions, sign-ins, and what their requests cost.
//!
//! Submissions and sign-ins are counted in the database, over all processes; what requests cost is counted by each process
//! for itself. Neither an address nor a contact is kept: a bucket is a keyed hash. What is refused here is not remembered
//! as an event.

mod pressure;

use crate::{Caller, Commands, error::CommandError};
use domain::{actor::Actor, contact::Contact, ids::MessageId, member::MemberEmail};
use lru::LruCache;
use pressure::Pressure;
use std::{
    net::IpAddr,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{Rate, Taken};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
/// Pictures that one sender may announce within an hour.
const UPLOADS_AN_HOUR: i64 = 90;
/// As many pictures as go with a message, unless the desk says otherwise: an address announces so many for each that it may
/// submit.
const UPLOADS_PER_SUBMISSION: i64 = 9;
/// Messages that may name the same contact within a day.
const OF_CONTACT_A_DAY: i64 = 20;
/// How often a visitor may say more in one message within a minute: nobody types that fast.
const CONTINUED_A_MINUTE: i64 = 30;
/// … in all of theirs together, …
const CONTINUED_BY_ONE_A_MINUTE: i64 = 60;
/// … and whoever writes from one address.
const CONTINUED_FROM_ONE_ADDRESS_A_MINUTE: i64 = 300;
/// Codes that are sent to the same contact within an hour.
const CODES_AN_HOUR: i64 = 3;
/// Callers and buckets that a process remembers, the least recently seen forgotten first; each weighs about a hundred bytes.
const KEPT: NonZeroUsize = NonZeroUsize::new(65_536).expect("not zero");
/// After so many takings what says nothing any more is swept.
const SWEEP_EVERY: u64 = 1_000;
/// What stands for an address in a bucket: longer ones are cut, nobody's address is that long.
const LONGEST_ADDRESS: usize = 320;

/// How much is allowed; 0: as much as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Submissions from one address within a minute; 0 also lifts the limits of a contact and of what is said after them.
    pub submits_per_minute: u32,
    /// Refused sign-ins from one address within a minute; 0 also lifts the delays of an account.
    pub sign_ins_per_minute: u32,
    /// What the requests of one caller may cost within a minute.
    pub cost_per_minute: u32,
}

impl Limits {
    /// None at all: for operators' commands, measurements and tests.
    pub const NONE: Self = Self { submits_per_minute: 0, sign_ins_per_minute: 0, cost_per_minute: 0 };
}

impl Default for Limits {
    fn default() -> Self {
        Self { submits_per_minute: 10, sign_ins_per_minute: 5, cost_per_minute: 10_000 }
    }
}

/// The limits in force, and what this process knows of who has reached them.
#[derive(Clone)]
pub(crate) struct Limiter(Arc<Inner>);

struct Inner {
    limits: Limits,
    /// When each caller's budget is full again.
    budgets: Mutex<LruCache<String, i64>>,
    /// Buckets that are empty, and until when: a flood is turned away without the database.
    empty: Mutex<LruCache<[u8; 32], i64>>,
    pressure: Pressure,
    taken: AtomicU64,
}

/// What a sign-in was counted under, until it is known whether it succeeds.
pub(crate) struct SigningIn {
    account: [u8; 32],
    address: Option<[u8; 32]>,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        let (budgets, empty) = (Mutex::new(LruCache::new(KEPT)), Mutex::new(LruCache::new(KEPT)));
        Self(Arc::new(Inner { limits, budgets, empty, pressure: Pressure::new(), taken: AtomicU64::new(0) }))
    }
}

impl std::fmt::Debug for Limiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0.limits)
    }
}

impl Commands {
    /// Takes what a request costs from its caller's budget; the error is the seconds after which it can be paid.
    pub fn spend(&self, caller: &Caller, cost: u64) -> Result<(), i64> {
        let most = i64::from(self.limiter.0.limits.cost_per_minute);
        let who = match (caller.actor, caller.address) {
            (Actor::System(_), _) | (Actor::Anonymous, None) => return Ok(()),
            (Actor::Anonymous, Some(address)) => format!("{:?}", network(address)),
            (Actor::Visitor(_) | Actor::Member { .. } | Actor::Key { .. }, _) => caller.actor.to_string(),
        };
        if most == 0 {
            return Ok(());
        }
        let now = self.store.clock().micros();
        let cost = i64::try_from(cost).unwrap_or(most).min(most);
        let mut budgets = locked(&self.limiter.0.budgets);
        let full = budgets.get(&who).copied().unwrap_or(now).max(now) + cost * (MINUTE / most);
        if full > now + MINUTE {
            return Err(seconds(full - now - MINUTE));
        }
        budgets.put(who, full);
        Ok(())
    }

    /// Counts a submission that is tried, and says whether a proof is asked for.
    pub(crate) fn pressed(&self, caller: &Caller) -> bool {
        let per_minute = i64::from(self.limiter.0.limits.submits_per_minute);
        let now = self.store.clock().micros();
        per_minute > 0 && self.limiter.0.pressure.counted(caller.address, per_minute, now)
    }

    /// Counts a submission against its address and its contact.
    pub(crate) async fn count_submission(&self, caller: &Caller, contact: &str) -> Result<(), CommandError> {
        let per_minute = i64::from(self.limiter.0.limits.submits_per_minute);
        if per_minute == 0 {
            return Ok(());
        }
        if let Some(address) = caller.address {
            let bucket = self.store.derive("limit of submissions", &[&network(address)]);
            self.take(&bucket, Rate { step: MINUTE / per_minute, burst: per_minute }).await?;
        }
        let (desk, _) = self.desk_as(false).await?;
        // One that cannot be read is refused in a moment.
        if let Ok(contact) = Contact::parse(contact, desk.settings().phone_region()) {
            let bucket = self.store.derive("limit of a contact", &[contact.canonical.as_bytes()]);
            let rate = Rate { step: 24 * 60 * MINUTE / OF_CONTACT_A_DAY, burst: OF_CONTACT_A_DAY };
            self.take(&bucket, rate).await?;
        }
        Ok(())
    }

    /// Counts what a visitor says in a message they have left: against their address, them and the message.
    pub(crate) async fn count_continuation(
        &self,
        caller: &Caller,
        message_id: MessageId,
    ) -> Result<(), CommandError> {
        if self.limiter.0.limits.submits_per_minute == 0 {
            return Ok(());
        }
        let (of_one, of_message) = (caller.actor.to_string(), message_id.to_string());
        let address = caller.address.map(network);
        // Nobody uses up what another may say in theirs, whose id they may know.
        for (of, a_minute) in [
            (address.iter().map(Vec::as_slice).collect(), CONTINUED_FROM_ONE_ADDRESS_A_MINUTE),
            (vec![of_one.as_bytes()], CONTINUED_BY_ONE_A_MINUTE),
            (vec![of_one.as_bytes(), of_message.as_bytes()], CONTINUED_A_MINUTE),
        ] {
            if !of.is_empty() {
                let bucket = self.store.derive("limit of what is continued", &of);
                self.take(&bucket, Rate { step: MINUTE / a_minute, burst: a_minute }).await?;
            }
        }
        Ok(())
    }

    /// Counts a picture against whoever announces it and against their address.
    pub(crate) async fn count_upload(&self, caller: &Caller, owner: &str) -> Result<(), CommandError> {
        let per_minute = i64::from(self.limiter.0.limits.submits_per_minute) * UPLOADS_PER_SUBMISSION;
        if per_minute == 0 {
            return Ok(());
        }
        if let Some(address) = caller.address {
            let bucket = self.store.derive("limit of uploads", &[&network(address)]);
            self.take(&bucket, Rate { step: MINUTE / per_minute, burst: per_minute }).await?;
        }
        let bucket = self.store.derive("limit of uploads of one", &[owner.as_bytes()]);
        self.take(&bucket, Rate { step: 60 * MINUTE / UPLOADS_AN_HOUR, burst: UPLOADS_AN_HOUR }).await
    }

    /// Counts a code that is asked for against its address and its contact, whether or not anybody wrote with it.
    pub(crate) async fn count_code_asked(
        &self,
        caller: &Caller,
        contact: &Contact,
    ) -> Result<(), CommandError> {
        let Some(rate) = self.rate_of_sign_ins() else { return Ok(()) };
        if let Some(address) = caller.address {
            let bucket = self.store.derive("limit of codes", &[&network(address)]);
            self.take(&bucket, rate).await?;
        }
        let bucket = self.store.derive("limit of codes of a contact", &[contact.canonical.as_bytes()]);
        self.take(&bucket, Rate { step: 60 * MINUTE / CODES_AN_HOUR, burst: CODES_AN_HOUR }).await
    }

    /// Counts a code that is tried against its address. That a code is tried five times at most is counted with it.
    pub(crate) async fn count_code_tried(&self, caller: &Caller) -> Result<(), CommandError> {
        let (Some(rate), Some(address)) = (self.rate_of_sign_ins(), caller.address) else { return Ok(()) };
        self.take(&self.store.derive("limit of tried codes", &[&network(address)]), rate).await
    }

    /// Counts a sign-in as refused before its password is looked at, so that many at once are counted too. `None`: there
    /// is no limit.
    pub(crate) async fn count_sign_in(
        &self,
        caller: &Caller,
        email: &str,
    ) -> Result<Option<SigningIn>, CommandError> {
        let Some(rate) = self.rate_of_sign_ins() else { return Ok(None) };
        let address =
            caller.address.map(|address| self.store.derive("limit of sign-ins", &[&network(address)]));
        if let Some(bucket) = &address {
            self.take(bucket, rate).await?;
        }
        // Whether there is such an account makes no difference.
        let email = match MemberEmail::parse(email) {
            Ok(email) => email.folded(),
            Err(_) => email.chars().take(LONGEST_ADDRESS).collect(),
        };
        let account = self.store.derive("delay of an account", &[email.as_bytes()]);
        let taken = self.store.attempt(&account).await?;
        self.sweep_now_and_then().await?;
        self.allowed(taken)?;
        Ok(Some(SigningIn { account, address }))
    }

    /// The sign-in succeeded: it was none of those that are to be slowed down.
    pub(crate) async fn forgive(&self, signing_in: Option<SigningIn>) -> Result<(), CommandError> {
        let (Some(SigningIn { account, address }), Some(rate)) = (signing_in, self.rate_of_sign_ins()) else {
            return Ok(());
        };
        self.store.forgive(&account).await?;
        if let Some(address) = address {
            self.store.give_back(&address, rate).await?;
        }
        Ok(())
    }

    fn rate_of_sign_ins(&self) -> Option<Rate> {
        let per_minute = i64::from(self.limiter.0.limits.sign_ins_per_minute);
        (per_minute > 0).then(|| Rate { step: MINUTE / per_minute, burst: per_minute })
    }

    async fn take(&self, bucket: &[u8; 32], rate: Rate) -> Result<(), CommandError> {
        let known = locked(&self.limiter.0.empty).get(bucket).copied();
        if let Some(until) = known
            && until > self.store.clock().micros()
        {
            return self.allowed(Taken::NotBefore(until));
        }
        let taken = self.store.take(bucket, rate).await?;
        if let Taken::NotBefore(until) = taken {
            locked(&self.limiter.0.empty).put(*bucket, until);
        }
        self.sweep_now_and_then().await?;
        self.allowed(taken)
    }

    fn allowed(&self, taken: Taken) -> Result<(), CommandError> {
        match taken {
            Taken::Yes => Ok(()),
            Taken::NotBefore(until) => {
                Err(CommandError::RateLimited { retry_after: seconds(until - self.store.clock().micros()) })
            }
        }
    }

    /// Sign-ins to accounts that are not there append nothing, so nobody else would sweep after them.
    async fn sweep_now_and_then(&self) -> Result<(), CommandError> {
        let before = self.limiter.0.taken.fetch_add(1, Ordering::Relaxed);
        match before % SWEEP_EVERY {
            0 if before > 0 => Ok(self.store.sweep_limits().await?),
            _ => Ok(()),
        }
    }
}

/// What counts as one address: all of an IPv4 address; of an IPv6 address the network, within which one caller has all.
pub(crate) fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

fn seconds(micros: i64) -> i64 {
    micros.max(1).div_euclid(SECOND) + i64::from(micros.max(1).rem_euclid(SECOND) > 0)
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_all_of_ipv4_and_the_network_of_ipv6() {
        let network = |text: &str| network(text.parse().expect("an address"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }

    #[test]
    fn whoever_has_to_wait_is_told_whole_seconds_and_never_none() {
        assert_eq!([seconds(1), seconds(SECOND), seconds(SECOND + 1), seconds(-5)], [1, 1, 2, 1]);
    }
}
