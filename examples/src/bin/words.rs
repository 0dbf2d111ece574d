//! Sends single words, four at a time, to a service of its own.

use async_trait::async_trait;
use batch_core::{Batch, ConfigError, Invalid, LimitPolicy, Measure, Reply, Service, Verdicts, Writer};

/// An operation that takes up to four words a request.
struct Words;

#[async_trait]
impl Service for Words {
    type Entry = String;
    type Response = ();

    fn name(&self) -> &'static str {
        "words"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(4, 64, 16)
    }

    fn measure<'a>(&self, word: &'a String) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(word.len()))
    }

    async fn send(&self, batch: &Batch<String>) -> Reply<()> {
        // Here an adapter makes one request of these words, and reads its response.
        assert!(batch.entries().len() <= 4);
        Ok(Verdicts::all_accepted(|_| ()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let writer = Writer::builder(Words).build()?;
    for word in "a writer takes single words and sends them four at a time".split(' ') {
        writer.submit(word.to_owned()).await?;
    }
    let receipt = writer.submit_tracked("tracked".to_owned()).await?;

    assert!(writer.flush().await.is_empty());
    assert_eq!(receipt.await?.attempts, 1);
    assert_eq!(writer.stats().delivered, 13);
    assert_eq!(writer.stats().requests, 4);
    Ok(())
}
