//! The rules on examples: each is a program of a page that a test runs, and their list names it.

use std::ffi::OsStr;
use std::path::Path;

use super::Findings;
use super::repository::{File, Repository};

/// Every example fits on a page, a test runs it, and the list of examples says what it is for.
pub(crate) fn complete(repository: &Repository) -> Findings {
    let examples = repository.rust().filter(|file| is_example(&file.path));
    examples.flat_map(|example| findings(example, repository)).collect()
}

fn findings(example: &File, repository: &Repository) -> Findings {
    let (path, name) = (example.path.display(), name(&example.path));
    let lines = example.text.lines().count();
    let length = (!LINES.contains(&lines))
        .then(|| format!("{path}: {lines} lines; an example has {} to {}", LINES.start(), LINES.end()));
    let runs = |file: &File| {
        file.path.iter().any(|part| part == "tests") && file.text.contains(&format!("/examples/{name}.rs\"]"))
    };
    let untested = (!repository.rust().any(runs))
        .then(|| format!("{path}: no test runs it; name it there by `#[path = \"…/examples/{name}.rs\"]`"));
    let unlisted =
        repository.expect(LIST, |text| text.contains(&format!("{name}.rs)")), &format!("add {name}.rs"));
    length.into_iter().chain(untested).chain(unlisted).collect()
}

fn is_example(path: &Path) -> bool {
    PLACES.iter().any(|place| path.parent() == Some(Path::new(place)))
}

fn name(path: &Path) -> &str {
    path.file_stem().and_then(OsStr::to_str).unwrap_or_default()
}

/// A page that is read in one go.
const LINES: std::ops::RangeInclusive<usize> = 25..=60;

/// Says what each example is for.
const LIST: &str = "crates/batchwright/examples/README.md";

/// Where the examples are: those that need the umbrella alone, and the others.
const PLACES: [&str; 2] = ["crates/batchwright/examples", "examples/examples"];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_example, name};

    #[test]
    fn an_example_is_a_file_in_one_of_two_places() {
        assert!(is_example(Path::new("examples/examples/a.rs")));
        assert!(!is_example(Path::new("crates/batch-x/examples/a.rs")));
        assert!(!is_example(Path::new("crates/batchwright/examples/a/b.rs")));
        assert_eq!(name(Path::new("examples/examples/a.rs")), "a");
    }
}
