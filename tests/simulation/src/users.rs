//! Those who use the writer: they submit, collect, and make time jump.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::checker::Refusal;
use crate::collecting::{Flushing, What, flush, take};
use crate::dice::Dice;
use crate::door::{Entered, reserve, submit, try_submit};
use crate::plan::{Fate, Gap, Plan, Way};
use crate::receipts::Kept;
use crate::scopes::{Part, Scopes};
use crate::target::Target;
use crate::witness::{Handle, Witness};

/// Submits a share of the entries, in every way that the plan knows.
pub(crate) struct Submitter<T: Target> {
    witness: Arc<Witness<T>>,
    writer: Handle<T>,
    scopes: Arc<Scopes<T>>,
    plan: Arc<Plan>,
    dice: Dice,
    kept: Vec<Kept<T>>,
    tasks: Vec<JoinHandle<()>>,
    /// A flush that is under way, but not polled.
    idle_flush: Option<Flushing<T>>,
}

impl<T: Target> Submitter<T> {
    pub(crate) fn new(
        witness: Arc<Witness<T>>,
        (writer, scopes): (Handle<T>, Arc<Scopes<T>>),
        plan: Arc<Plan>,
        dice: Dice,
    ) -> Self {
        Self { witness, writer, scopes, plan, dice, kept: Vec::new(), tasks: Vec::new(), idle_flush: None }
    }

    /// Submits so many entries, or as many as the writer takes before it is shut down; the tasks that go on.
    pub(crate) async fn run(mut self, entries: usize) -> Vec<JoinHandle<()>> {
        for done in 0..entries {
            self.idle();
            let way = self.dice.weighted(&self.plan.ways);
            match self.enter(way).await {
                Ok(None) => {}
                Ok(Some(receipt)) => self.deal_with(receipt).await,
                Err(Refusal::Closed) => break,
                Err(Refusal::Uncollected) => self.make_room().await,
                Err(_) => tokio::task::yield_now().await,
            }
            self.change_handle();
            self.part_with_scope().await;
            self.pause(done).await;
        }
        self.finish_flush().await;
        self.part_with_receipts().await;
        self.tasks
    }

    async fn enter(&mut self, way: Way) -> Entered<T> {
        let witness = &self.witness;
        let part = self.scopes.enter(witness, &self.writer, &mut self.dice);
        if matches!(way, Way::DropPermit | Way::PermitSubmit | Way::PermitTrack) {
            let permit = reserve(witness, &part).await?;
            // A permit may outlive its scope.
            drop(part);
            pause(self.dice.pick(&[0, 0, 0, 5, 500])).await;
            if way == Way::DropPermit {
                return Ok(None);
            }
            let entry = witness.next_entry(&mut self.dice);
            return permit.submit(entry, way == Way::PermitTrack);
        }
        let entry = witness.next_entry(&mut self.dice);
        match way {
            Way::TrySubmit => try_submit(witness, &part, entry, false),
            Way::TryTrack => try_submit(witness, &part, entry, true),
            Way::Submit => submit(witness, &part, entry, false).await,
            Way::CancelSubmit | Way::CancelSubmitTracked => {
                let patience = self.dice.pick(&[0, 1, 10, 300]);
                let tracked = way == Way::CancelSubmitTracked;
                let submitting = submit(witness, &part, entry, tracked);
                within(patience, submitting).await.unwrap_or(Ok(None))
            }
            _ => submit(witness, &part, entry, true).await,
        }
    }

    async fn deal_with(&mut self, mut receipt: Kept<T>) {
        let later = self.dice.pick(&[1, 20, 2_000, 60_000]);
        match self.dice.weighted(&self.plan.fates) {
            Fate::Await => receipt.answer().await,
            Fate::AwaitBriefly => {
                if within(later / 4, receipt.answer()).await.is_none() {
                    self.kept.push(receipt);
                }
            }
            Fate::AwaitElsewhere => {
                self.tasks.push(tokio::spawn(async move { receipt.answer().await }));
            }
            Fate::Drop => drop(receipt),
            Fate::DropLater => self.tasks.push(tokio::spawn(async move {
                pause(later).await;
                drop(receipt);
            })),
            Fate::Keep => self.kept.push(receipt),
            Fate::LookAndKeep => {
                if !receipt.look() {
                    self.kept.push(receipt);
                }
            }
        }
    }

