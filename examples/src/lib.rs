//! The Lambda handler that the READMEs show; the programs are in `bin`.

/// From messages of a queue to a DynamoDB table.
pub mod lambda;
