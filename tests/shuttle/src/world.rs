//! What is known from outside of a writer and its service, and the laws that must hold of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use batch_core::{
    Backoff, BatchId, EntriesAnswered, Observer, RequestFinished, RequestStarted, Sent, Settings, SubmitError, UnprocessedItem,
    Writer, WriterBuilder,
};

use crate::fake::{Fake, Hook, Item, Mood, Told};

/// A service, and what was seen of it and of the entries of its writer.
#[derive(Clone)]
pub(crate) struct World {
    ledger: Arc<Mutex<Ledger>>,
    moods: &'static [Mood],
    entries: usize,
    on_drop: Option<Hook>,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Entries as the service took them.
    pub(crate) applied: Vec<(u32, Option<&'static str>)>,
    /// Entries that a request carried.
    pub(crate) begun: Vec<u32>,
    /// Lanes of which a request is under way.
    pub(crate) open_lanes: Vec<&'static str>,
    /// Requests that an observer saw start and not finish, and the entries that it saw answered.
    open: Vec<BatchId>,
    seen: u64,
    accepted: Vec<u32>,
    answers: BTreeMap<u32, Answer>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    Delivered,
    HandedBack { maybe_delivered: bool },
}

pub(crate) type Answered = Result<Sent<Told>, UnprocessedItem<Item>>;

/// Settings under which little time passes.
pub(crate) fn settings() -> Settings {
    Settings::new().backoff(Backoff::new(Duration::from_millis(1), Duration::from_millis(8)))
}

impl World {
    /// A service with these moods that takes two entries a request.
    pub(crate) fn of(moods: &'static [Mood]) -> Self {
        Self { ledger: Arc::default(), moods, entries: 2, on_drop: None }
    }

    /// Does this when something that the service tells is dropped.
    pub(crate) fn on_drop(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_drop = Some(Arc::new(hook));
        self
    }

    pub(crate) fn builder(&self, settings: Settings) -> WriterBuilder<Fake> {
        let Self { ledger, moods, entries, on_drop } = self.clone();
        let lookout = Lookout(Arc::clone(&ledger));
        Writer::builder(Fake { ledger, moods, entries, on_drop }).settings(settings).seed(7).observer(lookout)
    }

    pub(crate) fn writer(&self, settings: Settings) -> Writer<Fake> {
        self.builder(settings).build().expect("the settings are coherent")
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books what a submit said; whatever comes with an accepted entry.
    pub(crate) fn submitted<T>(&self, id: u32, outcome: Result<T, SubmitError<Item>>) -> Option<T> {
        match outcome {
            Ok(accepted) => {
                self.ledger().accepted.push(id);
                Some(accepted)
            }
            Err(refused) => {
                assert_eq!(refused.into_entry().id, id, "a refused entry comes back");
                None
            }
        }
    }

    /// Books an answer.
    pub(crate) fn answered(&self, id: u32, answer: Answered) {
        match answer {
            Ok(sent) => {
                let told = sent.response.map(|told| told.id);
                assert_eq!(told, Some(id), "a receipt gives the response to its own entry");
                self.book(id, Answer::Delivered);
            }
            Err(item) => {
                assert_eq!(item.entry.id, id, "a receipt gives its own entry back");
                self.handed_back([item]);
            }
        }
    }

    /// Books what was handed back.
    pub(crate) fn handed_back(&self, items: impl IntoIterator<Item = UnprocessedItem<Item>>) {
        for mut item in items {
            item.entry.disarm();
            let maybe_delivered = item.maybe_delivered;
            self.book(item.entry.id, Answer::HandedBack { maybe_delivered });
        }
    }

    fn book(&self, id: u32, answer: Answer) {
        let first = self.ledger().answers.insert(id, answer);
        assert_eq!(first, None, "entry {id} has two answers, the second one {answer:?}");
    }

    /// Waits until no request is under way: a withdrawn entry is answered before its request.
    pub(crate) async fn ended(&self, writer: &Writer<Fake>) {
        while writer.stats().requests_in_flight > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Checks all that must hold once everything accepted is answered, and every failure collected.
    pub(crate) fn settled(&self, writer: &Writer<Fake>) {
        let stats = writer.stats();
        let answered = stats.delivered + stats.superseded + stats.merged + stats.handed_back;
        assert_eq!(stats.accepted, answered + stats.inside, "{stats:?}");
        assert_eq!((stats.inside, stats.in_flight, stats.requests_in_flight), (0, 0, 0), "{stats:?}");
        assert_eq!((stats.uncollected, stats.bytes), (0, 0), "{stats:?}");
        let ledger = self.ledger();
        assert_eq!(stats.accepted, ledger.accepted.len() as u64, "{stats:?}");
        let handed_back =
            ledger.answers.values().filter(|answer| matches!(answer, Answer::HandedBack { .. })).count();
        assert_eq!(stats.handed_back, handed_back as u64, "{stats:?}, {:?}", ledger.answers);
        ledger.check();
    }

    /// Checks what must hold of every entry that was accepted.
    pub(crate) fn nothing_lost(&self) {
        self.ledger().check();
    }

    /// Checks that the service took the entries of each lane in the order of their ids.
    pub(crate) fn in_order(&self) {
        let mut latest: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (id, lane) in &self.ledger().applied {
            let lane = latest.entry(lane.unwrap_or_default()).or_default();
            if !lane.contains(id) {
                assert!(lane.iter().all(|earlier| earlier < id), "{id} after {lane:?}");
                lane.push(*id);
            }
        }
    }

    /// Checks that writer and service are gone.
    pub(crate) fn gone(&self) {
        let others = Arc::strong_count(&self.ledger) - 1;
        assert_eq!(others, 0, "the service is still there");
        // So everything that there was to tell has been told.
        let ledger = self.ledger();
        assert_eq!(ledger.open, [], "an observer has not seen these requests finish");
        let accepted = ledger.accepted.len() as u64;
        assert_eq!(ledger.seen, accepted, "an observer has seen other answers than there are entries");
    }
}

/// Books what an observer sees.
struct Lookout(Arc<Mutex<Ledger>>);

impl Lookout {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Lookout {
    fn request_started(&self, request: &RequestStarted<'_>) {
        self.ledger().open.push(request.request);
    }

    fn request_finished(&self, request: &RequestFinished<'_>) {
        let mut ledger = self.ledger();
        let place = ledger.open.iter().position(|open| *open == request.request);
        ledger.open.swap_remove(place.expect("a request finishes once, after its start"));
    }

    fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
        self.ledger().seen += answered.entries;
    }
}

impl Ledger {
    fn check(&self) {
        let has_applied = |id: u32| self.applied.iter().any(|(applied, _)| *applied == id);
        for (id, answer) in &self.answers {
            assert!(self.accepted.contains(id), "entry {id} was not accepted, and is {answer:?}");
            match answer {
                Answer::Delivered => assert!(has_applied(*id), "entry {id} is not delivered"),
                Answer::HandedBack { maybe_delivered: false } => {
                    assert!(!has_applied(*id), "entry {id} was delivered, and is {answer:?}");
                }
                Answer::HandedBack { maybe_delivered: true } => {}
            }
        }
        for id in &self.accepted {
            assert!(self.answers.contains_key(id) || has_applied(*id), "entry {id} is lost");
        }
    }
}
