//! What the service does with one request.

use std::time::Duration;

use crate::dice::Dice;

use super::weather::{Phase, Sky};

/// What becomes of a request, after half of its latency.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) deed: Deed,
    /// Before the request is applied, and after.
    pub(super) latency: [Duration; 2],
}

/// Which reply it gets, if any.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Deed {
    /// Every entry is judged by itself, and fails with this probability.
    Each {
        failing: f64,
    },
    Fatal,
    /// It is never answered; applied or not.
    Hang {
        applied: bool,
    },
    /// One lane in so many is throttled, the rest is taken.
    LanesThrottled(u32),
    /// The answer is lost; applied or not.
    Lost {
        applied: bool,
    },
    Miscount {
        applied: bool,
    },
    Panic {
        applied: bool,
    },
    Retry,
    /// It is refused whole.
    Split,
    Throttle,
    Unsent,
}

/// What the service remembers of earlier requests.
#[derive(Debug, Default)]
pub(super) struct Mood {
    lost_last: bool,
    second: u64,
    taken: usize,
}

impl Act {
    pub(super) fn draw(dice: &mut Dice, phase: Phase, mood: &mut Mood, now: Duration) -> Self {
        let half = |dice: &mut Dice| Duration::from_millis(dice.between(0, phase.latency / 2) as u64);
        Self { latency: [half(dice), half(dice)], deed: Deed::draw(dice, phase.sky, mood, now) }
    }
}

impl Deed {
    fn draw(dice: &mut Dice, sky: Sky, mood: &mut Mood, now: Duration) -> Self {
        let applied = dice.chance(0.5);
        match sky {
            Sky::AnswersLost => {
                mood.lost_last = !mood.lost_last;
                if mood.lost_last { Self::Lost { applied: true } } else { Self::Each { failing: 0.0 } }
            }
            Sky::Calm => Self::Each { failing: 0.0 },
            Sky::Denied => Self::Fatal,
            Sky::Drizzle => Self::now_and_then(dice, 0.03, 0.02),
            Sky::Flood => Self::Each { failing: 0.9 },
            Sky::Hangs => Self::Hang { applied },
            Sky::LanesThrottled(share) => Self::LanesThrottled(share),
            Sky::Miscounts => Self::Miscount { applied },
            Sky::Overload(allowed) => mood.overload(allowed, now),
            Sky::Panics => Self::Panic { applied },
            Sky::Picky if dice.chance(0.3) => Self::Split,
            Sky::Picky => Self::Each { failing: 0.0 },
            Sky::Rain => Self::now_and_then(dice, 0.5, 0.3),
            Sky::Throttled => Self::Throttle,
            Sky::Unreachable => Self::Unsent,
        }
    }

    fn now_and_then(dice: &mut Dice, rate: f64, failing: f64) -> Self {
        let applied = dice.chance(0.5);
        if !dice.chance(rate) {
            return Self::Each { failing: if dice.chance(0.4) { failing } else { 0.0 } };
        }
        dice.weighted(&[
            (1, Self::Fatal),
            (1, Self::Hang { applied }),
            (4, Self::Lost { applied }),
            (1, Self::Miscount { applied }),
            (1, Self::Panic { applied }),
            (4, Self::Retry),
            (1, Self::Split),
            (4, Self::Throttle),
            (2, Self::Unsent),
        ])
    }
}

impl Mood {
    fn overload(&mut self, allowed: usize, now: Duration) -> Deed {
        if now.as_secs() != self.second {
            (self.second, self.taken) = (now.as_secs(), 0);
        }
        self.taken += 1;
        if self.taken > allowed { Deed::Throttle } else { Deed::Each { failing: 0.0 } }
    }
}
