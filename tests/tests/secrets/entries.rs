//! Entries that are not taken, because the service would not take them.

use std::sync::Arc;

use batch_core::{Settings, SubmitError};
use batch_local::LocalServer;

use crate::interrogation::{question, search};
use crate::recorder::Recording;
use crate::suspects::Suspect;
use crate::trouble::{Act, setup};

pub(crate) async fn an_invalid_entry_is_not_shown<S: Suspect>() {
    let recording = Recording::start();
    let server = LocalServer::new();
    S::mount(&server, server.http_client()).await;
    let writer = S::build(setup(&server, None, Arc::new(|_| Act::Pass)), Settings::new());
    for (number, entry) in S::invalid().into_iter().enumerate() {
        let path = format!("invalid entry {number}");
        let error = writer.submit(entry).await.expect_err(&path);
        assert!(matches!(error, SubmitError::Invalid { .. }), "{path}: {error}");
        question(&path, &error);
        if let SubmitError::Invalid { reason, .. } = &error {
            question(&path, reason);
        }
    }
    search("invalid", &recording);
}
