//! Flags: `--name value`, `--name=value`, and switches without a value.

use std::{fmt::Display, str::FromStr};

/// The flags of one run.
#[derive(Debug)]
pub struct Arguments(Vec<(String, Option<String>)>);

impl Arguments {
    /// Reads flags; one that is not known is refused, with the ones that are.
    pub fn parse(
        given: impl IntoIterator<Item = String>,
        valued: &[&str],
        switches: &[&str],
    ) -> Result<Self, String> {
        // Cargo tells every benchmark that it is one.
        let mut given = given.into_iter().filter(|argument| argument != "--bench");
        let mut flags = Vec::new();
        while let Some(argument) = given.next() {
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let flag = name.strip_prefix("--").unwrap_or(&name).to_owned();
            let value = match (valued.contains(&flag.as_str()), switches.contains(&flag.as_str()), value) {
                (true, _, Some(value)) => Some(value),
                (true, _, None) => Some(given.next().ok_or(format!("--{flag} needs a value"))?),
                (false, true, None) => None,
                (false, true, Some(_)) => return Err(format!("--{flag} takes no value")),
                (false, false, _) => {
                    let known: Vec<_> = valued.iter().chain(switches).map(|it| format!("--{it}")).collect();
                    return Err(format!("there is no `{name}`; there is {}", known.join(", ")));
                }
            };
            flags.push((flag, value));
        }
        Ok(Self(flags))
    }

    /// Was this flag given?
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(flag, _)| flag == name)
    }

    /// The value of a flag, or what holds without it.
    pub fn value<T: FromStr>(&self, name: &str, otherwise: T) -> Result<T, String>
    where
        T::Err: Display,
    {
        self.text(name).map_or(Ok(otherwise), |text| read(name, text))
    }

    /// The values of a flag, separated by commas, or what holds without it.
    pub fn list<T: FromStr>(&self, name: &str, otherwise: Vec<T>) -> Result<Vec<T>, String>
    where
        T::Err: Display,
    {
        self.text(name).map_or(Ok(otherwise), |text| text.split(',').map(|one| read(name, one)).collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(flag, _)| flag == name).and_then(|(_, value)| value.as_deref())
    }
}

fn read<T: FromStr>(name: &str, text: &str) -> Result<T, String>
where
    T::Err: Display,
{
    text.trim().parse().map_err(|error| format!("--{name} {text}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned), &["callers", "seconds"], &["quick"])
    }

    #[test]
    fn flags_are_read_however_they_are_written_and_the_last_one_counts() {
        let given = parse("--quick --callers 1,16 --bench --seconds=2 --seconds 3").unwrap();
        assert!(given.has("quick"));
        assert_eq!(given.list("callers", vec![64]).unwrap(), [1, 16]);
        assert_eq!(given.value("seconds", 1.0), Ok(3.0));
        assert_eq!(parse("").unwrap().list("callers", vec![64]).unwrap(), [64]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_its_name() {
        assert!(parse("--quik").unwrap_err().contains("--quik"));
        assert!(parse("--callers").unwrap_err().contains("--callers"));
        assert!(parse("--quick=yes").unwrap_err().contains("--quick"));
        assert!(parse("--callers many").unwrap().list::<usize>("callers", vec![]).is_err());
    }
}
