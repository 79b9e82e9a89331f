//! A connection whose other side takes what is written to it, or loses it: whoever asks and then reads nothing would keep the
//! answer in memory for ever.

use std::{
    io::{Error, ErrorKind, IoSlice, Result},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// So much has to be taken each time, unless less was left: one byte now and then is not taking.
const LEAST: usize = 64 << 10;

/// What is written to it is taken, so much of it within this time, or writing fails.
pub(super) struct Taken<S> {
    stream: S,
    within: Duration,
    /// Since the other side had no room for more.
    owed: Option<Owed>,
}

struct Owed {
    end: Pin<Box<Sleep>>,
    taken: usize,
}

impl<S> Taken<S> {
    pub(super) fn new(stream: S, within: Duration) -> Self {
        Self { stream, within, owed: None }
    }

    fn told(&mut self, cx: &mut Context<'_>, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                if let Some(owed) = &mut self.owed {
                    owed.taken += bytes;
                }
                if self.owed.as_ref().is_some_and(|owed| owed.taken >= LEAST) {
                    self.owed = None;
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => {
                let within = self.within;
                let owed = self.owed.get_or_insert_with(|| Owed { end: Box::pin(sleep(within)), taken: 0 });
                owed.end.as_mut().poll(cx).map(|()| Err(late()))
            }
        }
    }
}

fn late() -> Error {
    Error::new(ErrorKind::TimedOut, "the other side does not take what was written to it")
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.told(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.told(cx, written)
    }

    /// Asked for when nothing is left to be written: whatever was owed has been taken.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.owed = None;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    /// Without it hyper would copy what it was given, and nobody could tell when that has been taken.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    /// Takes so many bytes, and then no more.
    struct Full(usize);

    impl AsyncWrite for Full {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken > 0 { Poll::Ready(Ok(taken)) } else { Poll::Pending }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn write(to: &mut Taken<Full>, bytes: usize) -> Poll<Result<usize>> {
        Pin::new(to).poll_write(&mut Context::from_waker(Waker::noop()), &vec![0; bytes])
    }

    /// With no time at all for what is owed.
    #[tokio::test]
    async fn nothing_is_owed_while_it_is_taken_and_little_is_not_enough() {
        let mut taken = Taken::new(Full(10), Duration::from_secs(60));
        assert!(matches!(write(&mut taken, 10), Poll::Ready(Ok(10))));
        assert!(taken.owed.is_none(), "nobody waits");
        assert!(write(&mut taken, 1).is_pending() && taken.owed.is_some());
        taken.stream = Full(LEAST);
        assert!(matches!(write(&mut taken, 1), Poll::Ready(Ok(1))));
        assert!(taken.owed.is_some(), "one byte is not enough");
        assert!(matches!(write(&mut taken, LEAST), Poll::Ready(Ok(_))));
        assert!(taken.owed.is_none(), "enough has been taken");
        assert!(write(&mut taken, 1).is_pending() && taken.owed.is_some());
        assert!(Pin::new(&mut taken).poll_flush(&mut Context::from_waker(Waker::noop())).is_ready());
        assert!(taken.owed.is_none(), "nothing is left");
        taken.within = Duration::ZERO;
        let late = std::future::poll_fn(|cx| Pin::new(&mut taken).poll_write(cx, &[0])).await;
        assert_eq!(late.expect_err("it is over").kind(), ErrorKind::TimedOut);
    }
}
