//! How many pictures are worked on at once, and in how much memory: however many come, the server stays as large.

use super::{Header, ImageLimits, ImageRefusal, PreparedImage, develop, look};
use crate::places::{Own, Place, Places};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How much of the machine pictures, and other files on their way, may have.
#[derive(Clone, Copy, Debug)]
pub struct Space {
    /// How many may be here at once, waiting ones included; more are told to try again.
    pub queue: usize,
    /// How many of these are one owner's at most. Whoever has so many waits for their own, outside.
    pub queue_each: usize,
    /// How many of these come from one network address at most, whoever sends them: half of the largest that there is room for.
    pub queue_near: usize,
    /// How long one waits to be let in before it is told to try again: long before the edge gives up on its request.
    pub patience: Duration,
    /// Bytes of files that have come and of those that were made of them.
    pub files: usize,
    /// Bytes for decoding. One picture may need at most this.
    pub memory: usize,
    /// Bytes of pictures that are sent to whoever looks at them, until these have taken them.
    pub shown: usize,
    /// How many pictures are sent to one reader at once: as many as a browser asks of one server.
    pub shown_each: usize,
    /// How many other files come at once; of each a part of half a mebibyte is here, three times at most.
    pub coming: usize,
    /// How many of these are one owner's at most.
    pub coming_each: usize,
    /// How many are sent to somebody at once, likewise.
    pub going: usize,
    /// How many of these are sent to one reader at most.
    pub going_each: usize,
}

impl Default for Space {
    /// 300 pictures, of which ten of the largest are here with their bytes; with what is shown and other files below 370 MiB in
    /// all.
    fn default() -> Self {
        Self {
            queue: 300,
            queue_each: 2,
            queue_near: 5,
            patience: Duration::from_secs(5),
            files: 64 << 20,
            memory: 160 << 20,
            shown: 64 << 20,
            shown_each: 6,
            coming: 16,
            coming_each: 2,
            going: 32,
            going_each: 3,
        }
    }
}

/// Where pictures are made anew, outside the async threads and never more at once than there are cores; and how many are sent.
#[derive(Clone, Debug)]
pub struct ImageRoom {
    space: Space,
    own: Own,
    near: Own,
    queue: Arc<Semaphore>,
    /// In units of [`UNIT`], as `memory`.
    files: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    /// In units as well.
    shown: Places,
}

/// Leave to come in with one file, and the room for it. Keep it until what was made of the file is stored: so long its
/// bytes count.
#[derive(Debug)]
pub struct Admission {
    room: ImageRoom,
    limits: ImageLimits,
    bytes: usize,
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    _own: OwnedSemaphorePermit,
    _near: Option<OwnedSemaphorePermit>,
    _queue: OwnedSemaphorePermit,
    _files: OwnedSemaphorePermit,
}

/// Goes along with the work: a caller who goes away lets nobody else in before the work has ended.
struct Turn {
    memory: Option<OwnedSemaphorePermit>,
    _core: OwnedSemaphorePermit,
    _held: Arc<Held>,
}

impl ImageRoom {
    /// An empty room.
    pub fn new(space: Space) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self {
            space,
            own: Own::new(space.queue_each),
            near: Own::new(space.queue_near),
            queue: semaphore(space.queue),
            files: semaphore(units(space.files) as usize),
            cores: semaphore(cores),
            memory: semaphore(units(space.memory) as usize),
            shown: Places::new(units(space.shown) as usize, space.shown_each),
        }
    }

    /// Before the first byte is read: waits, without any memory, until there is room for a file of so many bytes of this
    /// owner's and for what will be made of it. `Busy` when too many wait, or when it took too long. Going away costs nothing.
    /// `near`: the network address that it comes from, if that is known.
    pub async fn admit(
        &self,
        owner: &str,
        near: Option<&str>,
        bytes: usize,
        limits: ImageLimits,
    ) -> Result<Admission, ImageRefusal> {
        limits.check_bytes(bytes)?;
        let wanted = units((bytes + limits.stored).min(self.space.files));
        let busy = |_| ImageRefusal::Busy;
        let let_in = async {
            // First: whoever waits for their own takes nothing of others' meanwhile, not even a place in the queue.
            let own = self.own.one(owner).await.map_err(busy)?;
            let near = match near {
                Some(near) => Some(self.near.one(near).await.map_err(busy)?),
                None => None,
            };
            let queue = self.queue.clone().try_acquire_owned().map_err(|_| ImageRefusal::Busy)?;
            let files = self.files.clone().acquire_many_owned(wanted).await.map_err(busy)?;
            Ok(Arc::new(Held { _own: own, _near: near, _queue: queue, _files: files }))
        };
        let held = timeout(self.space.patience, let_in).await.map_err(|_| ImageRefusal::Busy)??;
        Ok(Admission { room: self.clone(), limits, bytes, held })
    }

    /// Before a picture of so many bytes is read, to be sent to this reader: waits until there is room for it. To be kept until
    /// the reader has taken it.
    pub async fn show(&self, reader: &str, bytes: usize) -> Result<Place, ImageRefusal> {
        self.shown.one(reader, units(bytes), self.space.patience).await.ok_or(ImageRefusal::Busy)
    }
}

impl Admission {
    /// How many bytes may be read at most.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes the picture anew. May be dropped at any time: what is being decoded is then decoded in vain.
    pub async fn prepare(
        &self,
        file: impl AsRef<[u8]> + Send + Sync + 'static,
    ) -> Result<PreparedImage, ImageRefusal> {
        if file.as_ref().len() > self.bytes {
            return Err(ImageRefusal::TooManyBytes { most: self.bytes });
        }
        let (limits, file) = (self.limits, Arc::new(file));
        let core = self.room.cores.clone().acquire_owned().await.map_err(|_| ImageRefusal::Busy)?;
        let turn = Turn { memory: None, _core: core, _held: self.held.clone() };
        let looked_at = file.clone();
        let (mut turn, header) = work(turn, move || look((*looked_at).as_ref(), &limits)).await?;
        turn.memory = Some(self.memory(&header).await?);
        let (_, prepared) = work(turn, move || develop((*file).as_ref(), &header, &limits)).await?;
        Ok(prepared)
    }

    /// First come, first served: a large picture waits for the small ones before it, and those after it for the large.
    async fn memory(&self, header: &Header) -> Result<OwnedSemaphorePermit, ImageRefusal> {
        if header.memory > self.room.space.memory {
            return Err(ImageRefusal::TooHeavy);
        }
        let wanted = units(header.memory);
        self.room.memory.clone().acquire_many_owned(wanted).await.map_err(|_| ImageRefusal::Busy)
    }
}

#[expect(clippy::disallowed_methods, reason = "the turn that goes along is the bound")]
async fn work<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> Result<T, ImageRefusal> + Send + 'static,
) -> Result<(Turn, T), ImageRefusal> {
    let done = tokio::task::spawn_blocking(move || work().map(|result| (turn, result)));
    match done.await {
        Ok(result) => result,
        // A decoder met what its authors did not think of.
        Err(error) if error.is_panic() => Err(ImageRefusal::Damaged),
        Err(_) => Err(ImageRefusal::Busy),
    }
}

/// Semaphores count in `u32`.
const UNIT: usize = 1 << 10;

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}
