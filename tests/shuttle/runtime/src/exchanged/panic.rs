//! `std::panic`. A panic of a scenario's is caught as std would; any other is a finding, and goes through to the top.

use std::any::Any;
use std::panic::UnwindSafe as Safe;

pub use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};

use super::thread;

/// The payload of panics that belong to a scenario, or to what tokio does.
#[derive(Clone, Copy, Debug)]
pub struct Scripted(pub &'static str);

/// Panics as the entries, services, handlers and wakers of users may.
pub fn scripted() -> ! {
    std::panic::panic_any(Scripted("a scripted panic"))
}

/// Like std's, for [`scripted`] panics.
pub fn catch_unwind<R>(work: impl FnOnce() -> R + Safe) -> Result<R, Box<dyn Any + Send>> {
    std::panic::catch_unwind(work).map_err(|payload| {
        if !payload.is::<Scripted>() {
            std::panic::resume_unwind(payload);
        }
        thread::unwinding(-1);
        payload
    })
}

/// Like std's.
pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
    thread::unwinding(1);
    std::panic::resume_unwind(payload)
}
