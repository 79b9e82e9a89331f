//! The pictures and other files of a message in a WeCom group: each is a message of its own after the notice, as the robot has
//! it. The robots of the others take no bytes, so their notices say how many there are.
//!
//! A picture cannot be masked or cut short, and neither can a file, so a group sees them only when the channel shows words in
//! full.

use super::{
    Shared, echo,
    tell::{About, Tale},
    trial::{self, Letter, written},
    vendor::{self, Kind, Outcome, Verdict},
};
use domain::{
    channel::{ChannelAddress, ChannelKind, Connected, ShowContent},
    message::{File, Image, ImageFormat},
};
use store::{FILE_PART, HandleError, ImageSize, Store, StoreError};
use tokio::sync::Semaphore;

/// Larger ones are shown small: WeCom takes two megabytes.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// What is shown as a message of its own.
#[derive(Clone, Copy)]
enum Attached<'t> {
    Picture(&'t Image),
    File(&'t File),
}

/// A file that the robot is to be given: its bytes are read when it is its turn.
pub(crate) struct ToShow {
    address: vendor::Address,
    file_id: String,
    /// What its sender calls it.
    pub(super) name: String,
    bytes: usize,
}

/// Whose turn it is: nobody holds more of them than one, which may have twenty megabytes.
pub(super) struct Turn(Semaphore);

impl Default for Turn {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

/// The pictures and then the files that are shown after this notice.
fn shown<'t>(channel: &Connected, tale: &'t Tale) -> Vec<Attached<'t>> {
    let is_shown = channel.kind == ChannelKind::Wecom && channel.rules.show_content == ShowContent::Full;
    match &tale.about {
        About::Message(message) if is_shown => {
            let pictures = message.images.iter().flatten().map(Attached::Picture);
            pictures.chain(message.files.iter().flatten().map(Attached::File)).collect()
        }
        About::Message(_) | About::Channel(_) | About::Nothing => vec![],
    }
}

/// Which of them follows what is sent now, the first one being 1.
pub(super) fn after(channel: &Connected, tale: &Tale) -> Option<i64> {
    let next = tale.due.picture + 1;
    usize::try_from(next).is_ok_and(|next| next <= shown(channel, tale).len()).then_some(next)
}

/// The one that is sent now; `None`: it is gone, or the channel is not to show it any more.
pub(super) async fn letter(
    store: &Store,
    channel: &Connected,
    address: &ChannelAddress,
    tale: &Tale,
) -> Result<Option<Letter>, HandleError> {
    let place = usize::try_from(tale.due.picture - 1).ok();
    let attached = place.and_then(|place| shown(channel, tale).get(place).copied());
    let (id, now) = (tale.due.delivery_id.clone(), store.clock().now());
    match attached {
        None => Ok(None),
        Some(Attached::Picture(image)) => {
            // WeCom knows no GIF: of one that moves the group sees a still.
            let size = match image.format {
                ImageFormat::Jpeg | ImageFormat::Png if image.bytes <= MOST_BYTES => ImageSize::Picture,
                ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif => ImageSize::Thumbnail,
            };
            let Some(bytes) = store.image_bytes(&image.image_id.to_string(), size).await? else {
                return Ok(None);
            };
            let picture = |address: &vendor::Address, _: &str| vendor::image(address, &bytes);
            Ok(Some(written(address, Kind::Wecom, id, vec![], now, picture)))
        }
        Some(Attached::File(file)) => {
            // An erased one has no name any more.
            let Some(name) = file.name.text().map(str::to_owned) else { return Ok(None) };
            let (file_id, bytes) =
                (file.file_id.to_string(), usize::try_from(file.bytes).unwrap_or(usize::MAX));
            Ok(Some(match trial::read(address, now) {
                Ok(address) => Letter::File(id, Box::new(ToShow { address, file_id, name, bytes })),
                Err(reason) => Letter::Cannot(id, Outcome::Configuration, reason),
            }))
        }
    }
}

/// Gives the robot a file, and has it shown: two requests. What HTTP said last, and what became of it.
pub(super) async fn show(shared: &Shared, file: ToShow) -> (Option<u16>, Verdict) {
    let Ok(_turn) = shared.turn.0.acquire().await else {
        return (None, Verdict::new(Outcome::Retry, "No file is sent any more."));
    };
    let said = [file.name.clone()];
    let bytes = match whole(shared.store(), &file).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return (None, Verdict::new(Outcome::Payload, "The file is gone.")),
        Err(error) => {
            tracing::error!(file = file.file_id, %error, "a file could not be read for a group");
            return (
                None,
                Verdict::new(Outcome::Retry, "The file could not be read here; the log says why."),
            );
        }
    };
    let upload = match vendor::upload(&file.address, &file.name, &bytes) {
        Ok(vendor::Upload(outgoing)) => outgoing,
        Err(error) => return (None, Verdict::new(trial::outcome_of(error), error.to_string())),
    };
    drop(bytes);
    let given = match shared.sender.send(Kind::Wecom, upload).await {
        Ok(answer) => answer,
        Err(fault) => return (None, fault.verdict()),
    };
    let media = match vendor::media_id(&given) {
        Ok(media) => media,
        Err(verdict) => return (Some(given.status), echo::unsaid(verdict, &said)),
    };
    let message = vendor::file_message(&file.address, &media);
    match shared.sender.send(Kind::Wecom, message).await {
        Ok(answer) => {
            let status = answer.status;
            (Some(status), echo::unsaid(vendor::judge(Kind::Wecom, &answer), &said))
        }
        Err(fault) => (None, fault.verdict()),
    }
}

/// All its parts; `None`: one of them is gone, or the key.
async fn whole(store: &Store, file: &ToShow) -> Result<Option<Vec<u8>>, StoreError> {
    let mut whole = Vec::with_capacity(file.bytes);
    for part in 0..file.bytes.div_ceil(FILE_PART) {
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        let Some(bytes) = store.file_part(&file.file_id, part).await? else { return Ok(None) };
        whole.extend(bytes);
    }
    Ok((whole.len() == file.bytes).then_some(whole))
}
