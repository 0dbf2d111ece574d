//! Stand-ins for what batch-core uses of tokio and of std's threads: the same names, with tasks of shuttle beneath and a
//! clock that goes on when nothing else can, or when the schedule says so.
//!
//! Only what batch-core uses is here; whatever else it comes to use does not compile until it has a stand-in, too.

pub mod exchanged;
pub mod runtime;
pub mod schedule;
mod select;
pub mod sync;
pub mod task;
pub mod time;

pub use task::spawn;

/// A point at which another task may go on.
fn point() {
    POINT.load(shuttle::sync::atomic::Ordering::SeqCst);
}

static POINT: shuttle::sync::atomic::AtomicBool = shuttle::sync::atomic::AtomicBool::new(false);
