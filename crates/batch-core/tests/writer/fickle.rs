//! A service that fails in every way there is, and a writer to it, for the tests on a real runtime.

use std::time::Duration;

use batch_core::{Backoff, ENTRY_OVERHEAD_BYTES, Failure, Settings, Verdict, Verdicts, Writer};

use crate::fake::{Act, Fake, Item, Request, accepted};
use crate::support::ms;

/// What its bound of memory is, in bytes.
pub(crate) const MAX_BYTES: u64 = 290 * ENTRY_OVERHEAD_BYTES as u64;

/// A writer to a service that fails in every way there is.
pub(crate) fn fickle_writer(seed: u64) -> (Writer<Fake>, Fake) {
    let fake = Fake::by(fickle(fastrand::Rng::with_seed(seed)));
    let settings = Settings::new()
        .attempt_timeout(ms(25))
        .backoff(Backoff::new(ms(1), ms(4)))
        .max_attempts(4)
        .max_bytes(usize::try_from(MAX_BYTES).unwrap())
        .max_entries(300);
    let writer = Writer::builder(fake.clone()).settings(settings).seed(5).build().unwrap();
    (writer, fake)
}

/// A service that fails in every way there is, now and then.
fn fickle(mut random: fastrand::Rng) -> impl FnMut(&Request) -> Act {
    move |request| {
        if request.items.iter().any(|item| item.id % 97 == 0) {
            return Act::split();
        }
        let seed = random.u64(..);
        let act = match random.u32(..100) {
            0 => Act::Hang,
            1 => Act::Panic,
            2 => Act::fatal(),
            3 => Act::throttle(),
            4 => Act::unsent(),
            5..8 => Act::ambiguous(),
            8..12 => Act::retry(),
            12 => Act::Say(Ok(Verdicts::Each(Vec::new()))),
            13..40 => Act::each(move |item| moody(item, seed)),
            _ => Act::accept(),
        };
        Act::After(Duration::from_micros(random.u64(..500)), Box::new(act))
    }
}

fn moody(item: &Item, seed: u64) -> Verdict<u32> {
    let failure = Failure::new("Moody");
    match fastrand::Rng::with_seed(seed ^ u64::from(item.id)).u32(..20) {
        0 => Verdict::Ambiguous(failure),
        1 => Verdict::Reject(failure),
        2..5 => Verdict::Retry(failure),
        5..7 => Verdict::Throttled(failure),
        _ => accepted(item),
    }
}
