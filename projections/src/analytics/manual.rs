//! The page of the manual about the tables, made of the very columns that are asked for.

use super::{ANALYTICS, AnalyticsColumn};
use std::fmt::Write;

const HEAD: &str = "# Tables for analysts' own tools

Four tables without personal data, for whatever reads SQL or CSV. They keep their names and columns from release to release; what is
added comes at the end. `leaveword schema --analytics` writes this page from the code.

Members are named by their ids, so who is given these tables can tell what each member did; on a desk that shows no figures per member
(`reviseDesk(figuresPerMember: false)`) `assignee_id` and `member_id` are null, in the views of PostgreSQL as soon as the desk
says so, and in every export that is made from then on. An export that was made before keeps what it has.

`daily` counts waits on the day on which they ended, and none that is under way; the metric `within_target` of
[statistics.md](statistics.md) counts one that is late when its answer was due. Leave spam out of the other tables for figures that
agree with that page.

## As files

On either database:

```sh
leaveword analytics export folder
```

writes one file for each table (CSV by RFC 4180, UTF-8, the columns' names in the first line), all of one moment, and prints as
of which position of the log that is, how far each view was when they were not equally far, and how far the log was when the views were behind
it. Beside a server that runs that is a moment ago; without one `leaveword rebuild all` brings the views up to the log first. Both databases write the same:
times in UTC to the nearest millisecond (`2026-11-22T08:30:00.125Z`), days as `2026-11-22`, `true` and `false`, nothing for null, rows in the
order of their columns. As long as an export takes, no rebuild comes into use, and on SQLite what is overwritten in `views.db` stays
in the file beside it.

On SQLite this is the only way to give the tables away. **Never give away `views.db`**: it holds sealed words, visitors' ids and the
hashes that search goes by, and no erasure reaches a copy. Whoever may read the data directory may ask its views `analytics_messages`,
`analytics_replies`, `analytics_waits` and `analytics_daily` in place, for reading only; there times and days are texts, booleans 1 and 0,
and members are named whatever the desk says.

## On PostgreSQL

```sh
leaveword analytics grant analyst
```

makes the schema `analytics` and a role that may read it and nothing else, and prints its password once. Run it again for another
role, or after an upgrade for any one of them: views are replaced where they stand, so who might ask them still may, and views
of your own upon them stay. It needs a database user that may make schemas and roles. Figures are as of when they are asked.

A role that is there already keeps its password and settings. One that may do more is refused, and the refusal says what: superusers,
roles that may make roles or databases, replicate or pass by row security, members of any role (`pg_read_all_data` is one), owners of
anything, and whoever has rights on anything outside of `analytics` in any database of the server. So is every role while everybody (`PUBLIC`)
may use one of the desk's own tables.

A role that is made here has at most five connections, reads only, and has sixty seconds for a statement. The last two are
**defaults, which a role can change for itself**; what it may read, it cannot. Roles made earlier keep what they had:
`ALTER ROLE analyst CONNECTION LIMIT 5`.

A schema called `analytics` that is not this desk's is left alone, and the command says what to do. Ours is known by its comment.
";

/// The page, in Markdown.
pub fn manual() -> String {
    let mut page = HEAD.to_owned();
    for table in ANALYTICS {
        let _ = write!(page, "\n## `{}`\n\nA row for {}.\n\n", table.name, table.rows);
        page += "| column | type | |\n| --- | --- | --- |\n";
        for AnalyticsColumn { name, kind, meaning, names_member } in table.columns {
            let unless =
                if *names_member { "; null as well when the desk shows no figures per member" } else { "" };
            let _ = writeln!(page, "| `{name}` | {kind} | {meaning}{unless} |");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_page_is_what_the_code_says() {
        let committed = include_str!("../../../docs/analytics.md");
        assert_eq!(manual(), committed, "run `cargo xtask schema`");
    }

    #[test]
    fn every_column_is_told_once_with_its_type_and_its_meaning() {
        let mut lines = 0;
        for table in ANALYTICS {
            let names: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), table.columns.len(), "{}", table.name);
            for column in table.columns {
                assert!(
                    !column.meaning.is_empty() && !column.kind.is_empty(),
                    "{}.{}",
                    table.name,
                    column.name
                );
                let unit = !column.name.ends_with("_seconds")
                    || column.meaning.contains("seconds")
                    || column.meaning.contains("the same");
                assert!(unit, "{}.{} has no unit", table.name, column.name);
            }
            lines += table.columns.len() + 2;
        }
        let page = manual();
        assert_eq!(page.matches("\n| ").count(), lines);
        assert!(!page.contains("|  |"), "a meaning is empty");
    }
}
