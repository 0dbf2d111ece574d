//! The rules on documents and pipelines: what they list is complete.

use std::path::{Path, PathBuf};

use super::Findings;
use super::repository::Repository;
use crate::ci::STEPS;
use crate::workspace::Package;

/// ARCHITECTURE.md names every published crate.
pub(crate) fn architecture(repository: &Repository) -> Findings {
    let finding = |package: &Package| {
        let name = &package.name;
        repository.expect(
            "ARCHITECTURE.md",
            |text| text.contains(name.as_str()),
            &format!("say what {name} is for"),
        )
    };
    repository.workspace.published().filter_map(finding).collect()
}

/// The changelog has a section for what is not released yet, and every service crate is news.
pub(crate) fn changelog(repository: &Repository) -> Findings {
    let section = "## [Unreleased]";
    let has_section = |text: &str| text.lines().any(|line| line == section);
    let unreleased = repository.expect("CHANGELOG.md", has_section, &format!("add a section `{section}`"));
    let finding = |service: &Package| {
        let name = &service.name;
        repository.expect("CHANGELOG.md", |text| text.contains(name.as_str()), &format!("mention {name}"))
    };
    unreleased.into_iter().chain(repository.workspace.services().filter_map(finding)).collect()
}

/// The table of the README has a row for every service crate, and so has that of the umbrella's
/// README if it lists any; the README says how to run the tests.
pub(crate) fn readme_tables(repository: &Repository) -> Findings {
    let umbrella = repository.workspace.umbrella().map(|umbrella| umbrella.file("README.md")).ok();
    let lists = |path: &PathBuf| repository.text(path).is_some_and(|text| lists_any(text, repository));
    let readmes: Vec<_> = umbrella.filter(lists).into_iter().chain([README.into()]).collect();
    let rows = readmes.iter().flat_map(|readme| missing_rows(readme, repository));
    let test = repository.expect(README, |text| text.contains(TEST), &format!("say `{TEST}`"));
    rows.chain(test).collect()
}

/// The suites that run every service have a file about it, and its own tests make use of those that every adapter passes.
pub(crate) fn suites(repository: &Repository) -> Findings {
    let missing = |service: &Package| {
        let file = |suite: &&str| format!("{suite}/{}.rs", service.service_name());
        let files = SUITES.iter().filter_map(|suite| repository.expect(file(suite), |_| true, ""));
        let passes = |text: &str| text.contains(ADAPTER_SUITE);
        let otherwise = format!("make tests of what every adapter passes: `{ADAPTER_SUITE}(…)`");
        files
            .chain(repository.expect(service.file("tests/it/main.rs"), passes, &otherwise))
            .collect::<Vec<_>>()
    };
    repository.workspace.services().flat_map(missing).collect()
}

/// Every pipeline runs every step, and the workflow the oldest compiler that is promised.
pub(crate) fn pipelines(repository: &Repository) -> Findings {
    let steps = PIPELINES.iter().flat_map(|pipeline| {
        STEPS.iter().filter_map(move |step| {
            let otherwise = format!("run {} by `{}`", step.name, step.command);
            repository.expect(pipeline, |text| text.contains(step.command), &otherwise)
        })
    });
    let oldest = repository.workspace.published().filter_map(|package| package.rust_version.as_deref()).max();
    let oldest = oldest.and_then(|version| {
        repository.expect(WORKFLOW, |text| text.contains(version), &format!("check with Rust {version}"))
    });
    steps.chain(oldest).collect()
}

fn lists_any(text: &str, repository: &Repository) -> bool {
    repository.workspace.services().any(|service| has_row(text, &service.name))
}

fn missing_rows(readme: &Path, repository: &Repository) -> Findings {
    let finding = |service: &Package| {
        let otherwise = format!("add a row for {} to the table", service.name);
        repository.expect(readme, |text| has_row(text, &service.name), &otherwise)
    };
    repository.workspace.services().filter_map(finding).collect()
}

fn has_row(text: &str, name: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with('|') && line.contains(name))
}

/// Makes tests of what every adapter passes.
const ADAPTER_SUITE: &str = "batchwright_kit::adapter_suite!";

/// The scripts that run what `cargo xtask ci` runs.
const PIPELINES: [&str; 2] = [".ci/run", WORKFLOW];

const README: &str = "README.md";

/// Where the suites find the services that they run.
const SUITES: [&str; 2] = ["tests/src/destination", "tests/tests/secrets/suspects"];

/// How the README says to run the tests.
const TEST: &str = "cargo test --workspace";

const WORKFLOW: &str = ".github/workflows/ci.yml";

#[cfg(test)]
mod tests {
    use super::has_row;

    #[test]
    fn a_row_is_a_line_of_a_table() {
        let text = "batch-x is a crate\n\n| crate | for |\n|---|---|\n| `batch-y` | Y |\n";
        assert!(has_row(text, "batch-y"));
        assert!(!has_row(text, "batch-x"));
    }
}
