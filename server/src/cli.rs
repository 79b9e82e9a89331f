//! The command line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line answers by printing")]

use crate::{
    analytics::{self, AnalyticsCommand},
    config::{Config, Settings},
    generate, logging, rebuild,
    running::Server,
    schemas, show,
    ui::Ui,
    welcome,
};
use clap::{Parser, Subcommand};
use commands::{Caller, Commands, NewMember};
use domain::{access::RoleId, member::MemberEmail, text::Name};
use std::{
    error::Error,
    io::{Read, Write},
    path::PathBuf,
    process::ExitCode,
    sync::LazyLock,
};
use store::{Clock, DatabaseUrl, Store};

/// What `--version` prints; `-V` is the number alone.
static LONG_VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{}\nui: {}", env!("CARGO_PKG_VERSION"), Ui::embedded()));

/// Leaveword: what happens to a customer's message when nobody is at the desk.
#[derive(Parser)]
#[command(name = "leaveword", version, long_version = LONG_VERSION.as_str())]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default)
    Serve,
    /// Bring the database up to date, and end
    Migrate,
    /// Fill views again from the log; the server may keep running
    Rebuild {
        /// Their names, or `all`
        #[arg(required = true)]
        views: Vec<String>,
    },
    /// Make up a desk to look at: years of messages, into an empty database
    Generate(generate::Arguments),
    /// Add members and make sign-in links
    #[command(subcommand)]
    Member(MemberCommand),
    /// Read the log
    #[command(subcommand)]
    Log(LogCommand),
    /// Print the secret that host sites sign their visitors' identities with
    IdentitySecret {
        /// Replace it first: what is signed with the one before is refused from then on
        #[arg(long)]
        rotate: bool,
    },
    /// Print the configuration in force, secrets left out
    Config,
    /// Print the GraphQL schema
    Schema {
        /// Write the JSON Schemas of webhooks into this folder instead
        #[arg(long, value_name = "FOLDER")]
        webhooks: Option<PathBuf>,
        /// Print the page of the manual that says what every figure means instead
        #[arg(long, conflicts_with = "webhooks")]
        statistics: bool,
        /// Print the page of the manual about the tables for analysts instead
        #[arg(long, conflicts_with_all = ["webhooks", "statistics"])]
        analytics: bool,
    },
    /// Tables for analysts' own tools
    #[command(subcommand)]
    Analytics(AnalyticsCommand),
}

#[derive(Subcommand)]
enum LogCommand {
    /// Tell the history of a message: who did what, when, from what to what
    Show {
        /// Its short name, such as LW-7K3F9Q
        #[arg(long, value_name = "REF")]
        message: String,
        /// In which language: en, zh-CN, zh-TW or de
        #[arg(long, default_value = "en")]
        locale: String,
    },
}

