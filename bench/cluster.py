#!/usr/bin/env python3
"""What a cluster on the same cores costs beside the kernel alone: populations and all standings of a day, counted by one
process with all cores, by one executor with all of them, and by two that share them.

One command: `python3 bench/cluster.py FOLDER [--rounds 3]`, of a data folder at rest, such as the one that `bench/restart.py`
leaves in `target`. It works on a copy. Rounds take turns, so that what else the machine does falls on all alike.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLUSTER = ROOT / "target" / "release" / "parlour-cluster"
BENCH = ROOT / "target" / "release" / "parlour-bench"
CORES = os.cpu_count() or 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=3)
    asked = arguments.parse_args()
    for what in (["-p", "parlour-cluster"], ["--workspace", "--exclude", "parlour-cluster"]):
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", *what], cwd=ROOT, check=True)
    ways = {"alone": [], "one executor": [CORES], "two executors": [(CORES + 1) // 2, max(CORES // 2, 1)]}
    took = {way: {} for way in ways}
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {CORES} cores")
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as folder:
        folder = pathlib.Path(folder)
        for number in range(asked.rounds):
            for way, cores in ways.items():
                shutil.copytree(asked.folder, folder / "data")
                said, split = measure(folder, cores)
                shutil.rmtree(folder / "data")
                for what, seconds in re.findall(r"^(.*): ([\d.]+) s", said, re.MULTILINE):
                    took[way].setdefault(what, []).append(float(seconds))
                print(f"\n{way}, round {number + 1}:\n{said.strip()}")
                if split:
                    print(f"tasks of each executor in the last question: {split}")
    print("\nmedian seconds, and times the kernel alone:")
    for way, whats in took.items():
        for what, seconds in whats.items():
            ratio = statistics.median(seconds) / statistics.median(took["alone"][what])
            print(f"{way} | {what} | {statistics.median(seconds):.2f} s | {ratio:.2f}")


def measure(folder, cores):
    with contextlib.ExitStack() as stack:
        url = cluster(folder, cores, stack) if cores else None
        split, done = {}, threading.Event()
        if url:
            watching = threading.Thread(target=watch, args=(url, split, done))
            watching.start()
            stack.callback(watching.join)
            stack.callback(done.set)
        ran = subprocess.run([BENCH, "everybody", folder / "data", *([url] if url else [])], capture_output=True, text=True, check=True)
        return ran.stdout, dict(split)


def cluster(folder, cores, stack):
    """Starts a scheduler and executors, each with so many cores. Returns where they are asked."""
    log = stack.enter_context(open(folder / "log", "w", encoding="utf-8"))
    scheduler = subprocess.Popen([CLUSTER, "scheduler", "--port", "0", "--door", "0"], stdout=subprocess.PIPE, stderr=log, text=True)
    stack.callback(end, scheduler)
    scheduler.stdout.readline()
    url = scheduler.stdout.readline().split()[-1]
    for number, n in enumerate(cores):
        options = ["--engine", url, "--cores", str(n), "--name", f"executor {number + 1}", "--port", "0", "--grpc-port", "0"]
        executor = subprocess.Popen([CLUSTER, "executor", *options], stderr=log)
        stack.callback(end, executor)
    while len(told(url, f"/v1/cluster?executors={len(cores)}")["executors"]) < len(cores):
        pass
    return url


def watch(url, split, done):
    """Keeps how many tasks each executor had of the question under way."""
    while not done.wait(.05):
        for question in told(url, "/v1/questions"):
            split.update(question["by"])


def told(url, path):
    with urllib.request.urlopen(url.replace("df:", "http:") + path) as answer:
        return json.load(answer)


def end(process):
    process.terminate()
    process.wait()


if __name__ == "__main__":
    main()
