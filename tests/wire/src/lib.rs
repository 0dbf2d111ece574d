//! What an entry costs over loopback sockets: the writers beside batches made by hand on the raw SDKs.
//!
//! The program starts a **null server** in a process of its own, which answers success and does nothing else,
//! and one **round** after another, each in a process of its own too: the same entries by the next *arm*,
//! which is one way to send them. A figure is the median over rounds; a ratio is that of two rounds that ran
//! one after the other, so that what else the machine does falls on both.

mod arguments;
mod arm;
mod bench;
mod bill;
mod case;
mod clock;
mod hand;
mod machine;
mod process;
mod program;
mod report;
mod round;
mod server;
mod statistics;
mod usage;
mod workload;
mod writing;

pub use program::main;
