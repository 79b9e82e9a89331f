//! Keyset pages: a cursor names the last row that was seen, so a page costs the same wherever it is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const DEFAULT: i64 = 20;
const MOST: i64 = 100;

/// Which page of a list, as the Relay cursor specification asks for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// So many from the beginning, or after `after`.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// So many from the end, or before `before`.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

/// Why there is no such page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPage {
    /// `first` or `last` is out of bounds.
    #[error("first and last are numbers from 1 to 100")]
    Size,
    /// Both directions at once.
    #[error("ask for first (with after) or for last (with before), not for both")]
    BothWays,
    /// A list that has no end to begin at.
    #[error("BEST_FIRST is read forwards: ask for first (with after)")]
    Forwards,
    /// Not a cursor of this list and order.
    #[error("this cursor is not one of this list in this order; begin again without it")]
    Cursor,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its rows, each with its cursor.
    pub rows: Vec<(String, T)>,
    /// Is there anything before?
    pub has_previous: bool,
    /// Is there anything after?
    pub has_next: bool,
    /// The cursor of what was looked at last, when more was looked at than is on the page and there is more.
    pub looked_at: Option<String>,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub(crate) fn map<U>(self, row: impl Fn(T) -> U) -> Page<U> {
        let Self { rows, has_previous, has_next, looked_at } = self;
        let rows = rows.into_iter().map(|(cursor, it)| (cursor, row(it))).collect();
        Page { rows, has_previous, has_next, looked_at }
    }
}

/// The place of a row in its list: what it is ordered by, and its id.
pub(crate) type Key = (i64, String);

/// A page request that was checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// At most so many rows.
    pub(crate) size: i64,
    /// From the end towards the beginning.
    pub(crate) backwards: bool,
    /// Beyond this row.
    pub(crate) beyond: Option<Key>,
}

impl PageRequest {
    /// The first rows after a cursor.
    pub fn forward(first: Option<i32>, after: Option<String>) -> Self {
        Self { first, after, ..Self::default() }
    }

    /// Is it asked for from the end?
    pub fn is_backwards(&self) -> bool {
        self.last.is_some() || self.before.is_some()
    }

    /// How many rows a forward page has.
    pub fn size(&self) -> Result<i64, BadPage> {
        bounded(self.first)
    }

    /// Checks it; cursors belong to the list of that name.
    pub(crate) fn window(&self, list: &str) -> Result<Window, BadPage> {
        let backwards = self.is_backwards();
        if backwards && (self.first.is_some() || self.after.is_some()) {
            return Err(BadPage::BothWays);
        }
        let (size, cursor) = if backwards { (self.last, &self.before) } else { (self.first, &self.after) };
        let size = bounded(size)?;
        let beyond =
            cursor.as_deref().map(|cursor| decode(list, cursor).ok_or(BadPage::Cursor)).transpose()?;
        Ok(Window { size, backwards, beyond })
    }
}

fn bounded(asked: Option<i32>) -> Result<i64, BadPage> {
    let size = asked.map_or(DEFAULT, i64::from);
    if (1..=MOST).contains(&size) { Ok(size) } else { Err(BadPage::Size) }
}

impl Window {
    /// The page from rows that were read in the window's direction, one more than its size when there are more.
    pub(crate) fn page<T>(&self, list: &str, mut rows: Vec<T>, key: impl Fn(&T) -> Key) -> Page<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let beyond = self.beyond.is_some();
        let (has_previous, has_next) = if self.backwards { (more, beyond) } else { (beyond, more) };
        if self.backwards {
            rows.reverse();
        }
        let rows = rows.into_iter().map(|row| (encode(list, &key(&row)), row)).collect();
        Page { rows, has_previous, has_next, looked_at: None }
    }
}

pub(crate) fn encode(list: &str, (value, id): &Key) -> String {
    URL_SAFE_NO_PAD.encode(format!("1|{list}|{value}|{id}"))
}

fn decode(list: &str, cursor: &str) -> Option<Key> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (value, id) = text.strip_prefix("1|")?.strip_prefix(list)?.strip_prefix('|')?.split_once('|')?;
    // No id has it, and PostgreSQL would not take it as a text.
    let id = Some(id).filter(|id| !id.contains('\0'))?;
    Some((value.parse().ok()?, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward(first: i32, after: Option<String>) -> Result<Window, BadPage> {
        PageRequest::forward(Some(first), after).window("newest")
    }

    #[test]
    fn sizes_out_of_bounds_are_refused() {
        for size in [0, -1, 101, i32::MAX] {
            assert_eq!(forward(size, None), Err(BadPage::Size), "{size}");
        }
        assert_eq!(PageRequest::default().window("newest").map(|window| window.size), Ok(20));
    }

    #[test]
    fn both_directions_at_once_are_refused() {
        let both = PageRequest { first: Some(1), last: Some(1), ..PageRequest::default() };
        assert_eq!(both.window("newest"), Err(BadPage::BothWays));
    }

    #[test]
    fn a_cursor_counts_in_its_own_list_only() {
        let page = forward(1, None).expect("a window").page("newest", vec![7, 8], |n| (*n, "id".into()));
        assert!(page.has_next && !page.has_previous);
        let cursor = page.rows[0].0.clone();
        assert_eq!(forward(1, Some(cursor.clone())).map(|w| w.beyond), Ok(Some((7, "id".into()))));
        let other = PageRequest::forward(None, Some(cursor)).window("oldest");
        assert_eq!(other, Err(BadPage::Cursor));
        let with_nul = encode("newest", &(7, "i\0d".into()));
        for bad in ["?".to_owned(), with_nul] {
            assert_eq!(forward(1, Some(bad)), Err(BadPage::Cursor));
        }
    }

    #[test]
    fn a_page_from_the_end_is_in_the_lists_order() {
        let request = PageRequest { last: Some(2), ..PageRequest::default() };
        let window = request.window("newest").expect("a window");
        let page = window.page("newest", vec![9, 8, 7], |n| (*n, String::new()));
        assert_eq!(page.rows.into_iter().map(|(_, n)| n).collect::<Vec<_>>(), [8, 9]);
        assert!(page.has_previous && !page.has_next);
    }
}
