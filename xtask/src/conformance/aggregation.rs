//! Libraries that deaggregate records of Amazon Kinesis, which read what the writer aggregates.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::clients::Language;
use crate::cargo::Cargo;
use crate::workspace::root;

/// What it is called on the command line.
pub(super) const NAME: &str = "aggregation";

/// A library, and the script that uses it.
#[derive(Debug)]
struct Library {
    name: &'static str,
    language: Language,
    packages: &'static [&'static str],
    script: &'static str,
}

/// What the suite is told of a library.
#[derive(Debug, Serialize)]
struct Told {
    name: &'static str,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// The versions are pinned: another one may read another format.
const LIBRARIES: &[Library] = &[
    Library {
        name: "aws-kinesis-agg for Python",
        language: Language::Python,
        // The last two are missing from what the first one requires.
        packages: &["aws-kinesis-agg==1.2.3", "six==1.17.0", "protobuf==7.36.2"],
        script: "tests/clients/deaggregate.py",
    },
    Library {
        name: "aws-kinesis-agg for JavaScript",
        language: Language::JavaScript,
        packages: &["aws-kinesis-agg@4.2.8"],
        script: "tests/clients/deaggregate.cjs",
    },
];

/// Installs the libraries, and runs the suite with them: optimised, since it sends millions of records.
pub(super) fn run(place: &Path) -> Result<()> {
    let told = LIBRARIES.iter().map(|library| library.install(place)).collect::<Result<Vec<_>>>()?;
    let told = serde_json::to_string(&told).context("names and paths are plain data")?;
    let suite = "test --release --package batch-kinesis --test aggregation -- --nocapture --test-threads 1";
    Cargo::new(suite).env_owned("BATCHWRIGHT_DECODERS", told).run()
}

impl Library {
    fn install(&self, place: &Path) -> Result<Told> {
        let (program, environment) = self.language.installed(&place.join(self.script), self.packages)?;
        Ok(Told {
            name: self.name,
            program: program.display().to_string(),
            arguments: vec![root().join(self.script).display().to_string()],
            environment,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::LIBRARIES;
    use crate::workspace::root;

    #[test]
    fn every_library_has_its_script_and_pinned_packages() {
        for library in LIBRARIES {
            assert!(root().join(library.script).is_file(), "{}", library.script);
            assert!(library.packages.iter().all(|package| package.contains(['=', '@'])), "{}", library.name);
        }
    }
}
