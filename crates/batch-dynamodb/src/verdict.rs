//! What the service's responses mean: from codes and unprocessed items to verdicts.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::WriteRequest;
use batch_core::{Class, Failure, Key, Refusal, Reply, Verdict, Verdicts};
use batch_smithy::{Codes, Rule};

use crate::key::KeySchema;
use crate::parts::Parts;
use crate::tables::Tables;
use crate::{SentWrite, Write};

/// What the codes of `BatchWriteItem` mean.
pub(crate) static BATCH_WRITE_ITEM: Codes = Codes {
    prefix: "",
    rules: RULES,
    check_permissions: "these credentials may not write to the table; allow them dynamodb:BatchWriteItem, \
                        dynamodb:PutItem and dynamodb:DeleteItem",
    check_endpoint: CHECK_ENDPOINT,
    check_key: CHECK_KEY,
};

/// What the codes of `DescribeTable` mean.
pub(crate) static DESCRIBE_TABLE: Codes = Codes {
    prefix: "",
    rules: RULES,
    check_permissions: "these credentials may not describe the table; allow them dynamodb:DescribeTable, or set the \
                        table's keys with `DynamoDb::partition_key`",
    check_endpoint: CHECK_ENDPOINT,
    check_key: CHECK_KEY,
};

/// One verdict for each write, in the order of the writes. An unprocessed item was throttled: the
/// service gives no reason, and nearly always it is this one.
///
/// Items are matched by their tables and their keys, since the service spells a number as it likes. An unprocessed
/// item that was never sent contradicts the request, so that no other write is certain to be applied.
pub(crate) fn of_writes(
    tables: &Tables,
    parts: &Parts<'_>,
    writes: &[Write],
    unprocessed: Option<HashMap<String, Vec<WriteRequest>>>,
) -> Verdicts<SentWrite> {
    let mut unprocessed: Vec<_> = unprocessed.into_iter().flatten().collect();
    unprocessed.retain(|(_, requests)| !requests.is_empty());
    if unprocessed.is_empty() {
        return Verdicts::all_accepted(|_| SentWrite {}); // nearly always
    }
    let identities = writes.iter().zip(0..).filter_map(|(write, position)| {
        let target = tables.of_write(write).ok()?;
        Some(((target.schema_id, write.key(target.schema())?), position))
    });
    let positions: HashMap<_, _> = identities.collect();
    let mut left_out = vec![false; writes.len()];
    let mut unknown = 0_usize;
    for (name, requests) in &unprocessed {
        let target = parts.named(name);
        let identity =
            |request| target.and_then(|target| Some((target.schema_id, key_of(target.schema(), request)?)));
        for request in requests {
            match identity(request).and_then(|identity| positions.get(&identity)) {
                Some(&position) => left_out[position] = true,
                None => unknown += 1,
            }
        }
    }
    of_left_out(left_out, unknown)
}

/// The verdicts where these writes were left out, and so many that were never sent.
fn of_left_out(left_out: Vec<bool>, unknown: usize) -> Verdicts<SentWrite> {
    let rest = if unknown == 0 {
        Verdict::Accepted(SentWrite {})
    } else {
        tracing::warn!(target: "batch_dynamodb", unknown, "the response contains unprocessed items that were not sent");
        Verdict::Ambiguous(contradiction())
    };
    let verdict = |left_out| if left_out { Verdict::Throttled(unprocessed_item()) } else { rest.clone() };
    left_out.into_iter().map(verdict).collect()
}

/// What a refusal means for so many writes. If the table had no capacity for any of them, each was throttled like an
/// unprocessed item, so that the pace of the table is found in write units.
pub(crate) fn of_refusal(refusal: Refusal, writes: usize) -> Reply<SentWrite> {
    match refusal.class {
        Class::Throttled if OF_TABLE.contains(&refusal.failure.code()) => {
            Ok(std::iter::repeat_n(Verdict::Throttled(refusal.failure), writes).collect())
        }
        _ => Err(refusal),
    }
}

fn key_of(schema: &KeySchema, request: &WriteRequest) -> Option<Key<'static>> {
    let attributes = match (request.put_request(), request.delete_request()) {
        (Some(put), _) => put.item(),
        (None, Some(delete)) => delete.key(),
        (None, None) => return None,
    };
    schema.key_of(attributes)
}

fn contradiction() -> Failure {
    Failure::contradictory().with_detail(
        "the response has an unprocessed item that was not sent, so it is uncertain which writes were applied",
    )
}

fn unprocessed_item() -> Failure {
    Failure::new("UnprocessedItem").with_detail(
        "the service did not process the write, nearly always because the table or an index is throttled; raise its \
         capacity, or write less",
    )
}

const RULES: &[Rule] = &[
    Rule { codes: &["ResourceNotFoundException"], class: Class::UnknownDestination, advice: None },
    Rule {
        codes: &[
            "ReplicatedWriteConflictException",
            "TransactionConflictException",
            "TransactionInProgressException",
        ],
        class: Class::Retry,
        advice: Some("another write to one of these items was in progress"),
    },
    Rule {
        codes: &["ValidationException"],
        class: Class::Split,
        advice: Some(
            "the service rejected the request; check that the keys given to the writer are those of the table, which \
             `DynamoDb::discover_keys` reads, and the keys of its indexes",
        ),
    },
    Rule {
        codes: &["ItemCollectionSizeLimitExceededException"],
        class: Class::Split,
        advice: Some(
            "the items with one partition key and their local secondary indexes would exceed 10 GB; delete some, or \
             use another partition key",
        ),
    },
];

/// The codes of a table that is throttled (API, `BatchWriteItem`). `RequestLimitExceeded` is that of an account.
const OF_TABLE: &[&str] = &["ProvisionedThroughputExceededException", "ThrottlingException"];

const CHECK_ENDPOINT: &str = "this is not a response of Amazon DynamoDB; check the endpoint of the client";

const CHECK_KEY: &str = "the table's KMS key cannot be used; check its state, and that DynamoDB may use it";

#[cfg(test)]
mod tests;
