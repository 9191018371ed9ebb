"""Markdown and a plot out of what run.ts and the locustfile recorded: `report.py RESULTS TARGET`."""

import json
import math
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib
import stages

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402 (the backend comes first)

MOMENTS = ["first event", "first answer.delta", "last event", "write a document"]
SERVICES = ["gateway", "retriever", "generator"]
WINDOW_SECONDS = 5
SHARES = [0.5, 0.95, 0.99, 1]


def percentile(values, share):
    """Nearest rank; not a number where there is no value."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def milliseconds(value):
    return "–" if math.isnan(value) else f"{value:,.0f}"


def stage_table(samples, begin, end):
    inside = [sample for sample in samples if begin <= sample["at"] < end]
    rows = ["| moment | requests | failed | p50 ms | p95 ms | p99 ms | longest ms |", "|---|---|---|---|---|---|---|"]
    for moment in MOMENTS:
        own = [sample for sample in inside if sample["name"] == moment]
        failed = sum(not sample["ok"] for sample in own)
        times = [milliseconds(percentile([s["ms"] for s in own if s["ok"]], share)) for share in SHARES]
        rows.append(f"| {moment} | {len(own):,} | {failed} | {' | '.join(times)} |")
    return rows


def processor_table(measured, answers):
    rows = ["| service | CPU ms a request | resident at the end, MiB |", "|---|---|---|"]
    for name in SERVICES:
        rows.append(f"| {name} | {measured['cpuMs'][name] / answers:.2f} | {measured['residentMiB'][name]:.0f} |")
    total = sum(measured["cpuMs"][name] for name in SERVICES) / answers
    rows.append(f"| together | {total:.2f} | |")
    return rows, total


def report(samples, measured):
    machine = measured["machine"]
    questions = [sample for sample in samples if sample["name"] == "last event"]
    processor, total = processor_table(measured, max(1, len(questions)))
    lines = [
        "# Under load",
        "",
        "Written by `make load`. The four services as four processes on embedded storage, the sample corpus, the fake",
        "Bedrock at the published latencies (620 ± 40 ms to the first token, 950 ± 50 ms to the last, embeddings",
        "30 ± 10 ms, no question's embedding cached), and Locust: all on one machine, whose cores they share.",
        "",
        f"Machine: {machine['cores']} cores of {machine['model']}, {machine['memoryGiB']:.0f} GiB, Node {machine['node']}. "
        f"Load average before the start: {machine['loadBefore']:.1f}; cores busy during the run: "
        f"{machine['busyShare']:.0%}. " + judgement(machine),
        "",
        f"Profile: {stages.USERS:,} users, each with a question every {stages.SECONDS_A_QUESTION:g} s, and "
        f"{stages.WRITERS} writing a document every {stages.SECONDS_A_WRITE:g} s. The published one has 1,000 users, "
        "5 minutes and a burst to double.",
        "",
        "![Percentiles, requests and errors over time](load.png)",
        "",
        "An answer counts in the stage that it ended in.",
    ]
    begin = 0.0
    for stage in stages.stages():
        # What is under way at the end of the last stage may still finish.
        end = begin + stage.seconds if stage.name != "burst" else math.inf
        lines += ["", f"## {stage.name.capitalize()}: {stage.seconds:g} s, to {stage.users - stages.WRITERS:,} users"]
        inside = sum(begin <= sample["at"] < end for sample in questions)
        lines += ["", f"{inside / stage.seconds:.1f} answers/s.", "", *stage_table(samples, begin, end)]
        begin += stage.seconds
    lines += [
        "",
        "## Processor",
        "",
        "User and system time of each process from /proc over the whole run, ramp and compilation included; the",
        "retriever's has the embedded index in it.",
        "",
        *processor,
        "",
        f"500 requests/s need {500 * total / 1000:.1f} such cores: the embedded index is in that, the model is not.",
    ]
    return "\n".join(lines) + "\n"


def judgement(machine):
    if machine["busyShare"] < 0.8 and machine["loadBefore"] < machine["cores"]:
        return "The processor was not the bottleneck."
    return (
        "Other work ran beside it or the cores were full: times include the wait for a core, and say what this "
        "machine did, not what the fleet can do."
    )


def plot(samples, file):
    windows = defaultdict(list)
    for sample in samples:
        windows[sample["name"], int(sample["at"] // WINDOW_SECONDS)].append(sample)
    numbers = range(max((number for _, number in windows), default=0) + 1)
    seconds = [number * WINDOW_SECONDS for number in numbers]
    figure, (upper, lower) = pyplot.subplots(2, sharex=True, figsize=(9, 6), height_ratios=[2, 1])
    for moment in MOMENTS[:3]:
        times = [[s["ms"] for s in windows[moment, number] if s["ok"]] for number in numbers]
        (line,) = upper.plot(seconds, [percentile(own, 0.95) for own in times], label=f"{moment}, p95")
        upper.plot(seconds, [percentile(own, 0.5) for own in times], "--", color=line.get_color(), linewidth=0.8)
    upper.set_ylabel("ms (dashed: p50)")
    upper.set_ylim(bottom=0)
    upper.legend(loc="upper left")
    answers = [windows["last event", number] for number in numbers]
    lower.plot(seconds, [len(own) / WINDOW_SECONDS for own in answers], label="answers/s")
    lower.plot(seconds, [sum(not s["ok"] for s in own) / WINDOW_SECONDS for own in answers], "r", label="failed/s")
    lower.set_ylim(bottom=0)
    lower.set_xlabel("seconds")
    lower.legend(loc="upper left")
    begin = 0.0
    for stage in stages.stages():
        for axes in (upper, lower):
            axes.axvline(begin, color="grey", linewidth=0.5)
        upper.annotate(stage.name, (begin, 1), xycoords=("data", "axes fraction"), fontsize=8, va="bottom")
        begin += stage.seconds
    figure.tight_layout()
    figure.savefig(file, dpi=90)


def main():
    results, target = map(Path, sys.argv[1:3])
    samples = [json.loads(line) for line in (results / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
    measured = json.loads((results / "measured.json").read_text(encoding="utf-8"))
    target.mkdir(parents=True, exist_ok=True)
    (target / "load.md").write_text(report(samples, measured), encoding="utf-8")
    plot(samples, target / "load.png")


if __name__ == "__main__":
    main()
