/// Below this capacity, shrinking is not worth its while.
const LEAST: usize = 128;

/// Whether something has more memory than it needs, after a burst that is over.
///
/// What it decides must not depend on the hashes of keys, or two runs of the same events would differ: so each
/// collection whose order counts is judged by itself.
#[derive(Default)]
pub(super) struct Spare {
    /// The capacity that shrinking left last, and how many were inside then.
    shrunk: Option<(usize, usize)>,
}

impl Spare {
    /// Whether to shrink what has this capacity and length. Where something at the end of the memory stays,
    /// it is tried again when half of the others are gone.
    pub(super) fn is_due(&self, capacity: usize, len: usize) -> bool {
        let was_tried = self.shrunk.is_some_and(|shrunk| shrunk.0 == capacity && len > shrunk.1 / 2);
        is_much(capacity, len) && !was_tried
    }

    /// Shrinking left this capacity.
    pub(super) fn shrunk(&mut self, capacity: usize, len: usize) {
        self.shrunk = Some((capacity, len));
    }
}

/// Whether that capacity is much for so many.
pub(super) fn is_much(capacity: usize, len: usize) -> bool {
    capacity > LEAST && len < capacity / 8
}
