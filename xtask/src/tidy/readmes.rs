//! The rule on the code in READMEs and chapters: a reader can copy it as it is, and it is compiled and run. In a README it is a
//! whole file; in a chapter either that, if it begins like one, or a doctest.

use std::path::{Path, PathBuf};

use super::Findings;
use super::repository::{File, Repository};

/// Every block of Rust code in a README, and every program in a chapter, is a whole file of the examples; none has hidden lines.
pub(crate) fn code_compiled(repository: &Repository) -> Findings {
    let is_shown = |path: &Path| EXAMPLES.iter().any(|place| path.starts_with(place));
    let examples: Vec<_> = repository.rust().filter(|file| is_shown(&file.path)).collect();
    let published = repository.workspace.published().map(|package| package.file(README));
    let readmes = [PathBuf::from(README)].into_iter().chain(published);
    let in_readmes = readmes.flat_map(|readme| uncompiled(&readme, repository, &examples, |_| true));
    let chapters = repository.workspace.umbrella().map(|umbrella| umbrella.file("docs")).into_iter();
    let chapters =
        chapters.flat_map(|docs| repository.files().filter(move |file| file.path.starts_with(&docs)));
    let in_chapters =
        chapters.flat_map(|chapter| uncompiled(&chapter.path, repository, &examples, is_program));
    in_readmes.chain(in_chapters).collect()
}

fn uncompiled(
    page: &Path,
    repository: &Repository,
    examples: &[&File],
    is_whole: impl Fn(&Block<'_>) -> bool,
) -> Findings {
    let Some(text) = repository.text(page) else { return vec![format!("{} is missing", page.display())] };
    let finding = |block: &Block<'_>| {
        let difference = difference(&block.code, examples);
        let finding = difference.filter(|_| is_whole(block)).or_else(|| hidden(&block.code))?;
        Some(format!("{}:{}: {finding}", page.display(), block.line))
    };
    blocks(text).iter().filter_map(finding).collect()
}

/// Whether the code begins as a file does.
fn is_program(block: &Block<'_>) -> bool {
    block.code.first().is_some_and(|line| line.starts_with("//!"))
}

/// A block of Rust code.
#[derive(Debug, PartialEq)]
struct Block<'a> {
    /// Where its first line of code is, from 1.
    line: usize,
    code: Vec<&'a str>,
}

/// The blocks that rustdoc takes for Rust code.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(language) = line.strip_prefix(FENCE) else { continue };
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != FENCE);
        let code: Vec<_> = inside.collect();
        if language.is_empty() || language.split(',').any(|word| word == "rust") {
            blocks.push(Block { line: number + 2, code });
        }
    }
    blocks
}

/// What is wrong with the code, unless it is one of the files.
fn difference(code: &[&str], examples: &[&File]) -> Option<String> {
    let alike =
        |example: &&&File| code.iter().zip(example.text.lines()).take_while(|(a, b)| **a == *b).count();
    let is_same =
        |example: &&File| example.text.lines().eq(code.iter().copied()) && example.text.ends_with('\n');
    if examples.iter().any(is_same) {
        return None;
    }
    if let Some(finding) = hidden(code) {
        return Some(finding);
    }
    let nearest = examples.iter().max_by_key(alike).filter(|example| alike(example) > 0);
    Some(nearest.map_or_else(
        || format!("make this code a file under {}/src, where it is compiled and run", EXAMPLES[0]),
        |example| {
            format!("this code differs from {} at its line {}", example.path.display(), alike(&example) + 1)
        },
    ))
}

/// What is wrong with code of which rustdoc hides a line.
fn hidden(code: &[&str]) -> Option<String> {
    let is_hidden = code.iter().any(|line| *line == "#" || line.starts_with("# "));
    let finding = "a line that rustdoc hides is shown elsewhere, so that nobody can copy the code";
    is_hidden.then(|| finding.to_owned())
}

/// Where the files are that READMEs and chapters show.
const EXAMPLES: [&str; 3] = ["examples", "crates/batchwright/examples", "crates/batchwright/tests"];

const FENCE: &str = "```";

const README: &str = "README.md";

#[cfg(test)]
mod tests {
    use super::{Block, File, blocks, difference};

    fn check(code: &[&str], expected: Option<&str>) {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.to_owned() };
        let (one, other) = (file("examples/a.rs", "a\nb\nc\n"), file("examples/b.rs", "a\nx\n"));
        assert_eq!(difference(code, &[&one, &other]).as_deref(), expected);
    }

    #[test]
    fn code_is_a_whole_file_or_the_first_difference_is_named() {
        check(&["a", "b", "c"], None);
        check(&["a", "x"], None);
        check(&["a", "b"], Some("this code differs from examples/a.rs at its line 3"));
        check(&["a", "b", "c", "d"], Some("this code differs from examples/a.rs at its line 4"));
        check(&["a", "x", "y"], Some("this code differs from examples/b.rs at its line 3"));
        check(&["y"], Some("make this code a file under examples/src, where it is compiled and run"));
    }

    #[test]
    fn hidden_lines_are_refused() {
        let hidden = Some("a line that rustdoc hides is shown elsewhere, so that nobody can copy the code");
        check(&["a", "# b", "c"], hidden);
        check(&["#", "b"], hidden);
        check(&["#[b]"], Some("make this code a file under examples/src, where it is compiled and run"));
    }

    #[test]
    fn what_rustdoc_takes_for_rust_is_a_block() {
        let text = "```rust\na\n```\n\n```toml\nb\n```\n```rust,no_run\n```\nc\n```\nd\n```\n";
        let expected = [(2, vec!["a"]), (9, vec![]), (12, vec!["d"])];
        let expected = expected.map(|(line, code)| Block { line, code });
        assert_eq!(blocks(text), expected);
    }
}
