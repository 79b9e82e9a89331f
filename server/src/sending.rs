//! What is sent to somebody at their pace, from a place that others wait for: the place is theirs until they have taken it or
//! its bytes are gone from memory in another way, and for no longer than there is time.

use crate::bounds::Bounds;
use axum::body::{Body, Bytes, HttpBody};
use commands::Place;
use hyper::body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{sync::mpsc, time::timeout};

/// Bytes that keep their place as long as they are anywhere: with whoever sends them, too.
struct Held {
    bytes: Vec<u8>,
    _place: Arc<Place>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// These bytes, and every slice of them, keep the place.
pub(crate) fn held(bytes: Vec<u8>, place: &Arc<Place>) -> Bytes {
    Bytes::from_owner(Held { bytes, _place: place.clone() })
}

/// Begins to send so many bytes: the first of them are there, and `next` gives what follows, part after part from 1 on, `None`
/// when there is no more of it.
pub(crate) fn send<N, F>(bounds: &Bounds, bytes: u64, first: Bytes, next: N) -> Body
where
    N: FnMut(u32) -> F + Send + 'static,
    F: Future<Output = Option<Bytes>> + Send,
{
    let (parts, coming) = mpsc::channel(1);
    let (longest, each) = (bounds.save, bounds.request);
    tokio::spawn(async move {
        // However slowly somebody reads, others get the place.
        let _ = timeout(longest, follow(each, bytes, first, next, parts)).await;
    });
    Body::new(Coming { parts: coming, left: bytes })
}

/// Hands one part on after the other, until the last one is taken. Whoever takes none for as long as a request may take gets no
/// more.
async fn follow<N, F>(
    each: std::time::Duration,
    mut left: u64,
    first: Bytes,
    mut next: N,
    parts: mpsc::Sender<Bytes>,
) where
    N: FnMut(u32) -> F,
    F: Future<Output = Option<Bytes>>,
{
    let (mut part, mut bytes) = (0, first);
    loop {
        left = left.saturating_sub(bytes.len() as u64);
        let taken = timeout(each, parts.send(bytes)).await;
        if !matches!(taken, Ok(Ok(()))) {
            return;
        }
        if left == 0 {
            return parts.closed().await;
        }
        part += 1;
        match next(part).await {
            Some(more) if !more.is_empty() => bytes = more,
            // It went while it was being sent.
            _ => return,
        }
    }
}

/// What is still to come. Whatever ends too early breaks the connection, so that nobody takes it for whole.
struct Coming {
    parts: mpsc::Receiver<Bytes>,
    left: u64,
}

/// It ended before its end.
#[derive(Debug, thiserror::Error)]
#[error("it ended before all of it was sent")]
struct Broken;

impl HttpBody for Coming {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.parts.poll_recv(cx).map(|part| match part {
            Some(part) => {
                self.left = self.left.saturating_sub(part.len() as u64);
                Some(Ok(Frame::data(part)))
            }
            None => (self.left > 0).then_some(Err(Broken)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
