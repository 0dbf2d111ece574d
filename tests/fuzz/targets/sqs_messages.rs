//! A message that the writer takes is one that the server takes, and the other way round.
#![no_main]

use std::time::Duration;

use batch_core::{Batch, Service};
use batch_local::LocalServer;
use batch_sqs::{AttributeValue, Message, Queue, Sqs, SqsWriter};
use batchwright_fuzz::{Lines, agree, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (mut message, queue) = read(&Lines::of(input));
    let server = LocalServer::new();
    let client = clients::sqs(server.http_client());
    let is_fifo = queue.is_fifo();
    let create = client.create_queue().queue_name(queue.to_string());
    let create = if is_fifo { create.attributes("FifoQueue".into(), "true") } else { create };
    run(create.send()).expect("the queue can be created");
    let writer = SqsWriter::builder(Sqs::new(client, queue)).build().expect("it is a queue");
    let service = writer.service();
    // What the writer would fill in, so that the server does not miss it.
    service.prepare(&mut message).expect("nothing is missing");
    agree(&service.measure(&message), &service.limits().expect("they fit together"), &run(service.send(&Batch::of([message.clone()]))));
});

fn read(lines: &Lines<'_>) -> (Message, Queue) {
    let body = lines.iter().find(|(letter, _)| *letter == 'B').map(|(_, text)| text);
    let (mut message, mut name) = (Message::new(body.unwrap_or_default()), "name".to_owned());
    let mut queue = "orders";
    for (letter, text) in lines.iter() {
        match letter {
            'f' => queue = "orders.fifo",
            'n' => name = text,
            _ => message = with(message, letter, &name, text),
        }
    }
    (message, Queue::new(queue))
}

fn with(message: Message, letter: char, name: &str, text: String) -> Message {
    match letter {
        'b' => message.attribute(name, AttributeValue::binary(text)),
        'd' => message.deduplication_id(text),
        'g' => message.group(text),
        'i' => message.id(text),
        'l' => message.attribute(name, AttributeValue::string("labelled").label(word(text))),
        's' => message.attribute(name, AttributeValue::string(text)),
        'w' => message.delay(Duration::from_secs(text.parse::<u16>().unwrap_or(1).into())),
        '#' => message.attribute(name, AttributeValue::number(text)),
        _ => message,
    }
}

/// The server takes words alone for a label; the guide allows what a body may have, and so does the writer.
fn word(mut text: String) -> String {
    text.retain(|character| character.is_ascii_alphanumeric() || "-_.".contains(character));
    text
}
