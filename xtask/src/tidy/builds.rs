//! The rule on builds: what the quickstart compiles, the tests do not compile again, nor the other way round.

use std::collections::BTreeMap;

use anyhow::Result;

use super::Findings;
use super::repository::Repository;
use crate::cargo::Cargo;

/// `cargo quickstart` builds every dependency with the same features as `cargo test --workspace`.
pub(crate) fn shared(_: &Repository) -> Findings {
    let quickstart = resolved(&format!("--package {QUICKSTART} --edges normal,build"));
    let tests = resolved("--workspace --edges normal,build,dev");
    match (quickstart, tests) {
        (Ok(quickstart), Ok(tests)) => differences(&quickstart, &tests),
        (Err(error), _) | (_, Err(error)) => vec![format!("{error:#}")],
    }
}

/// The features of every dependency, by its name and version; several where it is built several times, as for a build
/// script.
type Resolved = BTreeMap<String, Vec<String>>;

fn resolved(selection: &str) -> Result<Resolved> {
    let call = Cargo::new("tree --prefix none --format {p}|{f}").args(selection);
    Ok(parse(&call.output()?))
}

/// Reads lines such as `tokio v1.54.1|rt,sync`, with or without ` (*)` behind.
fn parse(listing: &str) -> Resolved {
    let mut resolved = Resolved::new();
    for line in listing.lines() {
        let line = line.strip_suffix(" (*)").unwrap_or(line);
        let Some((package, features)) = line.split_once('|') else { continue };
        let all = resolved.entry(package.to_owned()).or_default();
        if !all.iter().any(|known| known == features) {
            all.push(features.to_owned());
        }
    }
    resolved
}

fn differences(quickstart: &Resolved, tests: &Resolved) -> Findings {
    let finding = |(package, features): (&String, &Vec<String>)| {
        let other = tests.get(package).map_or(&[][..], Vec::as_slice);
        let differing = features.iter().find(|features| !other.contains(features))?;
        Some(format!(
            "{package} is built with the features `{differing}` by `cargo quickstart`, with `{}` by `cargo test \
             --workspace`: name those of both in the manifest of {QUICKSTART}",
            other.join("` and `")
        ))
    };
    quickstart.iter().filter_map(finding).collect()
}

const QUICKSTART: &str = "batchwright-quickstart";

#[cfg(test)]
mod tests {
    use super::{differences, parse};

    fn check(quickstart: &str, tests: &str, expected: usize) {
        assert_eq!(differences(&parse(quickstart), &parse(tests)).len(), expected);
    }

    #[test]
    fn a_dependency_is_built_with_the_same_features() {
        check("a v1.0.0|x,y\nb v1.0.0|", "b v1.0.0|\na v1.0.0|x,y\nc v2.0.0|z", 0);
        check("a v1.0.0|x", "a v1.0.0|x,y", 1);
        check("a v1.0.0|x,y", "a v1.0.0|x", 1);
        check("a v1.0.0|x", "a v2.0.0|x", 1);
    }

    #[test]
    fn a_dependency_may_be_built_several_times() {
        check("a v1.0.0|x\na v1.0.0|y (*)", "a v1.0.0|x (*)\na v1.0.0|y\na v1.0.0|z", 0);
        check("a v1.0.0|x\na v1.0.0|y", "a v1.0.0|x", 1);
    }
}
