//! What a `package.json` says can be run, and whether every test there is gets run.

use std::fs;
use std::path::Path;

/// The scripts of one `package.json`.
pub(super) struct Scripts(String);

impl Scripts {
    /// Of the package in this folder.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join("package.json");
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        Ok(Self::of(&text))
    }

    /// A script of npm's is a name and a line for a shell: the object ends where a line has nothing but its bracket.
    fn of(text: &str) -> Self {
        let from = text.split_once("\"scripts\"").map_or("", |(_, rest)| rest);
        let lines = from.lines().take_while(|line| !line.trim_start().starts_with('}'));
        Self(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(&format!("\"{name}\":"))
    }
}

/// Fails when files that are called so have no script that would run them: tests that nobody runs say nothing. `test` runs
/// in each workspace; `browser` runs those of all of them from one place.
pub(super) fn nothing_left_out(web: &Path, root: &Scripts, script: &str, files: &str) -> Result<(), String> {
    for workspace in folders(web)? {
        let folder = web.join(&workspace);
        if !any_file(&folder, files) {
            continue;
        }
        let own = Scripts::read(&folder).is_ok_and(|scripts| scripts.has(script));
        let is_run = root.has(script) && (own || script == "browser");
        if !is_run {
            return Err(format!("web/{workspace} has tests (*{files}*), and no script `{script}` runs them"));
        }
    }
    Ok(())
}

fn folders(web: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(web).map_err(|error| format!("{} cannot be read: {error}", web.display()))?;
    let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    Ok(folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| is_ours(name))
        .collect())
}

fn any_file(folder: &Path, part: &str) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => is_ours(&name) && any_file(&entry.path(), part),
            Ok(kind) => kind.is_file() && name.contains(part),
            Err(_) => false,
        }
    })
}

fn is_ours(name: &str) -> bool {
    !name.starts_with('.') && !["node_modules", "dist"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: &str = r#"{
  "name": "a",
  "browser": "a.js",
  "scripts": {
    "build": "for f in ${FILES}; do echo }; done",
    "check": "tsc"
  },
  "dependencies": {
    "test": "^1.0.0"
  }
}"#;

    #[test]
    fn a_script_is_one_of_the_scripts() {
        let scripts = Scripts::of(PACKAGE);
        assert!(scripts.has("build") && scripts.has("check"));
        assert!(!scripts.has("test") && !scripts.has("browser") && !scripts.has("chec"));
        assert!(!Scripts::of("{}").has("build"));
    }

    #[test]
    fn tests_that_no_script_runs_are_a_failure() {
        let web = std::env::temp_dir().join(format!("leaveword-scripts-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = web.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let package = |scripts: &str| format!("{{\n\"scripts\": {{\n{scripts}\n}}\n}}");
        write("widget/package.json", &package("\"check\": \"tsc\""));
        write("widget/e2e/form.spec.ts", "");
        write("widget/node_modules/other/a.test.js", "");
        let all = Scripts::of(&package("\"test\": \"x\",\n\"browser\": \"y\""));
        let asked = |root: &Scripts, script, files| nothing_left_out(&web, root, script, files);
        assert_eq!(asked(&all, "browser", ".spec."), Ok(()), "the root runs those of every workspace");
        assert!(
            asked(&Scripts::of("{}"), "browser", ".spec.").unwrap_err().starts_with("web/widget has tests")
        );
        assert_eq!(asked(&all, "test", ".test."), Ok(()), "those of others are theirs");
        write("widget/src/form.test.ts", "");
        assert!(asked(&all, "test", ".test.").unwrap_err().contains("`test`"));
        write("widget/package.json", &package("\"test\": \"vitest\""));
        assert_eq!(asked(&all, "test", ".test."), Ok(()));
        fs::remove_dir_all(&web).unwrap();
    }
}
