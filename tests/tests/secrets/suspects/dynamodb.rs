use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_dynamodb::Write;
use batch_dynamodb::aws_sdk_dynamodb::primitives::Blob;
use batch_dynamodb::aws_sdk_dynamodb::types::AttributeValue::{self, B, Bs, L, M, N, Ns, Null, S, Ss};
use batchwright_tests::{Items, Setup};
use serde_json::{Value, json};

use super::{Suspect, json_error};
use crate::paths::answer;
use crate::planted::{MARK, NUMBER};
use crate::trouble::Asked;

impl Suspect for Items {
    const UNKNOWN: (u16, &'static str) = (400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException");
    const CONTENT: &'static str = "application/x-amz-json-1.0";

    fn guilty(n: usize) -> Write {
        let key = ("id".to_owned(), S(format!("{MARK} key {n}")));
        if n == 1 {
            return Write::delete(HashMap::from([key]));
        }
        let inner = M(HashMap::from([(MARK.to_owned(), L(vec![S(MARK.to_owned())]))]));
        Write::put(HashMap::from([
            key,
            (format!("{MARK} name"), S(format!("{MARK} value"))),
            (format!("{MARK} number"), N(NUMBER.to_owned())),
            (format!("{MARK} bytes"), B(Blob::new(MARK))),
            (format!("{MARK} map"), inner),
        ]))
    }

    fn invalid() -> Vec<Write> {
        let strings = |count: usize| vec![MARK.to_owned(); count];
        let deep = (0..40).fold(S(MARK.to_owned()), |value, _| L(vec![value]));
        let values: [AttributeValue; 12] = [
            Ss(strings(0)),
            Ss(strings(2)),
            Ns(vec![NUMBER.to_owned(), format!("{NUMBER}.0")]),
            Ns(vec![MARK.to_owned()]),
            Bs(vec![Blob::new(MARK), Blob::new(MARK)]),
            N(MARK.to_owned()),
            N(NUMBER.repeat(4)),
            N(format!("{NUMBER}e126")),
            N(format!("{NUMBER}e-200")),
            Null(false),
            deep,
            M(HashMap::from([(MARK.repeat(20_000), S(MARK.to_owned()))])),
        ];
        let beside = |name: String, value| put([("id".to_owned(), S(MARK.to_owned())), (name, value)]);
        let mut invalid: Vec<_> =
            values.into_iter().map(|value| beside(format!("{MARK} name"), value)).collect();
        invalid.extend([
            beside(String::new(), S(MARK.to_owned())),
            beside(MARK.repeat(20_000), S(MARK.to_owned())),
            put([(MARK.to_owned(), S(MARK.to_owned()))]),
            put([("id".to_owned(), N(NUMBER.to_owned()))]),
            put([("id".to_owned(), S(String::new()))]),
            put([("id".to_owned(), S(MARK.repeat(1_000)))]),
            Write::delete(HashMap::from([
                ("id".to_owned(), S(MARK.to_owned())),
                (MARK.to_owned(), S(MARK.to_owned())),
            ])),
        ]);
        invalid
    }

    fn too_large() -> Write {
        put([("id".to_owned(), S(MARK.to_owned())), (MARK.to_owned(), S(MARK.repeat(100_000)))])
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        json_error(Self::CONTENT, status, code, message)
    }

    /// All come back unprocessed, and one that was not sent.
    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        let request: Value = serde_json::from_slice(&asked.body).unwrap();
        let mut left = request["RequestItems"].clone();
        let stranger = json!({ "DeleteRequest": { "Key": { "id": { "S": asked.text } } } });
        left.get_mut("orders")?.as_array_mut()?.push(stranger);
        Some(answer(200, Self::CONTENT, json!({ "UnprocessedItems": left }).to_string()))
    }

    async fn look_up(setup: Setup) -> Option<Box<dyn Error>> {
        let table = Self::through(&setup);
        let discovery = tokio::time::timeout(Duration::from_secs(60), table.discover_keys());
        discovery.await.ok()?.err().map(Into::into)
    }
}

fn put<const COUNT: usize>(attributes: [(String, AttributeValue); COUNT]) -> Write {
    Write::put(HashMap::from(attributes))
}
