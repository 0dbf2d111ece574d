//! The second depth of the simulation: the writer, its real adapter, the real SDK client, and the local server mounted
//! as its HTTP client, with storms. What the users do, through scopes and without, and what must hold is the same as
//! before the scripted service.

mod storms;

use std::hash::{DefaultHasher, Hash, Hasher};

use batch_core::{Duplicates, Service};
use batch_local::LocalServer;
use batchwright_simulation::{self as simulation, Allowed, Dice, EntryOf, Outcome, Plan, SentOf, Target};

use crate::destination::{self, Destination, Mounted};

/// Runs a seed before a destination; keeps lines if told to.
#[must_use]
pub fn play<D: Destination>(seed: u64, keeps_lines: bool) -> Outcome {
    let mount = async || {
        // A service may begin at a number of its own, as a stream's does with keys that it makes up.
        fastrand::seed(seed);
        let server = LocalServer::builder().seed(seed).build();
        let destination = D::mount(&server, server.http_client()).await;
        let service = destination.service();
        let plan = Plan::draw(seed, &allowed::<D>(&service));
        storms::begin::<D>(server, Dice::of(seed, "storms"));
        (Deep { destination, service }, plan)
    };
    simulation::play(mount, keeps_lines)
}

/// A destination as the simulation sees it.
struct Deep<D: Destination> {
    destination: Mounted<D>,
    service: D::Service,
}

fn allowed<D: Destination>(service: &D::Service) -> Allowed {
    Allowed {
        limits: service.limits().unwrap(),
        largest_entry: 8 * D::LARGE.0,
        duplicates: &[Duplicates::Allow, Duplicates::KeepFirst, Duplicates::KeepLast],
        memory: service.remembers_for(),
        entries: [50, 150, 500],
        rounds: 30,
    }
}

impl<D: Destination> Target for Deep<D> {
    type Service = D::Service;

    fn service(&self) -> &D::Service {
        &self.service
    }

    fn entry(&self, n: u64, dice: &mut Dice) -> EntryOf<Self> {
        let n = n as usize;
        let bytes = if dice.chance(0.01) { D::LARGE.0 } else { dice.magnitude(0, 400) };
        D::entry(destination::content(n, bytes), destination::lane::<D>(n))
    }

    fn number(&self, entry: &EntryOf<Self>) -> u64 {
        destination::number(&D::content(entry)) as u64
    }

    fn seal(&self, entry: &EntryOf<Self>) -> u64 {
        hash(D::content(entry))
    }

    fn response(&self, sent: &SentOf<Self>) -> u64 {
        hash(format!("{sent:?}"))
    }

    fn held(&self) -> Vec<simulation::Held> {
        let number = |held: destination::Held| {
            let n = destination::number(&held.content);
            assert_eq!(held.lane, destination::lane::<D>(n), "entry {n} is in another lane");
            n as u64
        };
        self.destination.held().into_iter().map(number).collect()
    }

    fn copies(&self) -> simulation::Copies {
        match D::COPIES {
            destination::Copies::IfMarked => simulation::Copies::IfMarked,
            destination::Copies::Never => simulation::Copies::Never,
        }
    }

    /// Storms of poison pass.
    fn refuses_steadily(&self) -> bool {
        false
    }
}

fn hash(text: String) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
