//! What the log says of requests.

use batch_core::Settings;
use tracing::Level;

use crate::fake::{Act, Fake, item};
use crate::support::{capture_logs, logged, pass, writer};

#[tokio::test(start_paused = true)]
async fn an_outage_is_logged_when_it_begins_and_when_it_is_over() {
    capture_logs();
    let acts = [Act::unsent(), Act::unsent(), Act::ambiguous(), Act::unsent(), Act::accept(), Act::accept()];
    let fake = Fake::acts(acts.into_iter().chain([Act::unsent()]));
    let writer = writer(&fake, Settings::new());
    for id in 1..=2 {
        writer.submit(item(id)).await.unwrap();
        assert_eq!(writer.flush().await.len(), 0);
    }
    let outage = "batch_core message=no request gets through; one at a time is tried until one does service=\"fake\" failure=ConnectionRefused";
    let over = "batch_core message=requests get through again service=\"fake\"";
    assert_eq!((logged(Level::WARN), logged(Level::INFO)), (vec![outage.to_owned()], vec![over.to_owned()]));

    writer.submit(item(3)).await.unwrap();
    pass(1).await;
    assert_eq!(logged(Level::WARN).len(), 2, "the next one is news again");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_fails_is_logged_for_whoever_looks_for_it() {
    capture_logs();
    let acts = [Act::retry(), Act::throttle(), Act::ambiguous(), Act::split(), Act::fatal()];
    let fake = Fake::acts(acts.into_iter().chain([Act::reject()]));
    let writer = writer(&fake, Settings::new());
    for id in 1..=2 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 2);
    let lines = logged(Level::DEBUG);
    assert_eq!(lines.len(), 5, "an entry that is refused has its answer: {lines:?}");
    for (line, code) in lines.iter().zip(["Unavailable", "SlowDown", "Reset", "Malformed", "AccessDenied"]) {
        assert!(
            line.contains(code) && line.contains("a request failed") && line.contains("entries="),
            "{line}"
        );
    }
    assert_eq!(logged(Level::WARN), [""; 0]);
}
