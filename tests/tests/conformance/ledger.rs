//! The answers to all entries, held against the counters and against what the destination holds.

use std::collections::BTreeMap;

use batch_core::{Sent, Service, Stats, UnprocessedItem, Writer};

use crate::stage::{Receipts, Stage};
use batchwright_tests::{Copies, Destination, EntryOf, Mounted, lane, number};

/// Every entry that was accepted, with its one answer.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ledger {
    answers: BTreeMap<usize, Answer>,
    entries_sent: u64,
    retries: u64,
}

/// What became of an entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    Delivered { maybe_duplicate: bool },
    HandedBack { maybe_delivered: bool, cause: String },
}

impl Ledger {
    /// Awaits all answers.
    pub(crate) async fn of<D, S>(receipts: Receipts<S>) -> Self
    where
        D: Destination,
        S: Service<Entry = EntryOf<D>>,
    {
        let mut ledger = Self::default();
        for (n, receipt) in receipts {
            ledger.enter::<D, S>(n, receipt.await);
        }
        ledger
    }

    pub(crate) fn enter<D, S>(
        &mut self,
        n: usize,
        answer: Result<Sent<S::Response>, UnprocessedItem<S::Entry>>,
    ) where
        D: Destination,
        S: Service<Entry = EntryOf<D>>,
    {
        match answer {
            Ok(sent) => {
                assert!(!sent.is_superseded() && sent.attempts > 0, "entry {n}: superseded or never sent");
                self.put(n, Answer::Delivered { maybe_duplicate: sent.maybe_duplicate }, sent.attempts);
            }
            Err(item) => {
                assert_eq!(number(&D::content(&item.entry)), n, "another entry came back");
                self.hand_back::<D>(item);
            }
        }
    }

    /// Enters an entry that came back.
    pub(crate) fn hand_back<D: Destination>(&mut self, item: UnprocessedItem<EntryOf<D>>) {
        let UnprocessedItem { entry, cause, attempts, maybe_delivered, .. } = item;
        let cause = cause.to_string();
        self.put(number(&D::content(&entry)), Answer::HandedBack { maybe_delivered, cause }, attempts);
    }

    /// Enters entries that were delivered without a receipt: nobody knows whether twice.
    pub(crate) fn deliver_without_receipt(&mut self, numbers: impl Iterator<Item = usize>) {
        for n in numbers {
            self.put(n, Answer::Delivered { maybe_duplicate: true }, 1);
        }
    }

    pub(crate) fn delivered(&self) -> usize {
        self.answers.values().filter(|answer| matches!(answer, Answer::Delivered { .. })).count()
    }

    /// The numbers of the entries that came back.
    pub(crate) fn handed_back(&self) -> Vec<usize> {
        let came_back = |answer: &Answer| matches!(answer, Answer::HandedBack { .. });
        self.answers.iter().filter(|(_, answer)| came_back(answer)).map(|(&n, _)| n).collect()
    }

    /// Answers that say that the entry may have arrived in another way too.
    pub(crate) fn marked(&self) -> usize {
        self.answers.values().filter(|answer| answer.is_marked()).count()
    }

    /// Checks that all was answered, that the counters say the same as the answers, and that the
    /// destination holds what the answers say and nothing else.
    #[track_caller]
    pub(crate) fn check<D: Destination, S: Service>(&self, stage: &Stage<D>, writer: &Writer<S>) {
        self.check_counters(writer.stats());
        self.check_held(&stage.destination);
    }

    #[track_caller]
    pub(crate) fn check_held<D: Destination>(&self, destination: &Mounted<D>) {
        let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
        for held in destination.held() {
            let n = number(&held.content);
            assert_eq!(held.lane, lane::<D>(n), "entry {n} is in another lane");
            *copies.entry(n).or_default() += 1;
        }
        for (n, answer) in &self.answers {
            let copies = copies.remove(n).unwrap_or(0);
            assert!(answer.allows(copies, D::COPIES), "entry {n} is held {copies} times, but {answer:?}");
        }
        assert!(copies.is_empty(), "never accepted, but held: {copies:?}");
    }

    #[track_caller]
    fn check_counters(&self, stats: Stats) {
        let handed_back = self.handed_back().len();
        let expected = [self.answers.len(), self.delivered(), handed_back, self.marked(), 0, 0, 0, 0, 0];
        let expected = expected.map(|count| count as u64);
        let Stats { accepted, delivered, handed_back, ambiguous, .. } = stats;
        let Stats { superseded, inside, in_flight, uncollected, bytes, .. } = stats;
        let counted =
            [accepted, delivered, handed_back, ambiguous, superseded, inside, in_flight, uncollected, bytes];
        assert_eq!(counted, expected, "{stats:?}");
        assert_eq!((stats.entries_sent, stats.retries), (self.entries_sent, self.retries), "{stats:?}");
    }

    fn put(&mut self, n: usize, answer: Answer, attempts: u32) {
        self.entries_sent += u64::from(attempts);
        self.retries += u64::from(attempts.saturating_sub(1));
        let earlier = self.answers.insert(n, answer);
        assert_eq!(earlier, None, "entry {n} has two answers");
    }
}

impl Answer {
    fn is_marked(&self) -> bool {
        let (Self::Delivered { maybe_duplicate: marked } | Self::HandedBack { maybe_delivered: marked, .. }) =
            self;
        *marked
    }

    /// Whether the destination may hold so many copies.
    fn allows(&self, copies: usize, rule: Copies) -> bool {
        let most = if self.is_marked() && rule == Copies::IfMarked { usize::MAX } else { 1 };
        match self {
            Self::Delivered { .. } => (1..=most).contains(&copies),
            Self::HandedBack { maybe_delivered: true, .. } => copies <= most,
            Self::HandedBack { maybe_delivered: false, .. } => copies == 0,
        }
    }
}
