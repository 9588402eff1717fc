#!/usr/bin/env python3
"""How long it takes to erase one person from a large data folder, so that no byte of theirs is left.

One command: `python3 bench/erase.py [--rows 20000000] [--people 1000000]`. The folder is that of `bench/restart.py`, made
once and kept; each round works on a copy. What only starting and finding the person takes is told apart.
"""

import argparse
import importlib.util
import os
import pathlib
import shutil
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "parlour"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=20_000_000)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--brands", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=3)
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    spec = importlib.util.spec_from_file_location("bench_restart", ROOT / "bench" / "restart.py")
    restart = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(restart)
    folder = restart.folder(asked)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{asked.rows:,} events of {asked.people:,} people, {size / 2**20:,.0f} MiB on the disk")
    looked, erased = [], []
    for at in range(asked.rounds):
        twin = ROOT / "target" / "bench-erase"
        shutil.rmtree(twin, ignore_errors=True)
        shutil.copytree(folder, twin)
        person = f"customer:u{at * 7919 % asked.people}"
        looked.append(timed([BINARY, "erase", "--data", twin, person], 1))
        erased.append(timed([BINARY, "erase", "--data", twin, person, "--yes"], 0))
        shutil.rmtree(twin)
    print(f"starting and finding the person: median {statistics.median(looked):.1f} s")
    print(f"starting, finding and erasing them: median {statistics.median(erased):.1f} s, most {max(erased):.1f}")


def timed(command, code):
    began = time.monotonic()
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != code:
        raise SystemExit(f"{command[1]}: {ran.stdout}{ran.stderr}")
    return time.monotonic() - began


if __name__ == "__main__":
    main()