    /// Begins a flush now and then, or looks at the one that is under way; it is not polled until then.
    fn idle(&mut self) {
        if !self.dice.chance(self.plan.idle_flushes) {
            return;
        }
        let flush = self.idle_flush.get_or_insert_with(|| {
            let patience = Duration::from_millis(self.dice.pick(&[0, 10, 3_000]));
            let patience = self.dice.chance(0.5).then_some(patience);
            let part = self.scopes.any(&self.writer, &mut self.dice);
            Flushing::new(&self.witness, What::Flush(part), patience)
        });
        if flush.look().is_ready() {
            self.idle_flush = None;
        }
    }

    async fn finish_flush(&mut self) {
        if let Some(flush) = self.idle_flush.take()
            && self.dice.chance(0.8)
        {
            flush.await;
        }
    }

    /// Collects whatever can be collected here.
    async fn make_room(&mut self) {
        self.finish_flush().await;
        self.kept.retain_mut(|receipt| !receipt.look());
        self.scopes.all(&self.writer).iter().for_each(|part| take(&self.witness, part));
    }

    /// Closes a scope now and then, like an invocation at its end: with a look at what failed in it, or without.
    async fn part_with_scope(&mut self) {
        if !self.dice.chance(self.plan.partings) {
            return;
        }
        if let Some(part) = self.scopes.close(&mut self.dice) {
            match self.dice.between(0, 2) {
                0 => drop(part),
                _ => collect(&self.witness, part, &mut self.dice).await,
            }
        }
    }

    /// One handle is as good as another, however many there are.
    fn change_handle(&mut self) {
        if self.dice.chance(0.02) {
            self.writer = self.writer.clone();
        }
    }

    async fn pause(&mut self, done: usize) {
        match self.plan.gap {
            Gap::Bursts { entries, pause: long } if done % entries == entries - 1 => sleep(long).await,
            Gap::Bursts { .. } | Gap::None => {}
            Gap::Steady { most } => pause(self.dice.between(0, most) as u64).await,
        }
    }

    /// Drops some receipts and waits for others, one after the other.
    async fn part_with_receipts(&mut self) {
        for mut receipt in std::mem::take(&mut self.kept) {
            if self.dice.chance(0.5) {
                receipt.answer().await;
            }
        }
    }
}

/// Collects failures so many times, in one way or another.
pub(crate) async fn collector<T: Target>(
    witness: Arc<Witness<T>>,
    (writer, scopes): (Handle<T>, Arc<Scopes<T>>),
    mut dice: Dice,
    times: usize,
) {
    let rhythm = dice.magnitude(1, 20_000);
    for _ in 0..times {
        pause(dice.between(1, rhythm) as u64).await;
        collect(&witness, scopes.any(&writer, &mut dice), &mut dice).await;
    }
}

/// Takes the failures of a part, or flushes it, perhaps with a deadline, perhaps not to the end.
async fn collect<T: Target>(witness: &Arc<Witness<T>>, part: Part<T>, dice: &mut Dice) {
    let patience = if dice.chance(0.1) { Duration::ZERO } else { dice.millis(1, 20_000) };
    let impatience = dice.magnitude(0, 1_000) as u64;
    let patience = dice.chance(0.5).then_some(patience);
    match dice.between(0, 9) {
        0..=3 => take(witness, &part),
        4..=7 => flush(witness, What::Flush(part), patience).await,
        _ => {
            let _ = within(impatience, flush(witness, What::Flush(part), patience)).await;
        }
    }
}

/// What a future gives within so many milliseconds; with none, it is polled once.
async fn within<F: Future>(millis: u64, future: F) -> Option<F::Output> {
    tokio::time::timeout(Duration::from_millis(millis), future).await.ok()
}

pub(crate) async fn pause(millis: u64) {
    if millis > 0 {
        sleep(Duration::from_millis(millis)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "users pass the paused time of the run")]
pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
