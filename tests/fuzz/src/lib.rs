//! What the fuzz targets share. Each target is a file in `targets/`, its first inputs are in `seeds/`; `cargo xtask fuzz`
//! runs them.
//!
//! An input is text wherever that can be, so that a seed can be read and a failure understood.

mod answer;
mod check;
pub mod clients;
mod lines;

pub use answer::Answered;
pub use check::{accounted, admitted, agree, alike};
pub use lines::Lines;

use std::cell::OnceCell;

use tokio::runtime::{Builder, Runtime};

/// Runs to the end, in paused time.
pub fn run<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
    }
    RUNTIME.with(|runtime| runtime.get_or_init(paused).block_on(future))
}

fn paused() -> Runtime {
    let builder = &mut Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime without I/O needs nothing")
}
