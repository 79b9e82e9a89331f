//! Configuration: flags or environment, the flag wins; a bad value stops the start with a sentence that names it.

mod channels;

pub(crate) use channels::ChannelSettings;
pub use channels::{Channels, Mail};

use crate::{
    edge::{Edge, EdgeSettings},
    ui::Ui,
};
use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use store::{BucketPlace, DatabaseUrl, StoreConfig};

/// What can be said on the command line or in the environment.
#[derive(Clone, clap::Args)]
pub struct Settings {
    /// `postgres://user:password@host/database`; without it, SQLite in the data directory
    #[arg(long, env = "LEAVEWORD_DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,

    /// Where SQLite's files lie
    #[arg(long, env = "LEAVEWORD_DATA_DIR", default_value = "./data", global = true)]
    data_dir: PathBuf,

    /// `s3://KEY:SECRET@s3.example.com/bucket?region=eu-central-1`: where pictures lie; without it, in the data directory
    #[arg(long, env = "LEAVEWORD_BLOBS_URL", hide_env_values = true, global = true)]
    blobs_url: Option<String>,

    /// Where to listen
    #[arg(long, env = "LEAVEWORD_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    listen: String,

    /// The address under which others reach this server, such as `https://desk.example.com`
    #[arg(long, env = "LEAVEWORD_PUBLIC_URL", global = true)]
    public_url: Option<String>,

    /// The master key; without it, `leaveword.key` beside the data directory, made at first start
    #[arg(long, env = "LEAVEWORD_MASTER_KEY_FILE", global = true)]
    master_key_file: Option<PathBuf>,

    /// Where Prometheus asks, such as `127.0.0.1:9464`; nowhere unless said
    #[arg(long, env = "LEAVEWORD_METRICS_LISTEN", global = true)]
    metrics_listen: Option<String>,

    /// Where traces are sent by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; nowhere unless said. For a
    /// program that was built with `--features otlp`
    #[arg(long, env = "LEAVEWORD_OTLP_ENDPOINT", global = true)]
    otlp_endpoint: Option<String>,

    /// What is logged: a tracing filter such as `info` or `info,store=debug`
    #[arg(long, env = "LEAVEWORD_LOG", default_value = "info", global = true)]
    log: String,

    #[command(flatten)]
    edge: EdgeSettings,

    #[command(flatten)]
    channels: ChannelSettings,
}

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Database and master key.
    pub store: StoreConfig,
    /// Where SQLite's files lie.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address under which others reach this server, without a slash at its end.
    pub public_url: Option<String>,
    /// Where Prometheus asks.
    pub metrics_listen: Option<SocketAddr>,
    /// Where traces are sent.
    pub otlp_endpoint: Option<String>,
    /// The tracing filter.
    pub log: String,
    /// Who may ask, from where, and how often.
    pub edge: Edge,
    /// Where notifications may go, and how mail is sent.
    pub channels: Channels,
    /// The pages to be served; not a setting: those in the binary, or a test's own.
    pub ui: Ui,
}

/// A value that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct BadValue {
    variable: &'static str,
    problem: String,
}

impl BadValue {
    pub(crate) fn new(variable: &'static str, problem: String) -> Self {
        Self { variable, problem }
    }
}

impl Settings {
    /// Reads and checks every value.
    pub fn read(self) -> Result<Config, BadValue> {
        let bad = |variable, problem: &str| BadValue { variable, problem: problem.to_owned() };
        let database = match &self.database_url {
            None => DatabaseUrl::Sqlite(self.data_dir.clone()),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                DatabaseUrl::Postgres(url.clone())
            }
            Some(_) => {
                let problem = "begins with postgres://; leave it out for SQLite in the data directory";
                return Err(bad("LEAVEWORD_DATABASE_URL", problem));
            }
        };
        let address = |variable, text: &str, example| {
            let problem = format!("{text:?} is not an address and a port, such as {example}");
            text.parse().map_err(|_| bad(variable, &problem))
        };
        let listen = address("LEAVEWORD_LISTEN", &self.listen, "127.0.0.1:8080")?;
        let metrics = self.metrics_listen.as_deref();
        let metrics_listen =
            metrics.map(|text| address("LEAVEWORD_METRICS_LISTEN", text, "127.0.0.1:9464")).transpose()?;
        if self.otlp_endpoint.is_some() && !cfg!(feature = "otlp") {
            let problem =
                "this leaveword was built without traces: build it with --features otlp, or leave this out";
            return Err(bad("LEAVEWORD_OTLP_ENDPOINT", problem));
        }
        if let Some(url) = &self.public_url {
            let host = url.strip_prefix("https://").or(url.strip_prefix("http://")).unwrap_or_default();
            if host.trim_matches('/').is_empty() || host.contains(char::is_whitespace) {
                return Err(bad("LEAVEWORD_PUBLIC_URL", "is an address such as https://desk.example.com"));
            }
            if host.trim_end_matches('/').contains(['/', '?', '#']) {
                return Err(bad(
                    "LEAVEWORD_PUBLIC_URL",
                    "ends with the host: the desk is served at its root",
                ));
            }
        }
        self.log
            .parse::<tracing_subscriber::EnvFilter>()
            .map_err(|error| bad("LEAVEWORD_LOG", &format!("is not a filter such as info: {error}")))?;
        // A word that is no level would be taken for a part of the program, and everything else be silent.
        let is_level = |word: &str| word.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
        let words = self.log.split(',').map(str::trim).filter(|word| !word.contains(['=', '[', ':']));
        if let Some(word) = words.filter(|word| !word.is_empty()).find(|word| !is_level(word)) {
            let problem = format!("has {word:?}, which is no level (error, warn, info, debug, trace, off)");
            return Err(bad("LEAVEWORD_LOG", &problem));
        }
        let bucket = self.blobs_url.as_deref().map(BucketPlace::read).transpose();
        let bucket = bucket.map_err(|fault| bad("LEAVEWORD_BLOBS_URL", &fault.to_string()))?;
        let edge = self.edge.read()?;
        let channels = self.channels.read()?;
        let master_key_file = self.master_key_file.unwrap_or_else(|| beside(&self.data_dir));
        Ok(Config {
            store: StoreConfig { database, master_key_file, images: self.data_dir.join("images"), bucket },
            data_dir: self.data_dir,
            listen,
            public_url: self.public_url.map(|url| url.trim_end_matches('/').to_owned()),
            metrics_listen,
            otlp_endpoint: self.otlp_endpoint,
            log: self.log,
            edge,
            channels,
            ui: Ui::embedded(),
        })
    }
}

