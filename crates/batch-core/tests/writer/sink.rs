//! A sink waits for capacity, and its flush for answers; failures come back, from whatever dropped it.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use batch_core::{
    EntrySink, Linger, ReserveError, Settings, SinkError, SubmitError, UnprocessedItem, Writer,
};
use futures_util::{Sink, SinkExt, StreamExt, stream};

use crate::fake::{Act, Fake, Item, item};
use crate::support::{at_once, begun, ids, ms, pass, poll_once, settle, timed, writer};

fn failed(result: Result<(), SinkError<Item>>) -> Vec<UnprocessedItem<Item>> {
    match result {
        Err(SinkError::Unprocessed(items)) => items,
        other => panic!("no entries came back: {other:?}"),
    }
}

fn start_send(sink: &mut EntrySink<Fake>, entry: Item) -> Result<(), SinkError<Item>> {
    Pin::new(sink).start_send(entry)
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_forwarded_in_full_requests_and_every_answer_awaited() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new());
    let (forwarded, took) = timed(stream::iter(0..30).map(|id| Ok(item(id))).forward(writer.sink())).await;
    forwarded.unwrap();
    assert_eq!((writer.stats().delivered, writer.stats().requests, took), (30, 3, ms(10)));
}

#[tokio::test(start_paused = true)]
async fn a_hot_loop_into_a_sink_lets_responses_arrive() {
    let fake = Fake::by(|_| Act::accept_over_network()).of(200);
    let writer = writer(&fake, Settings::new());
    let mut sink = writer.sink();
    for id in 0..5_000 {
        sink.feed(item(id).lane("a")).await.unwrap();
    }
    assert!(writer.stats().delivered >= 1_000, "{:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn a_full_writer_is_not_ready() {
    let fake = Fake::by(|_| Act::accept().after(100));
    let writer = writer(&fake, Settings::new().max_entries(1));
    let mut sink = writer.sink();
    at_once(sink.feed(item(1))).await.unwrap();
    assert!(matches!(start_send(&mut sink, item(2)), Err(SinkError::Submit(SubmitError::Full(_)))));
    let (fed, took) = timed(sink.feed(item(3))).await;
    fed.unwrap();
    assert_eq!(took, ms(100));
    assert_eq!(timed(sink.flush()).await.1, ms(100));
    assert_eq!(fake.sent(), [[1], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_is_held_until_it_is_used_or_the_sink_closed() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().max_entries(1));
    let mut sink = writer.sink();
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..2 {
        assert!(Pin::new(&mut sink).poll_ready(&mut context).is_ready());
    }
    assert!(matches!(writer.try_submit(item(1)), Err(SubmitError::Full(_))));
    at_once(sink.close()).await.unwrap();
    writer.try_submit(item(1)).unwrap();
    drop(writer.flush().await);
    at_once(sink.send(item(2))).await.unwrap();
    assert_eq!(fake.sent(), [[1], [2]]);
}

#[tokio::test(start_paused = true)]
async fn a_flush_ends_the_linger_and_waits_for_entries_that_came_during_it() {
    let fake = Fake::by(|_| Act::accept().after(10));
    let writer = writer(&fake, Settings::new().linger(Linger::Fixed(ms(60_000))));
    let mut sink = writer.sink();
    sink.feed(item(1)).await.unwrap();
    assert!(poll_once(Box::pin(sink.flush()).as_mut()).is_pending());
    pass(1).await;
    sink.feed(item(2)).await.unwrap();
    let (flushed, took) = timed(sink.flush()).await;
    flushed.unwrap();
    assert_eq!((writer.stats().delivered, took), (2, ms(19)), "it takes a second request");
    at_once(sink.flush()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_flush_returns_what_was_not_delivered_once_and_the_sink_goes_on() {
    let fake = Fake::acts([Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let mut sink = writer.sink();
    writer.submit(item(1)).await.unwrap();
    sink.feed(item(2)).await.unwrap();
    sink.feed(item(3)).await.unwrap();
    let items = failed(at_once(sink.flush()).await);
    assert_eq!(ids(&items), [2, 3], "not what was submitted elsewhere");
    at_once(sink.flush()).await.unwrap();
    at_once(sink.send(item(4))).await.unwrap();
    assert_eq!(ids(&writer.take_unprocessed()), [1]);
}

#[tokio::test(start_paused = true)]
async fn failures_go_to_the_handler_where_there_is_one() {
    let fake = Fake::acts([Act::reject()]);
    let handled = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&handled);
    let writer = Writer::builder(fake)
        .on_unprocessed(move |item: UnprocessedItem<Item>| seen.lock().unwrap().push(item.entry.id))
        .build()
        .unwrap();
    at_once(writer.sink().send(item(1))).await.unwrap();
    assert_eq!(*handled.lock().unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_when_a_sink_is_dropped_or_turned_back() {
    let fake = Fake::by(|_| Act::reject().after(10));
    let writer = writer(&fake, Settings::new());
    let mut sink = writer.sink();
    sink.feed(item(1)).await.unwrap();
    assert!(poll_once(Box::pin(sink.flush()).as_mut()).is_pending());
    pass(20).await;
    drop(sink);
    assert_eq!(ids(&at_once(writer.flush()).await), [1]);

    let scope = writer.scope();
    scope.submit(item(2)).await.unwrap();
    let mut sink = scope.into_sink();
    sink.feed(item(3)).await.unwrap();
    assert!(poll_once(Box::pin(sink.flush()).as_mut()).is_pending());
    assert_eq!(ids(&timed(sink.into_scope().flush()).await.0), [2, 3]);
    assert_eq!(writer.stats().bytes, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_comes_back() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new().max_entries(1));
    let mut sink = writer.sink();
    let invalid = at_once(sink.feed(item(1).bytes(0))).await.unwrap_err();
    assert!(matches!(invalid, SinkError::Submit(SubmitError::Invalid { .. })), "{invalid:?}");
    assert_eq!(invalid.source().unwrap().to_string(), "invalid entry: it is empty");
    assert_eq!(invalid.into_entries(), [item(1).bytes(0)].map(|item| Item { stamp: Some(1), ..item }));
    at_once(sink.feed(item(2))).await.unwrap();
    drop(writer.shutdown().await);
    let closed = at_once(sink.feed(item(3))).await.unwrap_err();
    assert!(matches!(closed, SinkError::Reserve(ReserveError::Closed)), "{closed:?}");
    assert!(closed.into_entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_error_says_how_many_and_why_and_shows_no_entry() {
    let fake = Fake::acts([Act::reject(), Act::reject()]);
    let writer = writer(&fake, Settings::new());
    let mut sink = writer.sink();
    for (count, text) in [(1, "1 entry was not delivered"), (2, "2 entries were not delivered")] {
        for id in 0..count {
            sink.feed(item(id)).await.unwrap();
        }
        let error = at_once(sink.flush()).await.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(error.source().unwrap().to_string().starts_with("not delivered after 1 attempt"));
        assert!(!format!("{error:?}").contains("bytes"), "{error:?}");
        assert_eq!(error.into_entries().len(), count as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_capacity_is_first_come_first_served_and_ends_with_the_sink() {
    let fake = Fake::by(|_| Act::accept().after(100));
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(1)).await.unwrap();
    let mut sink = writer.sink();
    assert!(poll_once(Box::pin(sink.feed(item(2))).as_mut()).is_pending());
    let next = begun({
        let writer = writer.clone();
        async move { writer.submit(item(3)).await.unwrap() }
    })
    .await;
    pass(10).await;
    drop(sink);
    assert_eq!(next.await.unwrap().1, ms(100));
    drop(writer.flush().await);
    assert_eq!(fake.sent(), [[1], [3]]);
}

#[tokio::test(start_paused = true)]
async fn a_hot_stream_lets_the_driver_work() {
    let fake = Fake::accepting();
    let writer = writer(&fake, Settings::new());
    let sink = writer.sink();
    let forward =
        tokio::spawn(async move { stream::iter(0..5_000).map(|id| Ok(item(id))).forward(sink).await });
    settle().await;
    forward.await.unwrap().unwrap();
    assert!(fake.requests().len() >= 500, "{}", fake.requests().len());
    let most = writer.stats();
    assert_eq!((most.delivered, most.inside), (5_000, 0), "{most:?}");
}
