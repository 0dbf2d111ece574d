//! What a run writes to.

use std::time::Duration;

use batch_core::Service;

use crate::checker::{Copies, Held};
use crate::dice::Dice;

/// A destination, as the users and the checker need to know it.
pub trait Target: Send + Sync + 'static {
    /// What the writer sends with.
    type Service: Service;

    /// What the writer sends with.
    fn service(&self) -> &Self::Service;

    /// Entry `n`, of whatever kind the dice say.
    fn entry(&self, n: u64, dice: &mut Dice) -> EntryOf<Self>;

    /// Which entry it is.
    fn number(&self, entry: &EntryOf<Self>) -> u64;

    /// A number that changes when the entry's content does.
    fn seal(&self, entry: &EntryOf<Self>) -> u64;

    /// A number that tells this response from others.
    fn response(&self, sent: &SentOf<Self>) -> u64;

    /// Every entry that the service applied, in that order, a copy as often as it was applied.
    fn held(&self) -> Vec<Held>;

    /// When the service may hold an entry twice.
    fn copies(&self) -> Copies;

    /// Another runtime begins, with a clock of its own, when so much time of the run has passed.
    fn restarts(&self, _elapsed: Duration) {}

    /// Whether an entry for which a request is refused is refused whenever it is sent, so that the number of requests
    /// that finding it takes has a bound. A refusal of code [`WHIM`](crate::WHIM) is never for an entry.
    fn refuses_steadily(&self) -> bool {
        true
    }
}

/// What is submitted to a target.
pub type EntryOf<T> = <<T as Target>::Service as Service>::Entry;

/// What a target tells about an entry that it took.
pub type SentOf<T> = <<T as Target>::Service as Service>::Response;
