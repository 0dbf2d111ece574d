//! What happens at once in a program. Each scenario is run on many schedules, and holds on all of them.

mod endings;
mod flows;
mod users;

/// One of them.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(),
}

const fn scenario(name: &'static str, about: &'static str, run: fn()) -> Scenario {
    Scenario { name, about, run }
}

pub(crate) const SCENARIOS: [Scenario; 31] = [
    // Entries come in, and their answers go out.
    scenario(
        "submit-and-flush",
        "several submit and flush at once, before a moody service",
        flows::submit_and_flush,
    ),
    scenario(
        "scopes",
        "invocations have a scope each, flush it in time or leave it to the writer",
        flows::scopes,
    ),
    scenario("waiting-submits", "submits wait for room, and some are cancelled", flows::waiting_submits),
    scenario("receipts", "receipts are awaited, or dropped before or after the answer", flows::receipts),
    scenario("handler", "failures go to receipts or to the handler", flows::handler),
    scenario("try-submit", "threads without a runtime try to submit", flows::try_submit),
    scenario("lanes", "lanes keep their order through failures", flows::lanes),
    scenario("permits", "permits are reserved, used, dropped and cancelled", flows::permits),
    scenario("take-unprocessed", "failures are taken while receipts are dropped", flows::take_unprocessed),
    scenario("flush-by", "the deadline of a flush races with responses", flows::flush_by),
    scenario("cancelled-flushes", "flushes are cancelled at any await", flows::cancelled_flushes),
    scenario(
        "unpolled-flush",
        "a flush is begun and not polled while failures fill the writer",
        flows::unpolled_flush,
    ),
    // Writers, handles and runtimes end.
    scenario("shutdown", "a shutdown races with submits", endings::shutdown),
    scenario("last-handle", "the last handle is dropped while requests are in flight", endings::last_handle),
    scenario(
        "runtime-dropped",
        "the runtime is dropped while requests are in flight",
        endings::runtime_dropped,
    ),
    scenario("runtime-unwinds", "a thread unwinds that owns the runtime", endings::runtime_unwinds),
    scenario(
        "second-runtime",
        "a second runtime submits while the first is dropped",
        endings::second_runtime,
    ),
    scenario("restart", "what a second runtime owns is not given up with the first", endings::restart),
    scenario(
        "flush-elsewhere",
        "a flush on a second runtime ends when the first is dropped",
        endings::flush_elsewhere,
    ),
    scenario(
        "idle-runtime",
        "flush_by returns on another runtime while the writer's is idle",
        endings::idle_runtime,
    ),
    scenario(
        "submit-waits-elsewhere",
        "a submit waits on one runtime while another is dropped",
        endings::waits_elsewhere,
    ),
    // What belongs to users uses the writer, or panics.
    scenario(
        "handler-submits",
        "the handler submits to a writer that has not begun to work",
        users::handler_submits,
    ),
    scenario("entry-drops", "entries use the writer as they are dropped", users::entry_drops),
    scenario("response-drops", "responses use the writer as they are dropped", users::response_drops),
    scenario("entry-clones", "entries use the writer, or panic, as they are cloned", users::entry_clones),
    scenario("entry-drop-panics", "entries panic as they are dropped", users::entry_drop_panics),
    scenario("response-drop-panics", "responses panic as they are dropped", users::response_drop_panics),
    scenario("service-panics", "the service panics", users::service_panics),
    scenario("handler-panics", "the handler panics", users::handler_panics),
    scenario("waker-panics", "wakers panic", users::waker_panics),
    scenario(
        "waker-uses-writer",
        "wakers use the writer as they are woken, cloned and dropped",
        users::waker_uses_writer,
    ),
];
