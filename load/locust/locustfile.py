"""Askers who read answers event by event, a writer beside them, and the stages that they come in.

Times are in milliseconds from the moment that the question was sent. A stream that does not end in
`answer.completed` is a failure, whatever its HTTP status. Options are the LOAD_* variables of stages.py.
"""

import json
import os
import random
import time
from pathlib import Path

import gevent
import stages
from locust import FastHttpUser, LoadTestShape, constant_pacing, events, task
from sse import read_events

ROOT = Path(__file__).resolve().parents[2]
QUERIES = (ROOT / "eval/sample/queries.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [json.loads(line)["text"] for line in QUERIES if line]
SAMPLES = os.environ.get("LOAD_SAMPLES")


class Asker(FastHttpUser):
    """Asks a question of the sample corpus, drawn anew each time, and reads the answer to its end."""

    wait_time = constant_pacing(stages.SECONDS_A_QUESTION)
    network_timeout = connection_timeout = 60.0

    def on_start(self):
        # Users that started together would otherwise ask together for ever.
        gevent.sleep(random.uniform(0, stages.SECONDS_A_QUESTION))

    @task
    def ask(self):
        question = {"messages": [{"role": "user", "content": random.choice(QUESTIONS)}]}
        headers = {"accept": "text/event-stream"}
        start = time.perf_counter()
        moments, last = {}, None
        with self.client.post(
            "/v1/chat", json=question, headers=headers, stream=True, catch_response=True, name="last event"
        ) as response:
            if response.status_code != 200:
                response.failure(f"status {response.status_code}")
                return
            for last in read_events(iter(lambda: response.stream.readline(b"\n"), b"")):
                elapsed = (time.perf_counter() - start) * 1000
                moments.setdefault("first event", elapsed)
                if last.type == "answer.delta":
                    moments.setdefault("first answer.delta", elapsed)
            response.request_meta["response_time"] = (time.perf_counter() - start) * 1000
            if last is None or last.type != "answer.completed":
                response.failure(f"the stream ended with {last.type if last else 'nothing'}")
        for name, milliseconds in moments.items():
            self.environment.events.request.fire(
                request_type="SSE", name=name, response_time=milliseconds, response_length=0, exception=None, context={}
            )


class Writer(FastHttpUser):
    """Writes new versions of a few documents, so that the index changes while it is asked."""

    fixed_count = stages.WRITERS
    wait_time = constant_pacing(stages.SECONDS_A_WRITE)

    @task
    def write(self):
        number = random.randrange(20)
        document = {
            "source": "load",
            "documentId": f"harbour-note-{number}",
            "mediaType": "text/markdown",
            "content": f"# Berth {number}\n\nBerth {number} was last swept at {time.time():.0f} seconds.\n",
        }
        self.client.post("/v1/documents", json={"documents": [document]}, name="write a document")


class Profile(LoadTestShape):
    """Ramp, steady, burst, and then the end."""

    def tick(self):
        start = 0.0
        for stage in stages.stages():
            start += stage.seconds
            if self.get_run_time() < start:
                return stage.users, stage.spawn_rate
        return None


@events.test_start.add_listener
def record_samples(environment, **_):
    """Each measured time as one line of LOAD_SAMPLES: Locust's own files hold windows and rounded percentiles."""
    if SAMPLES is None:
        return
    file = Path(SAMPLES).open("w", encoding="utf-8")
    start = time.perf_counter()

    @environment.events.request.add_listener
    def record(name, response_time, exception, **_):
        sample = {"at": time.perf_counter() - start, "name": name, "ms": response_time, "ok": exception is None}
        file.write(json.dumps(sample) + "\n")

    @environment.events.quit.add_listener
    def close(**_):
        file.close()
