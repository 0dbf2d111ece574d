//! Lets a server fail by a script, at random, and by content.

use std::time::Duration;

use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

fn main() {
    // A script: each request that writes takes the next fault.
    let server = LocalServer::builder()
        .faults(FaultPlan::script([
            Fault::ThrottleRequest,
            Fault::partial_failure(Chosen::At(vec![0, 3]), "InternalError", false),
            Fault::None,
            Fault::ResetAfter, // applied, but the client cannot know
        ]))
        .build();

    // At random, from a seed, with latency: the same seed and requests give the same faults.
    server
        .set_faults(FaultPlan::random(0.2, 42).latency(Duration::from_millis(2)..Duration::from_millis(20)));

    // By content: an entry that the service can never take, among good ones.
    server.set_faults(FaultPlan::always(Fault::reject_request_where(
        |body| body.contains("poison"),
        400,
        "InvalidMessageContents",
    )));
}