#[derive(Subcommand)]
enum MemberCommand {
    /// Add a member
    Add {
        /// Their e-mail address
        #[arg(long)]
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// AGENT, LEAD, ADMIN, AUDITOR or ANALYST, or one of the desk's own roles
        #[arg(long)]
        role: RoleId,
        /// Read their password from standard input; without it, a sign-in link is printed
        #[arg(long)]
        password_stdin: bool,
    },
    /// Print a one-time sign-in link for a member
    Link {
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
}

/// Runs what the arguments ask for.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.settings.read() {
        Ok(config) => carry_out(&config, arguments.command.unwrap_or(Command::Serve)).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("leaveword: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn carry_out(config: &Config, command: Command) -> Result<(), Box<dyn Error>> {
    if matches!(
        command,
        Command::Log(_) | Command::Rebuild { .. } | Command::Member(_) | Command::Analytics(_)
    ) {
        there_is_one(config)?;
    }
    match command {
        Command::Schema { webhooks: Some(folder), .. } => schemas::write(&folder)?,
        Command::Schema { statistics: true, .. } => print!("{}", projections::statistics::manual()),
        Command::Schema { analytics: true, .. } => print!("{}", projections::analytics::manual()),
        Command::Schema { .. } => print!("{}", graphql::sdl()),
        Command::Config => println!("{config}"),
        Command::Serve => serve(config).await?,
        Command::Migrate => {
            let store = Store::open(&config.store, Clock::system()).await?;
            println!("{:?} is up to date; its log has {} events", config.store.database, store.head().await?);
            store.close().await;
        }
        Command::Log(LogCommand::Show { message, locale }) => show::run(config, &message, &locale).await?,
        Command::Generate(arguments) => generate::run(config, &arguments).await?,
        Command::Rebuild { views } => rebuild::run(config, &views).await?,
        Command::Analytics(command) => analytics::run(config, command).await?,
        Command::IdentitySecret { rotate } => {
            let store = Store::open(&config.store, Clock::system()).await?;
            let commands = Commands::new(store.clone());
            let secret = match rotate {
                true => commands.rotate_identity_secret().await,
                false => commands.identity_secret().await,
            };
            store.close().await;
            println!("{}", secret?.text());
        }
        Command::Member(command) => {
            let store = Store::open(&config.store, Clock::system()).await?;
            let commands = Commands::new(store.clone());
            commands.first_start().await?;
            let done = member(config, &commands, command).await;
            store.close().await;
            done?;
        }
    }
    Ok(())
}

/// What is for a desk that is there makes no new one: somebody stands in the wrong folder.
fn there_is_one(config: &Config) -> Result<(), String> {
    match &config.store.database {
        DatabaseUrl::Sqlite(directory) if !directory.join("log.db").exists() => {
            let shown = directory.display();
            Err(format!("there is no desk in {shown}: --data-dir, or LEAVEWORD_DATA_DIR, says where it is"))
        }
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => Ok(()),
    }
}

async fn serve(config: &Config) -> Result<(), Box<dyn Error>> {
    let logging = logging::start(&config.log, config.otlp_endpoint.as_deref())?;
    let asked_to_end = asked_to_end()?;
    tokio::pin!(asked_to_end);
    // A start can take long: views may have to be filled first.
    let server = tokio::select! {
        server = Server::start(config, Clock::system()) => server?,
        () = &mut asked_to_end => {
            logging.end().await;
            return Ok(());
        }
    };
    if config.public_url.is_none() {
        tracing::warn!("LEAVEWORD_PUBLIC_URL is not set: links name the address this server listens on");
        if config.channels.mail.is_some() {
            tracing::warn!(
                "visitors are not told of replies by mail: the links to them need LEAVEWORD_PUBLIC_URL"
            );
        }
    }
    // Whoever started it may not care to read: that is no reason to end.
    let _ = writeln!(std::io::stdout(), "{}", welcome::text(config, &server));
    asked_to_end.await;
    tracing::info!("ending: requests under way are answered first");
    server.stop().await;
    logging.end().await;
    Ok(())
}

/// Completes on Ctrl-C, or on the signal that service managers send. Listens from the call on, not from the first
/// poll: a signal that comes while the server starts is not lost, and does not kill it half way.
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn member(config: &Config, commands: &Commands, command: MemberCommand) -> Result<(), Box<dyn Error>> {
    let link = match command {
        MemberCommand::Add { email, name, role, password_stdin } => {
            let name = Name::parse(&name).map_err(|error| format!("--name {error}"))?;
            let email = MemberEmail::parse(&email).map_err(|_| "--email is not an e-mail address")?;
            let password = match password_stdin {
                true => Some(password_from_standard_input()?),
                false => None,
            };
            let new = NewMember { name, email: email.clone(), role: role.clone() };
            let id = commands.add_member(&Caller::system("command-line"), new, password.as_deref()).await?;
            println!("{role} {} was added: {id}", email.as_str());
            match password {
                Some(_) => return Ok(()),
                None => commands.create_sign_in_link(&email).await?,
            }
        }
        MemberCommand::Link { email } => {
            let email = MemberEmail::parse(&email).map_err(|_| "--email is not an e-mail address")?;
            commands.create_sign_in_link(&email).await.map_err(|error| match error {
                commands::CommandError::NotFound => format!("no member has the address {}", email.as_str()),
                other => other.to_string(),
            })?
        }
    };
    let base = welcome::base_url(config, config.listen);
    println!("Good once, until {}:", link.expires_at.format("%Y-%m-%d %H:%M UTC"));
    println!("{}", welcome::sign_in_url(&base, &link.token));
    Ok(())
}

/// The first line of standard input, without its end.
fn password_from_standard_input() -> std::io::Result<String> {
    let mut given = String::new();
    // Longer than any password may be, so that one that is too long is told apart from one that fits.
    std::io::stdin().take(4_096).read_to_string(&mut given)?;
    Ok(given.lines().next().unwrap_or_default().to_owned())
}
