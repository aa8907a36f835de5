"""The original's loop: kafka-python polls, scikit-learn judges one message at a time."""

import argparse
import json
import time

from kafka import KafkaConsumer, TopicPartition
from sklearn.ensemble import IsolationForest

from peer import Stopwatch, report

FIELDS = ["amount", "transaction_type", "account_balance"]

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("broker")
parser.add_argument("topic")
parser.add_argument("--train", type=int, default=10_000, help="messages that the forest is trained on")
parser.add_argument("--messages", type=int, default=1000, help="messages that are judged, and timed")
parser.add_argument("--trees", type=int, default=100)
options = parser.parse_args()

consumer = KafkaConsumer(
    bootstrap_servers=options.broker,
    value_deserializer=lambda value: json.loads(value.decode("utf-8")),
    enable_auto_commit=False,
    consumer_timeout_ms=30_000,
)
partitions = [TopicPartition(options.topic, part) for part in consumer.partitions_for_topic(options.topic)]
consumer.assign(partitions)
consumer.seek_to_beginning(*partitions)

stopwatch = Stopwatch()
training = []
forest = IsolationForest(n_estimators=options.trees, max_samples=256, random_state=0)
flagged = 0
judged = 0
started = None
for message in consumer:
    row = [message.value[field] for field in FIELDS]
    if len(training) < options.train:
        training.append(row)
        if len(training) == options.train:
            stopwatch.time("train", lambda: forest.fit(training))
            started = time.perf_counter()
        continue
    flagged += int(forest.predict([row])[0] == -1)
    judged += 1
    if judged == options.messages:
        break
elapsed = time.perf_counter() - started
consumer.close()

report(
    "kafka-python + scikit-learn, one message at a time",
    "kafka-python",
    stopwatch,
    messages=judged,
    flagged=flagged,
    messagesPerSecond=judged / elapsed,
)
