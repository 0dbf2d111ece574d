//! What can happen to a connection.

use std::time::Duration;

use fastrand::Rng;

/// What happens to one connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weather {
    pub(super) trouble: Trouble,
    /// Which way the trouble is in.
    pub(super) way: Way,
    /// How many bytes pass that way before it.
    pub(super) after_bytes: u64,
}

/// One kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trouble {
    /// Nothing passes any more, either way, and nobody is told.
    BlackHole,
    /// One byte becomes a NUL, which no HTTP head and no JSON may hold: whoever reads it must notice. Of requests
    /// only the head is struck. A byte that becomes another good one is what TLS is for: nothing above it can tell.
    Corrupt,
    /// Both sides are closed in the middle of what passes.
    Cut,
    /// What passes comes later.
    Delay(Duration),
    None,
    /// Both sides are reset.
    Reset,
    /// So many bytes pass in a second.
    Throttle(u32),
}

/// A way through a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Way {
    Answer,
    Request,
}

impl Weather {
    pub(super) const CALM: Self = Self { trouble: Trouble::None, way: Way::Request, after_bytes: 0 };

    /// Trouble of some kind with this probability.
    pub(super) fn draw(trouble: f64, rng: &mut Rng) -> Self {
        if rng.f64() >= trouble {
            return Self::CALM;
        }
        let trouble = match rng.u8(0..6) {
            0 => Trouble::BlackHole,
            1 => Trouble::Corrupt,
            2 => Trouble::Cut,
            3 => Trouble::Delay(Duration::from_millis(rng.u64(1..500))),
            4 => Trouble::Reset,
            _ => Trouble::Throttle(1 << rng.u32(11..16)),
        };
        let way = if rng.bool() { Way::Answer } else { Way::Request };
        // From the middle of the first request to some requests later, evenly in their order of magnitude.
        let magnitude = rng.u32(4..15);
        Self { trouble, way, after_bytes: rng.u64(0..1 << magnitude) }
    }
}
