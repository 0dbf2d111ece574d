//! The second depth of the simulation, for every destination or for those whose name has a part of these.
//!
//! `cargo xtask simulate --deep` says how many seeds to play; on its own, the suite says so and does nothing.

use std::process::ExitCode;

use batchwright_simulation::{Arguments, Subject, run};
use batchwright_tests::play;

macro_rules! subjects {
    ($($name:ident: $destination:ty,)*) => {
        const SUBJECTS: &[Subject] = &[$(Subject {
            name: stringify!($name),
            command: concat!("cargo xtask simulate --deep --service ", stringify!($name)),
            play: play::<$destination>,
        },)*];
    };
}

batchwright_tests::with_every_destination!(subjects);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--seeds") {
        println!("no seeds to play; `cargo xtask simulate --deep` plays some");
        return ExitCode::SUCCESS;
    }
    let (arguments, names) = match Arguments::parse(words, 0) {
        Ok(parsed) => parsed,
        Err(complaint) => return refuse(&complaint),
    };
    let is_chosen =
        |subject: &&Subject| names.is_empty() || names.iter().any(|name| subject.name.contains(name));
    let chosen: Vec<_> = SUBJECTS.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        let known: Vec<_> = SUBJECTS.iter().map(|subject| subject.name).collect();
        return refuse(&format!("{names:?} is no destination; these are: {}", known.join(", ")));
    }
    if chosen.into_iter().all(|subject| run(subject, arguments)) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn refuse(complaint: &str) -> ExitCode {
    eprintln!("error: {complaint}");
    ExitCode::FAILURE
}
