//! The first depth: a writer before a scripted service.

use std::process::ExitCode;

use batchwright_simulation::{Arguments, Outcome, Plan, Scripted, Subject, play, run};

const SUBJECT: Subject = Subject { name: "scripted", command: "cargo xtask simulate", play: play_seed };

fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1), 2_000) {
        Ok((arguments, rest)) if rest.is_empty() && run(&SUBJECT, arguments) => ExitCode::SUCCESS,
        Ok((_, rest)) if rest.is_empty() => ExitCode::FAILURE,
        Ok((_, rest)) => refuse(&format!("{rest:?} is not understood")),
        Err(complaint) => refuse(&complaint),
    }
}

fn play_seed(seed: u64, keeps_lines: bool) -> Outcome {
    let mount = async || {
        let plan = Plan::draw(seed, &Scripted::allowed(seed));
        (Scripted::new(&plan), plan)
    };
    play(mount, keeps_lines)
}

fn refuse(complaint: &str) -> ExitCode {
    eprintln!("error: {complaint}");
    ExitCode::FAILURE
}
