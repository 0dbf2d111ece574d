//! Amazon DynamoDB.

mod capacity;
mod faults;
mod inspection;
mod keys;
mod limits;
mod reads;
mod seeds;
mod support;
mod tables;
mod values;
mod wire;
