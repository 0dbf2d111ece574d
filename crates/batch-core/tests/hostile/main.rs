//! Law 14: entries, responses, errors, wakers, receipts, handlers and services that use the writer, block or panic
//! whenever the writer clones, drops, wakes or calls them. Nothing hangs, every accepted entry has its one answer,
//! and no caller waits for code of another one's.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and use the real clock"
)]

mod polls;
mod scenario;
mod service;
mod trap;

use scenario::{End, Flavor, play};
use trap::{Deed, Prey};

/// Every end on every runtime, with this deed done by this prey.
fn check(prey: Prey, deed: Deed) {
    let ends = [End::Shutdown, End::DropRuntime, End::DropHandles, End::DropReceipts];
    let plays = [Flavor::CurrentThread, Flavor::MultiThread].map(|flavor| ends.map(|end| (flavor, end)));
    let sprung = plays.as_flattened().iter().map(|&(flavor, end)| play(flavor, end, prey, deed));
    assert!(sprung.sum::<usize>() > 0, "the trap is never sprung");
}

/// One test for each prey and deed.
macro_rules! hostile {
    ($($prey:ident: $uses:ident, $blocks:ident, $panics:ident;)*) => { $(
        #[test]
        fn $uses() {
            check(Prey::$prey, Deed::UseWriter);
        }

        #[test]
        fn $blocks() {
            check(Prey::$prey, Deed::Block);
        }

        #[test]
        fn $panics() {
            check(Prey::$prey, Deed::Panic);
        }
    )* };
}

hostile! {
    EntryClone: the_clone_of_an_entry_uses_the_writer, the_clone_of_an_entry_blocks, the_clone_of_an_entry_panics;
    EntryDrop: the_drop_of_an_entry_uses_the_writer, the_drop_of_an_entry_blocks, the_drop_of_an_entry_panics;
    ErrorDrop: the_drop_of_an_error_uses_the_writer, the_drop_of_an_error_blocks, the_drop_of_an_error_panics;
    Handler: a_handler_uses_the_writer, a_handler_blocks, a_handler_panics;
    Observer: an_observer_uses_the_writer, an_observer_blocks, an_observer_panics;
    Quota: the_quota_of_an_entry_uses_the_writer, the_quota_of_an_entry_blocks, the_quota_of_an_entry_panics;
    Rate: a_rate_that_is_read_uses_the_writer, a_rate_that_is_read_blocks, a_rate_that_is_read_panics;
    ResponseDrop: the_drop_of_a_response_uses_the_writer, the_drop_of_a_response_blocks, the_drop_of_a_response_panics;
    SendDrop: the_drop_of_a_request_uses_the_writer, the_drop_of_a_request_blocks, the_drop_of_a_request_panics;
    SendPoll: a_service_uses_the_writer, a_service_blocks, a_service_panics;
    WakerDrop: the_drop_of_a_waker_uses_the_writer, the_drop_of_a_waker_blocks, the_drop_of_a_waker_panics;
    WakerWake: a_waker_uses_the_writer, a_waker_blocks, a_waker_panics;
}
