//! The example, as a reader copies it.
#![expect(dead_code, unreachable_pub, reason = "it is a program, with a main and nothing to be private from")]

#[path = "../../examples/web.rs"]
pub(crate) mod web;
