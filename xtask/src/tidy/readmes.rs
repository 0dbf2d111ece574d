//! The rule on the code in READMEs: it stands in a file that is compiled and run, so that a reader can copy it as it is.

use std::path::{Path, PathBuf};

use super::Findings;
use super::repository::{File, Repository};

/// Every block of Rust code in a README is a whole file of the examples.
pub(crate) fn code_compiled(repository: &Repository) -> Findings {
    let examples: Vec<_> = repository.rust().filter(|file| file.path.starts_with(EXAMPLES)).collect();
    let published = repository.workspace.published().map(|package| package.file(README));
    let readmes = [PathBuf::from(README)].into_iter().chain(published);
    readmes.flat_map(|readme| uncompiled(&readme, repository, &examples)).collect()
}

fn uncompiled(readme: &Path, repository: &Repository, examples: &[&File]) -> Findings {
    let Some(text) = repository.text(readme) else { return vec![format!("{} is missing", readme.display())] };
    let finding = |block: &Block<'_>| {
        let difference = difference(&block.code, examples)?;
        Some(format!("{}:{}: {difference}", readme.display(), block.line))
    };
    blocks(text).iter().filter_map(finding).collect()
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
    if code.iter().any(|line| *line == "#" || line.starts_with("# ")) {
        return Some(
            "a line that rustdoc hides is shown elsewhere, so that nobody can copy the code".to_owned(),
        );
    }
    let nearest = examples.iter().max_by_key(alike).filter(|example| alike(example) > 0);
    Some(nearest.map_or_else(
        || format!("make this code a file under {EXAMPLES}/src, where it is compiled and run"),
        |example| {
            format!("this code differs from {} at its line {}", example.path.display(), alike(&example) + 1)
        },
    ))
}

/// The package of the files that READMEs show.
const EXAMPLES: &str = "examples";

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
