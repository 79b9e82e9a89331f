//! How long the other side may keep the server waiting, and how many sockets there are room for. No setting changes them:
//! whoever runs a desk would have nothing to go by. Tests that cannot wait as long do.

use commands::images::Space;
use std::time::Duration;

/// What a connection may take of the server's time and room.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Until the headers of a request are there; also how long a connection is kept that asks nothing. Longer than the
    /// minute for which proxies keep theirs: they are the ones to end them.
    pub headers: Duration,
    /// Until a request is answered, its body read. Nothing of ours takes this long.
    pub request: Duration,
    /// The same of a `PUT` of a file: 20 MiB come in this time by a line of 1.5 Mbit/s.
    pub transfer: Duration,
    /// Until the next part (half a mebibyte) of such a file, or of a picture, is there.
    pub part: Duration,
    /// Until whoever saves a file or looks at a picture has taken all of it: 20 MiB go in this time by a line of 600 kbit/s.
    pub save: Duration,
    /// How long the other side of a connection may take next to nothing of what is written to it.
    pub taken: Duration,
    /// How often the other side of a socket is asked whether it is there; twice without a word, and it is not.
    pub ping: Duration,
    /// How long one message to a socket may take to be written.
    pub write: Duration,
    /// Sockets of one process.
    pub sockets: usize,
    /// How long an answer waits for what follows what was written: for the views that it is read back from, and for keys
    /// that are destroyed. Then it goes without.
    pub seen: Duration,
    /// How much of the machine pictures may have.
    pub space: Space,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(75),
            request: Duration::from_secs(30),
            transfer: Duration::from_secs(120),
            part: Duration::from_secs(15),
            save: Duration::from_secs(300),
            taken: Duration::from_secs(30),
            ping: Duration::from_secs(20),
            write: Duration::from_secs(10),
            sockets: 4_096,
            seen: store::READ_YOUR_WRITES,
            space: Space::default(),
        }
    }
}
