//! What a selection of features really pulls in, as `cargo tree` tells it.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::cargo::Cargo;

/// The crates that a call of `cargo tree` lists.
#[derive(Debug)]
pub(crate) struct Tree {
    call: Cargo,
    crates: BTreeSet<(String, String)>,
}

impl Tree {
    /// Lists what the call, which begins with `tree`, selects; for every platform.
    pub(crate) fn list(call: Cargo) -> Result<Self> {
        let call = call.arg("--target").arg("all");
        let listing = call.clone().arg("--prefix").arg("none");
        println!("$ {listing}");
        let crates = parse(&listing.output()?);
        Ok(Self { call, crates })
    }

    /// The names that begin with the prefix, once each.
    pub(crate) fn names(&self, prefix: &str) -> BTreeSet<&str> {
        self.crates.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with(prefix)).collect()
    }

    /// Whether a version of the crate that begins like this is there.
    pub(crate) fn has(&self, name: &str, version: &str) -> bool {
        self.crates.iter().any(|(found, at)| found == name && at.starts_with(version))
    }

    /// How to see the tree.
    pub(crate) fn call(&self) -> &Cargo {
        &self.call
    }
}

/// Reads lines such as `tokio v1.54.1`, with or without more behind.
fn parse(listing: &str) -> BTreeSet<(String, String)> {
    let name_and_version = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    listing.lines().filter_map(name_and_version).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::{Tree, parse};
    use crate::cargo::Cargo;

    /// A tree with these lines.
    pub(crate) fn tree(listing: &str) -> Tree {
        Tree { call: Cargo::new("tree"), crates: parse(listing) }
    }

    #[test]
    fn a_listing_is_read_without_its_remarks() {
        let tree = tree("a v0.1.0 (proc-macro)\nb v1.2.3+4\nb v1.2.3+4 (*)\n\n");
        assert_eq!(tree.names(""), BTreeSet::from(["a", "b"]));
        assert_eq!(tree.crates.len(), 2);
    }

    #[test]
    fn a_version_is_found_by_its_beginning() {
        let tree = tree("h2 v0.4.20\nhyper v1.12.0");
        assert!(tree.has("h2", "0.4."));
        assert!(!tree.has("h2", "0.3."));
        assert!(!tree.has("hyper-util", "1."));
    }
}
