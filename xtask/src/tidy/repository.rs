//! What the rules look at: the workspace and the text of every file.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::{Workspace, root};

/// The members and every text file, sorted by path.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) workspace: Workspace,
    files: Vec<File>,
}

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root of the workspace.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Repository {
    /// Reads everything except build output and what git keeps.
    pub(crate) fn read() -> Result<Self> {
        let mut files = Vec::new();
        collect(root(), root(), &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { workspace: Workspace::load()?, files })
    }

    /// The files of Rust code.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.extension() == Some(OsStr::new("rs")))
    }

    /// Every text file.
    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The text of a file, if it is there.
    pub(crate) fn text(&self, path: impl AsRef<Path>) -> Option<&str> {
        self.files().find(|file| file.path == path.as_ref()).map(|file| file.text.as_str())
    }

    /// Says so unless the file is there and its text passes.
    pub(crate) fn expect(
        &self,
        path: impl AsRef<Path>,
        passes: impl FnOnce(&str) -> bool,
        otherwise: &str,
    ) -> Option<String> {
        let path = path.as_ref();
        match self.text(path) {
            Some(text) if passes(text) => None,
            Some(_) => Some(format!("{}: {otherwise}", path.display())),
            None => Some(format!("{} is missing", path.display())),
        }
    }
}

/// Adds the text files of a directory, which is below `root`.
fn collect(root: &Path, directory: &Path, files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))?;
    for entry in entries {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if is_output(&entry.file_name()) {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push(File { path: path.strip_prefix(root)?.to_owned(), text });
        }
    }
    Ok(())
}

/// Whether cargo or git made it. In a worktree, `.git` is a file with a path of the machine.
fn is_output(name: &OsStr) -> bool {
    name == "target" || name == ".git"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Repository, collect};

    fn read() -> Repository {
        Repository::read().expect("the workspace can be read")
    }

    #[test]
    fn every_source_is_read_and_no_build_output() {
        let repository = read();
        assert!(repository.text("xtask/src/tidy/repository.rs").is_some());
        assert!(repository.text(".cargo/config.toml").is_some());
        assert!(!repository.files().any(|file| file.path.starts_with("target")));
    }

    #[test]
    fn a_worktree_has_no_file_of_git() {
        let root = std::env::temp_dir().join(format!("xtask-worktree-{}", std::process::id()));
        let directory = root.join("src");
        std::fs::create_dir_all(&directory).expect("the directory can be created");
        for path in [root.join(".git"), directory.join("lib.rs")] {
            std::fs::write(path, "text").expect("the file can be written");
        }
        let mut files = Vec::new();
        let collected = collect(&root, &root, &mut files);
        std::fs::remove_dir_all(&root).expect("the directory can be removed");
        collected.expect("the directory can be read");
        let paths: Vec<_> = files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, [Path::new("src/lib.rs")]);
    }

    #[test]
    fn a_missing_file_is_told_from_one_that_does_not_pass() {
        let repository = read();
        let found = |path, passes| repository.expect(Path::new(path), |_| passes, "no");
        assert_eq!(found("Cargo.toml", true), None);
        assert_eq!(found("Cargo.toml", false).as_deref(), Some("Cargo.toml: no"));
        assert_eq!(found("nowhere", true).as_deref(), Some("nowhere is missing"));
    }
}
