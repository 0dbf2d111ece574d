//! The rules on the text of files. What they look for is put together from parts, so that they do
//! not find themselves.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::Findings;
use super::repository::{File, Repository};

/// No file of a crate is too long to be read; its tests, which come last, do not count.
pub(crate) fn length(repository: &Repository) -> Findings {
    longer_than(TOO_LONG_LINES, repository)
}

/// Files that should be parted before they grow too long; worth a note, no rule.
pub(crate) fn long(repository: &Repository) -> Findings {
    longer_than(LONG_LINES, repository)
}

/// The lines of code of each service beside its validation and billing rules: no blanks, no comments, no tests.
pub(crate) fn services(repository: &Repository) -> BTreeMap<&str, usize> {
    let names = repository.workspace.services().map(|service| service.name.as_str());
    names.map(|name| (name, lines_below(&Path::new("crates").join(name), repository))).collect()
}

/// A new service is small, in its crate as in the local server: what several services need is shared.
pub(crate) fn small(repository: &Repository) -> Findings {
    let new = repository.workspace.services().filter(|service| !GROWN.contains(&service.name.as_str()));
    let parts = new.flat_map(|service| {
        let local = Path::new(LOCAL).join(service.service_name());
        [(Path::new("crates").join(&service.name), SERVICE_LINES), (local, LOCAL_LINES)]
    });
    parts.filter_map(|(part, most)| too_large(&part, lines_below(&part, repository), most)).collect()
}

/// No code stands for other code that is to be written.
pub(crate) fn unfinished(repository: &Repository) -> Findings {
    let needles = UNFINISHED.map(|name| format!("{name}!"));
    let continues = |c: char| c.is_alphanumeric() || c == '_';
    let find = |file| needles.iter().flat_map(move |needle| occurrences(file, needle, continues));
    repository.rust().flat_map(find).collect()
}

/// Nothing waits by the clock on the wall: tests pause time or pass it in. Only these commands
/// themselves may, for the programs that they start.
pub(crate) fn real_sleep(repository: &Repository) -> Findings {
    let elsewhere = repository.rust().filter(|file| !file.path.starts_with("xtask"));
    elsewhere.flat_map(|file| occurrences(file, REAL_SLEEP, |_| false)).collect()
}

/// No file names a directory that only the machine of its writer has.
pub(crate) fn machine_path(repository: &Repository) -> Findings {
    let continues = |c: char| c.is_alphanumeric() || "._-}".contains(c);
    let find = |file| MACHINE_PATHS.iter().flat_map(move |needle| occurrences(file, needle, continues));
    repository.files().flat_map(find).collect()
}

fn too_large(part: &Path, lines: usize, most: usize) -> Option<String> {
    let part = part.display();
    (lines > most).then(|| {
        format!(
            "{part}: {lines} lines of code, more than {most}; move what others need too to what they share"
        )
    })
}

/// The lines of code of a crate or a module, which is a file and a directory of one name, beside the rules that are a
/// service's alone.
fn lines_below(part: &Path, repository: &Repository) -> usize {
    let is_part = |file: &&File| is_code(file) && is_below(&file.path, part) && !is_rule(&file.path);
    repository.rust().filter(is_part).map(|file| pure_lines(&file.text)).sum()
}

fn is_below(path: &Path, part: &Path) -> bool {
    path.starts_with(part) || path == part.with_extension("rs")
}

/// Whether a file says what a service rejects or what AWS bills.
fn is_rule(path: &Path) -> bool {
    path.iter().any(|name| RULES.iter().any(|rule| name == *rule))
}

/// The lines that are neither blank nor a comment nor part of tests.
fn pure_lines(text: &str) -> usize {
    let lines = text.lines().take(code_lines(text)).map(str::trim_start);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

fn longer_than(limit: usize, repository: &Repository) -> Findings {
    let code = repository.rust().filter(|file| is_code(file)).map(|file| (file, code_lines(&file.text)));
    let long = code.filter(|(_, lines)| *lines > limit);
    long.map(|(file, lines)| format!("{}: {lines} lines, more than {limit}", file.path.display())).collect()
}

/// Whether a file is part of what a crate offers, and not one of tests alone.
fn is_code(file: &File) -> bool {
    let mut parts = file.path.iter();
    parts.next() == Some(OsStr::new("crates"))
        && parts.nth(1) == Some(OsStr::new("src"))
        && !parts.any(|part| part == "tests" || part == "tests.rs")
}

/// The lines before the tests, in this file or in one of their own.
fn code_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let (last, tests) = (lines.len().saturating_sub(2), ["#[cfg(test)]", "mod tests;"]);
    let begins = |(at, pair): (usize, &[&str])| {
        let are_here = pair[0] == tests[0] && pair[1].ends_with('{');
        (are_here || at == last && pair == tests).then_some(at)
    };
    lines.windows(2).enumerate().find_map(begins).unwrap_or(lines.len())
}

