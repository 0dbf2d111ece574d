// How a source becomes its copy for shuttle: paths into the parts of std that have to do with threads lead to their
// stand-ins, and whatever this table does not know is an error, so that no primitive slips into the copy unnoticed. Paths
// into tokio stay as they are: in the copy, the crate of that name is the stand-in, and the compiler refuses what it lacks.

/// The copy of a source, line by line, without its tests.
///
/// # Errors
///
/// The first line that uses what the table does not know, and why that matters.
pub(crate) fn rewritten(text: &str) -> Result<String, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut copy = String::with_capacity(text.len());
    for (number, line) in lines.iter().enumerate() {
        if are_tests(&lines[number..]) {
            break;
        }
        copy += &rewritten_line(line).map_err(|error| format!("{}: {error}", number + 1))?;
        copy.push('\n');
    }
    Ok(copy)
}

/// Whether the tests begin here, which come last.
fn are_tests(lines: &[&str]) -> bool {
    let mut after = lines.iter().skip(1).skip_while(|line| line.starts_with("#["));
    lines[0] == "#[cfg(test)]" && after.next().is_some_and(|line| line.starts_with("mod tests {"))
}

fn rewritten_line(line: &str) -> Result<String, String> {
    let code = line.trim_start();
    if code.starts_with("//") {
        return Ok(line.to_owned());
    }
    if code.starts_with("#![") {
        // The root of the copy is included, where no attribute may stand.
        return Ok(String::new());
    }
    if let Some((unknown, why)) = REFUSED.iter().find(|(refused, _)| has_path(code, refused)) {
        return Err(format!("`{unknown}` {why}"));
    }
    if CLOCKS.iter().any(|clock| code.replace("tokio::time::Instant::now", "").contains(clock)) {
        return Err("only the clock of tokio has a stand-in".to_owned());
    }
    exchanged(line)
}

/// The line with every path into std checked, and exchanged where there is a stand-in.
fn exchanged(line: &str) -> Result<String, String> {
    let mut copy = String::new();
    let mut rest = line;
    while let Some(at) = path(rest, "std::") {
        let (before, found) = rest.split_at(at);
        let after = &found["std::".len()..];
        let module = after.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        copy += before;
        copy += match module {
            _ if EXCHANGED.contains(&module) => "::tokio::exchanged::",
            _ if PLAIN.contains(&module) => "std::",
            "" => {
                return Err(
                    "name each module of std in a path of its own, for the copy for shuttle".to_owned()
                );
            }
            _ => {
                return Err(format!(
                    "the copy for shuttle does not know `std::{module}`: say in tests/shuttle/core/rewrite.rs whether it \
                     needs a stand-in"
                ));
            }
        };
        copy += module;
        rest = &after[module.len()..];
    }
    Ok(copy + rest)
}

fn has_path(code: &str, start: &str) -> bool {
    path(code, start).is_some()
}

/// Where a path begins that starts so.
fn path(code: &str, start: &str) -> Option<usize> {
    let continues = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut found = code.match_indices(start).map(|(at, _)| at);
    found.find(|&at| !code[..at].trim_start_matches("::").ends_with(continues))
}

/// Modules of std that have a stand-in in `runtime/src/exchanged`.
const EXCHANGED: [&str; 3] = ["panic", "sync", "thread"];

/// Modules of std in which nothing waits, wakes or differs by thread.
const PLAIN: [&str; 25] = [
    "any",
    "array",
    "borrow",
    "cell",
    "cmp",
    "collections",
    "convert",
    "default",
    "error",
    "fmt",
    "future",
    "hash",
    "iter",
    "marker",
    "mem",
    "num",
    "ops",
    "pin",
    "ptr",
    "slice",
    "str",
    "string",
    "task",
    "time",
    "vec",
];

const CLOCKS: [&str; 2] = ["Instant::now", "SystemTime"];

const REFUSED: [(&str, &str); 4] = [
    ("alloc::", "has no stand-in: reach it through std"),
    ("core::", "has no stand-in: reach it through std"),
    ("extern crate", "brings in a crate that the copy for shuttle does not know"),
    ("thread_local!", "is std's, and all tasks under shuttle share a thread"),
];

#[cfg(test)]
mod tests {
    use super::rewritten;

    fn check(line: &str, expected: &str) {
        assert_eq!(rewritten(line).as_deref(), Ok(format!("{expected}\n").as_str()), "{line}");
    }

    fn refuse(text: &str, because: &str) {
        let error = rewritten(text).expect_err(text);
        assert!(error.contains(because), "{text}: {error}");
    }

    #[test]
    fn what_has_a_stand_in_is_exchanged_and_what_needs_none_stays() {
        check("use std::sync::{Arc, Mutex};", "use ::tokio::exchanged::sync::{Arc, Mutex};");
        check("    if std::thread::panicking() {", "    if ::tokio::exchanged::thread::panicking() {");
        check("use std::panic::catch_unwind;", "use ::tokio::exchanged::panic::catch_unwind;");
        check(
            "f(std::mem::take(&mut a), std::sync::x)",
            "f(std::mem::take(&mut a), ::tokio::exchanged::sync::x)",
        );
        check("use batch_core::Buffer;", "use batch_core::Buffer;");
        check("    tokio::time::Instant::now().into_std()", "    tokio::time::Instant::now().into_std()");
        check("//! std::env in words", "//! std::env in words");
        check("#![doc = include_str!(\"../README.md\")]", "");
    }

    #[test]
    fn what_the_table_does_not_know_is_refused_with_its_line() {
        refuse("fn a() {}\nuse std::env;", "2: the copy for shuttle does not know `std::env`");
        refuse("use std::{fmt, sync::Mutex};", "a path of its own");
        refuse("use core::sync::atomic::AtomicBool;", "reach it through std");
        refuse("    let now = Instant::now();", "only the clock of tokio");
        refuse("    let now = SystemTime::now();", "only the clock of tokio");
        refuse("thread_local! {", "share a thread");
    }

    #[test]
    fn tests_are_not_copied() {
        let tests = "mod tests {\n    use std::env;\n}\n";
        assert_eq!(rewritten(&format!("a\n#[cfg(test)]\n{tests}")).as_deref(), Ok("a\n"));
        assert_eq!(rewritten(&format!("a\n#[cfg(test)]\n#[expect(x)]\n{tests}")).as_deref(), Ok("a\n"));
        assert!(rewritten(tests).is_err(), "they are copied where they are no tests");
    }
}
