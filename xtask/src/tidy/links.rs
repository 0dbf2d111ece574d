//! The rule on links: what a document of ours links in the repository is there, heading included.

use std::path::{Component, Path, PathBuf};

use super::Findings;
use super::repository::{File, Repository};
use crate::workspace::root;

/// Every link of a document to another file or a heading leads there. Those to the web are not followed.
pub(crate) fn resolve(repository: &Repository) -> Findings {
    let documents = repository.files().filter(|file| file.path.extension().is_some_and(|name| name == "md"));
    documents.flat_map(|document| broken(document, repository)).collect()
}

/// What a link to a file of ours on the web stands for.
pub(crate) fn own_path(target: &str) -> Option<&str> {
    OWN.iter().find_map(|prefix| target.strip_prefix(prefix))
}

fn broken(document: &File, repository: &Repository) -> Findings {
    let prose = prose(&document.text);
    let targets = prose.iter().flat_map(|line| targets(line));
    let lost = targets.filter(|target| !leads_somewhere(target, document, repository));
    let lost = lost.map(|target| format!("{}: {target} leads nowhere", document.path.display()));
    let defined: Vec<_> = prose.iter().filter_map(|line| definition(line)).map(|(label, _)| label).collect();
    let used = prose.iter().flat_map(|line| labels(line)).filter(|label| !defined.contains(label));
    let undefined = used.map(|label| format!("{}: [{label}] is not defined", document.path.display()));
    lost.chain(undefined).collect()
}

fn leads_somewhere(target: &str, document: &File, repository: &Repository) -> bool {
    if let Some(chapter) = target.strip_prefix(GUIDE) {
        return is_chapter(chapter.trim_end_matches('/').trim_end_matches("/index.html"), repository);
    }
    let own = own_path(target);
    if own.is_none() && target.contains("://") {
        return true;
    }
    let (path, heading) = own.unwrap_or(target).split_once('#').unwrap_or((own.unwrap_or(target), ""));
    let file = match (path, own) {
        ("", _) => document.path.clone(),
        (path, Some(_)) => PathBuf::from(path),
        (path, None) => within(document.path.parent().unwrap_or(Path::new("")), path),
    };
    let has_heading =
        || repository.text(&file).is_some_and(|text| headings(text).any(|other| other == heading));
    root().join(&file).exists() && (heading.is_empty() || has_heading())
}

/// Whether the guide has this chapter; a rustdoc page has underscores for the hyphens of its file.
fn is_chapter(name: &str, repository: &Repository) -> bool {
    let Ok(umbrella) = repository.workspace.umbrella() else { return false };
    let name = name.split('/').next().unwrap_or_default().replace('_', "-");
    name.is_empty() || root().join(umbrella.file(&format!("docs/{name}.md"))).exists()
}

/// The path from the root of one that is relative to this directory.
fn within(directory: &Path, path: &str) -> PathBuf {
    let mut whole = directory.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}

/// The lines that are not code.
fn prose(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let is_prose = |line: &&str| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    };
    text.lines().filter(is_prose).collect()
}

/// What the line links: `[text](target)`, or `[label]: target`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    inline.chain(definition(line).map(|(_, target)| target)).filter(|target| !target.is_empty())
}

/// The labels that the line refers to: `[text][label]`.
fn labels(line: &str) -> impl Iterator<Item = &str> {
    line.split("][").skip(1).filter_map(|rest| rest.split(']').next())
}

fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, target) = line.strip_prefix('[')?.split_once("]: ")?;
    Some((label, target.trim()))
}

/// The headings, as links name them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let lines = prose(text).into_iter().filter_map(|line| line.strip_prefix('#'));
    lines.map(|heading| {
        let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
    })
}

const GUIDE: &str = "https://docs.rs/batchwright/latest/batchwright/guide/";

const OWN: [&str; 2] = [
    "https://github.com/batchwright/batchwright/blob/main/",
    "https://github.com/batchwright/batchwright/tree/main/",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{headings, labels, own_path, prose, targets, within};

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "a [b](c.md) and [d](e#f)\n```rust\n[g](h)\n```\n[i][j]\n\n[j]: k.md\n";
        let found: Vec<_> = prose(text).into_iter().flat_map(targets).collect();
        assert_eq!(found, ["c.md", "e#f", "k.md"]);
        assert_eq!(labels("[i][j], [k][l]").collect::<Vec<_>>(), ["j", "l"]);
    }

    #[test]
    fn a_relative_path_is_one_from_the_root() {
        let from = |path| within(Path::new("a/b"), path);
        assert_eq!(from("c.md"), Path::new("a/b/c.md"));
        assert_eq!(from("../c/./d.md"), Path::new("a/c/d.md"));
        assert_eq!(from("../../e"), Path::new("e"));
    }

    #[test]
    fn a_file_of_ours_on_the_web_is_one_of_the_repository() {
        assert_eq!(own_path("https://github.com/batchwright/batchwright/blob/main/a/b.rs"), Some("a/b.rs"));
        assert_eq!(own_path("https://github.com/batchwright/batchwright/actions"), None);
    }

    #[test]
    fn a_heading_is_named_by_its_words() {
        let found: Vec<_> = headings("# A title\n\n## To be, or `not`\n```\n# no\n```\n").collect();
        assert_eq!(found, ["a-title", "to-be-or-not"]);
    }
}
