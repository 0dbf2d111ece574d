//! Entries that are given up, and who hears of it.

use std::sync::Arc;
use std::time::Duration;

use batch_core::{Settings, Writer};
use batch_local::LocalServer;
use tokio::time::{Instant, sleep};

use crate::interrogation::{question_all, search};
use crate::planted::MARK;
use crate::recorder::Recording;
use crate::suspects::Suspect;
use crate::trouble::{Act, Trouble, setup};

pub(crate) async fn what_is_withdrawn_is_not_shown<S: Suspect>() {
    let recording = Recording::start();
    let server = LocalServer::new();
    let writer = S::build(setup(&server, None, silence()), Settings::new());
    writer.submit(S::guilty(0)).await.unwrap();
    let soon = || Instant::now() + Duration::from_secs(1);
    question_all("withdrawn", &writer.flush_by(soon().into_std()).await);
    let receipt = writer.submit_tracked(S::guilty(1)).await.unwrap();
    writer.submit(S::guilty(2)).await.unwrap();
    question_all("shut down", &writer.shutdown_by(soon().into_std()).await);
    question_all("shut down", &[receipt.await.unwrap_err()]);
    search("withdrawn", &recording);
}

pub(crate) async fn what_a_handler_panics_over_is_not_shown<S: Suspect>() {
    let recording = Recording::start();
    let server = LocalServer::new();
    S::mount(&server, server.http_client()).await;
    let panics: Trouble = Arc::new(|asked| Act::Panic(asked.text.clone()));
    let service = S::through(&setup(&server, Some(S::OPERATION), panics));
    let writer = Writer::builder(service).settings(Settings::new().max_attempts(1));
    let writer = writer.on_unprocessed(|_| panic!("this is what it was: {MARK}")).build().unwrap();
    writer.submit(S::guilty(0)).await.unwrap();
    assert!(writer.flush().await.is_empty(), "the handler has it");
    let told = search("a panic", &recording);
    assert!(told.iter().any(|text| text.contains("panicked")), "it is told: {told:?}");
}

pub(crate) async fn what_nobody_is_left_to_collect_is_not_shown<S: Suspect>() {
    let recording = Recording::start();
    let server = LocalServer::new();
    let settings = Settings::new().delivery_deadline(Duration::from_secs(20));
    let writer = S::build(setup(&server, None, silence()), settings);
    writer.submit(S::guilty(0)).await.unwrap();
    drop(writer);
    sleep(Duration::from_secs(60)).await;
    let told = search("nobody", &recording);
    assert!(
        told.iter().any(|text| text.contains("after the last handle was dropped")),
        "it is told: {told:?}"
    );
}

pub(crate) fn what_a_lost_runtime_hands_back_is_not_shown<S: Suspect>() {
    let recording = Recording::start();
    let server = LocalServer::new();
    let writer = S::build(setup(&server, None, silence()), Settings::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        writer.submit(S::guilty(0)).await.unwrap();
        tokio::task::yield_now().await;
    });
    drop(runtime);
    question_all("a lost runtime", &writer.take_unprocessed());
    let error = writer.try_submit(S::guilty(1)).expect_err("there is no runtime");
    crate::interrogation::question("no runtime", &error);
    search("a lost runtime", &recording);
}

fn silence() -> Trouble {
    Arc::new(|_| Act::Hang)
}
