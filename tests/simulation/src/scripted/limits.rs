//! Limits: those of the real services on a smaller scale, and smaller ones that are met all the time.

use batch_core::LimitPolicy;

use crate::dice::Dice;

pub(super) fn draw(dice: &mut Dice) -> LimitPolicy {
    let entries = dice.weighted(&[(3, 10), (2, 25), (2, 500), (1, 1_000), (2, 3), (1, 1), (2, 7)]);
    let largest = dice.magnitude(8, 2_000);
    let request = match dice.between(0, 3) {
        0 => largest + dice.between(0, largest),
        1 => largest * entries,
        _ => dice.magnitude(largest, largest * entries),
    };
    let overhead = dice.pick(&[0, 0, 3, 40]);
    let limits = LimitPolicy::new(entries, request + overhead, largest)
        .and_then(|limits| limits.with_overhead_bytes(overhead))
        .expect("no limit is zero, and the overhead leaves room");
    match dice.chance(0.3) {
        true => with_carriers(limits, dice),
        false => limits,
    }
}

/// Entries share carriers, of the size of the largest entry and smaller and larger ones.
fn with_carriers(limits: LimitPolicy, dice: &mut Dice) -> LimitPolicy {
    let bytes = dice.magnitude(2, 4 * limits.entry_bytes());
    limits.with_carrier_bytes(bytes).expect("it is not zero")
}
