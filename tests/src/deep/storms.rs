//! What goes wrong between the client and the server, and when.

use std::time::Duration;

use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright_simulation::Dice;

use crate::destination::{Destination, mentioned};
use crate::keys;

/// One kind of storm.
#[derive(Clone, Copy, Debug)]
enum Storm {
    /// Every second answer is lost, after the request was applied.
    AnswersLost,
    Calm,
    /// Access is denied.
    Denied,
    /// Everything goes wrong now and then, as it does in the field.
    Drizzle,
    /// Nine entries of ten fail.
    Flood,
    /// Answers break off or make no sense.
    Garbage,
    /// Some requests are never answered.
    Hangs,
    /// A share of the entries, or of runs of them, makes their requests be refused.
    Poison,
    /// Everything goes wrong, often.
    Rain,
    /// The keys at hand are refused, and perhaps some of those after them.
    Rotation,
    /// Every request is throttled.
    Throttled,
    Unreachable,
}

/// Lets one storm follow the other, in a task of its own.
pub(super) fn begin<D: Destination>(server: LocalServer, mut dice: Dice) {
    tokio::spawn(async move {
        for _ in 0..dice.magnitude(1, 10) {
            server.set_faults(plan::<D>(&mut dice));
            sleep(dice.millis(20, 300_000)).await;
        }
        server.set_faults(FaultPlan::random(0.05, dice.seed()));
    });
}

fn plan<D: Destination>(dice: &mut Dice) -> FaultPlan {
    let storm = dice.weighted(&[
        (3, Storm::AnswersLost),
        (4, Storm::Calm),
        (1, Storm::Denied),
        (6, Storm::Drizzle),
        (3, Storm::Flood),
        (2, Storm::Garbage),
        (2, Storm::Hangs),
        (2, Storm::Poison),
        (6, Storm::Rain),
        (3, Storm::Rotation),
        (3, Storm::Throttled),
        (3, Storm::Unreachable),
    ]);
    let plan = faults::<D>(storm, dice);
    match dice.between(0, 3) {
        0 => plan,
        _ => plan.latency(Duration::from_millis(1)..dice.millis(2, 2_000)),
    }
}

fn faults<D: Destination>(storm: Storm, dice: &mut Dice) -> FaultPlan {
    match storm {
        Storm::AnswersLost => {
            let lost =
                [Fault::error_after(500, "InternalError"), Fault::None, Fault::ResetAfter, Fault::None];
            FaultPlan::script(lost.into_iter().cycle().take(4_000))
        }
        Storm::Calm => FaultPlan::none(),
        Storm::Denied => FaultPlan::always(Fault::access_denied()),
        Storm::Drizzle => FaultPlan::random(0.05, dice.seed()),
        Storm::Flood => D::failing_in_part(0.9),
        Storm::Garbage => FaultPlan::random(0.7, dice.seed()).kinds(&[
            (Fault::Malformed, 1),
            (Fault::ResetAfter, 1),
            (Fault::ResetBefore, 1),
            (Fault::Truncated, 1),
        ]),
        Storm::Hangs => {
            FaultPlan::random(0.5, dice.seed()).kinds(&[(Fault::HangAfter, 1), (Fault::HangBefore, 1)])
        }
        Storm::Poison => {
            let (status, code) = D::REFUSAL;
            let (share, run) = (dice.pick(&[0.01, 0.3, 0.5, 0.7, 1.0]), dice.pick(&[1, 1, 10, 100]));
            let runs = dice.seed();
            let is_culprit = move |n: usize| Dice::of(runs ^ (n / run) as u64, "poison").chance(share);
            let is_poison = move |body: &str| mentioned(body).is_some_and(is_culprit);
            FaultPlan::always(Fault::reject_request_where(is_poison, status, code))
        }
        Storm::Rain => FaultPlan::random(0.5, dice.seed()),
        Storm::Rotation => {
            let code = ["ExpiredToken", "UnrecognizedClientException"][usize::from(dice.chance(0.5))];
            let out_of_date = keys::out_of_date(dice.between(0, 3));
            let refused = FaultPlan::always(Fault::refuse_keys(out_of_date, 403, code));
            ["GetQueueUrl", D::OPERATION].into_iter().fold(refused, FaultPlan::only)
        }
        Storm::Throttled => FaultPlan::always(Fault::ThrottleRequest),
        Storm::Unreachable => FaultPlan::always(Fault::Unreachable),
    }
}

#[expect(clippy::disallowed_methods, reason = "storms follow the paused clock of the run")]
async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
