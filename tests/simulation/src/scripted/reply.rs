//! What the service does with the entries of a request, and what it says of it.

use batch_core::{Class, Failure, Refusal, Reply, Verdict, Verdicts};

use super::act::{Act, Deed};
use super::item::{Item, Nature};
use super::service::Scripted;
use crate::checker::WHIM;
use crate::dice::Dice;

impl Scripted {
    /// The reply to a request, half of whose latency is over.
    pub(super) async fn reply(&self, act: &Act, items: &[Item], dice: &mut Dice) -> Reply<u64> {
        match act.deed {
            Deed::Each { failing } => self.each(items, |_| dice.chance(failing).then(|| Failed::draw(dice))),
            Deed::Fatal => Err(Refusal::new(Class::Fatal, Failure::new("AccessDenied"))),
            Deed::Hang { applied } => {
                self.apply_perhaps(applied, dice, items);
                std::future::pending().await
            }
            Deed::LanesThrottled(share) => self.each(items, |item| {
                let lane = u32::from_le_bytes(item.lane.unwrap_or_default());
                (lane % share == 0).then(Failed::throttled)
            }),
            Deed::Lost { applied } => {
                self.apply_perhaps(applied, dice, items);
                Err(Refusal::new(Class::Ambiguous, Failure::new("Reset")))
            }
            Deed::Miscount { applied } => {
                self.apply_perhaps(applied, dice, items);
                let verdicts = match dice.chance(0.5) {
                    true => dice.between(0, items.len() - 1),
                    false => items.len() + 1,
                };
                Ok(Verdicts::Each((0..verdicts).map(|_| Verdict::Accepted(0)).collect()))
            }
            Deed::Panic { applied } => {
                self.apply_perhaps(applied, dice, items);
                panic!("a service that panics")
            }
            Deed::Retry => Err(Refusal::new(Class::Retry, Failure::new("InternalError"))),
            Deed::Split => Err(Refusal::new(Class::Split, Failure::new(WHIM))),
            Deed::Throttle => Err(Refusal::new(Class::Throttled, Failure::new("SlowDown"))),
            Deed::Unsent => Err(Refusal::new(Class::Unsent, Failure::new("ConnectionRefused"))),
        }
    }

    /// Takes every entry that neither fails nor is poison, unless poison spoils the whole request.
    fn each(&self, items: &[Item], mut fails: impl FnMut(&Item) -> Option<Failed>) -> Reply<u64> {
        let poison = items.iter().find_map(poison_of).filter(|_| !self.refuses_alone);
        if let Some(failure) = poison {
            return Err(Refusal::new(Class::Split, failure));
        }
        let mut taken = Vec::new();
        let mut verdicts = Vec::with_capacity(items.len());
        for carrier in self.carriers(items) {
            let poison = carrier.iter().find_map(poison_of);
            let failed = poison.map(Failed::rejected).or_else(|| fails(&carrier[0]));
            if failed.as_ref().is_none_or(|failed| failed.applied) {
                taken.extend(carrier);
            }
            verdicts.extend(carrier.iter().map(|_| match &failed {
                Some(failed) => failed.verdict.clone(),
                None => Verdict::Accepted(self.next_response()),
            }));
        }
        self.apply(taken);
        Ok(shaped(verdicts))
    }

    fn apply<'a>(&self, items: impl IntoIterator<Item = &'a Item>) {
        self.with(|state| state.held.extend(items.into_iter().flat_map(|item| &item.parts)));
    }

    /// Applies what a lost or unreadable answer was about: all, or a part of it.
    fn apply_perhaps(&self, applied: bool, dice: &mut Dice, items: &[Item]) {
        let partly = dice.chance(0.2);
        let is_applied = |carrier: &&[Item]| {
            let is_fine = carrier.iter().all(|item| item.nature == Nature::Fine);
            applied && is_fine && !(partly && dice.chance(0.5))
        };
        let carriers = self.carriers(items).into_iter().filter(is_applied);
        self.apply(carriers.flatten().collect::<Vec<_>>());
    }

    fn next_response(&self) -> u64 {
        self.with(|state| {
            state.responses += 1;
            state.responses
        })
    }
}

fn poison_of(item: &Item) -> Option<Failure> {
    match item.nature {
        Nature::Fine | Nature::Invalid => None,
        Nature::Poison(0) => Some(Failure::new("Malformed")),
        Nature::Poison(_) => Some(Failure::new("TooLong")),
    }
}

/// These verdicts in one of the two forms that say the same.
fn shaped(verdicts: Vec<Verdict<u64>>) -> Verdicts<u64> {
    let failed = verdicts.iter().filter(|verdict| !matches!(verdict, Verdict::Accepted(_))).count();
    if failed % 2 == 0 {
        return Verdicts::Each(verdicts);
    }
    let (mut responses, mut others) = (Vec::new(), Vec::new());
    for (position, verdict) in verdicts.into_iter().enumerate() {
        match verdict {
            Verdict::Accepted(response) => responses.push(response),
            verdict => {
                responses.push(0);
                others.push((position, verdict));
            }
        }
    }
    Verdicts::all_accepted(move |position| responses[position]).except(others)
}

/// What became of an entry that was not taken, or perhaps not.
struct Failed {
    verdict: Verdict<u64>,
    applied: bool,
}

impl Failed {
    fn draw(dice: &mut Dice) -> Self {
        match dice.between(0, 19) {
            0 => Self::rejected(Failure::new("Refused")),
            1 => {
                Self { verdict: Verdict::Ambiguous(Failure::new("NotMentioned")), applied: dice.chance(0.5) }
            }
            2..=9 => Self::throttled(),
            _ => Self { verdict: Verdict::Retry(Failure::new("InternalError")), applied: false },
        }
    }

    fn rejected(failure: Failure) -> Self {
        Self { verdict: Verdict::Reject(failure), applied: false }
    }

    fn throttled() -> Self {
        Self { verdict: Verdict::Throttled(Failure::new("Throttled")), applied: false }
    }
}
