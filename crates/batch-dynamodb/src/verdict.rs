//! What the service's answers mean: from codes and unprocessed items to verdicts.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::WriteRequest;
use batch_core::{Failure, Key, Verdict};
use batch_smithy::{Class, Codes, Rule};

use crate::key::KeySchema;
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
    check_permissions: "these credentials may not describe the table; allow them dynamodb:DescribeTable, or give the \
                        builder the table's keys",
    check_endpoint: CHECK_ENDPOINT,
    check_key: CHECK_KEY,
};

/// One verdict for each write, in the order of the writes. What comes back unprocessed was
/// throttled: the service gives no reasons, but this one nearly always.
///
/// Items are matched by their keys, since the service spells a number as it likes. An item that comes
/// back and was never sent contradicts the request, so that nothing it leaves out is sure to be
/// written.
pub(crate) fn of_writes(
    schema: &KeySchema,
    writes: &[Write],
    unprocessed: impl IntoIterator<Item = WriteRequest>,
) -> Vec<Verdict<SentWrite>> {
    let mut unprocessed = unprocessed.into_iter().peekable();
    if unprocessed.peek().is_none() {
        return vec![Verdict::Accepted(SentWrite {}); writes.len()]; // nearly always
    }
    let place = |(place, write): (usize, &Write)| Some((owned(schema.key_of(write.attributes())?), place));
    let places: HashMap<_, _> = writes.iter().enumerate().filter_map(place).collect();
    let mut left_out = vec![false; writes.len()];
    let mut unknown = 0_usize;
    for request in unprocessed {
        match key_of(schema, &request).and_then(|key| places.get(&key)) {
            Some(&place) => left_out[place] = true,
            None => unknown += 1,
        }
    }
    let rest = if unknown == 0 {
        Verdict::Accepted(SentWrite {})
    } else {
        tracing::warn!(target: "batch_dynamodb", unknown, "an answer has unprocessed items that were not sent");
        Verdict::Ambiguous(contradiction())
    };
    let verdict = |left_out| if left_out { Verdict::Throttled(unprocessed_item()) } else { rest.clone() };
    left_out.into_iter().map(verdict).collect()
}

fn key_of(schema: &KeySchema, request: &WriteRequest) -> Option<Key<'static>> {
    let attributes = match (request.put_request(), request.delete_request()) {
        (Some(put), _) => put.item(),
        (None, Some(delete)) => delete.key(),
        (None, None) => return None,
    };
    schema.key_of(attributes).map(owned)
}

fn owned(key: Key<'_>) -> Key<'static> {
    Key::from(key.as_bytes().to_vec())
}

fn contradiction() -> Failure {
    Failure::new("ContradictoryAnswer").with_detail(
        "the answer has an unprocessed item that was not sent, so it is not sure what was written",
    )
}

fn unprocessed_item() -> Failure {
    Failure::new("UnprocessedItem").with_detail(
        "the service did not get to the write, nearly always because table or index are asked too much; raise their \
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
        advice: Some("another write to one of these items was under way"),
    },
    Rule {
        codes: &["ItemCollectionSizeLimitExceededException"],
        class: Class::Split,
        advice: Some(
            "items of one partition key and their local secondary indexes would be above 10 GB; delete some, or use \
             another partition key",
        ),
    },
];

const CHECK_ENDPOINT: &str = "this is not how Amazon DynamoDB answers; check the endpoint of the client";

const CHECK_KEY: &str = "the table's KMS key cannot be used; check its state, and that DynamoDB may use it";

#[cfg(test)]
mod tests;
