//! The desk itself: its name, languages, zone, region, limits.

use super::{
    super::{DeskError, DeskEvent, DeskRevised, OpeningHoursRevised, Settings, event::LARGEST_FILE},
    Decided, SettingProblem,
    wrong::{MOST_LANGUAGES, Wrong},
};
use crate::{
    contact::is_phone_region,
    hours::{DeskHours, DeskHoursInput},
    locale::Locale,
    message::FileFormat,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::{collections::BTreeSet, ops::RangeInclusive};

/// The largest that the largest picture can be, in bytes: 10 MiB. It is kept in up to twice as many.
const LARGEST_IMAGE: u64 = 10 * 1024 * 1024;
/// The most pictures and other files with each words that a desk can allow.
const MOST_UPLOADS: u64 = 20;
const SMALLEST: u64 = 10 * 1024;
const DAYS: RangeInclusive<u64> = 0..=3_650;
const NAME: usize = 100;

/// Another name, zone, and so on; what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct ReviseDesk {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Its name.
    pub name: Option<String>,
    /// Its languages, the first is its own.
    pub locales: Option<Vec<Locale>>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// The region of phone numbers without `+`.
    pub phone_region: Option<String>,
    /// Days between deletion and shredding; 0: at once.
    pub days_until_shredding: Option<u64>,
    /// The largest picture, in bytes.
    pub upload_bytes: Option<u64>,
    /// The most pictures and other files with each words of a message.
    pub uploads_per_message: Option<u64>,
    /// Which other files are taken.
    pub files: Option<Vec<FileFormat>>,
    /// The largest of them, in bytes.
    pub file_bytes: Option<u64>,
    /// Are figures shown per member?
    pub figures_per_member: Option<bool>,
}

impl Settings {
    /// Hours that go by the desk's clock go with it into another zone.
    pub(in crate::desk) fn revise_itself(&self, command: ReviseDesk) -> Decided {
        let mut wrong = Wrong::default();
        let Some(stands) = self.desk.clone() else { return Err(DeskError::NotOpened) };
        let (at, mut revised) = (command.at, stands.clone());
        if let Some(name) = command.name {
            revised.name = wrong.line(&["name"], NAME, &name);
        }
        if let Some(locales) = command.locales {
            revised.locales = read_locales(&mut wrong, locales);
        }
        if let Some(zone) = command.time_zone {
            if zone.parse::<Tz>().is_err() {
                wrong.refuse(&["timeZone"], SettingProblem::TimeZone);
            }
            revised.time_zone = zone;
        }
        if let Some(region) = command.phone_region {
            revised.phone_region = region.to_ascii_uppercase();
            if !is_phone_region(&revised.phone_region) {
                wrong.refuse(&["phoneRegion"], SettingProblem::Region);
            }
        }
        if let Some(days) = command.days_until_shredding {
            let days = wrong.number("daysUntilShredding", DAYS, days);
            revised.days_until_shredding = u32::try_from(days).unwrap_or(u32::MAX);
        }
        if let Some(bytes) = command.upload_bytes {
            revised.upload_bytes = wrong.number("uploadBytes", SMALLEST..=LARGEST_IMAGE, bytes);
        }
        if let Some(most) = command.uploads_per_message {
            let most = wrong.number("uploadsPerMessage", 0..=MOST_UPLOADS, most);
            revised.uploads_per_message = u32::try_from(most).unwrap_or(u32::MAX);
        }
        if let Some(files) = command.files {
            let files = wrong.within(&["files"], FileFormat::ALL.len(), files);
            revised.files = all_once(&mut wrong, "files", files);
        }
        if let Some(bytes) = command.file_bytes {
            revised.file_bytes = wrong.number("fileBytes", SMALLEST..=LARGEST_FILE, bytes);
        }
        revised.figures_per_member = command.figures_per_member.unwrap_or(stands.figures_per_member);
        wrong.found()?;
        if revised == stands {
            return Err(DeskError::AlreadySo);
        }
        let hours = self.hours_moved(&stands.time_zone, &revised.time_zone, at);
        let mut events = vec![DeskEvent::DeskRevised(DeskRevised { at, ..revised })];
        events.extend(hours.map(DeskEvent::OpeningHoursRevised));
        Ok(events)
    }

    fn hours_moved(&self, from: &str, to: &str, at: DateTime<Utc>) -> Option<OpeningHoursRevised> {
        let revised = self.opening_hours.clone().filter(|_| from != to)?;
        let (mut desk, mut categories) =
            (revised.hours.desk.input().clone(), revised.hours.categories_input());
        let zones = categories.iter_mut().map(|category| &mut category.hours.time_zone);
        let moved = zones.chain([&mut desk.time_zone]).filter(|zone| *zone == from);
        if moved.map(|zone| to.clone_into(zone)).count() == 0 {
            return None;
        }
        let hours = DeskHours::read(DeskHoursInput { desk, categories }).ok()?;
        Some(OpeningHoursRevised { at, hours, availability: revised.availability })
    }
}

fn read_locales(wrong: &mut Wrong, given: Vec<Locale>) -> Vec<Locale> {
    if given.is_empty() {
        wrong.refuse(&["locales"], SettingProblem::Missing);
    }
    let given = wrong.within(&["locales"], MOST_LANGUAGES, given);
    all_once(wrong, "locales", given)
}

fn all_once<T: Ord>(wrong: &mut Wrong, field: &'static str, given: Vec<T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    for (index, one) in given.iter().enumerate() {
        if !seen.insert(one) {
            wrong.refuse(&[field, &index.to_string()], SettingProblem::Twice);
        }
    }
    given
}
