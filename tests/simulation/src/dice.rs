//! Randomness: all of it comes from the seed.

use std::time::Duration;

use fastrand::Rng;

/// A stream of random choices. Streams for different purposes do not disturb one another.
#[derive(Debug)]
pub struct Dice(Rng);

impl Dice {
    /// The stream of this seed for this purpose.
    #[must_use]
    pub fn of(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(Rng::with_seed(mixed))
    }

    /// A stream of its own, decided by this one.
    pub fn fork(&mut self) -> Self {
        Self(Rng::with_seed(self.0.u64(..)))
    }

    /// A number to seed something else with.
    pub fn seed(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.f64() < probability
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        self.0.usize(low..=high.max(low))
    }

    /// A number from `low` to `high` whose magnitude is as random as its digits: small ones are
    /// as frequent as large ones.
    pub fn magnitude(&mut self, low: usize, high: usize) -> usize {
        let (from, to) = ((low.max(1) as f64).ln(), ((high.max(low).max(1) + 1) as f64).ln());
        let drawn = (from + self.0.f64() * (to - from)).exp() as usize;
        drawn.clamp(low, high.max(low))
    }

    /// A duration of whole milliseconds, of a random magnitude.
    pub fn millis(&mut self, low: usize, high: usize) -> Duration {
        Duration::from_millis(self.magnitude(low, high) as u64)
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.usize(..choices.len())]
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u32, T)]) -> T {
        let total: u32 = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = self.0.u32(..total);
        for &(weight, choice) in choices {
            if left < weight {
                return choice;
            }
            left -= weight;
        }
        choices[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn a_seed_and_a_purpose_decide_everything() {
        let draw = |seed, purpose| Dice::of(seed, purpose).seed();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut dice = Dice::of(0, "bounds");
        for _ in 0..1_000 {
            assert!((3..=9).contains(&dice.between(3, 9)));
            assert!((3..=900).contains(&dice.magnitude(3, 900)));
            assert!((0..=9).contains(&dice.magnitude(0, 9)));
        }
    }
}
