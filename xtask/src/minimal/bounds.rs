//! The oldest version of each dependency that a manifest allows.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use crate::workspace::{Dependency, Package};

/// Versions by the names of packages.
pub(crate) type Bounds = BTreeMap<String, String>;

/// The lower bounds of what a package depends on itself, except for those of ours, and outside of tests.
pub(crate) fn of(package: &Package) -> Result<Bounds> {
    let is_others =
        |dependency: &&Dependency| dependency.path.is_none() && dependency.kind.as_deref() != Some("dev");
    let others = package.dependencies.iter().filter(is_others);
    others.map(|dependency| Ok((dependency.name.clone(), lower_bound(&dependency.requirement)?))).collect()
}

/// `1.40.0` for `^1.40`, and for `>=1.40, <3`.
fn lower_bound(requirement: &str) -> Result<String> {
    let least = requirement.split(',').next().unwrap_or_default();
    let version = least.trim_start_matches(['^', '=', '>']);
    let numbers: Vec<_> = version.split('.').collect();
    let are_numbers = numbers.iter().all(|number| number.parse::<u64>().is_ok());
    ensure!(are_numbers && numbers.len() <= 3, "`{requirement}` does not say a lower bound as `1.40` does");
    Ok([version, ".0", ".0"][..4 - numbers.len()].concat())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{lower_bound, of};
    use crate::workspace::Dependency;
    use crate::workspace::tests::package;

    #[test]
    fn a_lower_bound_is_a_whole_version() {
        let versions = [("^1", "1.0.0"), ("^0.2", "0.2.0"), ("^1.40.2", "1.40.2"), ("=1.2", "1.2.0")];
        for (requirement, bound) in versions.into_iter().chain([(">=0.6.1, <0.9", "0.6.1")]) {
            assert_eq!(lower_bound(requirement).ok().as_deref(), Some(bound));
        }
        for requirement in ["*", "<3", "^1.2.3-alpha.1", "~1"] {
            assert!(lower_bound(requirement).is_err(), "{requirement}");
        }
    }

    #[test]
    fn bounds_are_those_of_others_that_the_code_uses() {
        let dependency = |name| Dependency { requirement: "^1.2".to_owned(), ..Dependency::named(name) };
        let mut package = package("x");
        package.dependencies.push(dependency("a"));
        package.dependencies.push(Dependency { kind: Some("dev".to_owned()), ..dependency("b") });
        package.dependencies.push(Dependency { path: Some(PathBuf::from("c")), ..dependency("c") });
        let bounds = of(&package).expect("each says its bound");
        assert_eq!(bounds, [("a".to_owned(), "1.2.0".to_owned())].into());
    }
}
