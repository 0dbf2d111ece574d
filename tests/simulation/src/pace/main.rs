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

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use case::{Case, Figures};

/// Runs with other latencies and starts, so that no row holds by chance.
const SEEDS: u64 = 2;

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
    let rows = each(&cases, |&case| worst(case));
    println!("{}", Figures::HEAD);
    let mut complaints = Vec::new();
    for (case, figures) in cases.iter().zip(&rows) {
        println!("{}", case.row(figures));
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

/// The worst of each figure, of all seeds.
fn worst(case: Case) -> Figures {
    let figures = (0..SEEDS).map(|seed| trial::run(case, seed).0);
    figures.reduce(Figures::worst).expect("there are seeds")
}

/// What comes of each, in order, on as many threads as the machine has.
pub(crate) fn each<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(result) = all.get(at).map(&work) else {
                        break;
                    };
                    done.lock().expect("no thread panics while it holds this").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("every thread has ended");
    done.sort_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, result)| result).collect()
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
        assert_eq!(each(&all, |n| 2 * n), all.iter().map(|n| 2 * n).collect::<Vec<_>>());
    }
}
