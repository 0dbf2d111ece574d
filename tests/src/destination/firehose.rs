//! Amazon Data Firehose: records for a delivery stream.

use std::error::Error;

use aws_sdk_firehose::Client;
use batch_firehose::{Firehose, Record};
use batch_local::{LocalServer, StoredFirehoseRecord};
use batchwright_kit::{Copies, Destination, Held, Setup, Throttles, client};

/// Records, which have neither keys nor order.
#[derive(Debug)]
pub struct Delivered(Client);

const STREAM: &str = "orders";

impl Destination for Delivered {
    type Service = Firehose;

    const OPERATION: &'static str = "PutRecordBatch";
    const BATCH: usize = 500;
    const LARGE: (usize, usize) = (83_880, 50);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "InvalidArgumentException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_firehose, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_delivery_stream().delivery_stream_name(STREAM).send().await?;
        Ok(())
    }

    fn service(&self) -> Firehose {
        Firehose::new(self.0.clone(), STREAM)
    }

    fn entry(content: String, _: Option<String>) -> Record {
        Record::new(content)
    }

    fn content(record: &Record) -> String {
        text(record.data())
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |record: &StoredFirehoseRecord| Held { content: text(&record.data), lane: None };
        server.firehose().accepted(STREAM).iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.firehose().accepted_count(STREAM)
    }
}

/// What is not text was altered.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}
