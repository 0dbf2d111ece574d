//! Entries that are not taken, for other reasons than what is in them.

use std::sync::Arc;

use batch_core::{Duplicates, Settings, SubmitError};
use batch_local::LocalServer;
use batchwright_tests::EntryOf;

use crate::interrogation::{question, search};
use crate::planted::check;
use crate::recorder::Recording;
use crate::suspects::Suspect;
use crate::trouble::{Act, setup};

pub(crate) async fn an_entry_that_is_not_taken_is_not_shown<S: Suspect>() {
    let recording = Recording::start();
    let server = LocalServer::new();
    let setup = setup(&server, None, Arc::new(|_| Act::Hang));
    let full = S::build(setup.clone(), Settings::new().max_entries(1));
    full.submit(S::guilty(0)).await.unwrap();
    refused::<S>("full", full.try_submit(S::guilty(1)));

    let closed = S::build(setup.clone(), Settings::new());
    drop(closed.shutdown().await);
    refused::<S>("closed", closed.submit(S::guilty(0)).await);

    let keeping = S::build(setup.clone(), Settings::new().duplicates(Duplicates::KeepFirst));
    keeping.submit(S::guilty(0)).await.unwrap();
    if let Err(error) = keeping.submit(S::guilty(0)).await {
        question("a duplicate", &error);
    }
    let too_large = S::build(setup, Settings::new());
    if let Err(error) = too_large.submit(S::too_large()).await {
        assert!(matches!(error, SubmitError::TooLarge { .. }), "{error}");
        question("too large", &error);
    }
    search("doors", &recording);
}

pub(crate) async fn a_writer_shows_nothing_that_it_was_given<S: Suspect>() {
    let server = LocalServer::new();
    let writer = S::build(setup(&server, None, Arc::new(|_| Act::Hang)), Settings::new());
    let receipt = writer.submit_tracked(S::guilty(0)).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    for shown in [format!("{writer:#?}"), format!("{receipt:#?}"), format!("{permit:#?}")] {
        check("a writer", "Debug", &shown);
    }
}

#[track_caller]
fn refused<S: Suspect>(path: &str, outcome: Result<(), SubmitError<EntryOf<S>>>) {
    question(path, &outcome.expect_err(path));
}
