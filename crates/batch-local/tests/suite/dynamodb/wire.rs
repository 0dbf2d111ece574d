//! Requests as no SDK would send them.

use batch_local::LocalServer;

use super::support::{answer, client_of, error, table};

const EMPTY: &str = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const SEVERAL: &str = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";

async fn server() -> LocalServer {
    let server = LocalServer::new();
    table(&client_of(&server), "items", &["id:S"], None).await;
    server
}

#[tokio::test(start_paused = true)]
async fn an_error_has_the_form_of_the_service() {
    let server = server().await;
    let answered = answer(&server, "DescribeTable", r#"{"TableName":"unknown"}"#).await;
    assert_eq!(answered.status(), 400);
    assert_eq!(answered.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(answered.headers().get("x-amzn-query-error"), None);
    assert_eq!(answered.headers()["x-amzn-requestid"].len(), 36);
    assert_eq!(
        answered.body(),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}"#
    );
    let answered = answer(&server, "PutItem", r#"{"TableName":"items"}"#).await;
    assert!(
        String::from_utf8_lossy(answered.body()).contains("com.amazon.coral.validate#ValidationException")
    );
    let answered = answer(&server, "UpdateItem", "{}").await;
    assert_eq!(error(&answered).0, "UnknownOperationException");
    assert_eq!(answered.headers().get("x-amzn-query-error"), None);
}

#[tokio::test(start_paused = true)]
async fn a_batch_without_unprocessed_items_says_so() {
    let body = r#"{"RequestItems":{"items":[{"PutRequest":{"Item":{"id":{"S":"a"}}}}]}}"#;
    assert_eq!(answer(&server().await, "BatchWriteItem", body).await.body(), r#"{"UnprocessedItems":{}}"#);
}

#[tokio::test(start_paused = true)]
async fn a_value_has_exactly_one_type() {
    let server = server().await;
    for (value, expected) in [
        ("{}", EMPTY),
        (r#"{"X":"a"}"#, EMPTY),
        (r#"{"S":null}"#, EMPTY),
        (r#"{"S":"a","N":"1"}"#, SEVERAL),
        (r#"{"L":[{"S":"a"},{}]}"#, EMPTY),
        (r#"{"M":{"k":{"S":"a","B":""}}}"#, SEVERAL),
        (r#"{"S":"a","N":null,"X":1}"#, ""),
    ] {
        let body = format!(r#"{{"TableName":"items","Item":{{"id":{{"S":"a"}},"x":{value}}}}}"#);
        let answered = answer(&server, "PutItem", body).await;
        if expected.is_empty() {
            assert_eq!(answered.status(), 200, "{value}");
        } else {
            assert_eq!(error(&answered), ("ValidationException".to_owned(), expected.to_owned()), "{value}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_of_a_batch_puts_or_deletes() {
    let server = server().await;
    for (request, expected) in [
        ("{}", SEVERAL),
        (r#"{"PutRequest":{"Item":{"id":{"S":"a"}}},"DeleteRequest":{"Key":{"id":{"S":"b"}}}}"#, SEVERAL),
        (r#"{"PutRequest":{}}"#, "Value at 'item'"),
        (r#"{"DeleteRequest":{}}"#, "Value at 'key'"),
    ] {
        let body = format!(r#"{{"RequestItems":{{"items":[{request}]}}}}"#);
        let (code, message) = error(&answer(&server, "BatchWriteItem", body).await);
        assert_eq!(code, "ValidationException");
        assert!(message.contains(expected), "{message} to {request}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_refused() {
    let server = server().await;
    for body in [
        "{",
        "[]x",
        "\"\"",
        r#"{"TableName":7}"#,
        r#"{"TableName":"items","Item":[]}"#,
        r#"{"TableName":"items","Item":{"id":"a"}}"#,
        r#"{"TableName":"items","Item":{"id":{"S":7}}}"#,
        r#"{"TableName":"items","Item":{"id":{"N":7}}}"#,
        r#"{"TableName":"items","Item":{"id":{"S":"a"},"x":{"B":"%"}}}"#,
        r#"{"TableName":"items","Item":{"id":{"S":"\ud800"}}}"#,
        r#"{"TableName":"items","Item":{"id":{"S":"a"}},"ConditionExpression":"x = y"}"#,
    ] {
        let answered = answer(&server, "PutItem", body).await;
        assert_eq!(
            (answered.status().as_u16(), error(&answered).0.as_str()),
            (400, "SerializationException"),
            "{body}"
        );
    }
    assert_eq!(server.dynamodb().applied_count("items"), 0);
}

#[tokio::test(start_paused = true)]
async fn no_mutilated_request_makes_the_server_panic() {
    let server = server().await;
    let valid = r#"{"TableName":"items","Limit":1,"Select":"COUNT","Key":{"id":{"S":"a"}},"Item":{"id":{"S":"\u00e9"},"n":{"N":"-1.5e3"},"l":{"L":[{"M":{"k":{"B":"AA=="}}},{"NS":["1","2"]}]}},"ExclusiveStartKey":{"id":{"S":"a"}},"RequestItems":{"items":[{"PutRequest":{"Item":{"id":{"S":"a"},"n":{"N":"1"}}}},{"DeleteRequest":{"Key":{"id":{"S":"b"}}}}]},"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"LocalSecondaryIndexes":[],"GlobalSecondaryIndexes":[]}"#;
    // Each operation knows its own parameters only.
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(valid).unwrap();
    let operations: [(&str, &[&str]); 9] = [
        ("BatchWriteItem", &["RequestItems"]),
        (
            "CreateTable",
            &[
                "TableName",
                "AttributeDefinitions",
                "KeySchema",
                "ProvisionedThroughput",
                "LocalSecondaryIndexes",
                "GlobalSecondaryIndexes",
            ],
        ),
        ("DeleteItem", &["TableName", "Key"]),
        ("DeleteTable", &["TableName"]),
        ("DescribeTable", &["TableName"]),
        ("GetItem", &["TableName", "Key"]),
        ("ListTables", &["Limit"]),
        ("PutItem", &["TableName", "Item"]),
        ("Scan", &["TableName", "Limit", "Select", "ExclusiveStartKey"]),
    ];
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..3_000 {
        let (operation, parameters) = operations[rng.usize(..operations.len())];
        let chosen: serde_json::Map<_, _> = members
            .iter()
            .filter(|(name, _)| parameters.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let mut body = serde_json::to_vec(&chosen).unwrap();
        for _ in 0..rng.usize(..4) {
            let at = rng.usize(..body.len());
            match rng.u8(..3) {
                0 => body[at] = rng.u8(..),
                1 => drop(body.remove(at)),
                _ => body[at] = b"0123456789-\"{}[],:.\\"[rng.usize(..20)],
            }
        }
        let answered = answer(&server, operation, body).await;
        assert!([200, 400].contains(&answered.status().as_u16()));
    }
}
