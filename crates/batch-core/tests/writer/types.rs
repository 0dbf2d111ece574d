//! What the types promise: they move between tasks and threads, and show no content.

use batch_core::{
    Invalid, Permit, Receipt, Service, Settings, SubmitError, UnprocessedItem, Writer, WriterBuilder,
};

use crate::fake::{Act, Fake, Item, item};
use crate::support::{ms, writer};

fn is_send<T: Send>(_: &T) {}

fn is_send_sync_static<T: Send + Sync + 'static>() {}

#[test]
fn handles_receipts_permits_and_errors_move_between_threads() {
    is_send_sync_static::<Writer<Fake>>();
    is_send_sync_static::<Receipt<Fake>>();
    is_send_sync_static::<Permit<Fake>>();
    is_send_sync_static::<SubmitError<Item>>();
    is_send_sync_static::<UnprocessedItem<Item>>();
}

#[test]
fn a_builder_moves_between_threads() {
    fn is_send_static<T: Send + 'static>() {}
    is_send_static::<WriterBuilder<Fake>>();
}

#[tokio::test(start_paused = true)]
async fn every_future_of_a_writer_may_be_spawned() {
    let writer = writer(&Fake::accepting(), Settings::new());
    let deadline = tokio::time::Instant::now() + ms(1);
    is_send(&writer.submit(item(1)));
    is_send(&writer.submit_tracked(item(1)));
    is_send(&writer.reserve());
    is_send(&writer.flush());
    is_send(&writer.flush_by(deadline));
    is_send(&writer.shutdown());
    is_send(&writer.shutdown_by(deadline));
    is_send(&writer.submit_tracked(item(1)).await.unwrap());
}

#[test]
fn only_who_asks_is_told_where_an_entry_is_invalid() {
    let invalid = Invalid::new("a value is empty").at("the attribute \"my secret\"");
    assert_eq!(
        (invalid.to_string(), invalid.place()),
        ("a value is empty".to_owned(), Some("the attribute \"my secret\""))
    );
    assert_eq!(Invalid::new("a value is empty").place(), None);
}

#[tokio::test(start_paused = true)]
async fn debug_and_display_show_no_content() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let receipt = writer.submit_tracked(item(1).lane("top-secret")).await.unwrap();
    let permit = writer.reserve().await.unwrap();
    let mut shown = format!("{writer:?} {receipt:?} {permit:?}");
    let failed = receipt.await.unwrap_err();
    shown += &format!("{failed:?} {failed} {failed:#}");
    drop(writer.shutdown().await);
    let refused = permit.submit(failed.entry).unwrap_err();
    shown += &format!("{refused:?} {refused}");
    assert!(!shown.contains("secret"), "{shown}");
    assert!(shown.contains("Refused") && shown.contains("shut down"), "{shown}");
}

#[test]
fn a_writer_gives_access_to_its_service() {
    let writer = writer(&Fake::accepting().of(3), Settings::new());
    assert_eq!(writer.service().limits().unwrap().entries(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_says_how_often_it_was_sent_how_old_it_is_and_why() {
    let check = async |acts: Vec<Act>, expected| {
        let writer = writer(&Fake::acts(acts), Settings::new().max_attempts(2));
        writer.submit(item(1)).await.unwrap();
        let items = writer.flush().await;
        let shown = items[0].to_string();
        assert_eq!(shown.split(" in ").next(), Some(expected));
        let cause = &items[0].cause;
        let report = format!("{shown}: {cause}: {}", cause.failure().unwrap());
        assert_eq!(format!("{:#}", items[0]), report);
    };
    check(vec![Act::reject()], "not delivered after 1 attempt").await;
    check(vec![Act::retry(), Act::retry()], "not delivered after 2 attempts").await;
}
