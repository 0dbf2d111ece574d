//! The package that asks for the lower bounds.

use std::fmt::Write;

use super::bounds::Bounds;
use crate::workspace::{Package, root};

/// The manifest of a package, in a workspace of its own, that uses the crate with every feature, and each dependency in
/// exactly this version.
pub(crate) fn manifest(package: &Package, bounds: &Bounds) -> String {
    let path = root().join(package.file(""));
    let features: Vec<_> = package.features.keys().collect();
    // The debug text of a string is TOML too.
    let mut manifest = format!("{HEAD}{} = {{ path = {path:?}, features = {features:?} }}\n", package.name);
    for (name, version) in bounds {
        let _ = writeln!(manifest, "{name} = {{ version = \"={version}\", default-features = false }}");
    }
    manifest
}

const HEAD: &str = r#"[package]
name = "minimal"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
"#;

#[cfg(test)]
mod tests {
    use super::manifest;
    use crate::workspace::tests::package;

    #[test]
    fn a_manifest_asks_for_exact_versions_and_every_feature() {
        let mut x = package("batch-x");
        x.features.insert("a".to_owned(), Vec::new());
        let manifest = manifest(&x, &[("y".to_owned(), "1.2.3".to_owned())].into());
        assert!(
            manifest.contains("\ny = { version = \"=1.2.3\", default-features = false }\n"),
            "{manifest}"
        );
        assert!(manifest.contains("crates/batch-x/\", features = [\"a\"] }\n"), "{manifest}");
    }
}
