//! What writers get of a limit that they do not know, in simulated time: a table with a row for each limit, and each
//! way of a service to enforce it. It fails if a row breaks what it promises.
//!
//! `--all` runs every row, and says of how many the promise is broken, without failing; `--only TEXT` runs those whose
//! first columns contain a text; `--csv DIR` writes what the service saw of ten rows, second by second.

mod case;
mod clock;
mod cover;
mod limited;
mod meter;
mod record;
mod samples;
mod scenes;
mod trial;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use case::{Case, Figures};

#[derive(Debug, Default)]
struct Arguments {
    all: bool,
    only: String,
    csv: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("error: {wrong}");
            return ExitCode::FAILURE;
        }
    };
    let mut cases = if arguments.all { cover::all() } else { cover::covering() };
    cases.retain(|case| case.to_string().contains(&arguments.only));
    println!("{}", Figures::HEAD);
    let rows = each(&cases, |&case| runs(case), |case, figures| println!("{}", case.row(figures)));
    let mut complaints = Vec::new();
    for (case, figures) in cases.iter().zip(&rows) {
        if case.promise().is_some_and(|promise| promise.is_kept) {
            complaints.extend(case.complaints(figures).iter().map(|wrong| format!("{case}: {wrong}")));
        }
    }
    if arguments.all {
        println!("{} of {} rows: a promise is broken", complaints.len(), rows.len());
        complaints.clear();
    }
    complaints.extend(scenes::run(&arguments.only));
    if let Some(directory) = &arguments.csv {
        complaints.extend(samples::write(directory).err().map(|error| error.to_string()));
    }
    complaints.iter().for_each(|complaint| eprintln!("error: {complaint}"));
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--all" => arguments.all = true,
                "--csv" => arguments.csv = Some(value()?.into()),
                "--only" => arguments.only = value()?,
                _ => return Err(format!("{word:?} is not understood")),
            }
        }
        Ok(arguments)
    }
}

/// What comes of all runs.
fn runs(case: Case) -> Figures {
    let runs = (0..case.runs()).map(|seed| trial::run(case, seed).0).collect();
    Figures::of(runs).expect("there are some")
}

/// What comes of each, on as many threads as the machine has; shown in order, as soon as those before it are done.
pub(crate) fn each<T: Sync, R: Send>(
    all: &[T],
    work: impl Fn(&T) -> R + Sync,
    show: impl Fn(&T, &R),
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::channel();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (done, next, work) = (done.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(result) = all.get(at).map(work) else {
                        break;
                    };
                    let _ = done.send((at, result));
                }
            });
        }
        drop(done);
        let (mut early, mut in_order) = (BTreeMap::new(), Vec::with_capacity(all.len()));
        for (at, result) in results {
            early.insert(at, result);
            while let Some(result) = early.remove(&in_order.len()) {
                show(&all[in_order.len()], &result);
                in_order.push(result);
            }
        }
        in_order
    })
}

#[cfg(test)]
mod tests {
    use super::{Arguments, each};

    #[test]
    fn the_command_line_is_read() {
        let parse = |words: &str| Arguments::parse(words.split_whitespace().map(str::to_owned));
        let all = parse("--all --csv there --only 50").expect("it is understood");
        assert!(all.all && all.only == "50" && all.csv.is_some_and(|csv| csv.ends_with("there")));
        assert_eq!(parse("--csv").unwrap_err(), "--csv needs a value");
        assert_eq!(parse("50").unwrap_err(), "\"50\" is not understood");
    }

    #[test]
    fn results_keep_the_order_of_what_they_are_of() {
        let all: Vec<u64> = (0..100).collect();
        assert_eq!(each(&all, |n| 2 * n, |_, _| {}), all.iter().map(|n| 2 * n).collect::<Vec<_>>());
    }
}