/// `leaveword.key` beside the data directory, never in it.
fn beside(data_dir: &Path) -> PathBuf {
    // `.` and `..` have no name to stand beside until it is known which directories they are.
    let named = match data_dir.file_name() {
        Some(_) => data_dir.to_owned(),
        None => data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_owned()),
    };
    named.with_file_name("leaveword.key")
}

/// What is in force, secrets left out: as `leaveword config` prints it.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public_url = self.public_url.as_deref().unwrap_or("none: links name the address it listens on");
        writeln!(f, "LEAVEWORD_DATABASE_URL     {:?}", self.store.database)?;
        writeln!(f, "LEAVEWORD_DATA_DIR         {}", self.data_dir.display())?;
        let bucket = self.store.bucket.as_ref().map(ToString::to_string);
        let blobs = bucket.unwrap_or_else(|| self.store.images.display().to_string());
        writeln!(f, "LEAVEWORD_BLOBS_URL        {blobs}")?;
        writeln!(f, "LEAVEWORD_LISTEN           {}", self.listen)?;
        writeln!(f, "LEAVEWORD_PUBLIC_URL       {public_url}")?;
        writeln!(f, "LEAVEWORD_MASTER_KEY_FILE  {}", self.store.master_key_file.display())?;
        let metrics = self.metrics_listen.map_or("none".to_owned(), |address| address.to_string());
        writeln!(f, "LEAVEWORD_METRICS_LISTEN   {metrics}")?;
        let collector = self.otlp_endpoint.as_deref().unwrap_or("none");
        writeln!(f, "LEAVEWORD_OTLP_ENDPOINT    {collector}")?;
        writeln!(f, "LEAVEWORD_LOG              {}", self.log)?;
        writeln!(f, "{}", self.edge)?;
        write!(f, "{}", self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            database_url: None,
            data_dir: "./data".into(),
            blobs_url: None,
            listen: "127.0.0.1:8080".into(),
            public_url: None,
            master_key_file: None,
            metrics_listen: None,
            otlp_endpoint: None,
            log: "info".into(),
            edge: EdgeSettings::default(),
            channels: ChannelSettings::default(),
        }
    }

    #[test]
    fn nothing_said_is_sqlite_with_the_key_beside_the_data() {
        let config = settings().read().expect("the defaults are valid");
        assert_eq!(config.store.database, DatabaseUrl::Sqlite("./data".into()));
        assert_eq!(config.store.master_key_file, PathBuf::from("./leaveword.key"));
    }

    #[test]
    fn the_key_lies_beside_the_data_even_when_that_is_the_current_directory() {
        let config = Settings { data_dir: ".".into(), ..settings() }.read().expect("valid");
        let here = std::env::current_dir().expect("a current directory");
        assert_eq!(config.store.master_key_file.parent(), here.parent());
    }

    #[test]
    fn a_bad_value_is_named() {
        let named = |settings: Settings| settings.read().expect_err("a bad value").to_string();
        let bad = Settings { database_url: Some("mysql://x".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_DATABASE_URL: begins with postgres://"));
        let bad = Settings { blobs_url: Some("s3://s3cret".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_BLOBS_URL: has the key and the secret before @"));
        assert!(named(Settings { listen: "8080".into(), ..settings() }).starts_with("LEAVEWORD_LISTEN: "));
        let bad = Settings { metrics_listen: Some("9464".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_METRICS_LISTEN: \"9464\" is not an address"));
        let bad = Settings { public_url: Some("desk.example.com".into()), ..settings() };
        assert!(named(bad).starts_with("LEAVEWORD_PUBLIC_URL: "));
        for log in ["a=b=c", "verbose", "info,sever"] {
            assert!(named(Settings { log: log.into(), ..settings() }).starts_with("LEAVEWORD_LOG: "));
        }
        assert!(Settings { log: "warn,store=debug".into(), ..settings() }.read().is_ok());
    }

    #[test]
    fn a_password_is_never_printed() {
        let url = Some("postgres://desk:s3cret@db.example.com:5433/words".to_owned());
        let bucket = Some("s3://AKIA:s3cret@s3.example.com/pictures".to_owned());
        let config = Settings { database_url: url, blobs_url: bucket, ..settings() }.read().expect("valid");
        let printed = format!("{config} {config:?}");
        assert!(printed.contains("s3://…@s3.example.com/pictures in us-east-1") && !printed.contains("AKIA"));
        assert!(printed.contains("PostgreSQL words at db.example.com:5433") && !printed.contains("s3cret"));
    }
}
