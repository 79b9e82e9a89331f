//! `xtask postgres stop` and `start`: what a test that kills a PostgreSQL is given to run. It knows two lines for a
//! shell; where the programs are, and as whom they run, stays known here alone.

use super::cluster::Cluster;
use crate::{Outcome, cargo};
use std::env;
use std::path::Path;
use std::process::ExitCode;

/// Somebody else may hold the port for a moment.
const TRIES: usize = 5;

/// Stops the server in a folder at once, or starts it again on its port.
pub(crate) fn postgres(args: &[String]) -> Outcome {
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["stop", folder] => Cluster::at(folder.into())?.stop()?,
        ["start", folder, port] => {
            let port = port.parse().map_err(|_| format!("{port} is not a port"))?;
            start(&Cluster::at(folder.into())?, port)?;
        }
        _ => return Err("xtask postgres stop <folder> | start <folder> <port>".to_owned()),
    }
    Ok(ExitCode::SUCCESS)
}

/// The line for a shell that runs us with these words.
pub(crate) fn line(words: &[&str], folder: &Path) -> Result<String, String> {
    let ourselves = env::current_exe().map_err(|error| format!("cannot tell where xtask is: {error}"))?;
    let [verb, rest @ ..] = words else { return Err("nothing to do".to_owned()) };
    let quoted = |word: &str| format!("'{}'", word.replace('\'', r"'\''"));
    let mut line = format!("{} postgres {verb}", quoted(&ourselves.display().to_string()));
    for word in [folder.display().to_string().as_str()].iter().chain(rest) {
        line = format!("{line} {}", quoted(word));
    }
    Ok(line)
}

fn start(cluster: &Cluster, port: u16) -> Result<(), String> {
    for _ in 0..TRIES {
        if cargo::status(&mut cluster.start(port)?)?.success() {
            return Ok(());
        }
    }
    Err(format!("PostgreSQL did not start again:\n{}", cluster.logs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_survives_blanks_and_quotes_in_a_folders_name() {
        let line = line(&["start", "5432"], Path::new("/tmp/it's a folder")).unwrap();
        assert!(line.ends_with(r"' postgres start '/tmp/it'\''s a folder' '5432'"), "{line}");
    }

    #[test]
    fn anything_else_is_told_how_it_goes() {
        assert!(postgres(&["restart".to_owned()]).unwrap_err().contains("stop <folder>"));
    }
}
