//! The first seeds, and that a service which lies is found out.

use batchwright_simulation::{Copies, Dice, EntryOf, Held, Outcome, Plan, Scripted, SentOf, Target, play};

/// The scripted service, but for one lie.
struct Liar {
    honest: Scripted,
    lie: Lie,
}

#[derive(Clone, Copy, Debug)]
enum Lie {
    /// It says that it took an entry, and has it not.
    Forgets,
    /// It has an entry twice, though every answer came at the first attempt.
    Doubles,
    /// It has entries in another order.
    Reorders,
    /// It has an entry that nobody submitted.
    Invents,
}

#[test]
fn every_law_holds_on_the_first_seeds() {
    let mut scopes = 0;
    for seed in 0..16 {
        let outcome = run(seed);
        assert_eq!(outcome.violation, None, "seed {seed}");
        scopes += outcome.scopes;
    }
    assert!(scopes > 16, "{scopes} scopes were opened");
}

#[test]
fn a_seed_gives_the_same_run_again() {
    for seed in 0..6 {
        let (once, again) = (run(seed), run(seed));
        assert_eq!(once.digest, again.digest, "seed {seed}");
        assert_eq!(once.lasted, again.lasted, "seed {seed}");
    }
    assert_ne!(run(0).digest, run(1).digest);
}

#[test]
fn a_service_that_has_something_else_than_it_said_is_found_out() {
    for (lie, law) in
        [(Lie::Forgets, "law 7"), (Lie::Doubles, "law 7"), (Lie::Reorders, "law 3"), (Lie::Invents, "law 2")]
    {
        let mut seeds = 0..40;
        assert!(seeds.any(|seed| is_found_out(seed, lie, law)), "{lie:?}");
    }
}

fn is_found_out(seed: u64, lie: Lie, law: &str) -> bool {
    let mount = async || {
        let (honest, plan) = mount(seed);
        (Liar { honest, lie }, plan)
    };
    play(mount, false).violation.is_some_and(|violation| violation.contains(law))
}

fn run(seed: u64) -> Outcome {
    play(async || mount(seed), false)
}

fn mount(seed: u64) -> (Scripted, Plan) {
    let plan = Plan::draw(seed, &Scripted::allowed(seed));
    (Scripted::new(&plan), plan)
}

impl Lie {
    fn of(self, mut held: Vec<Held>) -> Vec<Held> {
        match self {
            Self::Forgets => drop(held.pop()),
            Self::Doubles => held.extend(held.first().copied()),
            Self::Invents => held.push(1_000_000),
            Self::Reorders => held.reverse(),
        }
        held
    }
}

impl Target for Liar {
    type Service = Scripted;

    fn service(&self) -> &Scripted {
        &self.honest
    }

    fn entry(&self, n: u64, dice: &mut Dice) -> EntryOf<Self> {
        self.honest.entry(n, dice)
    }

    fn number(&self, entry: &EntryOf<Self>) -> u64 {
        self.honest.number(entry)
    }

    fn seal(&self, entry: &EntryOf<Self>) -> u64 {
        self.honest.seal(entry)
    }

    fn response(&self, sent: &SentOf<Self>) -> u64 {
        self.honest.response(sent)
    }

    fn held(&self) -> Vec<Held> {
        self.lie.of(self.honest.held())
    }

    fn copies(&self) -> Copies {
        self.honest.copies()
    }
}
