use aws_smithy_cbor::Encoder;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_cloudwatch::{Metric, StatisticSet};
use batchwright_tests::Datums;

use super::Suspect;
use crate::paths::answer;
use crate::planted::{MARK, NUMBER, STRANGE};
use crate::trouble::Asked;

impl Suspect for Datums {
    const UNKNOWN: (u16, &'static str) = (404, "ResourceNotFound");
    const READ: u16 = 400;
    const CONTENT: &'static str = "application/cbor";

    fn guilty(n: usize) -> Metric {
        let metric = Metric::new(format!("{MARK} metric {n}"), number());
        metric.dimension(format!("{MARK} name"), format!("{MARK} value"))
    }

    fn invalid() -> Vec<Metric> {
        let base = || Metric::new(MARK, number());
        let set = StatisticSet { sample_count: 1.0, sum: number(), minimum: number(), maximum: 1.0 };
        vec![
            Metric::new("", number()),
            Metric::new(MARK.repeat(40), number()),
            Metric::new(format!("{MARK}{STRANGE}"), number()),
            Metric::new(MARK, number() * 1e200),
            Metric::new(MARK, f64::NAN),
            Metric::values(MARK, vec![number(); 151]),
            Metric::values(MARK, [number(), f64::INFINITY]),
            Metric::counted_values(MARK, [(number(), -number())]),
            Metric::statistics(MARK, set),
            base().dimension("", MARK),
            base().dimension(MARK, ""),
            base().dimension(format!(":{MARK}"), MARK),
            base().dimension(MARK.repeat(40), MARK),
            base().dimension(MARK, MARK.repeat(200)),
            base().dimension(format!("{MARK}{STRANGE}"), MARK),
            base().dimension(MARK, format!("{MARK}{STRANGE}")),
            (0..31).fold(base(), |metric, n| metric.dimension(format!("{MARK} {n}"), MARK)),
            base().dimension(MARK, "1").dimension(MARK, "2"),
            base().unit(MARK),
            base().storage_resolution(7),
            base().timestamp(std::time::SystemTime::UNIX_EPOCH),
        ]
    }

    /// No limit of an entry is left that is not one of its fields: 150 values with their counts, and dimensions of the
    /// greatest length, fit.
    fn too_large() -> Metric {
        Metric::new(MARK, number())
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        let mut body = Encoder::new(Vec::new());
        body.begin_map().str("__type").str(code).str("message").str(message).end();
        let mut answer = answer(status, Self::CONTENT, body.into_writer());
        answer.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        answer
    }

    /// A request is taken as a whole or not at all.
    fn in_part(_: &Asked) -> Option<HttpResponse> {
        None
    }
}

fn number() -> f64 {
    NUMBER.parse().unwrap()
}
