//! `leaveword analytics`: tables for analysts' own tools, for a role of PostgreSQL or as files of comma-separated values.
#![expect(clippy::print_stdout, reason = "a command line answers by printing")]

use crate::config::Config;
use clap::Subcommand;
use projections::analytics::{ANALYTICS, AnalyticsExport, AsOf, RoleName, grant_analytics};
use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};
use store::{Clock, Store};

#[derive(Subcommand)]
pub(crate) enum AnalyticsCommand {
    /// Let a role of PostgreSQL read the schema `analytics` and nothing else; makes it when it is not there
    Grant {
        /// The role's name, such as analyst
        role: RoleName,
    },
    /// Write the tables as CSV (RFC 4180) into a folder: messages, replies, waits, daily
    Export {
        /// The folder
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

/// Carries it out.
pub(crate) async fn run(config: &Config, command: AnalyticsCommand) -> Result<(), Box<dyn Error>> {
    let store = Store::open(&config.store, Clock::system()).await?;
    let done = match command {
        AnalyticsCommand::Grant { role } => grant(&store, &role).await,
        AnalyticsCommand::Export { folder } => export(&store, &folder).await,
    };
    store.close().await;
    done
}

async fn grant(store: &Store, role: &RoleName) -> Result<(), Box<dyn Error>> {
    let password = format!("{:032x}", u128::from_be_bytes(store::random::bytes()));
    match grant_analytics(store, role, &password).await? {
        true => println!("the role may read the schema analytics; its password, told once: {password}"),
        false => println!("the role was there and keeps its password; it may read the schema analytics"),
    }
    println!("whoever might ask it before still may; after an upgrade run this again, for any one role");
    println!(
        "on a desk that shows no figures per member no member is named; a role made here may change for itself that it only \
         reads, and for sixty seconds: docs/analytics.md"
    );
    Ok(())
}

async fn export(store: &Store, folder: &Path) -> Result<(), Box<dyn Error>> {
    let failed = |path: &Path, error: &std::io::Error| format!("cannot write {}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut export = AnalyticsExport::begin(store).await?;
    for table in ANALYTICS {
        let path = folder.join(format!("{}.csv", table.name));
        let mut file = BufWriter::new(File::create(&path).map_err(|error| failed(&path, &error))?);
        line(&mut file, table.columns.iter().map(|column| Some(column.name.to_owned())))?;
        let rows = export.read(table, |values| line(&mut file, values.into_iter())).await?;
        file.flush()?;
        println!("{}: {rows} rows", path.display());
    }
    println!("{}", moment(export.as_of()));
    if !export.names_members() {
        println!("members are not named: this desk shows no figures per member");
    }
    Ok(())
}

/// As of which moment it is, in words.
fn moment(as_of: &AsOf) -> String {
    let mut told = format!("as of position {} of the log", as_of.position());
    if !as_of.is_even() {
        let views = as_of.views.iter().map(|(name, position)| format!("{name} {position}"));
        told += &format!("; some of it is newer: {}", views.collect::<Vec<_>>().join(", "));
    }
    if as_of.is_behind() {
        told += &format!(
            "\nthe views are behind the log, which has {} events: start the server, or `leaveword rebuild all`, and export again",
            as_of.log
        );
    }
    told
}

/// A record. Nothing is nothing between two commas; what holds a quote, a comma or a line's end is quoted.
fn line(file: &mut impl Write, values: impl Iterator<Item = Option<String>>) -> std::io::Result<()> {
    for (place, value) in values.enumerate() {
        let value = value.unwrap_or_default();
        let comma = if place == 0 { "" } else { "," };
        match value.contains(['"', ',', '\n', '\r']) {
            true => write!(file, "{comma}\"{}\"", value.replace('"', "\"\""))?,
            false => write!(file, "{comma}{value}")?,
        }
    }
    file.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_what_is_newer_and_what_is_missing() {
        let even = AsOf { views: vec![("a", 7), ("b", 7)], log: 7 };
        assert_eq!(moment(&even), "as of position 7 of the log");
        let ahead = AsOf { log: 6, ..even.clone() };
        assert_eq!(moment(&ahead), moment(&even));
        let uneven = AsOf { views: vec![("a", 7), ("b", 5)], log: 5 };
        assert_eq!(moment(&uneven), "as of position 5 of the log; some of it is newer: a 7, b 5");
        let behind = moment(&AsOf { log: 9, ..even });
        assert!(
            behind.starts_with("as of position 7 of the log\nthe views are behind the log, which has 9"),
            "{behind}"
        );
    }

    #[test]
    fn values_are_quoted_where_they_would_end_otherwise() {
        let mut file = vec![];
        let values = [Some("a"), None, Some(r#"["x","y"]"#), Some("b\nc")].map(|it| it.map(str::to_owned));
        line(&mut file, values.into_iter()).unwrap();
        assert_eq!(String::from_utf8(file).unwrap(), "a,,\"[\"\"x\"\",\"\"y\"\"]\",\"b\nc\"\r\n");
    }
}
