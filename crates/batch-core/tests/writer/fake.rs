//! A service that follows a script and records every request with its virtual times.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, Key, LimitPolicy, Load, Measure, Refusal, Reply, Service,
    Verdict, Verdicts,
};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// What a scripted panic says, and the lane at which `measure` panics.
pub(crate) const PANIC: &str = "scripted panic";

/// An entry. `Fake` refuses one of zero bytes as invalid, and panics at one of the lane `PANIC`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: u32,
    pub(crate) lane: Option<&'static str>,
    pub(crate) identity: Option<&'static str>,
    pub(crate) bytes: usize,
    pub(crate) heap: usize,
    /// What the service generates for it: the number of the call that did.
    pub(crate) stamp: Option<u32>,
}

/// What the service does with one request.
pub(crate) enum Act {
    After(Duration, Box<Act>),
    Each(Judge),
    Hang,
    Panic,
    Say(Reply<u32>),
    When(oneshot::Receiver<()>, Box<Act>),
}

/// One request. Its times count from the making of the service.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) number: usize,
    pub(crate) items: Vec<Item>,
    pub(crate) began: Duration,
    /// When it was answered or given up.
    pub(crate) ended: Option<Duration>,
    pub(crate) answered: bool,
}

/// The service. Its clones are the same; what it tells about an entry is the entry's id.
#[derive(Clone)]
pub(crate) struct Fake(Arc<Inner>);

struct Inner {
    limits: LimitPolicy,
    memory: Option<Duration>,
    origin: Instant,
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    stamps: Mutex<u32>,
    /// What no request may do, whatever the test is about.
    violations: Mutex<Vec<String>>,
}

/// What becomes of one entry.
type Judge = Box<dyn Fn(&Item) -> Verdict<u32> + Send>;

type Script = Box<dyn FnMut(&Request) -> Act + Send>;

/// Books the end of a request, however it comes.
struct End<'a> {
    inner: &'a Inner,
    number: usize,
    answered: bool,
}

pub(crate) fn item(id: u32) -> Item {
    Item { id, lane: None, identity: None, bytes: 10, heap: 10, stamp: None }
}

impl Item {
    pub(crate) fn lane(self, lane: &'static str) -> Self {
        Self { lane: Some(lane), ..self }
    }

    pub(crate) fn identity(self, identity: &'static str) -> Self {
        Self { identity: Some(identity), ..self }
    }

    pub(crate) fn bytes(self, bytes: usize) -> Self {
        Self { bytes, heap: bytes, ..self }
    }

    pub(crate) fn heap(self, heap: usize) -> Self {
        Self { heap, ..self }
    }
}

impl Fake {
    /// Takes everything at once.
    pub(crate) fn accepting() -> Self {
        Self::by(|_| Act::accept())
    }

    /// Does one of these with each request, then takes everything at once.
    pub(crate) fn acts(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut acts: VecDeque<_> = acts.into_iter().collect();
        Self::by(move |_| acts.pop_front().unwrap_or_else(Act::accept))
    }

    /// Does what this says with each request.
    pub(crate) fn by(script: impl FnMut(&Request) -> Act + Send + 'static) -> Self {
        let limits = LimitPolicy::new(10, 10_000, 1_000).unwrap();
        Self(Arc::new(Inner {
            limits,
            memory: None,
            origin: Instant::now(),
            script: Mutex::new(Box::new(script)),
            requests: Mutex::new(Vec::new()),
            stamps: Mutex::new(0),
            violations: Mutex::default(),
        }))
    }

    /// Takes so many entries a request.
    pub(crate) fn of(self, entries: usize) -> Self {
        let mut inner = Arc::into_inner(self.0).expect("it is not shared yet");
        inner.limits = LimitPolicy::new(entries, 1_000 * entries, 1_000).unwrap();
        Self(Arc::new(inner))
    }

    /// Allows what these limits do.
    pub(crate) fn within(self, limits: LimitPolicy) -> Self {
        let mut inner = Arc::into_inner(self.0).expect("it is not shared yet");
        inner.limits = limits;
        Self(Arc::new(inner))
    }

    /// Remembers an entry for so long.
    pub(crate) fn remembers_for(self, memory: Duration) -> Self {
        let mut inner = Arc::into_inner(self.0).expect("it is not shared yet");
        inner.memory = Some(memory);
        Self(Arc::new(inner))
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        assert_eq!(*self.0.violations.lock().unwrap(), Vec::<String>::new());
        self.0.requests.lock().unwrap().clone()
    }

    /// The ids that each request carried.
    pub(crate) fn sent(&self) -> Vec<Vec<u32>> {
        self.requests().iter().map(Request::ids).collect()
    }

    /// When each request began, in milliseconds.
    pub(crate) fn began(&self) -> Vec<u128> {
        self.requests().iter().map(|request| request.began.as_millis()).collect()
    }

    fn begin(&self, entries: &[Item]) -> (End<'_>, Act) {
        let mut requests = self.0.requests.lock().unwrap();
        let request = Request {
            number: requests.len(),
            items: entries.to_vec(),
            began: self.0.origin.elapsed(),
            ended: None,
            answered: false,
        };
        self.check(&request, &requests);
        requests.push(request.clone());
        drop(requests);
        let act = (self.0.script.lock().unwrap())(&request);
        (End { inner: &self.0, number: request.number, answered: false }, act)
    }

