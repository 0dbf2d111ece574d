use std::borrow::Cow;
use std::fmt;

use crate::Key;

/// Everything that the writer needs to know about an entry.
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
    /// Its size against the limit of an entry, in bytes as the service counts.
    pub entry_bytes: usize,
    /// Its share of a request, in bytes as the service counts.
    pub request_bytes: usize,
    /// What it occupies on the heap, in bytes, for the writer's memory bound.
    pub heap_bytes: usize,
    /// The lane whose order it keeps; none where order does not matter.
    pub lane: Option<Key<'a>>,
    /// Entries of equal identity and equal lane are duplicates of each other; none where there are none.
    pub identity: Option<Key<'a>>,
}

impl<'a> Measure<'a> {
    /// An entry without lane and identity, of which every size is `bytes`.
    pub fn of_bytes(bytes: usize) -> Self {
        Self { entry_bytes: bytes, request_bytes: bytes, heap_bytes: bytes, lane: None, identity: None }
    }

    /// Sets its share of a request, where that is not its size.
    pub fn request_bytes(mut self, bytes: usize) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sets what it occupies on the heap, where that is not its size.
    pub fn heap_bytes(mut self, bytes: usize) -> Self {
        self.heap_bytes = bytes;
        self
    }

    /// Sets the lane whose order it keeps, if it has one.
    pub fn lane(mut self, lane: impl Into<Option<Key<'a>>>) -> Self {
        self.lane = lane.into();
        self
    }

    /// Sets its identity, if it has one.
    pub fn identity(mut self, identity: impl Into<Option<Key<'a>>>) -> Self {
        self.identity = identity.into();
        self
    }
}

/// Why an entry is invalid: what is wrong, its size, the limit and the way out.
///
/// `Display` and `Debug` show nothing of the entry, not even the name of an attribute.
/// [`place`](Self::place) tells where in the entry the reason lies.
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
    /// An invalid entry for this reason, which shows no part of the entry.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), place: None }
    }

    /// Adds where in the entry the reason lies, in the entry's own words.
    #[must_use]
    pub fn at(mut self, place: impl Into<Box<str>>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Where in the entry the reason lies, if that is known. It quotes the entry: show it only where the
    /// entry may be shown.
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
