use std::sync::atomic::{AtomicU64, Ordering};

use batch_core::{Batch, Verdicts};

/// Units that AWS bills: those of what was sent, and those of the same in single calls.
///
/// The units are those of the field or method that returns it. Prices differ by region and time and are not
/// known here: [`cost`](Self::cost) takes one.
///
/// ```
/// use batch_smithy::Billed;
///
/// let requests = Billed { sent: 170, single: 1_000 };
/// assert_eq!(requests.saved(), 830);
/// let cost = requests.cost(0.001); // an invented price of one unit
/// assert_eq!((cost.sent, cost.single), (0.17, 1.0));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Billed {
    /// The units of what was sent.
    pub sent: u64,
    /// The units of what was sent, if each entry had been sent in a call of its own.
    pub single: u64,
}

/// What units cost, in the currency of the price.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// The cost of what was sent.
    pub sent: f64,
    /// The cost of the same in single calls.
    pub single: f64,
}

impl Billed {
    /// The same number of units for both: single calls would have saved nothing, and cost nothing more.
    #[must_use]
    pub fn alike(units: u64) -> Self {
        Self { sent: units, single: units }
    }

    /// How many units fewer were billed than single calls would have been. Zero if they would have saved
    /// units, such as calls for records that were too small to aggregate.
    #[must_use]
    pub fn saved(&self) -> u64 {
        self.single.saturating_sub(self.sent)
    }

    /// What the units cost at this price of one unit, which differs by region, time and contract.
    ///
    /// ```
    /// use batch_smithy::Billed;
    ///
    /// // An example: US dollars for a GB that is ingested by Kinesis On-demand Advantage in us-east-1, as the AWS Big
    /// // Data Blog had it on 9 March 2026. Take yours from the pricing page.
    /// const PER_GB: f64 = 0.032;
    ///
    /// // A billion records of 100 bytes, if each is rounded up to a KiB, as the pricing page says of on-demand streams.
    /// let ingested_kib = Billed::alike(1_000_000_000);
    /// let cost = ingested_kib.cost(PER_GB / 1_048_576.0);
    /// assert_eq!(cost.sent.round(), 31.0);
    /// ```
    #[must_use]
    pub fn cost(&self, price: f64) -> Cost {
        Cost { sent: self.sent as f64 * price, single: self.single as f64 * price }
    }
}

/// How many units of this size this many bytes are, rounded up; at least one.
///
/// ```
/// assert_eq!([0, 1, 1_024, 1_025].map(|bytes| batch_smithy::units(bytes, 1_024)), [1, 1, 1, 2]);
/// ```
#[must_use]
pub fn units(bytes: usize, unit_bytes: usize) -> u64 {
    bytes.div_ceil(unit_bytes).max(1) as u64
}

/// The requests that AWS bills for a call with these entries, and for as many calls: one for each 64 KiB of a call, or
/// part of it (Amazon SQS pricing, Amazon SNS pricing). `bytes` returns the size of an entry.
///
/// ```
/// use batch_core::Batch;
///
/// let texts = Batch::of(["x".repeat(40_000), "x".repeat(40_000)]);
/// let requests = batch_smithy::requests(&texts, String::len);
/// assert_eq!((requests.sent, requests.single), (2, 2));
/// ```
#[must_use]
pub fn requests<E>(batch: &Batch<E>, bytes: impl Fn(&E) -> usize) -> Billed {
    let entries = batch.entries();
    let load = batch.load().bytes;
    // Nearly always: what fits one request in all does so in parts, and no entry is looked at.
    if load > 0 && load <= REQUEST_BYTES {
        return Billed { sent: 1, single: entries.len() as u64 };
    }
    let (mut sum, mut single) = (0, 0);
    for size in entries.iter().map(bytes) {
        sum += size;
        single += units(size, REQUEST_BYTES);
    }
    Billed { sent: units(sum, REQUEST_BYTES), single }
}