    /// No request exceeds a limit, and no lane is in two requests at once. A panic here would be
    /// taken for a failed attempt.
    fn check(&self, request: &Request, earlier: &[Request]) {
        let mut violations = self.0.violations.lock().unwrap();
        let load = request.items.iter().fold(Load::empty(), |load, item| load.with(item.bytes));
        if load.entries == 0 || !self.0.limits.fits(load) {
            violations.push(format!("request {} carries {load:?}", request.number));
        }
        for other in earlier.iter().filter(|other| other.ended.is_none()) {
            let shares = |item: &Item| item.lane.is_some() && other.items.iter().any(|o| o.lane == item.lane);
            if request.items.iter().any(shares) {
                violations.push(format!("requests {} and {} share a lane", other.number, request.number));
            }
        }
    }
}

#[async_trait]
impl Service for Fake {
    type Entry = Item;
    type Response = u32;

    fn name(&self) -> &'static str {
        "fake"
    }

    fn destination(&self) -> String {
        "the fake's".to_owned()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        Ok(self.0.limits)
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.0.memory
    }

    fn prepare(&self, item: &mut Item) -> Result<(), Invalid> {
        if item.stamp.is_none() {
            let mut stamps = self.0.stamps.lock().unwrap();
            *stamps += 1;
            item.stamp = Some(*stamps);
        }
        Ok(())
    }

    fn measure<'a>(&self, item: &'a Item) -> Result<Measure<'a>, Invalid> {
        if item.bytes == 0 {
            return Err(Invalid::new("it is empty"));
        }
        assert!(item.lane != Some(PANIC), "{PANIC}");
        Ok(Measure::of_bytes(item.bytes)
            .heap_bytes(item.heap)
            .lane(item.lane.map(Key::from))
            .identity(item.identity.map(Key::from)))
    }

    async fn send(&self, batch: &Batch<Item>) -> Reply<u32> {
        let entries = batch.entries();
        let (mut end, mut act) = self.begin(entries);
        let reply = loop {
            match act {
                Act::After(delay, then) => {
                    tokio::time::sleep(delay).await;
                    act = *then;
                }
                Act::Each(verdict) => break Ok(Verdicts::Each(entries.iter().map(verdict).collect())),
                Act::Hang => std::future::pending().await,
                Act::Panic => panic!("{PANIC}"),
                Act::Say(reply) => break reply,
                Act::When(signal, then) => {
                    let _ = signal.await;
                    act = *then;
                }
            }
        };
        end.answered = true;
        reply
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let request = &mut self.inner.requests.lock().unwrap()[self.number];
        request.ended = Some(self.inner.origin.elapsed());
        request.answered = self.answered;
    }
}

impl Request {
    pub(crate) fn ids(&self) -> Vec<u32> {
        self.items.iter().map(|item| item.id).collect()
    }

    pub(crate) fn has(&self, id: u32) -> bool {
        self.items.iter().any(|item| item.id == id)
    }
}

impl Act {
    /// Takes every entry.
    pub(crate) fn accept() -> Self {
        Self::each(accepted)
    }

    /// Takes every entry after the runtime has looked a few times for what arrived, as over a network.
    pub(crate) fn accept_over_network() -> Self {
        let (arrived, response) = oneshot::channel();
        tokio::spawn(async move {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            let _ = arrived.send(());
        });
        Self::When(response, Box::new(Self::accept()))
    }

    pub(crate) fn each(verdict: impl Fn(&Item) -> Verdict<u32> + Send + 'static) -> Self {
        Self::Each(Box::new(verdict))
    }

    /// Takes every entry of this request, in one response of which each is read on demand.
    pub(crate) fn accept_lazily(request: &Request) -> Self {
        let ids = request.ids();
        Self::Say(Ok(Verdicts::all_accepted(move |position| ids[position])))
    }

    /// Refuses every entry for good.
    pub(crate) fn reject() -> Self {
        Self::each(|_| Verdict::Reject(Failure::new("Refused")))
    }

    pub(crate) fn ambiguous() -> Self {
        Self::Say(Err(Refusal::new(Class::Ambiguous, Failure::new("Reset"))))
    }

    pub(crate) fn fatal() -> Self {
        Self::Say(Err(Refusal::new(Class::Fatal, Failure::new("AccessDenied"))))
    }

    pub(crate) fn retry() -> Self {
        Self::Say(Err(Refusal::new(Class::Retry, Failure::new("Unavailable"))))
    }

    /// Fails with words of the service's own.
    pub(crate) fn said() -> Self {
        Self::Say(Err(Refusal::new(
            Class::Retry,
            Failure::new("Busy").with_detail("try later").with_message("words"),
        )))
    }

    pub(crate) fn split() -> Self {
        Self::Say(Err(Refusal::new(Class::Split, Failure::new("Malformed"))))
    }

    pub(crate) fn throttle() -> Self {
        Self::Say(Err(Refusal::new(Class::Throttled, Failure::new("SlowDown"))))
    }

    pub(crate) fn unsent() -> Self {
        Self::Say(Err(Refusal::new(Class::Unsent, Failure::new("ConnectionRefused"))))
    }

    /// The same, so many virtual milliseconds later.
    pub(crate) fn after(self, millis: u64) -> Self {
        Self::After(Duration::from_millis(millis), Box::new(self))
    }
}

impl Act {
    /// The same, when this is sent.
    pub(crate) fn when(self, signal: oneshot::Receiver<()>) -> Self {
        Self::When(signal, Box::new(self))
    }
}

pub(crate) fn accepted(item: &Item) -> Verdict<u32> {
    Verdict::Accepted(item.id)
}
