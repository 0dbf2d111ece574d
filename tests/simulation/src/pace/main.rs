//! What writers get of a limit that they do not know, alone or with another one, in paused time: a table with a row
//! for each limit and latency. It fails if a row breaks what it must hold.

mod case;
mod clock;
mod limited;
mod trial;

use std::process::ExitCode;
use std::thread;

use case::{Case, Figures};

/// Runs with other latencies and starts, so that no row holds by chance.
const SEEDS: u64 = 4;

fn main() -> ExitCode {
    println!("{}", Figures::HEAD);
    let mut complaints = Vec::new();
    for case in Case::all() {
        let figures = worst(case);
        println!("{}", case.row(&figures));
        complaints.extend(case.complaint(&figures));
    }
    complaints.iter().for_each(|complaint| eprintln!("error: {complaint}"));
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The worst of each figure, of all seeds.
fn worst(case: Case) -> Figures {
    let trials = thread::scope(|scope| {
        let trials: Vec<_> = (0..SEEDS).map(|seed| scope.spawn(move || trial::run(case, seed))).collect();
        let join =
            |trial: thread::ScopedJoinHandle<'_, Figures>| trial.join().expect("a trial does not panic");
        trials.into_iter().map(join).collect::<Vec<_>>()
    });
    trials.into_iter().reduce(Figures::worst).expect("there are seeds")
}