/// The entries of a request that the service accepted.
///
/// ```
/// use batch_core::{Failure, Verdict};
///
/// let verdicts = [Verdict::Accepted(()), Verdict::Retry(Failure::new("InternalFailure"))].into_iter().collect();
/// assert!(batch_smithy::accepted(&["a", "b"], &verdicts).eq(&["a"]));
/// ```
pub fn accepted<'a, E, R>(
    entries: &'a [E],
    verdicts: &'a Verdicts<R>,
) -> impl Iterator<Item = &'a E> + use<'a, E, R> {
    let mut next = 0;
    let is_accepted = move |&(position, _): &(usize, &E)| {
        if let Verdicts::AllBut(_, others) = verdicts {
            // They are in ascending order, so that most entries are accepted without a search.
            if others.get(next).is_none_or(|&(other, _)| other != position) {
                return true;
            }
            next += 1;
        }
        verdicts.accepts(position)
    };
    let accepted = entries.iter().enumerate().filter(is_accepted);
    accepted.map(|(_, entry)| entry)
}

/// Sums of [`Billed`] units, for what an adapter has sent so far. Each request adds to it once.
///
/// ```
/// use batch_smithy::{Billed, Meter};
///
/// let meter = Meter::default();
/// meter.add(Billed { sent: 1, single: 10 });
/// meter.add(Billed { sent: 1, single: 7 });
/// assert_eq!(meter.read(), Billed { sent: 2, single: 17 });
/// ```
#[derive(Debug, Default)]
pub struct Meter {
    sent: AtomicU64,
    single: AtomicU64,
}

impl Meter {
    /// Adds these units.
    pub fn add(&self, billed: Billed) {
        self.sent.fetch_add(billed.sent, Ordering::Relaxed);
        self.single.fetch_add(billed.single, Ordering::Relaxed);
    }

    /// The units so far. While requests end, it may have one number of a request and not yet the other.
    #[must_use]
    pub fn read(&self) -> Billed {
        Billed { sent: self.sent.load(Ordering::Relaxed), single: self.single.load(Ordering::Relaxed) }
    }
}

/// The bytes of a call for which one request is billed.
const REQUEST_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use batch_core::{Failure, Verdict, Verdicts};
    use proptest::prelude::*;

    use super::{Billed, Meter, accepted, units};

    proptest! {
        #[test]
        fn what_was_accepted_is_found_whichever_form_the_verdicts_have(
            are_accepted in prop::collection::vec(prop::option::weighted(0.4, any::<bool>()), 0..20),
        ) {
            let verdict = |is_accepted| match is_accepted {
                true => Verdict::Accepted(()),
                false => Verdict::Retry(Failure::new("InternalFailure")),
            };
            let entries: Vec<_> = (0..are_accepted.len()).collect();
            let others = are_accepted.iter().enumerate().filter_map(|(at, one)| Some((at, verdict((*one)?))));
            let all_but = Verdicts::all_accepted(|_| ()).except(others.collect());
            let each: Verdicts<()> = are_accepted.iter().map(|one| verdict(one.unwrap_or(true))).collect();
            let expected: Vec<_> =
                entries.iter().filter(|&&entry| are_accepted[entry].unwrap_or(true)).collect();
            prop_assert!(accepted(&entries, &all_but).eq(expected.iter().copied()));
            prop_assert!(accepted(&entries, &each).eq(expected));
        }

        #[test]
        fn the_units_hold_the_bytes_and_one_less_would_not(bytes in 0..1_usize << 40, unit in 1..1_usize << 20) {
            let found = units(bytes, unit) as usize;
            prop_assert!(found >= 1 && found * unit >= bytes);
            prop_assert!(found == 1 || (found - 1) * unit < bytes);
        }

        #[test]
        fn a_meter_reads_the_sum_of_what_was_added(added in prop::collection::vec((0..1_u64 << 40, 0..1_u64 << 40), 0..20)) {
            let meter = Meter::default();
            for &(sent, single) in &added {
                meter.add(Billed { sent, single });
            }
            let sum = |of: fn(&(u64, u64)) -> u64| added.iter().map(of).sum();
            prop_assert_eq!(meter.read(), Billed { sent: sum(|both| both.0), single: sum(|both| both.1) });
        }
    }

    #[test]
    fn what_single_calls_would_have_saved_is_not_negative() {
        assert_eq!(Billed { sent: 2, single: 1 }.saved(), 0);
        assert_eq!(Billed::alike(7).saved(), 0);
    }
}
