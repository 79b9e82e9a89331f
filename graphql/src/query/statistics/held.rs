//! What takes room is held for as long as something is still made of it.

use std::sync::{Arc, Mutex, PoisonError};

/// Something of which so many things are to be made, as was announced.
pub(super) struct Held<T>(Mutex<Option<(Arc<T>, usize)>>);

impl<T> Held<T> {
    /// It, until it was taken so many times.
    pub(super) fn new(it: Arc<T>, times: usize) -> Self {
        Self(Mutex::new((times > 0).then_some((it, times))))
    }

    /// It, for one of these things; whoever makes the last of them has it to themselves. `None`: it is gone.
    pub(super) fn take(&self) -> Option<Arc<T>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (it, times) = held.take()?;
        if times > 1 {
            *held = Some((Arc::clone(&it), times - 1));
        }
        Some(it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_let_go_with_the_last_thing_that_is_made_of_it() {
        let it = Arc::new(());
        let gone = Arc::downgrade(&it);
        let held = Held::new(it, 2);
        drop(held.take().expect("it is there"));
        let last = held.take().expect("it is there");
        assert!(gone.upgrade().is_some());
        drop(last);
        assert!(gone.upgrade().is_none() && held.take().is_none());
        let nothing = Arc::new(());
        let gone = Arc::downgrade(&nothing);
        assert!(Held::new(nothing, 0).take().is_none() && gone.upgrade().is_none());
    }
}
