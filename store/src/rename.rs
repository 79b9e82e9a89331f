//! Other names in an SQL text: a view's own SQL fills the tables that will take the place of its own.
//!
//! Knows where a table's name may stand in the SQL of this house. Must not know what a statement does.

use std::borrow::Cow;

/// From a name to the one that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renames(Vec<(String, String)>);

/// What a list of tables ends at.
const END: [&str; 13] = [
    "WHERE",
    "SET",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "VALUES",
    "SELECT",
    "RETURNING",
    "UNION",
    "FOR",
    "WITH",
    "CONFLICT",
];
/// What a table's name follows. In the text of an index the table follows `ON`, and the index has a name too.
const BEFORE: [&str; 6] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "USING"];
/// What may stand between the two.
const BETWEEN: [&str; 5] = ["ONLY", "LATERAL", "IF", "NOT", "EXISTS"];

/// What is known at one depth of brackets.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The next word is a table.
    expects: bool,
    /// After the next comma comes a table again.
    list: bool,
}

impl Renames {
    pub(crate) fn new(renames: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(renames.into_iter().collect())
    }

    /// The text with the other names: where a table is named, and before the dot of a column. A column that is called
    /// like a table keeps its name, and so do literals and comments.
    pub(crate) fn apply<'s>(&self, sql: &'s str) -> Cow<'s, str> {
        if !self.0.iter().any(|(from, _)| sql.contains(from.as_str())) {
            return Cow::Borrowed(sql);
        }
        let mut renamed = String::with_capacity(sql.len() + 64);
        let (mut rest, mut places, mut before) = (sql, vec![Place::default()], "");
        let defines = sql.trim_start().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("CREATE"));
        while let Some(token) = Token::first(rest) {
            let text = token.text(rest);
            rest = &rest[text.len()..];
            let depth = places.len() - 1;
            let place = &mut places[depth];
            let qualified = before == ".";
            match token {
                Token::Blank(_) => {
                    renamed.push_str(text);
                    continue;
                }
                Token::Word(_) => {
                    let plain = text.trim_matches('"');
                    let other = self.0.iter().find(|(from, _)| from == plain).map(|(_, to)| to);
                    let owns_column = !qualified && rest.starts_with('.');
                    match other {
                        Some(to) if place.expects || owns_column => {
                            renamed.push_str(&text.replace(plain, to));
                            place.expects = false;
                        }
                        _ => {
                            renamed.push_str(text);
                            place.word(text, defines, owns_column);
                        }
                    }
                }
                Token::Sign(_) => {
                    renamed.push_str(text);
                    match text {
                        "(" => {
                            let expects = std::mem::take(&mut place.expects);
                            places.push(Place { expects, list: expects });
                        }
                        ")" if depth > 0 => {
                            places.pop();
                        }
                        "," => place.expects = place.list,
                        _ => {}
                    }
                }
                Token::Literal(_) => renamed.push_str(text),
            }
            before = text;
        }
        Cow::Owned(renamed)
    }

    /// The text with the other names wherever one stands as a word, literals left out: a full-text index has a column of its
    /// own name, and triggers say it.
    pub(crate) fn everywhere(&self, sql: &str) -> String {
        let mut renamed = String::with_capacity(sql.len() + 64);
        let mut rest = sql;
        while let Some(token) = Token::first(rest) {
            let text = token.text(rest);
            rest = &rest[text.len()..];
            let plain = text.trim_matches('"');
            match (token, self.0.iter().find(|(from, _)| from == plain)) {
                (Token::Word(_), Some((_, to))) => renamed.push_str(&text.replace(plain, to)),
                _ => renamed.push_str(text),
            }
        }
        renamed
    }
}

impl Place {
    /// After a word that is no table to be renamed.
    fn word(&mut self, word: &str, defines: bool, is_schema: bool) {
        let is = |keywords: &[&str]| keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
        if is(&BEFORE) || (defines && is(&["ON", "INDEX"])) {
            *self = Self { expects: true, list: is(&["FROM", "USING"]) || (self.list && is(&["JOIN"])) };
        } else if is(&END) {
            *self = Self::default();
        } else if !(is_schema || self.expects && is(&BETWEEN)) {
            self.expects = false;
        }
    }
}

/// A piece of SQL, and its length in bytes.
#[derive(Clone, Copy)]
enum Token {
    /// Blanks and comments.
    Blank(usize),
    /// `'…'`, and tuples of nothing but `?`.
    Literal(usize),
    /// A word, a number, `$1`, or `"…"`.
    Word(usize),
    /// Anything else, one character.
    Sign(usize),
}

impl Token {
    fn first(sql: &str) -> Option<Self> {
        let first = sql.chars().next()?;
        let while_true = |wanted: fn(char) -> bool| sql.find(|c| !wanted(c)).unwrap_or(sql.len());
        Some(match first {
            _ if first.is_whitespace() => Self::Blank(while_true(char::is_whitespace)),
            _ if sql.starts_with("--") => Self::Blank(sql.find('\n').unwrap_or(sql.len())),
            _ if sql.starts_with("/*") => Self::Blank(sql.find("*/").map_or(sql.len(), |end| end + 2)),
            '\'' => Self::Literal(quoted(sql, '\'')),
            '(' => match unbound(sql) {
                0 => Self::Sign(1),
                length => Self::Literal(length),
            },
            '"' => Self::Word(quoted(sql, '"')),
            _ if in_word(first) => Self::Word(while_true(in_word)),
            _ => Self::Sign(first.len_utf8()),
        })
    }

