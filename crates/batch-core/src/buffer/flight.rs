use std::time::Instant;

use super::Stamp;
use super::isolation::IsolationId;
use super::lines::LineId;
use super::manifest::Manifest;
use super::record::{Keys, Record};
use super::slots::{SlotId, Slots};

/// A request in flight: what is known of its entries, in the order in which it carries them.
pub(super) struct Flight<T> {
    pub(super) pieces: Vec<Piece<T>>,
    /// How many entries it carries.
    pub(super) entries: usize,
    /// How many of them were answered with a copy.
    pub(super) answered: u64,
    pub(super) isolation: Option<IsolationId>,
    pub(super) sent_at: Instant,
    /// Whether it is not sent, but only [sorted](super::Buffer::sorted).
    pub(super) sorts: bool,
}

/// Entries that went into a request together.
pub(super) enum Piece<T> {
    /// To which nothing has happened, and which waited in the lines of their lanes.
    Lanes(Lanes<T>),
    /// To which nothing has happened, and which share no lane.
    Segment(Manifest<T>),
    Slots(Vec<SlotId>),
}

/// Entries of lanes, and the line of each.
pub(super) struct Lanes<T> {
    pub(super) manifest: Manifest<T>,
    /// By position.
    pub(super) lines: Vec<LineId>,
}

/// One entry of a request.
pub(super) enum Carried<T> {
    /// To which nothing has happened, of the lane of this line, or that may hold keys alone.
    Entry(Record<T>, Option<LineId>, Keys),
    Slot(SlotId),
}

/// A request that ended, each of whose entries has a slot.
pub(super) struct Returned {
    pub(super) slots: Vec<SlotId>,
    pub(super) answered: u64,
    pub(super) isolation: Option<IsolationId>,
    pub(super) sent_at: Instant,
}

impl<T> Flight<T> {
    /// Its entries one by one.
    pub(super) fn into_carried(self) -> Vec<Carried<T>> {
        let mut carried = Vec::with_capacity(self.entries);
        self.pieces.into_iter().for_each(|piece| piece.carry(&mut carried));
        carried
    }

    /// The slots of those entries that have one.
    pub(super) fn slots(&self) -> impl Iterator<Item = SlotId> {
        let slots = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Lanes(_) | Piece::Segment(_) => None,
            Piece::Slots(slots) => Some(slots),
        });
        slots.flatten().copied()
    }

    /// The slot of the entry at this position, where each has one.
    pub(super) fn slot_at(&self, position: usize) -> Option<SlotId> {
        match self.pieces.as_slice() {
            [Piece::Slots(slots)] => slots.get(position).copied(),
            _ => None,
        }
    }

    /// Whether each of its entries has a slot, in whatever pieces.
    pub(super) fn has_slots_only(&self) -> bool {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Slots(_)))
    }

    /// Whether each of its entries has a slot, and all are one piece.
    pub(super) fn is_seated(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Slots(_)])
    }

    /// When the oldest of those entries was accepted that have no slot, and of which that counts.
    pub(super) fn oldest(&self, counts: impl Fn(Instant) -> bool) -> Option<Instant> {
        self.manifests().filter_map(|manifest| manifest.oldest(&counts)).min()
    }

    /// What the submitters of its entries gave along.
    pub(super) fn tags<'a, E>(&'a self, slots: &'a Slots<E, T>) -> impl Iterator<Item = &'a T> {
        self.pieces.iter().flat_map(move |piece| {
            let (manifest, of_slots): (_, &[SlotId]) = match piece {
                Piece::Lanes(Lanes { manifest, .. }) | Piece::Segment(manifest) => (Some(manifest), &[]),
                Piece::Slots(of_slots) => (None, of_slots),
            };
            let of_manifest = manifest.into_iter().flat_map(Manifest::tags);
            let of_slots = of_slots.iter().filter_map(|&slot| slots[slot].tag.as_ref());
            of_manifest.chain(of_slots)
        })
    }

    /// Whether one of those entries that have no slot has such a stamp.
    pub(super) fn has_any(&self, is_one: impl Fn(Stamp) -> bool) -> bool {
        self.manifests().any(|manifest| manifest.has_any(&is_one))
    }

    /// What is known of those entries that have no slot.
    fn manifests(&self) -> impl Iterator<Item = &Manifest<T>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Lanes(Lanes { manifest, .. }) | Piece::Segment(manifest) => Some(manifest),
            Piece::Slots(_) => None,
        })
    }
}

impl<T> Piece<T> {
    /// How many entries it is of.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Lanes(Lanes { manifest, .. }) | Self::Segment(manifest) => manifest.len(),
            Self::Slots(slots) => slots.len(),
        }
    }

    /// Adds its entries one by one.
    pub(super) fn carry(self, carried: &mut Vec<Carried<T>>) {
        match self {
            Self::Segment(manifest) => {
                let records = manifest.into_records();
                carried.extend(records.map(|(record, keys)| Carried::Entry(record, None, keys)));
            }
            Self::Lanes(Lanes { manifest, lines }) => {
                let positions = manifest.into_positions();
                carried.extend(positions.map(|(position, record)| of_lane(record, lines[position])));
            }
            Self::Slots(slots) => carried.extend(slots.into_iter().map(Carried::Slot)),
        }
    }
}

impl<T> Lanes<T> {
    /// Those of none, with room for so many entries.
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self { manifest: Manifest::with_capacity(entries), lines: Vec::with_capacity(entries) }
    }

    #[inline]
    pub(super) fn push(&mut self, line: LineId, record: Record<T>) {
        self.manifest.push_record(record);
        self.lines.push(line);
    }

    /// Takes the entry at this position out, if it has not left.
    pub(super) fn take(&mut self, position: usize) -> Option<Carried<T>> {
        let (record, _) = self.manifest.take(position)?;
        Some(of_lane(record, self.lines[position]))
    }

    /// The line of each entry that has not left.
    pub(super) fn lines(&self) -> impl Iterator<Item = LineId> {
        let lines = self.lines.iter().enumerate();
        lines.filter(|&(position, _)| self.manifest.has(position)).map(|(_, &line)| line)
    }
}

fn of_lane<T>(record: Record<T>, line: LineId) -> Carried<T> {
    Carried::Entry(record, Some(line), Keys::default())
}
