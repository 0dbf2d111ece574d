use super::cell::Owner;
use super::cells::{CellId, Delivery};
use super::clock;
use super::effects::Effects;
use super::ledger::Trouble;
use super::pool::Failed;

use super::shared::{Shared, State, Tag};
use crate::buffer::{Answered, Stamp};
use crate::{Answers, Deliveries, Resolution, Sent, Service, UnprocessedItem, Unread};

impl<S: Service> State<S> {
    /// Gives answers to their owners.
    pub(super) fn answer(&mut self, answers: Answers<S::Entry, S::Response, Tag>) {
        self.sight_answers(&answers);
        self.links.untie(&answers);
        match answers {
            Answers::Delivered(deliveries) => self.deliver_all(deliveries),
            Answers::One(Resolution { tag, result, charge, stamp, .. }) => match result {
                Ok(sent) => self.deliver(tag, sent),
                Err(item) => self.hand_back(tag, Failed { item, charge, stamp, awaited: false }),
            },
        }
    }

    fn deliver_all(&mut self, deliveries: Deliveries<S::Response, Tag>) {
        let (tags, responses) = deliveries.into_parts();
        match responses {
            Answered::Of(responses, first) => {
                let Effects { wakes, unused_blocks, .. } = &mut self.effects;
                let mut delivery = Delivery::new(&mut self.cells, (&responses, first), wakes, unused_blocks);
                // For entries without receipts, this loop is all that there is to do.
                tags.for_each(|(position, tag)| {
                    if let Some(cell) = tag {
                        delivery.add(cell, position);
                    }
                });
                delivery.end();
                self.effects.unused_responses.push(responses);
            }
            Answered::Each(responses) => {
                let answers = tags.zip(responses);
                answers.for_each(|((_, tag), response)| {
                    self.deliver(tag, Sent::delivered(response, 1, false));
                });
            }
        }
    }

    fn deliver(&mut self, receipt: Tag, sent: Sent<Unread<S::Response>>) {
        let Effects { wakes, unused_answers, unused_blocks, .. } = &mut self.effects;
        match receipt {
            Some(cell) => unused_answers.extend(self.cells.deliver(cell, sent, wakes, unused_blocks)),
            None => unused_answers.push(sent),
        }
    }

    fn hand_back(&mut self, receipt: Tag, failed: Failed<S::Entry>) {
        self.log.handed_back(&failed.item, clock::now());
        let had_receipt = receipt.is_some_and(CellId::has_receipt);
        let owner = match receipt {
            Some(cell) => self.cells.fail(cell, failed, &mut self.effects.unused_blocks),
            None => Owner::None(failed),
        };
        match owner {
            Owner::Receipt { wake } => {
                self.awaited += usize::from(wake.is_some());
                self.effects.wakes.extend(wake);
            }
            Owner::None(failed) if self.has_handler => {
                self.buffer.collected(failed.charge);
                *self.handling.entry(failed.stamp).or_default() += 1;
                self.effects.unprocessed.push((failed.item, failed.stamp));
            }
            Owner::None(failed) => self.pool.add(failed, had_receipt),
        }
    }

    /// Discards a failure whose receipt was dropped.
    pub(super) fn discard(&mut self, failed: Failed<S::Entry>) {
        self.log.ledger.book(Trouble::Discarded, failed.item.age, None, clock::now());
        self.buffer.collected(failed.charge);
        self.discarded += 1;
        self.effects.unused_items.push(failed.item);
    }
}

impl<S: Service> Shared<S> {
    /// A failure was taken by its receipt.
    pub(super) fn taken(&self, failed: Failed<S::Entry>) -> Box<UnprocessedItem<S::Entry>> {
        let mut state = self.lock();
        state.awaited -= usize::from(failed.awaited);
        state.buffer.collected(failed.charge);
        state.effects.calls_driver |= state.lookout.is_some();
        failed.item
    }

    /// A failure whose receipt is gone goes to the next owner: the handler, else the pool.
    pub(super) fn pass_on(&self, failed: Failed<S::Entry>) {
        if self.handler.is_some() {
            let item = self.taken(failed);
            self.handle(*item);
        } else {
            let mut state = self.lock();
            state.awaited -= usize::from(failed.awaited);
            let stamp = state.buffer.home(failed.stamp);
            state.pool.add(Failed { stamp, ..failed }, true);
        }
    }

    /// Gives failures to the handler, and lets the flushes that cover them go on after it.
    pub(super) fn give_to_handler(&self, failures: Vec<(Box<UnprocessedItem<S::Entry>>, Stamp)>) {
        for (item, stamp) in failures {
            self.handle(*item);
            let mut state = self.lock();
            let Some(handling) = state.handling.get_mut(&stamp) else {
                continue;
            };
            *handling -= 1;
            if *handling == 0 {
                state.handling.remove(&stamp);
                state.flushes.look_at(stamp.scope());
            }
        }
    }

    /// Gives a failure to the handler, which must not harm the writer.
    fn handle(&self, item: UnprocessedItem<S::Entry>) {
        if let Some(handler) = &self.handler
            && let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| handler(item)))
        {
            // What a panic carries may panic as it is dropped.
            std::mem::forget(panic);
            self.label.handler_panicked();
        }
    }
}
