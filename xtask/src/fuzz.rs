//! `cargo xtask fuzz`: everything that the schema has, asked for with as many examples as you like.

use crate::{Outcome, install, test};

/// The test that asks; it stands in a module per database.
const TESTS: &str = "end_to_end::fuzz::";

/// What is asked for, as the test reads it from the environment.
#[derive(Debug, PartialEq)]
struct Fuzz {
    examples: u32,
    seed: Option<u64>,
    only: Option<String>,
}

/// Runs the test on both databases, side by side.
pub(crate) fn fuzz(args: &[String]) -> Outcome {
    let fuzz = Fuzz::read(args)?;
    install::python();
    let args = ["-p", "server", "-p", "tests", "--test", "all", "--", TESTS, "--nocapture"];
    let mut tests = test::cargo_test(&args.map(str::to_owned));
    tests.env("LEAVEWORD_TEST_FUZZ_EXAMPLES", fuzz.examples.to_string());
    if let Some(seed) = fuzz.seed {
        tests.env("LEAVEWORD_TEST_FUZZ_SEED", seed.to_string());
    }
    if let Some(only) = fuzz.only {
        tests.env("LEAVEWORD_TEST_FUZZ_AS", only);
    }
    test::with_postgres(tests)
}

impl Fuzz {
    fn read(args: &[String]) -> Result<Self, String> {
        let mut fuzz = Self { examples: 200, seed: None, only: None };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let value = args.next().ok_or_else(|| format!("{flag} needs a value"))?;
            let bad = || format!("{flag} cannot be {value}");
            match flag.as_str() {
                "--examples" => {
                    fuzz.examples = value.parse().ok().filter(|examples| *examples > 1).ok_or_else(bad)?;
                }
                "--seed" => fuzz.seed = Some(value.parse().map_err(|_| bad())?),
                "--as" => fuzz.only = Some(value.clone()),
                _ => return Err(format!("`fuzz` does not know {flag}")),
            }
        }
        Ok(fuzz)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Fuzz, String> {
        Fuzz::read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_said_is_two_hundred_examples_as_everybody() {
        assert_eq!(read("").unwrap(), Fuzz { examples: 200, seed: None, only: None });
        let said = Fuzz { examples: 9, seed: Some(7), only: Some("admin".to_owned()) };
        assert_eq!(read("--examples 9 --seed 7 --as admin").unwrap(), said);
    }

    #[test]
    fn what_cannot_be_is_named() {
        assert_eq!(read("--examples 1").unwrap_err(), "--examples cannot be 1");
        assert_eq!(read("--seed").unwrap_err(), "--seed needs a value");
        assert_eq!(read("--roles all").unwrap_err(), "`fuzz` does not know --roles");
    }
}
