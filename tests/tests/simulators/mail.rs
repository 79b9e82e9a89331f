//! A mail server: the SMTP dialogue of RFC 5321, in the clear and over TLS, and what it was given.
//!
//! The facts say nothing about mail; each rule names the RFC's section.

mod dialogue;
mod tests;
mod tls;

pub(crate) use tls::{CERTIFICATE, Tls};

use chrono::{DateTime, Utc};
use dialogue::Dialogue;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::Clock;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::sync::CancellationToken;

/// A line longer than this is nobody's: RFC 5321, 4.5.3.1.6 allows 1000 with its end; AUTH may be longer (RFC 4954).
const LINE: u64 = 12_288;

/// A mail server on a port of this machine, until it is dropped.
pub(crate) struct Mail {
    address: SocketAddr,
    desk: Arc<Desk>,
    end: CancellationToken,
}

/// What all connections share.
struct Desk {
    clock: Clock,
    manners: Mutex<Manners>,
    letters: watch::Sender<Vec<Letter>>,
    /// Every line that came in the clear, outside letters too: whoever listens has it.
    in_the_clear: Mutex<Vec<u8>>,
}

/// How it answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// What is answered to a command (`RCPT`, or `.` for the end of a letter) in the place of its own answer. An empty
    /// text is no answer, ever.
    pub(crate) instead: BTreeMap<&'static str, &'static str>,
    /// What is answered to `RCPT` with one of these addresses in the place of its own answer.
    pub(crate) refuses: BTreeMap<&'static str, &'static str>,
    /// Is a letter kept, and the connection broken before the answer?
    pub(crate) is_lost: bool,
    /// How a connection gets to TLS.
    pub(crate) tls: Tls,
    /// Who may send: a name and a password.
    pub(crate) login: Option<(&'static str, &'static str)>,
}

/// A letter that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) at: DateTime<Utc>,
    /// The envelope: who gets it, whatever its head says.
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Did it come over TLS?
    pub(crate) is_private: bool,
    /// Head and body as they were, without the dots that the dialogue adds.
    pub(crate) data: Vec<u8>,
}

impl Letter {
    /// The names in its head, in the order in which they stand there.
    pub(crate) fn names(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.data);
        let (head, _) = text.split_once("\r\n\r\n").expect("head and body");
        let begins = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        begins.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    /// As another's parser reads it.
    pub(crate) fn parsed(&self) -> mail_parser::Message<'_> {
        mail_parser::MessageParser::default().parse(&self.data).expect("a letter")
    }
}

impl Mail {
    /// Begins to listen.
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (manners, in_the_clear) = (Mutex::default(), Mutex::default());
        let desk = Arc::new(Desk { clock, manners, letters: watch::Sender::default(), in_the_clear });
        let end = CancellationToken::new();
        tokio::spawn(end.clone().run_until_cancelled_owned(accept(listener, desk.clone(), end.clone())));
        Self { address, desk, end }
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it answers like this.
    pub(crate) fn manners(&self, manners: Manners) {
        *self.desk.manners() = manners;
    }

    /// From now on something of it is otherwise.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.desk.manners());
    }

    /// What was taken, in order.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.desk.letters.borrow().clone()
    }

    /// What a listener on the line has read.
    pub(crate) fn in_the_clear(&self) -> String {
        let heard = self.desk.in_the_clear.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Waits until so many letters have been taken since the start.
    pub(crate) async fn until_taken(&self, count: usize) {
        let mut letters = self.desk.letters.subscribe();
        letters.wait_for(|letters| letters.len() >= count).await.expect("we hold its sender");
    }
}

impl Drop for Mail {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Desk {
    fn manners(&self) -> MutexGuard<'_, Manners> {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, desk: Arc<Desk>, end: CancellationToken) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let desk = desk.clone();
            tokio::spawn(end.clone().run_until_cancelled_owned(async move {
                // A client that hangs up is its own affair.
                let _ = talk(stream, &desk).await;
            }));
        }
    }
}

async fn talk(stream: TcpStream, desk: &Desk) -> std::io::Result<()> {
    let tls = desk.manners().tls;
    let greeting = dialogue::greeting(&desk.manners());
    if tls == Tls::FromTheStart {
        let stream = tls::accept(stream).await?;
        return said(stream, Dialogue::new(true), Some(greeting), desk).await.map(drop);
    }
    let Some(stream) = said(stream, Dialogue::new(false), Some(greeting), desk).await? else { return Ok(()) };
    let stream = tls::accept(stream).await?;
    // RFC 3207, 4.2: everything begins anew, and nobody is greeted.
    said(stream, Dialogue::new(true), None, desk).await.map(drop)
}

/// A dialogue until its end, or until the connection is to become private: then the connection.
async fn said<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    mut dialogue: Dialogue,
    mut answer: Option<String>,
    desk: &Desk,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    loop {
        if let Some(answer) = answer {
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
            stream.write_all(answer.as_bytes()).await?;
            if answer.starts_with("221") || answer.starts_with("421") {
                return stream.shutdown().await.map(|()| None);
            }
            if answer.starts_with("220") && dialogue.becomes_private() {
                // What came too early is dropped with the reader (RFC 3207, 5).
                return Ok(Some(stream.into_inner()));
            }
        }
        let mut line = Vec::new();
        if (&mut stream).take(LINE).read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        if !dialogue.is_private() {
            desk.in_the_clear.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&line);
        }
        let (said, letter) = dialogue.hears(&line, &desk.manners(), desk.clock.now());
        let is_lost = letter.is_some() && desk.manners().is_lost;
        desk.letters.send_if_modified(|letters| {
            letters.extend(letter);
            true
        });
        if is_lost {
            return Ok(None);
        }
        answer = said;
    }
}
