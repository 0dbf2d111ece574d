//! The rule on the page that says what happens when: each row names the tests that show it, and
//! they exist. A test is named by its file and its function, in this way: `tests/a.rs::name`.

use super::Findings;
use super::repository::Repository;
use crate::workspace::Package;

/// Each row of the page names a test, and each test that the page names exists.
pub(crate) fn named_tests(repository: &Repository) -> Findings {
    let Ok(umbrella) = repository.workspace.umbrella() else { return Findings::new() };
    let page = umbrella.file(PAGE);
    let Some(text) = repository.text(&page) else { return vec![format!("{} is missing", page.display())] };
    let bare = rows(text).filter(|row| tests(row).next().is_none()).map(|row| {
        let subject = row.split('|').nth(1).unwrap_or_default().trim();
        format!("{}: name a test that shows the row {subject:?}", page.display())
    });
    let services: Vec<_> = repository.workspace.services().map(Package::service_name).collect();
    let named =
        tests(text).flat_map(|(path, name)| each_service(path, &services).map(move |path| (path, name)));
    let missing = named.filter_map(|(path, name)| {
        let otherwise = format!("there is no test `{name}`, which {PAGE} names");
        repository.expect(path, |text| has_function(text, name), &otherwise)
    });
    bare.chain(missing).collect()
}

/// The rows of tables below their heads.
fn rows(text: &str) -> impl Iterator<Item = &str> {
    let mut is_body = false;
    text.lines().filter(move |line| {
        let was_body = is_body;
        is_body = line.starts_with('|') && (was_body || line.starts_with("|--"));
        was_body && is_body
    })
}

/// The file and the function of every test that the text names.
fn tests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let code = text.split('`').skip(1).step_by(2);
    code.filter_map(|code| code.split_once("::")).filter(|(path, _)| path.ends_with(".rs"))
}

/// The path; with a `*` in it, that of every service.
fn each_service(path: &str, services: &[&str]) -> impl Iterator<Item = String> {
    let paths = services.iter().map(|service| path.replace('*', service));
    let count = if path.contains('*') { services.len() } else { 1 };
    paths.take(count).collect::<Vec<_>>().into_iter()
}

fn has_function(text: &str, name: &str) -> bool {
    let start = format!("fn {name}");
    let ends = |rest: &str| rest.starts_with(['(', '<']);
    text.match_indices(&start).any(|(at, _)| ends(&text[at + start.len()..]))
}

/// From the directory of the umbrella.
const PAGE: &str = "docs/what-happens-when.md";

#[cfg(test)]
mod tests {
    use super::{each_service, has_function, rows};

    #[test]
    fn a_row_is_a_line_of_a_table_below_its_head() {
        let text = "text\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n| c |\n|---|\n| 5 |\nmore | text\n";
        assert_eq!(rows(text).collect::<Vec<_>>(), ["| 1 | 2 |", "| 3 | 4 |", "| 5 |"]);
    }

    #[test]
    fn a_test_is_named_by_its_file_and_its_function() {
        let text = "the test `tests/a.rs::it_holds`, `Cause::Fatal` and `a.rs`,\nand `b/c.rs::two`";
        let named: Vec<_> = super::tests(text).collect();
        assert_eq!(named, [("tests/a.rs", "it_holds"), ("b/c.rs", "two")]);
    }

    #[test]
    fn a_star_stands_for_every_service() {
        let all = |path| each_service(path, &["x", "y"]).collect::<Vec<_>>();
        assert_eq!(all("batch-*/a.rs"), ["batch-x/a.rs", "batch-y/a.rs"]);
        assert_eq!(all("batch-x/a.rs"), ["batch-x/a.rs"]);
    }

    #[test]
    fn a_function_is_found_by_its_whole_name() {
        let text = "async fn it_holds() {}\nfn it_holds_for<D: X>() {}";
        assert!(has_function(text, "it_holds") && has_function(text, "it_holds_for"));
        assert!(!has_function(text, "it_hold") && !has_function(text, "holds"));
    }
}
