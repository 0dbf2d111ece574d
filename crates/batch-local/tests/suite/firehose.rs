//! Amazon Data Firehose.

mod faults;
mod limits;
mod support;
