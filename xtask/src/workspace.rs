//! What the workspace holds, as `cargo metadata` tells it: a new crate is found by itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cargo::Cargo;

/// The members of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) license: Option<String>,
    /// What the manifest says to other tools.
    #[serde(default)]
    pub(crate) metadata: serde_json::Value,
    /// From the directory of the package.
    pub(crate) readme: Option<String>,
    pub(crate) rust_version: Option<String>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    publish: Option<Vec<String>>,
    manifest_path: PathBuf,
}

/// A dependency as a member's manifest declares it, of whatever kind.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) optional: bool,
    /// `dev` or `build`; nothing for what the code itself uses.
    pub(crate) kind: Option<String>,
    /// Where it is, if it is ours.
    pub(crate) path: Option<PathBuf>,
    #[serde(rename = "req")]
    pub(crate) requirement: String,
}

/// What a member is for; the dependency rules differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What every service builds on.
    Core,
    /// Never published: tests and tools.
    Development,
    /// What runs writers in AWS Lambda.
    Lambda,
    /// The local server.
    Local,
    /// What users start, and no library.
    Program,
    /// A writer for one AWS service.
    Service,
    /// What the writers of AWS services share.
    Shared,
    /// What re-exports the rest.
    Umbrella,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Self> {
        let metadata = Cargo::new("metadata --no-deps --format-version 1").output()?;
        serde_json::from_str(&metadata).context("`cargo metadata` wrote something unexpected")
    }

    /// Every member.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter()
    }

    /// The members that are published.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| package.role() != Role::Development)
    }

    /// The members that are published for others to build on.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.published().filter(|package| package.role() != Role::Program)
    }

    /// The writers, one for each AWS service.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| package.role() == Role::Service)
    }

    /// The member that re-exports the rest.
    pub(crate) fn umbrella(&self) -> Result<&Package> {
        let found = self.members().find(|package| package.role() == Role::Umbrella);
        found.context("the workspace has no umbrella crate")
    }
}

impl Package {
    /// What the member is for.
    pub(crate) fn role(&self) -> Role {
        match self.name.as_str() {
            _ if self.publish.as_ref().is_some_and(Vec::is_empty) => Role::Development,
            "batch-core" => Role::Core,
            "batch-lambda" => Role::Lambda,
            "batch-local" => Role::Local,
            "batch-local-cli" => Role::Program,
            "batch-smithy" => Role::Shared,
            "batchwright" => Role::Umbrella,
            _ => Role::Service,
        }
    }

    /// The name of the AWS service in crates and features: `sqs` for `batch-sqs`.
    pub(crate) fn service_name(&self) -> &str {
        self.name.strip_prefix("batch-").unwrap_or(&self.name)
    }

    /// The file that its build begins with, from its directory.
    pub(crate) fn root_file(&self) -> &'static str {
        if self.role() == Role::Program { "src/main.rs" } else { "src/lib.rs" }
    }

    /// The name of the library in code: `batch_sqs` for `batch-sqs`.
    pub(crate) fn library_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// A file of the package, from the root of the workspace.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        let directory = self.manifest_path.parent().unwrap_or(Path::new(""));
        directory.strip_prefix(root()).unwrap_or(directory).join(path)
    }
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("this package is a directory of the workspace")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Dependency, Package, Role, Workspace};

    impl Dependency {
        /// A dependency with nothing but its name.
        pub(crate) fn named(name: &str) -> Self {
            let name = name.to_owned();
            Self { name, optional: false, kind: None, path: None, requirement: "*".to_owned() }
        }
    }

    /// A published member with nothing but its name.
    pub(crate) fn package(name: &str) -> Package {
        Package {
            name: name.to_owned(),
            description: None,
            keywords: Vec::new(),
            license: None,
            metadata: serde_json::Value::Null,
            readme: None,
            rust_version: None,
            features: [].into(),
            dependencies: Vec::new(),
            publish: None,
            manifest_path: super::root().join("crates").join(name).join("Cargo.toml"),
        }
    }

    fn check(name: &str, role: Role) {
        let workspace = Workspace::load().expect("cargo describes the workspace");
        let member = workspace.members().find(|member| member.name == name);
        assert_eq!(member.map(Package::role), Some(role), "{name}");
    }

    #[test]
    fn every_member_has_its_role() {
        check("batch-core", Role::Core);
        check("batch-lambda", Role::Lambda);
        check("batch-local", Role::Local);
        check("batch-local-cli", Role::Program);
        check("batch-smithy", Role::Shared);
        check("batch-sqs", Role::Service);
        check("batchwright", Role::Umbrella);
        check("xtask", Role::Development);
    }

    #[test]
    fn the_names_of_a_service_follow_from_its_crate() {
        let package = package("batch-sqs");
        assert_eq!(package.service_name(), "sqs");
        assert_eq!(package.library_name(), "batch_sqs");
        assert_eq!(package.file("README.md"), std::path::Path::new("crates/batch-sqs/README.md"));
    }
}
