use super::clock;
use super::ledger::Trouble;
use super::pool::Failed;
use super::receipt::{Answer, Owner};
use super::shared::{Shared, State};
use crate::buffer::Stamp;
use crate::{Resolution, Sent, Service, UnprocessedItem, Unread};

type ResolutionOf<S> = Resolution<
    <S as Service>::Entry,
    <S as Service>::Response,
    Option<Answer<<S as Service>::Entry, <S as Service>::Response>>,
>;

impl<S: Service> State<S> {
    /// Gives an answer to its owner.
    pub(super) fn answer(&mut self, resolution: ResolutionOf<S>) {
        let Resolution { tag, result, charge, stamp } = resolution;
        match result {
            Ok(sent) => self.deliver(tag, sent),
            Err(item) => self.hand_back(tag, Failed { item, charge, stamp, awaited: false }),
        }
    }

    fn deliver(&mut self, receipt: Option<Answer<S::Entry, S::Response>>, sent: Sent<Unread<S::Response>>) {
        let unused = match receipt {
            Some(receipt) => match receipt.deliver(sent) {
                Ok(waker) => return self.effects.wakes.extend(waker),
                Err(unused) => unused,
            },
            None => sent,
        };
        if std::mem::needs_drop::<Sent<Unread<S::Response>>>() {
            self.effects.unused_answers.push(unused);
        }
    }

    fn hand_back(&mut self, receipt: Option<Answer<S::Entry, S::Response>>, failed: Failed<S::Entry>) {
        self.log.handed_back(&failed.item, clock::now());
        let had_receipt = receipt.is_some();
        let owner = match receipt {
            Some(receipt) => receipt.fail(failed),
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
            && std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| handler(item))).is_err()
        {
            self.label.handler_panicked();
        }
    }
}
