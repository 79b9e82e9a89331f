//! Looks whether the pages in `web/` were built, before `src/ui.rs` embeds what is there. It builds nothing and never
//! starts npm: `cargo xtask ui` does. With `REQUIRE_UI=1`, as for a release, it refuses to go on without them.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "so Cargo talks to build scripts"
)]

#[allow(dead_code, reason = "the other half is for the one who builds them")]
#[path = "../xtask/src/web/sources.rs"]
mod sources;

use std::{env, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let root = Path::new("..");
    println!("cargo::rerun-if-env-changed=REQUIRE_UI");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../xtask/src/web/sources.rs");
    watch(root);
    let complaint = match (&sources::missing(root)[..], sources::is_stale(root)) {
        ([], Ok(false)) => return ExitCode::SUCCESS,
        ([], Ok(true)) => "the web pages are not what their sources come to now".to_owned(),
        ([], Err(error)) => format!("the sources of the web pages cannot be read: {error}"),
        (missing, _) => {
            format!("web pages were not built, so this server is without them: {}", missing.join(", "))
        }
    };
    match env::var("REQUIRE_UI") {
        Ok(required) if !required.is_empty() && required != "0" => {
            println!("cargo::error={complaint}; run `cargo xtask ui` first");
            ExitCode::FAILURE
        }
        _ => {
            println!("cargo::warning={complaint}; `cargo xtask ui` builds them");
            ExitCode::SUCCESS
        }
    }
}

/// What was built, and what it is built from. Sources one by one: beside them lie types that every check makes anew. What is
/// not there is left out, since Cargo would ask each time; `web/built` is there, and changes with every build.
fn watch(root: &Path) {
    let built = ["built", "console/dist", "widget/dist"].map(|folder| root.join("web").join(folder));
    for path in sources::sources(root).unwrap_or_default().into_iter().chain(built) {
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}
