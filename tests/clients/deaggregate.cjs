// Deaggregates records of Amazon Kinesis with aws-kinesis-agg; reads and writes what deaggregate.py does.

const readline = require("node:readline");

const { deaggregateSync } = require("aws-kinesis-agg");

const text = (base64) => Buffer.from(base64, "base64").toString();

let number = 0;
let lines = [];

function flush() {
  if (lines.length > 0) {
    process.stdout.write(lines.join(""));
    lines = [];
  }
}

readline
  .createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => {
    const [key, data] = line.split("\t");
    deaggregateSync({ partitionKey: text(key), sequenceNumber: "1", data }, true, (error, records) => {
      if (error) {
        throw error;
      }
      for (const { subSequenceNumber = "-", partitionKey, explicitPartitionKey, data } of records) {
        const fields = [number, subSequenceNumber, Buffer.from(partitionKey).toString("base64"), explicitPartitionKey || "-", data];
        lines.push(`${fields.join("\t")}\n`);
      }
    });
    number += 1;
    if (lines.length > 10_000) {
      flush();
    }
  })
  .on("close", flush);
