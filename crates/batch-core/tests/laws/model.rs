//! What the model knows of an entry.

use std::time::{Duration, Instant};

use batch_core::BatchId;

use super::config::{Config, LARGEST};

pub(crate) type Tag = u64;

/// What is submitted. It must come back, if it does, exactly as it went in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Item {
    pub(crate) id: u64,
    pub(crate) lane: Option<String>,
    pub(crate) identity: Option<String>,
    pub(crate) bytes: usize,
    /// Whether it may share its carrier with others of its lane, or without a lane.
    pub(crate) is_carried: bool,
    pub(crate) poison: bool,
    /// The entries that it consists of: itself, and those that it absorbed.
    pub(crate) parts: Vec<u64>,
}

/// The bytes that entries of one carrier share.
pub(crate) const SHARED: usize = 1;

/// The carriers of a request with these entries, up to so many bytes each: the number of each entry's, and the bytes of
/// each.
pub(crate) fn carriers(items: &[Item], most: Option<usize>) -> (Vec<usize>, Vec<usize>) {
    let (mut of_items, mut bytes): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (place, item) in items.iter().enumerate() {
        let last = place.checked_sub(1).map(|place| &items[place]);
        let is_mate = |last: &Item| last.is_carried && item.is_carried && last.lane == item.lane;
        match bytes.last_mut() {
            Some(carrier)
                if last.is_some_and(is_mate)
                    && most.is_some_and(|most| *carrier + item.bytes - SHARED <= most) =>
            {
                *carrier += item.bytes - SHARED;
            }
            _ => bytes.push(item.bytes),
        }
        of_items.push(bytes.len() - 1);
    }
    (of_items, bytes)
}

/// The most entries that one consists of.
const MOST_PARTS: usize = 5;

impl Item {
    /// Takes the content of a newer one over; by how much it grows, if it does.
    pub(crate) fn absorb(&mut self, newer: &mut Self) -> Option<usize> {
        let more = newer.bytes / 2;
        if self.parts.len() + newer.parts.len() > MOST_PARTS || self.bytes + more > LARGEST {
            return None;
        }
        self.parts.append(&mut newer.parts);
        self.bytes += more;
        self.poison |= newer.poison;
        Some(more)
    }

    /// Whether both are of one identity.
    pub(crate) fn is_twin_of(&self, other: &Self) -> bool {
        self.identity.is_some() && (&self.lane, &self.identity) == (&other.lane, &other.identity)
    }
}

/// An entry that was handed back as a copy while its request is in flight.
#[derive(Clone, Debug)]
pub(crate) struct Ghost {
    pub(crate) item: Item,
    pub(crate) lane: Option<(String, bool)>,
    pub(crate) isolation: Option<u64>,
    pub(crate) charge: usize,
    /// Whether the copy was collected, so that the charge is the request's alone.
    pub(crate) is_collected: bool,
}

/// An entry without an answer.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) item: Item,
    /// Its lane as the buffer must keep it, and whether a request may carry only one of it.
    pub(crate) lane: Option<(String, bool)>,
    /// Its place in the order of its lane: that of the entry it superseded, if it did.
    pub(crate) place: u64,
    /// The scope that it is in, by the number that the model gave it.
    pub(crate) scope: u64,
    /// The order of acceptance that flushes of the scope go by; inherited like the place.
    pub(crate) flush_order: u64,
    /// Whether it absorbs newer ones of its identity: of this scope, as that is called also after its end, and in
    /// which turn.
    pub(crate) absorbs: Option<(u64, usize)>,
    pub(crate) accepted: Instant,
    /// When its deadline began to count anew, because the process was paused when it fell due.
    pub(crate) reprieved: Option<Instant>,
    /// When its last attempt began.
    pub(crate) launched: Option<Instant>,
    /// When the first attempt began that may have delivered it.
    pub(crate) doubted: Option<Instant>,
    pub(crate) charge: usize,
    pub(crate) at: At,
    /// The refused request that it is being isolated from, by one of its entries.
    pub(crate) isolation: Option<u64>,
    /// It must go at this instant at the latest, if a slot is free and its lane too.
    pub(crate) latest: Instant,
    /// It must not go before this instant.
    pub(crate) earliest: Instant,
    pub(crate) sends: u32,
    pub(crate) used: u32,
    pub(crate) strikes: u32,
    pub(crate) ambiguous: bool,
    /// The answer that it is owed at once.
    pub(crate) owed: Option<Owed>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum At {
    InFlight(BatchId),
    /// In a part of a request that was refused.
    Isolated,
    Waiting,
}

/// The answer that must come before anything else happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Owed {
    Ambiguous,
    Delivered,
    Exhausted,
    Fatal,
    Rejected,
    Superseded,
    /// A copy was given back while the entry is in flight.
    Withdrawn,
}

/// An entry, or the timeout of its request, found later than this shows that the process was paused.
const PAUSE: Duration = Duration::from_millis(100);

/// How long it may be sent.
impl Known {
    pub(crate) fn deadline(&self, config: &Config) -> Instant {
        self.reprieved.unwrap_or(self.accepted) + config.deadline()
    }

    /// When it must not be sent any more, because the service may have forgotten that it came before.
    pub(crate) fn forgotten(&self, config: &Config) -> Option<Instant> {
        Some(self.doubted? + config.memory()?)
    }

    pub(crate) fn is_over(&self, config: &Config, now: Instant) -> bool {
        self.deadline(config) <= now || self.forgotten(config).is_some_and(|end| end <= now)
    }

    /// It had the one attempt that it had after a pause.
    pub(crate) fn had_its_last_attempt(&self) -> bool {
        self.reprieved.is_some_and(|reprieved| self.launched.is_some_and(|launched| launched >= reprieved))
    }

    /// Its deadline counts anew if it fell due in a pause, and not for the first time.
    pub(crate) fn resume(&mut self, config: &Config, now: Instant) {
        let late = match (self.at, self.launched) {
            (At::InFlight(_), Some(launched)) => launched + config.attempt_timeout(),
            _ => self.deadline(config),
        };
        let is_forgotten = self.forgotten(config).is_some_and(|end| end <= now);
        let fell_due = self.deadline(config) <= now;
        if fell_due && late + PAUSE < now && self.reprieved.is_none() && !is_forgotten {
            self.reprieved = Some(now);
            self.absorbs = None;
        }
    }
}
