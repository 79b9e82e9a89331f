//! The page of the manual that says what every figure means: made of the very words that the API tells.

use super::{Metric, OF_ALL, metric::METRICS};
use std::fmt::Write;

const HEAD: &str = "# What every figure means

`leaveword schema --statistics` writes this page from the code; the query `metrics` tells the same. A figure has a name and a version:
whatever changes what it means gets a new version beside the old one, so that a series never breaks without a word.

How figures are asked for: [api.md](api.md#figures-for-analysts). `explain(messageId)` lists what a message adds to each figure, with the
events that it comes of. Every answer says as of which position of the log it is; the same question as of the same position gets the
same answer, byte for byte. A filter, and a scope, go by the list of messages as it is, which may be an event ahead or behind.
";

/// The page, in Markdown.
pub fn manual() -> String {
    let mut page = format!("{HEAD}\n{OF_ALL}\n");
    for Metric { name, version, starts, stops, answerer, reopened, calendar, placed, aggregated } in METRICS {
        let choices = [
            ("The clock starts", starts),
            ("The clock stops", stops),
            ("Who answers, who is credited", answerer),
            ("Opened again", reopened),
            ("Calendar", calendar),
            ("Placed", placed),
            ("One figure of many", aggregated),
        ];
        let _ = write!(page, "\n## `{name}`, version {version}\n\n| | |\n| --- | --- |\n");
        for (choice, words) in choices {
            let _ = writeln!(page, "| {choice} | {words} |");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_metric_is_told_once_by_its_name_and_version_with_seven_choices() {
        let names: BTreeSet<_> = METRICS.iter().map(|metric| (metric.name, metric.version)).collect();
        assert_eq!(names.len(), METRICS.len());
        let page = manual();
        assert_eq!(page.matches("\n## `").count(), METRICS.len());
        assert_eq!(page.matches("\n| ").count(), METRICS.len() * 9);
        assert!(!page.contains("|  |"), "a choice is empty");
    }
}