/// Where the needle begins, except right after a character that makes it part of something longer.
fn occurrences(file: &File, needle: &str, continues: impl Fn(char) -> bool) -> Findings {
    let found = |line: &str| line.match_indices(needle).any(|(at, _)| !line[..at].ends_with(&continues));
    let lines = file.text.lines().enumerate().filter(|(_, line)| found(line));
    lines.map(|(number, _)| format!("{}:{}: {needle}", file.path.display(), number + 1)).collect()
}

/// A file should be read in one sitting.
const LONG_LINES: usize = 250;

/// A longer one holds more than one concept.
const TOO_LONG_LINES: usize = 350;

/// Services from before the bound: they look into entries, which takes code of their own.
const GROWN: [&str; 4] = ["batch-cloudwatch", "batch-dynamodb", "batch-kinesis", "batch-sqs"];

/// Where the local server has its services.
const LOCAL: &str = "crates/batch-local/src";

/// What a new service takes at most in the local server.
const LOCAL_LINES: usize = 900;

/// What a new service takes at most in its crate, beside its rules.
const SERVICE_LINES: usize = 300;

/// Files with the rules of a service: what it rejects, and what AWS bills.
const RULES: [&str; 3] = ["usage.rs", "validate", "validate.rs"];

/// Macros that stand for work to be done.
const UNFINISHED: [&str; 3] = ["dbg", "todo", "unimplemented"];

const REAL_SLEEP: &str = concat!("thread", "::sleep");

/// Directories that only one machine has.
const MACHINE_PATHS: [&str; 3] = [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "work/")];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{
        File, MACHINE_PATHS, code_lines, is_below, is_code, is_rule, occurrences, pure_lines, too_large,
    };

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.to_owned() }
    }

    #[test]
    fn only_the_code_of_crates_has_a_length() {
        let is = |path| is_code(&file(path, ""));
        assert!(is("crates/batch-x/src/lib.rs"));
        assert!(is("crates/batch-x/src/buffer/mod.rs"));
        assert!(!is("crates/batch-x/src/buffer/tests.rs"));
        assert!(!is("crates/batch-x/src/tests/order.rs"));
        assert!(!is("crates/batch-x/tests/order.rs"));
        assert!(!is("tests/src/lib.rs"));
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        assert_eq!(code_lines("a\nb\n\n#[cfg(test)]\nmod tests {\n}\n"), 3);
        assert_eq!(code_lines("#[cfg(test)]\nmod tests;\na\n"), 3);
        assert_eq!(code_lines("a\n\n#[cfg(test)]\nmod tests;\n"), 2);
        assert_eq!(code_lines("#[cfg(test)]\nuse a;\n\nb\n"), 4);
    }

    #[test]
    fn blanks_comments_and_tests_are_no_code() {
        let text =
            "//! Doc.\n\n/// Doc.\nfn a() {\n    // why\n\n    b(); // what\n}\n\n#[cfg(test)]\nmod t {\n}\n";
        assert_eq!(pure_lines(text), 3);
    }

    #[test]
    fn a_module_is_a_file_and_a_directory_of_one_name() {
        let is = |path, part| is_below(Path::new(path), Path::new(part));
        assert!(is("src/x.rs", "src/x") && is("src/x/put.rs", "src/x") && is("src/x/y/z.rs", "src/x"));
        assert!(!is("src/xy.rs", "src/x") && !is("src/xy/put.rs", "src/x") && !is("src/y/x.rs", "src/x"));
        let is_rule = |path| is_rule(Path::new(path));
        assert!(is_rule("src/validate.rs") && is_rule("src/validate/name.rs") && is_rule("src/usage.rs"));
        assert!(!is_rule("src/service.rs") && !is_rule("src/validates.rs"));
    }

    #[test]
    fn a_service_may_have_as_much_code_as_the_bound_says_and_no_more() {
        assert_eq!(too_large(Path::new("x"), 300, 300), None);
        let finding = too_large(Path::new("x"), 301, 300).expect("it is above");
        assert!(finding.starts_with("x: 301 lines of code, more than 300"), "{finding}");
    }

    #[test]
    fn an_occurrence_is_told_with_its_line() {
        let file = file("a.rs", "fine\nx bad! y\nnotbad!\n");
        assert_eq!(occurrences(&file, "bad!", char::is_alphanumeric), ["a.rs:2: bad!"]);
        assert_eq!(occurrences(&file, "bad!", |_| false).len(), 2);
    }

    #[test]
    fn a_path_within_the_project_is_of_no_machine() {
        let path = MACHINE_PATHS[0];
        let text = format!("{path}me\nfile://{path}me\na{path}me\n..{path}me\n");
        let inner = |c: char| c.is_alphanumeric() || c == '.';
        assert_eq!(occurrences(&file("a", &text), path, inner).len(), 2);
    }
}
