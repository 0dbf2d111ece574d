use super::{Number, Segment};
use crate::LimitPolicy;
use crate::buffer::fill::{CarrierHash, Fill};

/// How far a request is filled by the first entries of a segment, some of which share carriers.
#[derive(Default)]
pub(super) struct Counted {
    fill: Fill,
    /// The position after the last entry that is counted.
    end: usize,
}

/// Entries that share carriers: a segment has more of them than the limits seem to allow. It is only counted
/// where that matters, so that it costs nothing where no entry has a carrier.
impl<E, T> Segment<E, T> {
    /// Whether the next entry can travel in the same request as the others, some of which share carriers.
    pub(in crate::buffer) fn takes_shared(
        &mut self,
        limits: &LimitPolicy,
        number: Number,
        bytes: usize,
        carrier: Option<CarrierHash>,
    ) -> bool {
        if !self.goes_on_with(number) || !self.manifest.has_carriers() {
            return false;
        }
        while self.counted.end < self.entries.len() {
            let position = self.counted.end;
            self.counted.fill = match self.manifest.bytes(position) {
                Some(bytes) => self.counted.fill.with(limits, bytes, self.manifest.carrier(position)),
                None => self.counted.fill.with(limits, 0, None),
            };
            self.counted.end += 1;
        }
        limits.fits(self.counted.fill.with(limits, bytes, carrier).load())
    }

    /// How far a request is filled with all entries of this segment beside what it has.
    pub(in crate::buffer) fn added_to(&self, fill: Fill, limits: &LimitPolicy) -> Fill {
        if !self.manifest.has_carriers() {
            return fill.with_load(self.load);
        }
        let positions = (self.head..self.entries.len()).filter_map(|position| {
            self.manifest.bytes(position).map(|bytes| (bytes, self.manifest.carrier(position)))
        });
        positions.fold(fill, |fill, (bytes, carrier)| fill.with(limits, bytes, carrier))
    }
}
