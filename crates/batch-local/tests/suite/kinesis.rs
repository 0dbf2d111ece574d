//! Amazon Kinesis, as the AWS SDK sees it.

mod faults;
mod inspection;
mod limits;
mod reading;
mod resharding;
mod routing;
mod seeds;
mod streams;
mod support;
mod throughput;
mod wire;
