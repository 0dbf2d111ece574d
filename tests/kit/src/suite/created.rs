//! Destinations that have to be made before they can be written to.

use batch_core::{Cause, Service, Settings, Writer};
use batch_local::LocalServer;

use super::submit;
use crate::{Fixture, Mounted, Setup, check_sums, codes, says};

/// And until then everything comes back and says so.
pub async fn a_destination_that_does_not_exist_is_written_to_as_soon_as_it_does<F: Fixture>() {
    let server = LocalServer::new();
    let destination = F::open(&Setup::of(server.sdk_config()));
    let stage = Mounted { server, destination };
    let writer: Writer<F::Service> = stage.writer(Settings::new());
    submit::<F>(&writer, 0..3).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), [F::MISSING; 3]);
    assert!(unprocessed.iter().all(|item| matches!(item.cause, Cause::Fatal(_)) && !item.maybe_delivered));
    let name = stage.service().destination();
    says(&unprocessed[0], &[&format!("{name} does not exist in region us-east-1")]);

    stage.destination.create().await.unwrap();
    for item in unprocessed {
        writer.submit(item.entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3, 3);
    assert_eq!(stage.taken(), 3);
}
