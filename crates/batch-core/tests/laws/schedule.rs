//! Random schedules, and what makes some of them bite.

use proptest::prelude::*;
use proptest::strategy::Union;

/// One event of a schedule. Numbers that choose among what is there are taken modulo its count.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Advance { ms: u64 },
    Collect { count: usize },
    EndScope { scope: u8 },
    Flush { scope: u8 },
    Pause { ms: u64 },
    Reply { which: usize, answer: Answer, jitter: f64 },
    Reserve,
    Resume,
    Stop,
    Submit { scope: u8, lane: u8, twin: u8, bytes: usize, poison: bool },
    Unreserve,
    Wake,
    Withdraw { scope: u8, copies: bool },
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Accept,
    Ambiguous,
    /// The service refuses a request with a poisoned entry, and takes any other.
    ByPoison,
    Each(Vec<u8>),
    Fatal,
    Miscounted,
    Retry,
    Throttled,
    Unsent,
}

/// How often which event comes.
#[derive(Clone, Copy)]
pub(crate) struct Mix {
    lanes: u8,
    twins: u8,
    faults: u32,
    pacing: u32,
    pauses: u32,
    stops: u32,
    /// How many scopes there are beside the writer's own.
    scopes: u8,
}

/// Everything.
pub(crate) const ANY: Mix = Mix { lanes: 4, twins: 5, faults: 3, pacing: 2, pauses: 1, stops: 1, scopes: 2 };
/// A process that is paused now and then.
pub(crate) const PAUSED: Mix =
    Mix { lanes: 2, twins: 3, faults: 3, pacing: 1, pauses: 3, stops: 0, scopes: 0 };
/// Many entries in few lanes.
pub(crate) const LANES: Mix =
    Mix { lanes: 3, twins: 0, faults: 3, pacing: 1, pauses: 0, stops: 0, scopes: 0 };
/// Many entries of few identities.
pub(crate) const TWINS: Mix =
    Mix { lanes: 3, twins: 4, faults: 2, pacing: 1, pauses: 0, stops: 0, scopes: 2 };
/// Nothing that slows the whole writer down.
pub(crate) const STEADY: Mix =
    Mix { lanes: 3, twins: 3, faults: 2, pacing: 0, pauses: 0, stops: 0, scopes: 1 };

pub(crate) fn ops(mix: Mix) -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(op(mix), 1..120)
}

fn op(mix: Mix) -> impl Strategy<Value = Op> {
    let submit = (0..=mix.scopes, 0..=mix.lanes, 0..=mix.twins, 1..=42_usize, prop::bool::weighted(0.1));
    let submit =
        submit.prop_map(|(scope, lane, twin, bytes, poison)| Op::Submit { scope, lane, twin, bytes, poison });
    let reply = (any::<usize>(), answer(mix), 0.0..1.0);
    let reply = reply.prop_map(|(which, answer, jitter)| Op::Reply { which, answer, jitter });
    let withdraw = (0..=mix.scopes, any::<bool>());
    weighted([
        (12, submit.boxed()),
        (8, reply.boxed()),
        (4, Just(Op::Wake).boxed()),
        (2, (0..300_u64).prop_map(|ms| Op::Advance { ms }).boxed()),
        (mix.pauses, (0..3_000_u64).prop_map(|ms| Op::Pause { ms }).boxed()),
        (1, (0..5_usize).prop_map(|count| Op::Collect { count }).boxed()),
        (1, (0..=mix.scopes).prop_map(|scope| Op::Flush { scope }).boxed()),
        (u32::from(mix.scopes > 0), (1..=mix.scopes.max(1)).prop_map(|scope| Op::EndScope { scope }).boxed()),
        (1, Just(Op::Reserve).boxed()),
        (1, Just(Op::Unreserve).boxed()),
        (mix.stops, withdraw.prop_map(|(scope, copies)| Op::Withdraw { scope, copies }).boxed()),
        (mix.stops, Just(Op::Stop).boxed()),
        (mix.stops, Just(Op::Resume).boxed()),
    ])
}

fn answer(mix: Mix) -> impl Strategy<Value = Answer> {
    let verdicts = proptest::collection::vec(0..5_u8, 1..8);
    weighted([
        (4, Just(Answer::Accept).boxed()),
        (4, Just(Answer::ByPoison).boxed()),
        (mix.faults, verdicts.prop_map(Answer::Each).boxed()),
        (mix.faults, Just(Answer::Ambiguous).boxed()),
        (mix.faults, Just(Answer::Retry).boxed()),
        (1, Just(Answer::Fatal).boxed()),
        (1, Just(Answer::Miscounted).boxed()),
        (mix.pacing, Just(Answer::Throttled).boxed()),
        (mix.pacing, Just(Answer::Unsent).boxed()),
    ])
}

fn weighted<T: std::fmt::Debug, const N: usize>(
    choices: [(u32, BoxedStrategy<T>); N],
) -> Union<BoxedStrategy<T>> {
    Union::new_weighted(choices.into_iter().filter(|(weight, _)| *weight > 0).collect())
}
