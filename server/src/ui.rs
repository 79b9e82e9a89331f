//! The pages that come along in the binary: the console, and the widget for other sites. What was not built is not there,
//! and the API does without it (`server/build.rs` says so when it compiles).

mod answer;
mod console;
mod file;
mod widget;

use crate::{edge::AllowedOrigins, pages, router::App};
use axum::Router;
use file::File;
use rust_embed::RustEmbed;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// What `web/console` was built to.
#[derive(RustEmbed)]
#[folder = "../web/console/dist"]
#[allow_missing = true]
struct Console;

/// What `web/widget` was built to.
#[derive(RustEmbed)]
#[folder = "../web/widget/dist"]
#[allow_missing = true]
struct Widget;

/// The pages to be served; by default, none.
#[derive(Clone, Default)]
pub struct Ui {
    console: Option<Build>,
    widget: Option<Build>,
}

impl Ui {
    /// Those that were built before this binary was.
    pub fn embedded() -> Self {
        Self::of::<Console, Widget>()
    }

    /// Others, for tests: whatever two folders hold.
    pub fn of<C: RustEmbed, W: RustEmbed>() -> Self {
        Self { console: Build::of::<C>("index.html"), widget: Build::of::<W>("widget.js") }
    }

    /// Whether there is a console to sign in to.
    pub fn has_console(&self) -> bool {
        self.console.is_some()
    }

    /// Everything that is served of them, or in their place.
    pub(crate) fn routes(self, origins: &AllowedOrigins, public_url: Option<&str>) -> Router<App> {
        let console = match self.console {
            Some(build) => console::routes(build, public_url),
            None => pages::routes(),
        };
        console.merge(widget::routes(self.widget, origins, public_url))
    }
}

/// The files of one build. Which build it is, its entry tells: that names all others, and their names are hashes.
#[derive(Clone)]
struct Build {
    files: Arc<BTreeMap<String, File>>,
    entry: &'static str,
}

impl Build {
    /// `None` when there is no entry, and so nothing to begin with.
    fn of<E: RustEmbed>(entry: &'static str) -> Option<Self> {
        let files: BTreeMap<_, _> = file::embedded::<E>();
        files.contains_key(entry).then(|| Self { files: Arc::new(files), entry })
    }

    fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }
}

/// The first digits of the entry's hash.
impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get(self.entry).map_or("", |file| &file.hash[..12]))
    }
}

/// As `leaveword --version` tells it.
impl fmt::Display for Ui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.console, &self.widget) {
            (None, None) => f.write_str("absent"),
            (Some(console), None) => write!(f, "embedded {console} (console), no widget"),
            (None, Some(widget)) => write!(f, "embedded {widget} (widget), no console"),
            (Some(console), Some(widget)) => write!(f, "embedded {console} (console), {widget} (widget)"),
        }
    }
}

impl fmt::Debug for Ui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a page may send and what it may open: this server, by its name also for sockets, which older browsers do not
/// count as the same.
fn connect(public_url: Option<&str>) -> String {
    let socket = public_url.and_then(|url| url.strip_prefix("http"));
    socket.map_or_else(|| "'self'".to_owned(), |rest| format!("'self' ws{rest}"))
}