    fn text(self, sql: &str) -> &str {
        let (Self::Blank(length) | Self::Literal(length) | Self::Word(length) | Self::Sign(length)) = self;
        &sql[..length]
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// How long a quoted piece is; a doubled quote begins the next piece of the same, which changes nothing here.
fn quoted(sql: &str, quote: char) -> usize {
    sql[1..].find(quote).map_or(sql.len(), |end| end + 2)
}

/// How long the tuples are that stand first, when all that they hold is `?`: thousands of them are one piece.
fn unbound(sql: &str) -> usize {
    let (mut open, mut length) = (0_usize, 0);
    for (at, byte) in sql.bytes().enumerate() {
        match byte {
            b'(' => open += 1,
            b')' if open == 0 => break,
            b')' => {
                open -= 1;
                if open == 0 {
                    length = at + 1;
                }
            }
            b'?' | b',' | b' ' => {}
            _ => break,
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(sql: &str) -> String {
        let to = |name: &str| (name.to_owned(), format!("{name}__next"));
        Renames::new(["list", "members", "list_newest"].map(to)).apply(sql).into_owned()
    }

    #[test]
    fn tables_are_renamed_wherever_a_statement_names_them() {
        for (sql, expected) in [
            ("INSERT INTO list (a) VALUES ($1)", "INSERT INTO list__next (a) VALUES ($1)"),
            (
                "UPDATE list SET a = $2, b = 1 WHERE c = $1",
                "UPDATE list__next SET a = $2, b = 1 WHERE c = $1",
            ),
            ("DELETE FROM list WHERE a IN ($1)", "DELETE FROM list__next WHERE a IN ($1)"),
            (
                "INSERT OR FAIL INTO list (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING",
                "INSERT OR FAIL INTO list__next (a, b) VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING",
            ),
            (
                "UPDATE list SET a = new.a FROM (SELECT column1 AS k FROM (VALUES (?), (?))) AS new WHERE list.k = new.k",
                "UPDATE list__next SET a = new.a FROM (SELECT column1 AS k FROM (VALUES (?), (?))) AS new WHERE list__next.k = new.k",
            ),
            ("SELECT a FROM f(?, ?), list", "SELECT a FROM f(?, ?), list__next"),
            (
                "SELECT a FROM list, members m WHERE 1=1",
                "SELECT a FROM list__next, members__next m WHERE 1=1",
            ),
            (
                "SELECT 1 FROM x JOIN members ON x.a = members.a",
                "SELECT 1 FROM x JOIN members__next ON x.a = members__next.a",
            ),
            (
                "UPDATE list SET a = new.a FROM unnest($1::text[], $2::bigint[]) AS new (k, a) WHERE list.k = new.k",
                "UPDATE list__next SET a = new.a FROM unnest($1::text[], $2::bigint[]) AS new (k, a) WHERE list__next.k = new.k",
            ),
            (
                "SELECT (SELECT MAX(a) FROM list) FROM \"members\"",
                "SELECT (SELECT MAX(a) FROM list__next) FROM \"members__next\"",
            ),
            (
                "INSERT INTO members SELECT * FROM unnest($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
                "INSERT INTO members__next SELECT * FROM unnest($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
            ),
            (
                "SELECT unnest($1) CROSS JOIN LATERAL (SELECT a FROM list) l",
                "SELECT unnest($1) CROSS JOIN LATERAL (SELECT a FROM list__next) l",
            ),
        ] {
            assert_eq!(renamed(sql), expected);
        }
    }

    #[test]
    fn in_a_trigger_a_name_is_renamed_wherever_it_stands_but_in_literals() {
        let to = |name: &str| (name.to_owned(), format!("{name}__next"));
        let renames = Renames::new(["list", "list_words", "list_deleted"].map(to));
        let sql = "CREATE TRIGGER list_deleted AFTER DELETE ON \"list\" BEGIN \
                   INSERT INTO list_words(list_words, rowid) VALUES ('list', old.list_number); END";
        let expected = "CREATE TRIGGER list_deleted__next AFTER DELETE ON \"list__next\" BEGIN \
                        INSERT INTO list_words__next(list_words__next, rowid) VALUES ('list', old.list_number); END";
        assert_eq!(renames.everywhere(sql), expected);
    }

    #[test]
    fn columns_indexes_literals_and_comments_of_the_same_word_stay() {
        for sql in [
            "SELECT list, x.members FROM other WHERE list = 'FROM list'",
            "UPDATE other SET a = 1, list = $1 WHERE members = $2",
            "INSERT INTO other (list, members) VALUES ($1, $2)",
            "SELECT a FROM other -- FROM list, the members' own\nWHERE a = 1",
            "SELECT a FROM list_older, my_members ORDER BY list, members",
        ] {
            assert_eq!(renamed(sql), sql);
        }
    }

    #[test]
    fn a_table_and_its_indexes_are_defined_under_other_names() {
        for (sql, expected) in [
            (
                "CREATE TABLE list (\n list text PRIMARY KEY, -- the aggregate's list, (\n members bigint)",
                "CREATE TABLE list__next (\n list text PRIMARY KEY, -- the aggregate's list, (\n members bigint)",
            ),
            ("CREATE TABLE \"list\" (a)", "CREATE TABLE \"list__next\" (a)"),
            (
                "CREATE INDEX list_newest ON list (list, a)",
                "CREATE INDEX list_newest__next ON list__next (list, a)",
            ),
            (
                "CREATE UNIQUE INDEX list_newest ON public.list USING btree (members)",
                "CREATE UNIQUE INDEX list_newest__next ON public.list__next USING btree (members)",
            ),
        ] {
            assert_eq!(renamed(sql), expected);
        }
    }
}
