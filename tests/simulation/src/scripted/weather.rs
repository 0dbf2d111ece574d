//! Storms: what the service does at which time.

use std::time::Duration;

use crate::dice::Dice;

/// What the service is like, from one moment to the next.
#[derive(Clone, Debug)]
pub(super) struct Weather {
    phases: Vec<Phase>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Phase {
    until: Duration,
    pub(super) sky: Sky,
    /// The longest latency, in milliseconds.
    pub(super) latency: usize,
}

/// One kind of weather.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sky {
    /// Every second answer is lost, after the request was applied.
    AnswersLost,
    Calm,
    /// Access is denied.
    Denied,
    /// Everything goes wrong now and then, as it does in the field.
    Drizzle,
    /// Nine entries of ten fail.
    Flood,
    /// No answer comes, within any timeout.
    Hangs,
    /// One lane in so many is throttled.
    LanesThrottled(u32),
    /// Answers have too many or too few verdicts.
    Miscounts,
    /// So many requests a second are taken, the others are throttled.
    Overload(usize),
    Panics,
    /// Requests are refused whole for no entry's fault.
    Picky,
    /// Everything goes wrong, often.
    Rain,
    /// Every request is throttled.
    Throttled,
    Unreachable,
}

impl Weather {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let mut until = Duration::ZERO;
        let mut phases = Vec::new();
        let latency = dice.pick(&[0, 3, 30, 300]);
        for _ in 0..dice.magnitude(1, 12) {
            until += dice.millis(20, 300_000);
            let latency = if dice.chance(0.2) { dice.pick(&[0, 3_000]) } else { latency };
            phases.push(Phase { until, sky: Sky::draw(dice), latency });
        }
        Self { phases }
    }

    pub(super) fn at(&self, now: Duration) -> Phase {
        let phase = self.phases.iter().find(|phase| now < phase.until);
        phase.copied().unwrap_or(Phase { until: now, sky: Sky::Drizzle, latency: 10 })
    }
}

impl Sky {
    fn draw(dice: &mut Dice) -> Self {
        let (share, allowed) = (dice.between(1, 5) as u32, dice.magnitude(1, 200));
        dice.weighted(&[
            (3, Self::AnswersLost),
            (6, Self::Calm),
            (1, Self::Denied),
            (10, Self::Drizzle),
            (3, Self::Flood),
            (2, Self::Hangs),
            (3, Self::LanesThrottled(share)),
            (4, Self::Miscounts),
            (3, Self::Overload(allowed)),
            (2, Self::Panics),
            (1, Self::Picky),
            (8, Self::Rain),
            (3, Self::Throttled),
            (3, Self::Unreachable),
        ])
    }
}
