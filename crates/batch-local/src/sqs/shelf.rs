use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::line::Line;
use super::message::StoredMessage;
use crate::clock::Moment;

/// The messages of a queue: each is visible, delayed or in flight.
#[derive(Debug)]
pub(super) struct Shelf {
    /// By the number under which they were accepted.
    held: BTreeMap<u64, Held>,
    /// What is delayed or in flight, by the instant at which it becomes visible.
    hidden: BTreeSet<(Instant, u64)>,
    /// What is visible, in the order of receiving.
    line: Line,
    in_flight: usize,
}

#[derive(Debug)]
struct Held {
    message: Arc<StoredMessage>,
    accepted: Instant,
    place: Place,
    receives: u32,
    first_received_millis: u64,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Delayed(Instant),
    InFlight(Instant),
    Visible,
}

/// A message that was just received.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) number: u64,
    pub(super) message: Arc<StoredMessage>,
    pub(super) receives: u32,
    pub(super) first_received_millis: u64,
}

/// How many messages are where.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) delayed: usize,
    pub(super) in_flight: usize,
    pub(super) visible: usize,
}

/// What became of a deletion.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deletion {
    /// The message is gone, now or since earlier, or stays because it was received again since.
    Accepted,
    /// The message was not received under this handle, or may be received again by now.
    Expired,
}

impl Shelf {
    pub(super) fn new(fifo: bool) -> Self {
        Self { held: BTreeMap::new(), hidden: BTreeSet::new(), line: Line::new(fifo), in_flight: 0 }
    }

    /// Adds a message; `number` is greater than any before.
    pub(super) fn put(&mut self, number: u64, message: Arc<StoredMessage>, now: Instant) {
        let place = if message.delay.is_zero() {
            self.line.join(number, message.group_id.as_deref());
            Place::Visible
        } else {
            let until = now + message.delay;
            self.hidden.insert((until, number));
            Place::Delayed(until)
        };
        let held = Held { message, accepted: now, place, receives: 0, first_received_millis: 0 };
        self.held.insert(number, held);
    }

    /// Shows what was hidden until now, and drops what was accepted longer than `retention` ago.
    pub(super) fn settle(&mut self, now: Instant, retention: Duration) {
        while let Some(&(until, number)) = self.hidden.first() {
            if until > now {
                break;
            }
            self.hidden.pop_first();
            self.show(number);
        }
        while let Some((&number, held)) = self.held.first_key_value() {
            if held.accepted + retention > now {
                break;
            }
            self.remove(number);
        }
    }

    /// Receives up to `most` visible messages and hides them for the time of `visibility`.
    pub(super) fn take(&mut self, most: usize, visibility: Duration, now: Moment) -> Vec<Taken> {
        let until = now.at + visibility;
        let mut taken = Vec::new();
        for number in self.line.take(most) {
            let Some(held) = self.held.get_mut(&number) else { continue };
            held.place = Place::InFlight(until);
            held.receives = held.receives.saturating_add(1);
            if held.receives == 1 {
                held.first_received_millis = now.epoch_millis;
            }
            taken.push(Taken {
                number,
                message: Arc::clone(&held.message),
                receives: held.receives,
                first_received_millis: held.first_received_millis,
            });
            self.hidden.insert((until, number));
            self.in_flight += 1;
        }
        taken
    }

    /// Deletes the message that was received as the `receive`th time.
    pub(super) fn delete(&mut self, number: u64, receive: u32, fifo: bool) -> Deletion {
        let Some(held) = self.held.get(&number) else { return Deletion::Accepted };
        let latest = held.receives == receive;
        if fifo && !(latest && matches!(held.place, Place::InFlight(_))) {
            return Deletion::Expired;
        }
        if latest {
            self.remove(number);
        }
        Deletion::Accepted
    }

    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.hidden.clear();
        self.line.clear();
        self.in_flight = 0;
    }

    /// When the next hidden message becomes visible.
    pub(super) fn next_visible(&self) -> Option<Instant> {
        self.hidden.first().map(|(until, _)| *until)
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            delayed: self.hidden.len() - self.in_flight,
            in_flight: self.in_flight,
            visible: self.held.len() - self.hidden.len(),
        }
    }

    /// Every message, in the order of acceptance.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Arc<StoredMessage>> {
        self.held.values().map(|held| &held.message)
    }

    fn show(&mut self, number: u64) {
        let Some(held) = self.held.get_mut(&number) else { return };
        let group = held.message.group_id.as_deref();
        if let Place::InFlight(_) = held.place {
            self.in_flight -= 1;
            self.line.leave(group);
        }
        self.line.join(number, group);
        held.place = Place::Visible;
    }

    fn remove(&mut self, number: u64) {
        let Some(held) = self.held.remove(&number) else { return };
        let group = held.message.group_id.as_deref();
        match held.place {
            Place::Delayed(until) => {
                self.hidden.remove(&(until, number));
            }
            Place::InFlight(until) => {
                self.hidden.remove(&(until, number));
                self.in_flight -= 1;
                self.line.leave(group);
            }
            Place::Visible => self.line.remove(number, group),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::sqs::message;

    #[test]
    fn a_long_queue_costs_no_more_per_message_than_a_short_one() {
        // Quadratic work on that many would take long.
        const MANY: u64 = 20_000;
        let now = Clock::start().now();
        for fifo in [false, true] {
            let mut shelf = Shelf::new(fifo);
            for number in 0..MANY {
                let mut message = message::tests::example();
                message.group_id = Some((number % 2_000).to_string());
                shelf.put(number, Arc::new(message), now.at);
            }
            while let taken @ [_, ..] = &shelf.take(10, Duration::ZERO, now)[..] {
                for taken in taken {
                    assert_eq!(shelf.delete(taken.number, 1, fifo), Deletion::Accepted);
                }
            }
            assert_eq!(shelf.counts().visible + shelf.counts().in_flight, 0);
            assert!(shelf.hidden.is_empty());
        }
    }
}
