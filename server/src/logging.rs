//! Logs: lines for people at a terminal, JSON for machines elsewhere; to standard error.

use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging by a filter that was checked. A second start in one process changes nothing.
pub(crate) fn start(filter: &str) {
    let filter = EnvFilter::new(filter);
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match std::io::stderr().is_terminal() {
        true => builder.try_init(),
        false => builder.json().with_ansi(false).try_init(),
    };
}
