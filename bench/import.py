#!/usr/bin/env python3
"""How many rows a second `parlour import` takes in, end to end: read, durable, folded, into an empty folder.

One command: `python3 bench/import.py [--rows 5000000]`. The file has six columns and is made under `target/`.
"""

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Two in a hundred ask something: an ask is a row in five tables with twelve indexes, and not what most files are full of.
VERBS = ["viewed", "clicked", "bought", "liked", "commented", "used"] * 17 + ["asked", "complained"]
LAYERS = ["web", "mobile", "social", "hub"]
BAR = 200_000


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=5_000_000)
    arguments.add_argument("--people", type=int, default=250_000)
    arguments.add_argument("--brands", type=int, default=200)
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    file = ROOT / "target" / f"bench-import-{asked.rows}-{asked.people}-{asked.brands}.csv"
    if not file.exists():
        generate(file, asked)
    data = ROOT / "target" / "bench-import"
    shutil.rmtree(data, ignore_errors=True)
    columns = ["--person", "person", "--verb", "verb", "--object", "object", "--time", "time"]
    columns += ["--layer", "layer", "--value", "value", "--currency", "=USD", "--object-kind", "brand"]
    command = [ROOT / "target" / "release" / "parlour", "import", "--data", data, *columns, file]
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    start, spent_before = time.perf_counter(), os.times()
    subprocess.run(command, check=True)
    seconds, spent = time.perf_counter() - start, os.times()
    cores = spent.children_user + spent.children_system - spent_before.children_user - spent_before.children_system
    print(f"{asked.rows / seconds:,.0f} rows/s ({seconds:.1f} s, {cores:.1f} CPU s); the bar is {BAR:,} rows/s")
    shutil.rmtree(data)


def generate(file, asked):
    chance = random.Random(7)
    unfinished = file.with_suffix(".part")
    with open(unfinished, "w", buffering=1 << 20) as out:
        out.write("person,verb,object,time,layer,value\n")
        for _ in range(asked.rows):
            at = chance.randrange(1_660_000_000, 1_720_000_000)
            verb, layer = chance.choice(VERBS), chance.choice(LAYERS)
            value = f"{chance.randrange(10_000) / 100:.2f}" if verb == "bought" else ""
            person, thing = chance.randrange(asked.people), chance.randrange(asked.brands)
            out.write(f"u{person},{verb},b{thing},{at},{layer},{value}\n")
    unfinished.rename(file)


if __name__ == "__main__":
    main()
