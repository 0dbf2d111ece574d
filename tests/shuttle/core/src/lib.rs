//! The sources of batch-core, as build.rs copied them.

include!(concat!(env!("OUT_DIR"), "/lib.rs"));
