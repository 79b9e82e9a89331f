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
