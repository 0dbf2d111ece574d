//! Who may depend on what.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::tree::Tree;
use crate::cargo::Cargo;
use crate::workspace::{Package, Role, Workspace};

/// Checks every rule, up to the first that is broken.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    nothing_pulls_the_legacy_stack()?;
    for package in workspace.published() {
        match package.role() {
            Role::Core => core_has_no_aws_crate(package)?,
            Role::Lambda => lambda_has_no_aws_crate(package)?,
            Role::Local => local_needs_none_of_ours(package, workspace)?,
            Role::Program => program_has_no_sdk(package)?,
            Role::Service => service_has_only_its_own_sdk(package)?,
            Role::Shared => shared_has_no_sdk(package)?,
            Role::Development | Role::Umbrella => {}
        }
    }
    umbrella_pulls_only_what_is_asked_for(workspace)
}

/// With every feature of every member, and so with any.
fn nothing_pulls_the_legacy_stack() -> Result<()> {
    let tree = Tree::list(Cargo::new("tree --workspace --all-features -e normal,build,dev"))?;
    no_legacy(&tree)
}

fn core_has_no_aws_crate(core: &Package) -> Result<()> {
    let tree = Tree::list(normal(core).arg("--all-features"))?;
    exactly(&tree, "aws-", &[], &core.name)?;
    exactly(&tree, "batch", &[&core.name], &core.name)
}

/// Users bring the runtime and the types of events, in their versions.
fn lambda_has_no_aws_crate(lambda: &Package) -> Result<()> {
    let tree = Tree::list(normal(lambda).arg("--all-features"))?;
    exactly(&tree, "aws", &[], &lambda.name)?;
    exactly(&tree, "lambda", &[], &lambda.name)?;
    exactly(&tree, "batch", &["batch-core", &lambda.name], &lambda.name)
}

fn local_needs_none_of_ours(local: &Package, workspace: &Workspace) -> Result<()> {
    for member in workspace.members() {
        ensure!(
            local.dependencies.iter().all(|dependency| dependency.name != member.name),
            "{} must depend on no other crate of ours, not even in its tests, but it does on {}",
            local.name,
            member.name
        );
    }
    Ok(())
}

/// It is installed from source: the server is all it needs, and an SDK takes minutes to compile.
fn program_has_no_sdk(program: &Package) -> Result<()> {
    let tree = Tree::list(normal(program).arg("--all-features"))?;
    exactly(&tree, "aws-sdk-", &[], &program.name)?;
    exactly(&tree, "batch", &[LOCAL, &program.name], &program.name)
}

fn service_has_only_its_own_sdk(service: &Package) -> Result<()> {
    let tree = Tree::list(normal(service).arg("--all-features"))?;
    exactly(&tree, "aws-sdk-", &[&sdk(service)], &service.name)?;
    exactly(&tree, "batch-", &["batch-core", SHARED, &service.name], &service.name)
}

fn shared_has_no_sdk(shared: &Package) -> Result<()> {
    let tree = Tree::list(normal(shared).arg("--all-features"))?;
    exactly(&tree, "aws-sdk-", &[], &shared.name)?;
    exactly(&tree, "batch-", &["batch-core", &shared.name], &shared.name)
}

fn umbrella_pulls_only_what_is_asked_for(workspace: &Workspace) -> Result<()> {
    let umbrella = workspace.umbrella()?;
    let bare = Tree::list(normal(umbrella).only_features(&[]))?;
    exactly(&bare, "aws-", &[], &format!("{} without features", umbrella.name))?;
    for service in workspace.services() {
        let feature = service.service_name();
        let tree = Tree::list(normal(umbrella).only_features(&[feature]))?;
        let who = format!("{} with {feature}", umbrella.name);
        exactly(&tree, "aws-sdk-", &[&sdk(service)], &who)?;
        exactly(&tree, "batch-", &["batch-core", SHARED, &service.name], &who)?;
    }
    Ok(())
}

/// Fails unless the crates whose names begin with the prefix are these and no others.
fn exactly(tree: &Tree, prefix: &str, allowed: &[&str], who: &str) -> Result<()> {
    let found = tree.names(prefix);
    let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
    ensure!(
        found == allowed,
        "of the crates `{prefix}*`, {who} must pull in {}, but it pulls in {}; to see the tree:\n\n    {}\n",
        listed(&allowed),
        listed(&found),
        tree.call()
    );
    Ok(())
}

fn no_legacy(tree: &Tree) -> Result<()> {
    for (name, version) in LEGACY {
        ensure!(
            !tree.has(name, version),
            "{name} {version}x must be in no tree of ours: an AWS crate has its default features on; \
             to see whose:\n\n    {} -i {name}@{}\n",
            tree.call(),
            version.trim_end_matches('.')
        );
    }
    Ok(())
}

fn normal(package: &Package) -> Cargo {
    Cargo::new("tree -e normal -p").arg(&package.name)
}

fn sdk(service: &Package) -> String {
    format!("aws-sdk-{}", service.service_name())
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.iter().copied().collect::<Vec<_>>().join(", ") }
}

/// What the program serves.
const LOCAL: &str = "batch-local";

/// What the writers of AWS services share.
const SHARED: &str = "batch-smithy";

/// The HTTP and TLS stack that the SDK's default features bring in beside the present one; it is
/// no longer maintained.
const LEGACY: [(&str, &str); 3] = [("h2", "0.3."), ("hyper", "0.14."), ("rustls", "0.21.")];

#[cfg(test)]
mod tests {
    use super::{exactly, no_legacy};
    use crate::features::tree::tests::tree;

    fn check(listing: &str, allowed: &[&str], broken: Option<&str>) {
        let outcome = exactly(&tree(listing), "aws-", allowed, "batch-x");
        let message = outcome.err().map(|error| error.to_string());
        assert_eq!(message.is_some(), broken.is_some(), "{message:?}");
        assert!(message.unwrap_or_default().contains(broken.unwrap_or_default()));
    }

    #[test]
    fn what_is_pulled_in_must_be_what_is_allowed() {
        check("tokio v1.54.1", &[], None);
        check("tokio v1.54.1\naws-sdk-sqs v1.119.0", &["aws-sdk-sqs"], None);
        check("aws-types v1.7.0", &[], Some("batch-x must pull in none, but it pulls in aws-types"));
        check(
            "aws-a v1.0.0\naws-b v1.0.0",
            &["aws-a"],
            Some("must pull in aws-a, but it pulls in aws-a, aws-b"),
        );
        check("tokio v1.54.1", &["aws-a"], Some("must pull in aws-a, but it pulls in none"));
    }

    #[test]
    fn the_legacy_stack_is_known_by_its_versions() {
        assert!(no_legacy(&tree("h2 v0.4.20\nhyper v1.12.0\nrustls v0.23.46")).is_ok());
        for (line, see) in [
            ("h2 v0.3.27", "-i h2@0.3"),
            ("hyper v0.14.32", "-i hyper@0.14"),
            ("rustls v0.21.12", "-i rustls@0.21"),
        ] {
            let error = no_legacy(&tree(line)).expect_err("the legacy stack is refused");
            assert!(error.to_string().contains(see), "{error}");
        }
    }
}
