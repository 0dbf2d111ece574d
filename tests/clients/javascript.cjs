// Drives batch-local with the AWS SDK for JavaScript: writes to every destination and reads back, and goes beyond every
// limit.

const assert = require("node:assert/strict");

const { CloudWatch } = require("@aws-sdk/client-cloudwatch");
const { DynamoDB } = require("@aws-sdk/client-dynamodb");
const { Firehose } = require("@aws-sdk/client-firehose");
const { Kinesis } = require("@aws-sdk/client-kinesis");
const { SNS } = require("@aws-sdk/client-sns");
const { SQS } = require("@aws-sdk/client-sqs");

// An SDK that retried would hide what the server says.
const config = { maxAttempts: 1 };
const minute = 60_000;
const now = Math.floor(Date.now() / 1000) * 1000;

const list = (length, element) => Array.from({ length }, (_, n) => element(n));

/** What a destination accepted that AWS has no request to read from. */
async function accepted(path) {
  return (await fetch(`${process.env.AWS_ENDPOINT_URL}/accepted/${path}`)).json();
}

async function refused(code, request) {
  const error = await request.then(() => ({ name: "not refused" }), (error) => error);
  assert.equal(error.Code ?? error.name, code, String(error));
}

async function sqs() {
  const sqs = new SQS(config);
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "orders" });
  const MessageAttributes = { colour: { DataType: "String", StringValue: "grün" } };
  const Entries = list(10, (n) => ({ Id: `${n}`, MessageBody: `pair ${n} 👟`, MessageAttributes }));
  const send = (Entries) => sqs.sendMessageBatch({ QueueUrl, Entries });
  const sent = await send(Entries);
  assert.deepEqual([sent.Successful.length, sent.Failed ?? []], [10, []]);
  const bodies = [];
  while (bodies.length < 10) {
    const received = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] });
    for (const message of received.Messages) {
      assert.equal(message.MessageAttributes.colour.StringValue, "grün");
      bodies.push(message.Body);
    }
  }
  assert.deepEqual(bodies.sort(), Entries.map((entry) => entry.MessageBody).sort());
  await refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", send(list(11, (n) => ({ Id: `${n}`, MessageBody: "a" }))));
  await refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", send([Entries[0], Entries[0]]));
  const large = [{ Id: "a", MessageBody: "a".repeat(1 << 20) }, { Id: "b", MessageBody: "b" }];
  await refused("AWS.SimpleQueueService.BatchRequestTooLong", send(large));
  const invalid = await send([{ Id: "a", MessageBody: "\uffff" }]);
  assert.deepEqual(invalid.Failed.map((failed) => failed.Code), ["InvalidMessageContents"]);
}

async function sqsFifo() {
  const sqs = new SQS(config);
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "orders.fifo" });
  const entry = (n) => ({ Id: `${n}`, MessageBody: `${n}`, MessageGroupId: "a", MessageDeduplicationId: `${n}` });
  // The second time, all are duplicates.
  for (let time = 0; time < 2; time++) {
    const sent = await sqs.sendMessageBatch({ QueueUrl, Entries: list(5, entry) });
    assert.equal(sent.Successful.length, 5);
  }
  const received = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  assert.deepEqual(received.Messages.map((message) => message.Body), ["0", "1", "2", "3", "4"]);
  await refused("MissingParameter", sqs.sendMessage({ QueueUrl, MessageBody: "a" }));
}

async function sns() {
  const sns = new SNS(config);
  const TopicArn = "arn:aws:sns:us-east-1:000000000000:alerts";
  const MessageAttributes = { level: { DataType: "Number", StringValue: "3" } };
  const entries = list(10, (n) => ({ Id: `${n}`, Message: `<${n}> & 👟`, MessageAttributes }));
  const publish = (PublishBatchRequestEntries) => sns.publishBatch({ TopicArn, PublishBatchRequestEntries });
  const sent = await publish(entries);
  assert.deepEqual([sent.Successful.length, sent.Failed ?? []], [10, []]);
  const messages = await accepted("sns/alerts");
  assert.deepEqual(messages.map((message) => message.Message), entries.map((entry) => entry.Message));
  assert.deepEqual(messages[0].MessageAttributes, MessageAttributes);
  assert.deepEqual(messages.map((message) => message.MessageId), sent.Successful.map((one) => one.MessageId));
  await refused("TooManyEntriesInBatchRequest", publish(list(11, (n) => ({ Id: `${n}`, Message: "a" }))));
  const large = list(3, (n) => ({ Id: `${n}`, Message: "a".repeat(1 << 17) }));
  await refused("BatchRequestTooLong", publish(large));
  await refused("InvalidParameter", sns.publish({ TopicArn, Message: "" }));
  await refused("NotFound", sns.publish({ TopicArn: `${TopicArn}s`, Message: "a" }));
}

