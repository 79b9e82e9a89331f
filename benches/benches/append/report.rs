//! What was measured, as a section of docs/benchmarks.md: tables, and ratios against their bars.

use crate::{
    cells::Cell,
    options::Options,
    run::{MANY, Measured},
};
use std::fmt::Write;
use store::Dialect;

/// A ratio of two sides with so many callers; `bar`: at least this much is promised.
struct Ratio {
    of: &'static str,
    to: &'static str,
    callers: usize,
    bar: Option<f64>,
}

/// What has to be known besides, the table, and the ratios.
pub(crate) fn text(dialect: Dialect, options: &Options, measured: &Measured) -> String {
    let mut text = String::new();
    for note in &measured.notes {
        let _ = writeln!(text, "{note}\n");
    }
    text + &table(&measured.cells) + &against_bars(dialect, options, &measured.cells)
}

fn table(cells: &[Cell]) -> String {
    let mut text = "| side | callers | commands/s: median (least … most) | p50 ms | p99 ms | cold: commands/s | cold: p99 ms | \
                    repeated | failed | events a commit |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (side, callers) in rows(cells) {
        let rounds: Vec<&Cell> = of(cells, side, callers).collect();
        let all = |what: &dyn Fn(&Cell) -> f64| rounds.iter().map(|cell| what(cell)).collect::<Vec<_>>();
        let batches: Vec<f64> = rounds.iter().filter_map(|cell| cell.batch).collect();
        let batch = if batches.is_empty() { String::new() } else { format!("{:.1}", median(&batches)) };
        let _ = writeln!(
            text,
            "| {side} | {callers} | {} | {:.2} | {:.2} | {:.0} | {:.2} | {} | {} | {batch} |",
            spread(&all(&|cell| cell.warm.per_second()), 0),
            median(&all(&|cell| cell.warm.latencies.percentile(50))),
            median(&all(&|cell| cell.warm.latencies.percentile(99))),
            median(&all(&|cell| cell.cold.per_second())),
            median(&all(&|cell| cell.cold.latencies.percentile(99))),
            rounds.iter().map(|cell| cell.warm.retries).sum::<u64>(),
            rounds.iter().map(|cell| cell.warm.failed + cell.cold.failed).sum::<u64>(),
        );
    }
    text
}

fn against_bars(dialect: Dialect, options: &Options, cells: &[Cell]) -> String {
    let mut text =
        "\n| ratio | callers | median (least … most) | bar | |\n| --- | ---: | ---: | ---: | --- |\n"
            .to_owned();
    for ratio in ratios(dialect, options) {
        text += &ratio.line(cells);
    }
    text
}

fn ratios(dialect: Dialect, options: &Options) -> Vec<Ratio> {
    let ratio = |of, to, callers, bar| Ratio { of, to, callers, bar };
    let mut ratios = Vec::new();
    for &callers in &options.callers {
        match dialect {
            Dialect::Postgres => {
                let bar =
                    [(1, 0.8), (16, 1.5), (64, 3.5), (256, 5.0)].into_iter().find(|bar| bar.0 == callers);
                ratios.push(ratio("ours", "postgres-es", callers, bar.map(|bar| bar.1)));
                ratios.push(ratio("ours", "disintegrate", callers, None));
                ratios.push(ratio("ours", "emmett", callers, None));
            }
            Dialect::Sqlite => {
                let bar = (callers == 64).then_some(4.5);
                ratios.push(ratio("ours", "sqlite-es", callers, bar));
                ratios.push(ratio("ours", "sqlite-es-one-writer", callers, bar));
            }
        }
        ratios.push(ratio("ours", "ceiling", callers, Some(0.5)));
    }
    ratios.push(ratio("ours, new only", "postgres-es, new only", MANY, None));
    ratios.push(ratio("ours, new only", "sqlite-es, new only", MANY, None));
    ratios.push(ratio("four processes", "one process", MANY, Some(0.8)));
    ratios.push(ratio("ours, held", "ours", MANY, None));
    ratios.push(ratio("ours, held", "postgres-es, held", MANY, None));
    ratios.push(ratio("ours, held", "sqlite-es, held", MANY, None));
    ratios
}

impl Ratio {
    /// Round by round, so that what the machine did besides weighs on both; nothing when a side was not measured.
    fn line(&self, cells: &[Cell]) -> String {
        let (one, other) = (of(cells, self.of, self.callers), of(cells, self.to, self.callers));
        let rounds: Vec<f64> = one
            .zip(other)
            .map(|(one, other)| one.warm.per_second() / other.warm.per_second().max(1e-9))
            .collect();
        if rounds.is_empty() {
            return String::new();
        }
        let (bar, verdict) = match self.bar {
            None => ("–".to_owned(), ""),
            Some(bar) if median(&rounds) >= bar => (format!("{bar}"), "pass"),
            Some(bar) => (format!("{bar}"), "**miss**"),
        };
        let Self { of, to, callers, .. } = self;
        format!("| {of} ÷ {to} | {callers} | {} | {bar} | {verdict} |\n", spread(&rounds, 2))
    }
}

/// Each side with each number of callers, in the order in which they were first measured.
fn rows(cells: &[Cell]) -> Vec<(&'static str, usize)> {
    let mut rows = Vec::new();
    for cell in cells {
        if !rows.contains(&(cell.side, cell.callers)) {
            rows.push((cell.side, cell.callers));
        }
    }
    rows
}

fn of<'a>(cells: &'a [Cell], side: &'a str, callers: usize) -> impl Iterator<Item = &'a Cell> {
    cells.iter().filter(move |cell| cell.side == side && cell.callers == callers)
}

fn spread(values: &[f64], digits: usize) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    format!("{:.digits$} ({least:.digits$} … {most:.digits$})", median(values))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(middle), 1) => *middle,
        (Some(upper), _) => f64::midpoint(sorted[middle - 1], *upper),
        (None, _) => 0.0,
    }
}
