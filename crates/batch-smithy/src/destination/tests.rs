use super::{NameOrArn, Naming};

const STREAM: Naming = Naming {
    noun: "stream",
    service: "kinesis",
    resource: "stream/",
    characters: 3..=10,
    punctuation: "-.",
    suffix: "",
};

const QUEUE: Naming = Naming {
    noun: "queue",
    service: "sqs",
    resource: "",
    characters: 1..=10,
    punctuation: "-_",
    suffix: ".fifo",
};

/// Checks what a client in eu-west-1 gets for this name or ARN: nothing, or an error with these words.
#[track_caller]
fn check(naming: &Naming, text: &str, expected: Result<(), &str>) {
    match (NameOrArn::new(text).check(naming, Some("eu-west-1")), expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}, not {words}"),
        (found, _) => panic!("{text}: {found:?}"),
    }
}

#[test]
fn the_length_of_a_name_is_within_its_limits() {
    check(&STREAM, "abc", Ok(()));
    check(&STREAM, "abcdefghij", Ok(()));
    check(&STREAM, "", Err("the stream name has a length of 0; use 3 to 10 characters"));
    check(&STREAM, "a", Err("the stream name has a length of 1; use 3 to 10 characters"));
    check(&STREAM, "ab", Err("has a length of 2"));
    check(&STREAM, "abcdefghijk", Err("has a length of 11"));
    check(&QUEUE, "abcde.fifo", Ok(()));
    check(&QUEUE, "abcdef.fifo", Err("has a length of 11; use 1 to 10 characters"));
}

#[test]
fn a_name_has_letters_digits_and_the_punctuation_that_is_allowed() {
    check(&STREAM, "Az-0.9", Ok(()));
    check(&STREAM, "a_bc", Err(r#"the stream name "a_bc" contains '_'; use letters, digits, '-', '.'"#));
    check(&STREAM, "bücher", Err("contains 'ü'"));
    check(&STREAM, "or ders", Err("contains ' '"));
}

#[test]
fn a_suffix_is_allowed_at_the_end_alone() {
    check(&QUEUE, "a.fifo", Ok(()));
    check(&QUEUE, "a.b", Err("contains '.'; use letters, digits, '-', '_' and the suffix \".fifo\""));
    check(&QUEUE, "a.fifo.fifo", Err("has a length of 11"));
    check(&QUEUE, "a.fifo-b", Err("contains '.'"));
    check(&QUEUE, ".fifo", Err(r#"".fifo" has no character before ".fifo""#));
}

#[test]
fn the_form_decides_whether_a_text_is_a_name_or_an_arn() {
    let arn = "arn:aws:sqs:eu-west-1:123456789012:orders";
    assert_eq!(NameOrArn::new("orders.arn"), NameOrArn::Name("orders.arn".to_owned()));
    assert_eq!(NameOrArn::new(arn), NameOrArn::Arn(arn.to_owned()));
    assert_eq!(NameOrArn::new(arn).as_str(), arn);
    assert_eq!(NameOrArn::new(arn).arn().map(|arn| arn.resource), Some("orders"));
    assert_eq!(NameOrArn::new("orders").arn(), None);
}

#[test]
fn an_arn_names_such_a_destination() {
    let wrong = "is not the ARN of a stream, which has the form \
                 arn:<partition>:kinesis:<region>:<12-digit account>:stream/<name>";
    check(&STREAM, "arn:aws:kinesis:eu-west-1:123456789012:stream/orders", Ok(()));
    for arn in [
        "arn:",
        "arn:orders",
        "arn:aws:sqs:eu-west-1:123456789012:stream/orders",
        "arn:aws:kinesis:eu-west-1:123456789012:table/orders",
        "arn:aws:kinesis:eu-west-1:12345678901:stream/orders",
    ] {
        check(&STREAM, arn, Err(wrong));
    }
    check(&STREAM, "arn:aws:kinesis:eu-west-1:123456789012:stream/", Err("has a length of 0"));
    check(&STREAM, "arn:aws:kinesis:eu-west-1:123456789012:stream/a/b", Err("contains '/'"));
    check(&QUEUE, "arn:aws:sqs:eu-west-1:123456789012:a.fifo", Ok(()));
    check(&QUEUE, "arn:aws:sqs:eu-west-1:123456789012:a:b", Err("contains ':'"));
}

#[test]
fn an_arn_is_of_the_region_of_the_client() {
    let arn = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";
    let words = "the stream arn:aws:kinesis:us-east-1:123456789012:stream/orders is in region us-east-1, but the \
                 client is in eu-west-1; give the client the region of the stream";
    check(&STREAM, arn, Err(words));
    NameOrArn::new(arn).check(&STREAM, Some("us-east-1")).expect("it is the region of the client");
    NameOrArn::new(arn).check(&STREAM, None::<&str>).expect("the client reports it itself");
}

#[test]
fn a_missing_destination_is_explained_by_where_it_was_requested() {
    let text = NameOrArn::new("orders").not_found(&STREAM, Some("eu-west-1"));
    let words = "the stream orders does not exist in region eu-west-1 for the account of these credentials, is not active";
    assert!(text.starts_with(words), "{text}");
    let arn = NameOrArn::new("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
    let text = arn.not_found(&STREAM, None::<&str>);
    assert!(
        text.contains("stream/orders does not exist in the region of the client for account 123456789012"),
        "{text}"
    );
}
