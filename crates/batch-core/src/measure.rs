use std::borrow::Cow;
use std::fmt;

use crate::Key;
#[cfg(doc)]
use crate::LimitPolicy;

/// The sizes, the lane, the identity and the carrier of an entry: everything that the writer knows about it.
///
/// ```
/// use batch_core::{Key, Measure};
///
/// let measure = Measure::of_bytes(120).request_bytes(124).lane(Key::from("customer 7"));
/// assert_eq!((measure.entry_bytes, measure.request_bytes, measure.heap_bytes), (120, 124, 120));
/// ```
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct Measure<'a> {
    /// The size that counts against the service's limit of an entry, in bytes.
    pub entry_bytes: usize,
    /// The size that counts against the service's limit of a request, in bytes.
    pub request_bytes: usize,
    /// The memory that the entry occupies on the heap, in bytes. It counts against the writer's memory bound,
    /// [`Settings::max_bytes`](crate::Settings::max_bytes).
    pub heap_bytes: usize,
    /// The lane within which the entry keeps its order, or `None` if its order does not matter.
    pub lane: Option<Key<'a>>,
    /// The identity of the entry, or `None` if it has no duplicates. Entries with equal identities and equal
    /// lanes are duplicates of each other.
    pub identity: Option<Key<'a>>,
    /// What the entry travels in together with others, or `None` if it travels by itself.
    pub carrier: Option<Carrier<'a>>,
}

impl<'a> Measure<'a> {
    /// Creates the measure of an entry without lane, identity and carrier, with all three sizes set to `bytes`.
    pub fn of_bytes(bytes: usize) -> Self {
        Self {
            entry_bytes: bytes,
            request_bytes: bytes,
            heap_bytes: bytes,
            lane: None,
            identity: None,
            carrier: None,
        }
    }

    /// Sets the size that counts against the limit of a request, in bytes.
    pub fn request_bytes(mut self, bytes: usize) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sets the memory that the entry occupies on the heap, in bytes.
    pub fn heap_bytes(mut self, bytes: usize) -> Self {
        self.heap_bytes = bytes;
        self
    }

    /// Sets the lane within which the entry keeps its order.
    pub fn lane(mut self, lane: impl Into<Option<Key<'a>>>) -> Self {
        self.lane = lane.into();
        self
    }

    /// Sets the identity that the entry shares with its duplicates.
    pub fn identity(mut self, identity: impl Into<Option<Key<'a>>>) -> Self {
        self.identity = identity.into();
        self
    }

    /// Sets what the entry travels in together with others. It has no effect unless the service's
    /// [limits](LimitPolicy::with_carrier_bytes) have the size of a carrier, and the entry fits into one.
    ///
    /// ```
    /// use batch_core::{Carrier, Key, Measure};
    ///
    /// let measure = Measure::of_bytes(140).lane(Key::from("customer 7")).carrier(Carrier::sharing(40));
    /// assert!(measure.carrier.is_some());
    /// ```
    pub fn carrier(mut self, carrier: impl Into<Option<Carrier<'a>>>) -> Self {
        self.carrier = carrier.into();
        self
    }
}

/// What the service packs several entries into, such as an aggregated record of Amazon Kinesis: the service
/// accepts and fails them together.
///
/// Entries that follow one another in a request share a carrier if they have equal lanes, or none, and equal
/// [keys](Self::key), up to the [most bytes](LimitPolicy::with_carrier_bytes) of a carrier. Together they count
/// as one entry of the request, and under [`Order::Strict`](crate::Order::Strict) a request carries one carrier
/// of a lane instead of one entry. The adapter packs them in the same way, and returns one verdict for all: the
/// writer knows of no verdict of a carrier, and relies on that only where the order is strict. What failed waits,
/// is sent again and is isolated entry by entry, as without carriers, and may travel in another carrier then.
///
/// ```
/// use batch_core::{Carrier, Key};
///
/// // Its entries have 60 bytes in common, and share it only with others of the same colour.
/// let carrier = Carrier::sharing(60).key(Key::from("red"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct Carrier<'a> {
    /// The part of [`Measure::request_bytes`] that a carrier counts once, however many entries it has, in bytes.
    pub shared_bytes: usize,
    /// What tells carriers of one lane apart, or `None` for the one of those that are not told apart.
    pub key: Option<Key<'a>>,
}

impl<'a> Carrier<'a> {
    /// Creates the carrier of the entries of a lane, or of those without one. `bytes` is the part of
    /// [`Measure::request_bytes`] that a carrier counts once, however many entries it has: at most that of each
    /// of its entries.
    pub fn sharing(bytes: usize) -> Self {
        Self { shared_bytes: bytes, key: None }
    }

    /// Sets what tells carriers of one lane apart.
    pub fn key(mut self, key: Key<'a>) -> Self {
        self.key = Some(key);
        self
    }
}

/// What an entry adds to the sizes of the one that absorbed it; see
/// [`Service::absorb`](crate::Service::absorb).
///
/// ```
/// use batch_core::Growth;
///
/// let growth = Growth::default().request_bytes(18).heap_bytes(16);
/// assert_eq!((growth.request_bytes, growth.heap_bytes), (18, 16));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Growth {
    /// What it adds to the size that counts against the service's limit of a request, in bytes.
    pub request_bytes: usize,
    /// What it adds to the memory that the entry occupies on the heap, in bytes.
    pub heap_bytes: usize,
}

impl Growth {
    /// Sets what is added to the size that counts against the limit of a request, in bytes.
    pub fn request_bytes(mut self, bytes: usize) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sets what is added to the memory that the entry occupies on the heap, in bytes.
    pub fn heap_bytes(mut self, bytes: usize) -> Self {
        self.heap_bytes = bytes;
        self
    }
}

/// The reason why an entry is invalid. It names the problem, the limit and the way out.
///
/// `Display` and `Debug` show nothing of the entry, not even the name of an attribute.
/// [`place`](Self::place) returns the part of the entry that is invalid.
///
/// ```
/// use batch_core::Invalid;
///
/// let invalid = Invalid::new("a value is empty").at("the attribute \"my secret\"");
/// assert_eq!(invalid.to_string(), "a value is empty");
/// assert_eq!(invalid.place(), Some("the attribute \"my secret\""));
/// ```
#[derive(Clone, Eq, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    reason: Cow<'static, str>,
    place: Option<Box<str>>,
}

impl Invalid {
    /// Creates the reason. The text must not contain any part of the entry.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), place: None }
    }

    /// Adds the part of the entry that is invalid. It may quote the entry.
    #[must_use]
    pub fn at(mut self, place: impl Into<Box<str>>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Returns the part of the entry that is invalid, if it is known. It may quote the entry: show it only
    /// where the entry may be shown.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }
}

impl fmt::Debug for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid({self})")
    }
}
