//! Law 6: what the buffer keeps beside its entries is counted, so that whoever looks for it sees it.

use std::time::Instant;

use batch_core::{Buffer, Class, Failure, Key, LimitPolicy, Measure, Order, Refusal, Settings};

use super::support::{put, sent};

#[test]
fn debug_counts_lines_identities_and_isolations() {
    let settings = Settings::new().in_flight(2..=2).order(Order::Relaxed);
    let mut buffer: Buffer<&str, (), ()> =
        Buffer::new(&settings, LimitPolicy::new(2, 1_000, 100).unwrap()).unwrap();
    let now = Instant::now();
    for name in ["a1", "a2", "b1", "b2"] {
        let measure = Measure::of_bytes(1).lane(Key::from(&name[..1])).identity(Key::from(name));
        put(&mut buffer, &measure, name, (), now);
    }
    let ends_with = |buffer: &Buffer<&str, (), ()>, expected: &str| {
        let shown = format!("{buffer:?}");
        assert!(shown.ends_with(expected), "{shown}");
    };
    ends_with(&buffer, "lines: 2, identities: 4, isolations: 0, scopes: 0, .. }");
    for batch in [sent(&mut buffer, now), sent(&mut buffer, now)] {
        buffer.complete(batch, Err(Refusal::new(Class::Split, Failure::new("Poison"))), now, 0.0);
    }
    ends_with(&buffer, "lines: 2, identities: 4, isolations: 2, scopes: 0, .. }");
}
