//! The rules on crates.

use super::Findings;
use super::repository::Repository;
use crate::workspace::Package;

/// Every member has the lints of the workspace.
pub(crate) fn lints_inherited(repository: &Repository) -> Findings {
    let add = "add `workspace = true` under `[lints]`";
    let members = repository.workspace.members();
    members.filter_map(|member| repository.expect(member.file("Cargo.toml"), inherits_lints, add)).collect()
}

/// Every published crate says what it is, under which licence, and has a README.
pub(crate) fn described(repository: &Repository) -> Findings {
    repository.workspace.published().flat_map(missing_descriptions).collect()
}

/// The README of every published library is its documentation, and so its examples are tests.
pub(crate) fn readme_shown(repository: &Repository) -> Findings {
    let finding = |package: &Package| {
        let shown = shows(package.readme.as_deref().unwrap_or("README.md"));
        let otherwise = format!("begin with `#![{shown}]`");
        repository.expect(
            package.file("src/lib.rs"),
            |text| text.lines().any(|line| line.starts_with("#![") && line.contains(&shown)),
            &otherwise,
        )
    };
    repository.workspace.libraries().filter_map(finding).collect()
}

/// Every service crate has the same skeleton.
pub(crate) fn common_files(repository: &Repository) -> Findings {
    let files = |service: &Package| COMMON_FILES.map(|file| service.file(file));
    let expected = repository.workspace.services().flat_map(files);
    expected.filter_map(|file| repository.expect(file, |_| true, "")).collect()
}

/// Other members take every service crate from the workspace's dependencies.
pub(crate) fn known_to_the_workspace(repository: &Repository) -> Findings {
    let finding = |service: &Package| {
        let declared =
            |text: &str| text.lines().any(|line| line.starts_with(&format!("{} = ", service.name)));
        repository.expect(
            "Cargo.toml",
            declared,
            &format!("add {} to `[workspace.dependencies]`", service.name),
        )
    };
    repository.workspace.services().filter_map(finding).collect()
}

/// The umbrella has an optional dependency, a feature, a part of `full` and a re-export for every
/// service crate.
pub(crate) fn offered_by_the_umbrella(repository: &Repository) -> Findings {
    let umbrella = match repository.workspace.umbrella() {
        Ok(umbrella) => umbrella,
        Err(error) => return vec![error.to_string()],
    };
    let exported = |service: &Package| {
        let library = service.library_name();
        let otherwise = format!("re-export {library}");
        repository.expect(umbrella.file("src/lib.rs"), |text| text.contains(&library), &otherwise)
    };
    let finding = |service| missing_offers(umbrella, service).into_iter().chain(exported(service));
    repository.workspace.services().flat_map(finding).collect()
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.next() == Some("workspace = true")
}

fn missing_descriptions(package: &Package) -> Findings {
    let fields = [
        ("description", package.description.is_some()),
        ("license", package.license.is_some()),
        ("README.md", package.readme.is_some()),
    ];
    let missing = fields.into_iter().filter(|(_, there)| !there);
    missing.map(|(field, _)| format!("{} has no {field}", package.name)).collect()
}

fn shows(readme: &str) -> String {
    format!("doc = include_str!(\"../{readme}\")")
}

fn missing_offers(umbrella: &Package, service: &Package) -> Findings {
    let (name, feature) = (&service.name, service.service_name());
    let enables = |feature: &str, enabled: &str| {
        umbrella.features.get(feature).is_some_and(|enables| enables.iter().any(|other| other == enabled))
    };
    let optional =
        |dependency: &crate::workspace::Dependency| dependency.name == *name && dependency.optional;
    let manifest = umbrella.file("Cargo.toml");
    let offers = [
        (umbrella.dependencies.iter().any(optional), format!("an optional dependency on {name}")),
        (enables(feature, &format!("dep:{name}")), format!("a feature `{feature} = [\"dep:{name}\"]`")),
        (enables("full", feature), format!("`{feature}` in the feature `full`")),
    ];
    let missing = offers.into_iter().filter(|(there, _)| !there);
    missing.map(|(_, offer)| format!("{}: add {offer}", manifest.display())).collect()
}

/// The files that every service crate has beside those of its own: who knows one knows them all.
const COMMON_FILES: [&str; 7] = [
    "README.md",
    "src/destination.rs",
    "src/lib.rs",
    "src/limits.rs",
    "src/service.rs",
    "src/validate.rs",
    "src/verdict.rs",
];

#[cfg(test)]
mod tests {
    use super::{inherits_lints, missing_descriptions, missing_offers, shows};
    use crate::workspace::Dependency;
    use crate::workspace::tests::package;

    #[test]
    fn lints_are_inherited_by_their_table_alone() {
        assert!(inherits_lints("[dependencies]\na = \"1\"\n\n[lints]\nworkspace = true\n"));
        assert!(!inherits_lints("[dependencies]\na.workspace = true\n"));
        assert!(!inherits_lints("[lints]\n\n[lib]\nworkspace = true\n"));
    }

    #[test]
    fn every_missing_description_is_named() {
        let mut package = package("batch-x");
        package.license = Some("MIT".to_owned());
        assert_eq!(
            missing_descriptions(&package),
            ["batch-x has no description", "batch-x has no README.md"]
        );
    }

    #[test]
    fn the_readme_is_found_from_the_library() {
        assert_eq!(shows("README.md"), "doc = include_str!(\"../README.md\")");
    }

    #[test]
    fn everything_the_umbrella_lacks_is_named() {
        let (mut umbrella, service) = (package("batchwright"), package("batch-x"));
        assert_eq!(missing_offers(&umbrella, &service).len(), 3);
        umbrella.dependencies.push(Dependency { optional: true, ..Dependency::named(&service.name) });
        umbrella.features.insert("x".to_owned(), vec!["dep:batch-x".to_owned()]);
        let still = missing_offers(&umbrella, &service);
        assert_eq!(still, ["crates/batchwright/Cargo.toml: add `x` in the feature `full`"]);
        umbrella.features.insert("full".to_owned(), vec!["x".to_owned()]);
        assert!(missing_offers(&umbrella, &service).is_empty());
    }
}
