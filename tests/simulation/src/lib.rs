//! Deterministic simulation: one seed decides a whole run of a writer, and every law of ARCHITECTURE.md is checked
//! at every step. A seed that fails is one command that replays it exactly.
//!
//! A run has four parts that know nothing of each other's insides:
//!
//! - The **plan** (`plan.rs`) is what the seed decides before anything happens: settings, how many entries, which
//!   habits the users have, when the clock jumps, how it all ends.
//! - The **users** (`users.rs`) submit in every way there is, wait, cancel, drop, flush, collect and shut down: through
//!   the writer itself, or through scopes that they share (`scopes.rs`), opened and dropped at any moment. They are
//!   ordinary tasks on one thread under paused time, so that the seed decides their order too.
//! - The **target** is what the writer sends to: here a scripted service that suffers storms (`scripted.rs`); in the
//!   package `batchwright-tests` the real adapter, SDK and local server.
//! - The **checker** (`checker.rs`) is told what can be seen from outside, at the moment it is seen: calls and what
//!   they return, requests as they begin and end, answers, counters. From that it keeps a model of every entry: where
//!   it must be, when it may and must be sent, which answer it is owed.
//!
//! Two things make the checks exact. Tokio tells when no task can go on, just before the paused clock moves: at such
//! a **rest** nothing may be late, so that lateness needs no tolerance, whatever the clock did. And the writer's
//! jitter is seeded, one draw for each request that ends, so that the checker draws along and knows when every retry
//! is due.
//!
//! Where the plan drops the runtime, the writer may go on in another one, on a clock that is set past the last moment of
//! the first. In which order tokio drops tasks depends on what else runs in the process, so that equal runs are compared
//! up to there.
//!
//! A checker is worth what it catches: whoever changes it breaks the core on purpose and looks.

mod arguments;
mod checker;
mod collecting;
mod dice;
mod door;
mod hook;
mod journal;
mod mark;
mod plan;
mod receipts;
mod rules;
mod scopes;
mod scripted;
mod seeds;
mod sights;
mod stage;
mod target;
mod users;
mod watchdog;
mod watched;
mod witness;

pub use arguments::Arguments;
pub use checker::{Copies, Held, WHIM};
pub use dice::Dice;
pub use plan::{Allowed, Plan};
pub use rules::Rules;
pub use scripted::Scripted;
pub use seeds::{Subject, run};
pub use stage::{Outcome, play};
pub use target::{EntryOf, SentOf, Target};
