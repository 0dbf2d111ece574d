//! The examples that read and write files.

use std::fs;
use std::path::{Path, PathBuf};

use batch_local::{Fault, FaultPlan, LocalServer};

use crate::shown::{bulk_load, own_service};
use crate::stage::dynamodb_with;

/// A path of this test's own, at which there is nothing.
fn path(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_file(&path).unwrap();
    }
    path
}

#[tokio::test(start_paused = true)]
async fn every_line_is_in_the_table_or_in_the_file_of_failures() {
    let (input, failed) = (path("items.ndjson"), path("failed.ndjson"));
    let lines =
        ["{\"id\":\"a\"}", "no JSON", "{\"id\":\"b\"}", "{\"name\":\"no key\"}", "{\"id\":\"poison\"}"];
    fs::write(&input, lines.join("\n")).unwrap();
    let poison = Fault::reject_request_where(|item| item.contains("poison"), 400, "ValidationException");
    let server = LocalServer::builder().faults(FaultPlan::always(poison)).build();

    bulk_load::run(dynamodb_with(&server, "items", "id").await, &input, &failed).await.unwrap();
    assert_eq!(server.dynamodb().items("items").len(), 2);
    let failed = fs::read_to_string(&failed).unwrap();
    assert_eq!(failed.lines().collect::<Vec<_>>(), [lines[1], lines[3], lines[4]]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_there_is_an_error() {
    let server = LocalServer::new();
    let client = dynamodb_with(&server, "items", "id").await;
    assert!(bulk_load::run(client, &path("nothing.ndjson"), &path("nothing-failed.ndjson")).await.is_err());
}

#[tokio::test]
async fn the_service_of_ones_own_appends_every_line() {
    let journal = path("journal.log");
    own_service::run(&journal).await.unwrap();
    let text = fs::read_to_string(&journal).unwrap();
    assert!(text.lines().eq((0..1_000).map(|number| format!("line {number}"))));
    assert!(own_service::run(Path::new(env!("CARGO_TARGET_TMPDIR"))).await.is_err(), "it is a directory");
}
