"""Drives batch-local with boto3: writes to every destination and reads back, and goes beyond every limit."""

import datetime
import json
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def client(service):
    # An SDK that retried would hide what the server says.
    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))


def accepted(path):
    """What a destination accepted that AWS has no request to read from."""
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/accepted/{path}") as response:
        return json.load(response)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found == code, f"{call.__name__}: {found} instead of {code}"
    else:
        raise AssertionError(f"{call.__name__} was not refused with {code}")


def sqs():
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    attributes = {"colour": {"DataType": "String", "StringValue": "grün"}}
    entries = [{"Id": str(n), "MessageBody": f"pair {n} 👟", "MessageAttributes": attributes} for n in range(10)]
    response = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert len(response["Successful"]) == 10 and "Failed" not in response, response
    bodies = []
    while len(bodies) < 10:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        for message in received["Messages"]:
            assert message["MessageAttributes"]["colour"]["StringValue"] == "grün", message
            bodies.append(message["Body"])
    assert sorted(bodies) == sorted(entry["MessageBody"] for entry in entries), bodies
    send = sqs.send_message_batch
    refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", send, QueueUrl=url, Entries=eleven(entries))
    refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", send, QueueUrl=url, Entries=[entries[0]] * 2)
    large = [{"Id": "a", "MessageBody": "a" * (1 << 20)}, {"Id": "b", "MessageBody": "b"}]
    refused("AWS.SimpleQueueService.BatchRequestTooLong", send, QueueUrl=url, Entries=large)
    invalid = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "a", "MessageBody": "\uffff"}])
    assert [failed["Code"] for failed in invalid["Failed"]] == ["InvalidMessageContents"], invalid


def eleven(entries):
    return entries + [{**entries[0], "Id": "eleventh"}]


def sqs_fifo():
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="orders.fifo")["QueueUrl"]
    entry = lambda n: {"Id": str(n), "MessageBody": str(n), "MessageGroupId": "a", "MessageDeduplicationId": str(n)}
    for _ in range(2):  # The second time, all are duplicates.
        assert len(sqs.send_message_batch(QueueUrl=url, Entries=list(map(entry, range(5))))["Successful"]) == 5
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in received] == list("01234"), received
    refused("MissingParameter", sqs.send_message, QueueUrl=url, MessageBody="a")


