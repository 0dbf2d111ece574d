//! The rules on what is uploaded: each package has its licences and what its users need, and no more.

use std::path::Path;

use serde_json::json;

use super::Findings;
use super::repository::Repository;
use crate::cargo::Cargo;
use crate::workspace::Package;

/// Every package holds the texts of its licences, its README and its sources, and nothing else.
pub(crate) fn contents(repository: &Repository) -> Findings {
    repository.workspace.published().flat_map(|package| faulty_contents(package, repository)).collect()
}

/// The documentation of every library shows what its features add.
pub(crate) fn documented_with_all_features(repository: &Repository) -> Findings {
    let expected = json!({ "all-features": true, "rustdoc-args": ["--cfg", "docsrs"] });
    let lacks = |package: &&Package| package.metadata["docs"]["rs"] != expected;
    let finding = |package: &Package| {
        let manifest = package.file("Cargo.toml");
        format!("{}: say under `[package.metadata.docs.rs]` what the others say", manifest.display())
    };
    repository.workspace.libraries().filter(lacks).map(finding).collect()
}

/// Every package is found by keywords of its own.
pub(crate) fn keywords(repository: &Repository) -> Findings {
    let published: Vec<_> = repository.workspace.published().collect();
    let is_shared = |package: &&&Package| {
        let same = published.iter().filter(|other| other.keywords == package.keywords);
        package.keywords.is_empty() || same.count() > 1
    };
    let finding = |package: &&Package| format!("{} has no keywords of its own", package.name);
    published.iter().filter(is_shared).map(finding).collect()
}

fn faulty_contents(package: &Package, repository: &Repository) -> Findings {
    let call = Cargo::new("package --list --allow-dirty --quiet --package").arg(&package.name);
    let listing = match call.output() {
        Ok(listing) => listing,
        Err(error) => return vec![format!("{error:#}")],
    };
    let altered = LICENCES.iter().filter_map(|licence| {
        let original = repository.text(licence);
        let is_same = |text: &str| original == Some(text);
        repository.expect(package.file(licence), is_same, "link it to that of the repository")
    });
    let misplaced = misplaced(&listing, package.root_file());
    misplaced.into_iter().map(|what| format!("{}: {what}", package.name)).chain(altered).collect()
}

/// What is missing from a listing of a package whose build begins with this file, and what does not belong there.
fn misplaced(listing: &str, root_file: &str) -> Vec<String> {
    let files: Vec<_> = listing.lines().collect();
    let needed = LICENCES.into_iter().chain(["README.md", root_file]);
    let missing = needed.filter(|file| !files.contains(file)).map(|file| format!("include {file}"));
    let needless = files.iter().filter(|file| !is_needed(file)).map(|file| format!("no user needs {file}"));
    missing.chain(needless).collect()
}

fn is_needed(file: &str) -> bool {
    let path = Path::new(file);
    let (directory, extension) = (path.iter().next(), path.extension());
    LICENCES.contains(&file)
        || file == "README.md"
        || MADE_BY_CARGO.contains(&file)
        || (directory.is_some_and(|name| name == "docs")
            && extension.is_some_and(|name| name == "md" || name == "json"))
        || (directory.is_some_and(|name| name == "src") && extension.is_some_and(|name| name == "rs"))
}

const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

const MADE_BY_CARGO: [&str; 4] = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig"];

#[cfg(test)]
mod tests {
    use super::misplaced;

    fn check(listing: &str, expected: &[&str]) {
        let all = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs", "Cargo.toml", listing];
        assert_eq!(misplaced(&all.join("\n"), "src/lib.rs"), expected);
    }

    #[test]
    fn what_a_user_needs_and_nothing_else_is_in_a_package() {
        check("src/buffer/tests.rs", &[]);
        check("docs/guide.md", &[]);
        check("docs/grafana.json", &[]);
        check("docs/picture.png", &["no user needs docs/picture.png"]);
        check("tests/it/main.rs", &["no user needs tests/it/main.rs"]);
        check("examples/throughput.rs", &["no user needs examples/throughput.rs"]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = ["include LICENSE-APACHE", "include LICENSE-MIT", "include README.md"];
        assert_eq!(misplaced("src/lib.rs", "src/lib.rs"), missing);
        assert_eq!(misplaced("src/lib.rs", "src/main.rs").last().unwrap(), "include src/main.rs");
    }
}
