//! A panic in the course of a request is a fault like any other: whoever asked is told so, and by which id it is found.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// What the future gives, or what it said when it panicked.
pub(super) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    // After a panic the future is dropped and never polled again: nothing sees what it left half done.
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panic) => Poll::Ready(Err(said(&*panic))),
    })
    .await
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("nothing that can be read").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_wherever_the_future_stands() {
        let later = async {
            tokio::task::yield_now().await;
            assert_eq!(1, 2, "the table is gone");
        };
        assert!(caught(later).await.expect_err("panics").contains("the table is gone"));
        assert_eq!(caught(async { 1 }).await, Ok(1));
    }
}
