//! The server as the AWS SDK sees it: in process and in paused time, but for the few tests of the
//! socket.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accepted;
mod allowance;
mod cloudwatch;
mod content;
mod dynamodb;
mod faults;
mod fifo;
mod fifo_limits;
mod firehose;
mod inspection;
mod kinesis;
mod limits;
mod queues;
mod seeds;
mod sns;
mod socket;
mod standard;
mod support;
mod wire;