def sns():
    sns = client("sns")
    topic = "arn:aws:sns:us-east-1:000000000000:alerts"
    attributes = {"level": {"DataType": "Number", "StringValue": "3"}}
    entries = [{"Id": str(n), "Message": f"<{n}> & 👟", "MessageAttributes": attributes} for n in range(10)]
    publish = sns.publish_batch
    response = publish(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert len(response["Successful"]) == 10 and not response["Failed"], response
    messages = accepted("sns/alerts")
    assert [message["Message"] for message in messages] == [entry["Message"] for entry in entries], messages
    assert messages[0]["MessageAttributes"] == attributes, messages[0]
    assert [message["MessageId"] for message in messages] == [sent["MessageId"] for sent in response["Successful"]]
    refused("TooManyEntriesInBatchRequest", publish, TopicArn=topic, PublishBatchRequestEntries=eleven(entries))
    large = [{"Id": id, "Message": id * (1 << 17)} for id in "abc"]
    refused("BatchRequestTooLong", publish, TopicArn=topic, PublishBatchRequestEntries=large)
    refused("InvalidParameter", sns.publish, TopicArn=topic, Message="")
    refused("NotFound", sns.publish, TopicArn=topic + "s", Message="a")


def kinesis():
    kinesis = client("kinesis")
    put = kinesis.put_records
    records = [{"Data": bytes([n % 256, 0, 255]), "PartitionKey": str(n)} for n in range(500)]
    assert put(StreamName="clicks", Records=records)["FailedRecordCount"] == 0
    found = []
    for shard in kinesis.list_shards(StreamName="clicks")["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName="clicks", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += kinesis.get_records(ShardIterator=iterator)["Records"]
    read = sorted((int(record["PartitionKey"]), record["Data"]) for record in found)
    assert read == [(n, record["Data"]) for n, record in enumerate(records)], len(read)
    refused("ValidationException", put, StreamName="clicks", Records=records + records[:1])
    large = {"Data": b"a" * (1 << 20), "PartitionKey": "a"}
    refused("InvalidArgumentException", put, StreamName="clicks", Records=[large])
    refused("ValidationException", put, StreamName="clicks", Records=[{"Data": b"a", "PartitionKey": "a" * 257}])
    refused("ResourceNotFoundException", put, StreamName="click", Records=records[:1])


def firehose():
    firehose = client("firehose")
    put = firehose.put_record_batch
    records = [{"Data": bytes([n % 256, 10])} for n in range(500)]
    response = put(DeliveryStreamName="logs", Records=records)
    assert response["FailedPutCount"] == 0, response
    stored = accepted("firehose/logs")
    assert [record["RecordId"] for record in stored] == [put["RecordId"] for put in response["RequestResponses"]]
    assert (len(stored), stored[1]["Data"]) == (500, "AQo="), stored[1]
    refused("ValidationException", put, DeliveryStreamName="logs", Records=records + records[:1])
    refused("ValidationException", put, DeliveryStreamName="logs", Records=[{"Data": b"a" * 1_024_001}])
    large = [{"Data": b"a" * 1_000_000}] * 5
    refused("InvalidArgumentException", put, DeliveryStreamName="logs", Records=large)
    refused("ResourceNotFoundException", put, DeliveryStreamName="log", Records=records[:1])


def dynamodb():
    dynamodb = client("dynamodb")
    write = lambda *puts: {"RequestItems": {"orders": [{"PutRequest": {"Item": item}} for item in puts]}}
    item = lambda n: {"id": {"S": "a"}, "created": {"N": str(n)}, "data": {"B": bytes([n])}, "tags": {"SS": ["x"]}}
    items = [item(n) for n in range(25)]
    assert dynamodb.batch_write_item(**write(*items))["UnprocessedItems"] == {}
    assert dynamodb.scan(TableName="orders")["Items"] == items
    key = {"id": {"S": "a"}, "created": {"N": "7"}}
    dynamodb.batch_write_item(RequestItems={"orders": [{"DeleteRequest": {"Key": key}}]})
    assert "Item" not in dynamodb.get_item(TableName="orders", Key=key)
    batch = dynamodb.batch_write_item
    refused("ValidationException", batch, **write(*items, item(25)))
    refused("ValidationException", batch, **write(item(1), item(1)))
    refused("ValidationException", batch, **write({**item(1), "data": {"B": b"a" * 409_600}}))
    refused("ValidationException", batch, **write({"id": {"S": "a"}}))
    refused("ResourceNotFoundException", batch, RequestItems={"order": write(item(1))["RequestItems"]["orders"]})


def cloudwatch():
    cloudwatch = client("cloudwatch")
    put = lambda *data: cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
    datum = lambda **more: {"MetricName": "latency", "Dimensions": [{"Name": "host", "Value": "a"}], **more}
    # A thousand, so that the SDK compresses them.
    put(*[datum(Value=n + 0.5, Timestamp=NOW, Unit="Milliseconds") for n in range(1000)])
    put(datum(Values=[1.0, 2.0], Counts=[3.0, 4.0], Timestamp=NOW, Unit="Milliseconds"))
    assert [metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="shop")["Metrics"]] == ["latency"]
    points = cloudwatch.get_metric_statistics(
        Namespace="shop",
        MetricName="latency",
        Dimensions=[{"Name": "host", "Value": "a"}],
        StartTime=NOW - datetime.timedelta(minutes=2),
        EndTime=NOW + datetime.timedelta(minutes=2),
        Period=60,
        Statistics=["Sum", "SampleCount", "Minimum", "Maximum"],
    )["Datapoints"]
    (point,) = points
    found = [point[name] for name in ("Sum", "SampleCount", "Minimum", "Maximum", "Unit", "Timestamp")]
    assert found == [500_011, 1007, 0.5, 999.5, "Milliseconds", NOW.replace(second=0)], found
    refused("InvalidParameterValue", lambda: put(*[datum(Value=1)] * 1001))
    refused("InvalidParameterValue", lambda: put(datum(Values=[float(n) for n in range(151)])))
    refused("InvalidParameterCombination", lambda: put(datum(Value=1, Values=[1.0])))
    refused("InvalidParameterValue", lambda: put(datum(Value=1, Timestamp=NOW - datetime.timedelta(days=15))))
    refused("RequestEntityTooLarge", lambda: put(*[datum(Values=[n + 0.123456789 for n in range(150)])] * 1000))


for check in (sqs, sqs_fifo, sns, kinesis, firehose, dynamodb, cloudwatch):
    check()
    print(f"boto3 {boto3.__version__}: {check.__name__} ok")
