use batch_core::{Class, Failure, Refusal, Reply, Verdict, Verdicts};

/// The verdict for each entry of a request, for services whose responses have one result per entry, in the
/// order of the entries, such as Amazon Kinesis and Amazon Data Firehose.
///
/// `read` returns what a result says: the response for an accepted entry, the verdict on a failed one, or
/// both or neither, which makes the entry ambiguous. A count of failures beside the results is not needed.
///
/// ```
/// use batch_core::{Failure, Verdict, Verdicts};
///
/// struct Result { id: Option<String>, code: Option<String> }
///
/// let results = vec![
///     Result { id: Some("7".to_owned()), code: None },
///     Result { id: None, code: Some("InternalFailure".to_owned()) },
/// ];
/// let reply = batch_smithy::verdicts_by_position(results, 2, |result| {
///     (result.id, result.code.map(|code| Verdict::Retry(Failure::new(code))))
/// });
/// let Ok(Verdicts::Each(verdicts)) = reply else { panic!("each entry has a result") };
/// assert!(matches!(&verdicts[..], [Verdict::Accepted(id), Verdict::Retry(_)] if id == "7"));
/// ```
///
/// # Errors
///
/// When the number of results is not `sent`, the number of entries: no result belongs to a certain entry
/// then, and the whole request is ambiguous.
pub fn verdicts_by_position<T, R>(
    results: Vec<T>,
    sent: usize,
    read: impl Fn(T) -> (Option<R>, Option<Verdict<R>>),
) -> Reply<R> {
    if results.len() != sent {
        return Err(Refusal::new(Class::Ambiguous, Failure::miscounted(results.len(), sent)));
    }
    let verdict = |result| match read(result) {
        (Some(response), None) => Verdict::Accepted(response),
        (None, Some(verdict)) => verdict,
        (None, None) => Verdict::Ambiguous(Failure::not_mentioned()),
        (Some(_), Some(_)) => Verdict::Ambiguous(Failure::contradictory()),
    };
    Ok(Verdicts::Each(results.into_iter().map(verdict).collect()))
}

#[cfg(test)]
mod tests {
    use batch_core::{Class, Failure, Reply, Verdict, Verdicts};

    use super::verdicts_by_position;

    fn reply(results: &[(Option<u8>, bool)], sent: usize) -> Reply<u8> {
        verdicts_by_position(results.to_vec(), sent, |(response, has_failed)| {
            (response, has_failed.then(|| Verdict::Reject(Failure::new("X"))))
        })
    }

    #[test]
    fn each_entry_has_the_verdict_at_its_position() {
        let results = [(Some(7), false), (None, true), (None, false), (Some(8), true)];
        let Ok(Verdicts::Each(verdicts)) = reply(&results, 4) else { panic!("each has a result") };
        let [Verdict::Accepted(7), Verdict::Reject(_), Verdict::Ambiguous(none), Verdict::Ambiguous(both)] =
            &verdicts[..]
        else {
            panic!("{verdicts:?}")
        };
        assert_eq!((none.code(), both.code()), ("NotMentioned", "ContradictoryResponse"));
    }

    #[test]
    fn a_response_of_another_length_has_a_verdict_for_no_entry() {
        for count in [0, 1, 3] {
            let refusal = reply(&vec![(Some(7), false); count], 2).expect_err("the numbers differ");
            assert_eq!((refusal.class, refusal.failure.code()), (Class::Ambiguous, "VerdictsMiscounted"));
        }
    }
}
