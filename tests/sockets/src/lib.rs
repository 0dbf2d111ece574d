//! Chaos and soak: the writers over real sockets and in real time, in a process of their own.
//!
//! - **Soak** (`soak.rs`): a steady load against a server in another process, which forgets what it takes. Every
//!   second the laws are checked, and the memory.
//! - **Chaos** (`chaos.rs`): a program that writes through a proxy that delays, throttles, resets, black-holes and
//!   corrupts, and that is told to end at a random moment. What it said is then held against what the server has.
//!
//! Everything else in this repository runs in paused time and repeats exactly. This does not: what a seed decides here
//! is what goes wrong, not when the operating system lets whom run.

mod chaos;
mod clock;
mod destination;
mod process;
mod proxy;
mod soak;

pub use chaos::{Chaos, Verdict, Write, chaos, check, check_signal, write};
pub use destination::Name;
pub use proxy::{Climate, Proxy};
pub use soak::{Serve, Soak, serve, soak};
