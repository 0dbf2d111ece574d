use aws_sdk_dynamodb::types::WriteRequest;
use batch_core::{Class, Verdict, Verdicts};

use super::{BATCH_WRITE_ITEM, DESCRIBE_TABLE, of_writes};
use crate::key::ScalarType;
use crate::parts::Parts;
use crate::samples::{attributes, n, s, schema};
use crate::table_keys::TableKeys;
use crate::tables::Tables;
use crate::{Table, Write};

/// Checks codes that come with this status, in both spellings.
#[track_caller]
fn check(status: u16, codes: &[&str], expected: Class) {
    for code in codes {
        let found = BATCH_WRITE_ITEM.of_request(Some(code), status).0;
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{code}");
        let prefixed = format!("com.amazonaws.dynamodb.v20120810#{code}");
        let found = BATCH_WRITE_ITEM.of_request(Some(&prefixed), status).0;
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{prefixed}");
    }
}

#[test]
fn every_error_of_the_operation_has_its_meaning() {
    check(
        400,
        &["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"],
        Class::Throttled,
    );
    check(400, &["ItemCollectionSizeLimitExceededException"], Class::Split);
    check(400, &["ValidationException", "SerializationException", "SomethingNew"], Class::Split);
    check(413, &["RequestEntityTooLarge", "RequestTooLarge"], Class::Split);
    check(400, &["ResourceNotFoundException"], Class::UnknownDestination);
    check(400, &["ReplicatedWriteConflictException", "TransactionConflictException"], Class::Retry);
    check(500, &["InternalServerError", "Whatever"], Class::Ambiguous);
    check(503, &["ServiceUnavailable"], Class::Ambiguous);
    check(400, &["ExpiredTokenException"], Class::Expired);
    check(400, &["AccessDeniedException"], Class::Fatal);
    check(400, &["UnrecognizedClientException"], Class::Unrecognized);
}

#[test]
fn advice_names_the_permissions_of_the_operation() {
    for (codes, permission) in
        [(&BATCH_WRITE_ITEM, "dynamodb:BatchWriteItem"), (&DESCRIBE_TABLE, "dynamodb:DescribeTable")]
    {
        let advice = codes.of_request(Some("AccessDeniedException"), 400).1.unwrap_or_default();
        assert!(advice.contains(permission), "{advice}");
    }
}

fn put(partition: &str, sort: &str) -> Write {
    Write::put(attributes([("pk", s(partition)), ("sk", n(sort)), ("x", s("value"))]))
}

fn delete(partition: &str, sort: &str) -> Write {
    Write::delete(attributes([("pk", s(partition)), ("sk", n(sort))]))
}

/// What became of the writes if these are unprocessed: `+` written, `%` throttled, `?` unknown.
fn verdicts(writes: &[Write], unprocessed: Vec<WriteRequest>) -> String {
    let mut tables = Tables::new(Table::new("orders"));
    tables.own.set_keys(|_| TableKeys::Known(schema(ScalarType::String, Some(ScalarType::Number))));
    let parts = Parts::of(&tables, writes).expect("they name no table");
    let unprocessed = Some([("orders".to_owned(), unprocessed)].into());
    let show = |verdict| match verdict {
        Verdict::Accepted(_) => "+".to_owned(),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
        other => panic!("{other:?}"),
    };
    match of_writes(&tables, &parts, writes, unprocessed) {
        Verdicts::AllAccepted(_) => "AllAccepted".to_owned(),
        Verdicts::AllBut(_, others) => format!("AllBut({others:?})"),
        Verdicts::Each(verdicts) => verdicts.into_iter().map(show).collect::<Vec<_>>().join(" "),
    }
}

#[test]
fn what_does_not_come_back_is_written() {
    let writes = [put("a", "1"), delete("b", "1"), put("c", "1")];
    assert_eq!(verdicts(&writes, vec![]), "AllAccepted");
}

#[test]
fn what_comes_back_was_throttled_in_whatever_order() {
    let writes = [put("a", "1"), delete("b", "1"), put("c", "1"), put("a", "2")];
    let back = vec![put("a", "2").request(), delete("b", "1").request()];
    assert_eq!(verdicts(&writes, back), "+ %UnprocessedItem + %UnprocessedItem");
    let all = writes.iter().map(Write::request).rev().collect();
    assert_eq!(verdicts(&writes, all), ["%UnprocessedItem"; 4].join(" "));
}

#[test]
fn keys_are_matched_by_value_however_the_response_spells_them() {
    let writes = [put("a", "1.50"), put("a", "-0"), put("b", "1e2")];
    let back = vec![put("b", "100").request(), put("a", "0").request()];
    assert_eq!(verdicts(&writes, back), "+ %UnprocessedItem %UnprocessedItem");
}

#[test]
fn an_item_that_was_never_sent_makes_the_rest_uncertain() {
    let writes = [put("a", "1"), put("b", "1")];
    for strange in [
        put("c", "1").request(),
        put("a", "2").request(),
        Write::put(attributes([("pk", s("a"))])).request(),
        WriteRequest::builder().build(),
    ] {
        assert_eq!(
            verdicts(&writes, vec![strange.clone()]),
            "?ContradictoryResponse ?ContradictoryResponse",
            "{strange:?}"
        );
        let back = vec![put("b", "1").request(), strange];
        assert_eq!(verdicts(&writes, back), "?ContradictoryResponse %UnprocessedItem");
    }
}