async function kinesis() {
  const kinesis = new Kinesis(config);
  const put = (Records, StreamName = "clicks") => kinesis.putRecords({ StreamName, Records });
  const records = list(500, (n) => ({ Data: Uint8Array.of(n % 256, 0, 255), PartitionKey: `${n}` }));
  assert.equal((await put(records)).FailedRecordCount, 0);
  const found = [];
  for (const { ShardId } of (await kinesis.listShards({ StreamName: "clicks" })).Shards) {
    const from = { StreamName: "clicks", ShardId, ShardIteratorType: "TRIM_HORIZON" };
    const { ShardIterator } = await kinesis.getShardIterator(from);
    found.push(...(await kinesis.getRecords({ ShardIterator })).Records);
  }
  found.sort((a, b) => a.PartitionKey - b.PartitionKey);
  assert.deepEqual(found.map((record) => [...record.Data]), records.map((record) => [...record.Data]));
  await refused("ValidationException", put([...records, records[0]]));
  await refused("InvalidArgumentException", put([{ Data: new Uint8Array(1 << 20), PartitionKey: "a" }]));
  await refused("ValidationException", put([{ Data: Uint8Array.of(1), PartitionKey: "a".repeat(257) }]));
  await refused("ResourceNotFoundException", put([records[0]], "click"));
}

async function firehose() {
  const firehose = new Firehose(config);
  const put = (Records, DeliveryStreamName = "logs") => firehose.putRecordBatch({ DeliveryStreamName, Records });
  const records = list(500, (n) => ({ Data: Uint8Array.of(n % 256, 10) }));
  const sent = await put(records);
  assert.equal(sent.FailedPutCount, 0);
  const stored = await accepted("firehose/logs");
  assert.deepEqual(stored.map((record) => record.RecordId), sent.RequestResponses.map((one) => one.RecordId));
  assert.deepEqual([stored.length, stored[1].Data], [500, "AQo="]);
  await refused("ValidationException", put([...records, records[0]]));
  await refused("ValidationException", put([{ Data: new Uint8Array(1_024_001) }]));
  await refused("InvalidArgumentException", put(list(5, () => ({ Data: new Uint8Array(1_000_000) }))));
  await refused("ResourceNotFoundException", put([records[0]], "log"));
}

async function dynamodb() {
  const dynamodb = new DynamoDB(config);
  const write = (items, table = "orders") =>
    dynamodb.batchWriteItem({ RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) } });
  const item = (n) => ({ id: { S: "a" }, created: { N: `${n}` }, data: { B: Uint8Array.of(n) }, tags: { SS: ["x"] } });
  const items = list(25, item);
  assert.deepEqual((await write(items)).UnprocessedItems, {});
  assert.deepEqual((await dynamodb.scan({ TableName: "orders" })).Items, items);
  const Key = { id: { S: "a" }, created: { N: "7" } };
  await dynamodb.batchWriteItem({ RequestItems: { orders: [{ DeleteRequest: { Key } }] } });
  assert.equal((await dynamodb.getItem({ TableName: "orders", Key })).Item, undefined);
  await refused("ValidationException", write([...items, item(25)]));
  await refused("ValidationException", write([item(1), item(1)]));
  await refused("ValidationException", write([{ ...item(1), data: { B: new Uint8Array(409_600) } }]));
  await refused("ValidationException", write([{ id: { S: "a" } }]));
  await refused("ResourceNotFoundException", write([item(1)], "order"));
}

async function cloudwatch() {
  const cloudwatch = new CloudWatch(config);
  const put = (...MetricData) => cloudwatch.putMetricData({ Namespace: "shop", MetricData });
  const Dimensions = [{ Name: "host", Value: "a" }];
  const datum = (more) => ({ MetricName: "latency", Dimensions, ...more });
  const timed = { Timestamp: new Date(now), Unit: "Milliseconds" };
  // A thousand, so that the SDK compresses them.
  await put(...list(1000, (n) => datum({ Value: n + 0.5, ...timed })));
  await put(datum({ Values: [1, 2], Counts: [3, 4], ...timed }));
  const metrics = (await cloudwatch.listMetrics({ Namespace: "shop" })).Metrics;
  assert.deepEqual(metrics.map((metric) => metric.MetricName), ["latency"]);
  const { Datapoints } = await cloudwatch.getMetricStatistics({
    Namespace: "shop",
    MetricName: "latency",
    Dimensions,
    StartTime: new Date(now - 2 * minute),
    EndTime: new Date(now + 2 * minute),
    Period: 60,
    Statistics: ["Sum", "SampleCount", "Minimum", "Maximum"],
  });
  const expected = { Sum: 500_011, SampleCount: 1007, Minimum: 0.5, Maximum: 999.5, Unit: "Milliseconds" };
  assert.deepEqual(Datapoints, [{ Timestamp: new Date(now - (now % minute)), ...expected }]);
  await refused("InvalidParameterValue", put(...list(1001, () => datum({ Value: 1 }))));
  await refused("InvalidParameterValue", put(datum({ Values: list(151, (n) => n) })));
  await refused("InvalidParameterCombination", put(datum({ Value: 1, Values: [1] })));
  await refused("InvalidParameterValue", put(datum({ Value: 1, Timestamp: new Date(now - 15 * 24 * 60 * minute) })));
  const many = datum({ Values: list(150, (n) => n + 0.123456789) });
  await refused("RequestEntityTooLarge", put(...list(1000, () => many)));
}

async function main() {
  for (const check of [sqs, sqsFifo, sns, kinesis, firehose, dynamodb, cloudwatch]) {
    await check();
    console.log(`AWS SDK for JavaScript: ${check.name} ok`);
  }
}

main();
