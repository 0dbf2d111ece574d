//! Amazon CloudWatch.

mod discarding;
mod faults;
mod hostile;
mod json;
mod listing;
mod names;
mod raw;
mod request;
mod round_trip;
mod seeds;
mod spans;
mod support;
mod times;
mod values;
mod wire;
