//! The rule on the chapters that say what a test shows: each such row has a link to a test, and the test exists. A test is
//! linked by its name and the file that it is in: [`it_holds`](https://…/tests/a.rs).

use std::path::Path;

use super::Findings;
use super::links::own_path;
use super::repository::{File, Repository};

/// Each row that is to be shown by a test has one, and each test that a chapter links exists.
pub(crate) fn named_tests(repository: &Repository) -> Findings {
    let Ok(umbrella) = repository.workspace.umbrella() else { return Findings::new() };
    let docs = umbrella.file("docs");
    let chapters = repository.files().filter(|file| file.path.starts_with(&docs)).collect::<Vec<_>>();
    if !chapters.iter().any(|chapter| numbered(&chapter.text).next().is_some()) {
        return vec![format!("{}: no chapter says what happens when", docs.display())];
    }
    chapters.into_iter().flat_map(|chapter| findings(chapter, repository)).collect()
}

fn findings(chapter: &File, repository: &Repository) -> Findings {
    let page = chapter.path.display();
    let bare = numbered(&chapter.text).chain(labelled(&chapter.text)).filter_map(|(row, shown)| {
        let is_shown = tests(shown).next().is_some();
        (!is_shown).then(|| format!("{page}: link a test that shows the row {row:?}"))
    });
    let missing = tests(&chapter.text).filter_map(|(path, name)| {
        let otherwise = format!("there is no test `{name}`, which {page} links");
        repository.expect(Path::new(path), |text| has_function(text, name), &otherwise)
    });
    bare.chain(missing).collect()
}

/// The rows of tables that number them in their first column, each with the item of its number in the list behind its table.
fn numbered(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\n## ").flat_map(|section| {
        let mut is_numbered = false;
        let rows = section.lines().filter_map(move |line| {
            is_numbered = line.starts_with("| | ") || (is_numbered && line.starts_with('|'));
            Some((line, number(line.strip_prefix("| "))?)).filter(|_| is_numbered)
        });
        rows.map(|(row, number)| (row, item(section, number)))
    })
}

/// The rows of tables whose last column is headed `shown by`, each with that column.
fn labelled(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut is_labelled = false;
    text.lines().filter_map(move |line| {
        let is_row = line.starts_with('|');
        is_labelled = is_row && (is_labelled || line.ends_with("| shown by |"));
        let is_body = is_labelled && !line.starts_with("|--") && !line.ends_with("| shown by |");
        is_body.then(|| (line, line.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default()))
    })
}

/// The digits at its beginning.
fn number(text: Option<&str>) -> Option<&str> {
    let text = text?;
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// The item of a list with this number, up to the next one.
fn item<'a>(section: &'a str, number: &str) -> &'a str {
    let Some((_, rest)) = section.split_once(&format!("\n{number}. ")) else { return "" };
    let next = number.parse::<usize>().map_or(0, |number| number + 1);
    rest.split(&format!("\n{next}. ")).next().unwrap_or_default()
}

/// The file and the function of every test that the text links.
fn tests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("[`").skip(1).filter_map(|link| {
        let (name, rest) = link.split_once("`](")?;
        let path = own_path(rest.split(')').next()?)?;
        path.ends_with(".rs").then_some((path, name))
    })
}

fn has_function(text: &str, name: &str) -> bool {
    let start = format!("fn {name}");
    let ends = |rest: &str| rest.starts_with(['(', '<']);
    text.match_indices(&start).any(|(at, _)| ends(&text[at + start.len()..]))
}

#[cfg(test)]
mod tests {
    use super::{has_function, labelled, numbered};

    #[test]
    fn a_numbered_row_is_shown_by_the_item_of_its_number_in_its_section() {
        let text = "## A\n\n| | a |\n|---|---|\n| 1 | b |\n| 2 | c |\n\n1. one,\n   more\n2. two\n\n## B\n\n| | d |\n|---|---|\n| 1 | e |\n\n| f |\n|---|\n| 1 |\n";
        let found: Vec<_> = numbered(text).collect();
        assert_eq!(found, [("| 1 | b |", "one,\n   more"), ("| 2 | c |", "two\n"), ("| 1 | e |", "")]);
    }

    #[test]
    fn a_row_under_a_head_that_says_so_is_shown_by_its_last_column() {
        let text = "| a | shown by |\n|---|---|\n| b | c |\n| d | e |\n\n| f | g |\n|---|---|\n| h | i |\n";
        assert_eq!(labelled(text).collect::<Vec<_>>(), [("| b | c |", "c"), ("| d | e |", "e")]);
    }

    #[test]
    fn a_test_is_linked_by_its_name_and_its_file() {
        let own = "https://github.com/batchwright/batchwright/blob/main/tests/a.rs";
        let text = format!("[`it_holds`]({own}), [`b`](https://docs.rs/b.rs), [c]({own}), [`d`](e.rs)");
        assert_eq!(super::tests(&text).collect::<Vec<_>>(), [("tests/a.rs", "it_holds")]);
    }

    #[test]
    fn a_function_is_found_by_its_whole_name() {
        let text = "async fn it_holds() {}\nfn it_holds_for<D: X>() {}";
        assert!(has_function(text, "it_holds") && has_function(text, "it_holds_for"));
        assert!(!has_function(text, "it_hold") && !has_function(text, "holds"));
    }
}
