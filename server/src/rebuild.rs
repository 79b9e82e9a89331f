//! `leaveword rebuild`: which views, how far it is, and how fast it was.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line answers by printing")]

use crate::{
    config::Config,
    grouped::{grouped, rate},
};
use projections::VIEWS;
use std::{error::Error, io::IsTerminal, time::Duration};
use store::{Clock, RebuildProgress, RebuildStep, Store, View};
use tokio::{sync::watch, time::Instant};

/// Every view.
const ALL: &str = "all";
/// How often the line at a terminal is written again.
const REDRAW: Duration = Duration::from_millis(200);
/// How often there is a line where nobody watches.
const LINE: Duration = Duration::from_secs(5);
/// Cells of the bar.
const CELLS: usize = 30;

/// Rebuilds the views of these names and says what became of it.
pub(crate) async fn run(config: &Config, names: &[String]) -> Result<(), Box<dyn Error>> {
    let views = named(names)?;
    let store = Store::open(&config.store, Clock::system()).await?;
    let began = Instant::now();
    let progress = watch::Sender::new(RebuildProgress::default());
    let telling = tokio::spawn(tell(progress.subscribe(), began));
    let rebuilt = store.rebuild(&views, &progress).await;
    let in_use = progress.borrow().rebuilt.clone();
    drop(progress);
    telling.await?;
    store.close().await;
    let events = rebuilt.map_err(|error| format!("{error}. {}", left(&views, &in_use)))?;
    let took = began.elapsed();
    let names: Vec<&str> = views.iter().map(|view| view.name).collect();
    println!(
        "{}: rebuilt from {} events in {:.1} s, {} events/s",
        names.join(", "),
        grouped(events),
        took.as_secs_f64(),
        grouped(rate(events, took))
    );
    Ok(())
}

/// What became of each view when not all were rebuilt.
fn left(views: &[View], rebuilt: &[&str]) -> String {
    let left: Vec<&str> = views.iter().map(|view| view.name).filter(|name| !rebuilt.contains(name)).collect();
    if rebuilt.is_empty() {
        return format!("Not rebuilt, and in use as before: {}", left.join(", "));
    }
    format!(
        "Rebuilt and in use: {}. Not rebuilt, and in use as before: {}. For those: leaveword rebuild {}",
        rebuilt.join(", "),
        left.join(", "),
        left.join(" ")
    )
}

fn named(names: &[String]) -> Result<Vec<View>, String> {
    if names.iter().any(|name| name == ALL) {
        return Ok(VIEWS.to_vec());
    }
    let known = |name: &&String| VIEWS.iter().any(|view| view.name == name.as_str());
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let list: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
        return Err(format!(
            "no view is called {unknown}; there are {}, or {ALL} for all of them",
            list.join(", ")
        ));
    }
    Ok(VIEWS.iter().filter(|view| names.iter().any(|name| name == view.name)).copied().collect())
}

/// At a terminal one line that is written again and again, elsewhere a line every five seconds; until it is done.
async fn tell(mut progress: watch::Receiver<RebuildProgress>, began: Instant) {
    let terminal = std::io::stderr().is_terminal();
    let every = if terminal { REDRAW } else { LINE };
    loop {
        let ended = tokio::time::timeout(every, ended(&mut progress)).await.is_ok();
        let line = line(&progress.borrow(), began.elapsed());
        if terminal {
            eprint!("\r\x1b[2K{line}");
        }
        if ended {
            if terminal {
                eprintln!();
            }
            return;
        }
        if !terminal {
            eprintln!("{line}");
        }
    }
}

async fn ended(progress: &mut watch::Receiver<RebuildProgress>) {
    while progress.changed().await.is_ok() {}
}

fn line(progress: &RebuildProgress, took: Duration) -> String {
    let (position, head) = (progress.position(), progress.head.max(1));
    let share = usize::try_from(position * 100 / head).unwrap_or_default().min(100);
    let full = share * CELLS / 100;
    let what = match progress.step {
        RebuildStep::Filling => format!("{} events/s", grouped(rate(position, took))),
        RebuildStep::Indexing => "making indexes".to_owned(),
        RebuildStep::TakingOver => "taking over".to_owned(),
        RebuildStep::Done => "done".to_owned(),
    };
    format!(
        "[{}{}] {share:3} %  {} of {} events  {what}",
        "#".repeat(full),
        ".".repeat(CELLS - full),
        grouped(position),
        grouped(progress.head)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_fast() {
        let mut progress = RebuildProgress::default();
        progress.head = 2_000;
        let line = line(&progress, Duration::from_secs(1));
        assert_eq!(line, "[..............................]   0 %  0 of 2,000 events  0 events/s");
    }

    #[test]
    fn whoever_reads_of_a_failure_learns_which_views_are_rebuilt_and_which_are_not() {
        assert_eq!(
            left(&VIEWS[..2], &[]),
            "Not rebuilt, and in use as before: message_list, message_entries"
        );
        assert_eq!(
            left(&VIEWS[..3], &["message_list"]),
            "Rebuilt and in use: message_list. Not rebuilt, and in use as before: message_entries, visitor_messages. \
             For those: leaveword rebuild message_entries visitor_messages"
        );
    }

    #[test]
    fn views_are_rebuilt_once_and_in_their_own_order() {
        let names = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            named(&names).map(|views| views.iter().map(|view| view.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["visitors", "message_list", "visitors"]), Ok(vec!["message_list", "visitors"]));
        assert_eq!(names(&["visitors", "all"]).map(|views| views.len()), Ok(VIEWS.len()));
    }
}
