#!/usr/bin/env python3
"""How long the pages of the Desk take to answer over many people: when the server was just started, once they were asked
ahead of time, and of a day that nobody asked about.

One command: `python3 bench/pages.py [--rows 20000000] [--people 1000000] [--brands 1]`. The folder is the one of
`bench/restart.py`.
"""

import argparse
import http.client
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "parlour"
BAR_S = 1
PAGES = {
    "Today": ["today", "engaged"],
    "Leaving": ["leaving", "people?stage=disengaging_1&sort=at_risk&reasons=true&limit=25"],
    "People": ["people?limit=50"],
    "Matrix": ["matrix", "quadrants"],
    "Growth": ["accounts"],
    "Cohorts": ["cohorts"],
    "Models": ["models"],
    "Definitions": ["definitions"],
    "Asks": ["asks", "asks/counts"],
    "Answers": ["responses", "reciprocity"],
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=20_000_000)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--brands", type=int, default=1)
    arguments.add_argument("--on", default="2024-06-10", help="a day that nobody asked about")
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    spec = importlib.util.spec_from_file_location("bench_restart", ROOT / "bench" / "restart.py")
    restart = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(restart)
    data = restart.folder(asked)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    server = subprocess.Popen([BINARY, "--data", data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        for line in server.stdout:
            if found := re.search(r"http://([^/]+)/sign-in\?token=(\S+)", line):
                break
        address, token = found.groups()
        line = http.client.HTTPConnection(address, timeout=600)
        line.request("POST", "/api/v1/session", json.dumps({"token": token}), {"content-type": "application/json"})
        answer = line.getresponse()
        answer.read()
        headers = {"cookie": answer.headers["set-cookie"].split(";")[0]}
        begun, spent = time.perf_counter(), cpu(server.pid)
        # The pages wait for each other's answers as long as these are being made.
        first = {page: ask(address, headers, questions) for page, questions in PAGES.items()}
        print("just started", {page: round(seconds, 2) for page, seconds in first.items()}, flush=True)
        while cpu(server.pid) - spent > 0.2:
            spent = cpu(server.pid)
            time.sleep(2)
        print(f"asked ahead, and asked by us, after {time.perf_counter() - begun:.0f} s")
        ready = {page: ask(address, headers, questions) for page, questions in PAGES.items()}
        scoped = {page: [with_day(one, asked.on) for one in questions] for page, questions in PAGES.items()}
        elsewhere = {page: ask(address, headers, questions) for page, questions in scoped.items() if page not in ("Asks", "Answers")}
    finally:
        server.terminate()
        server.wait()
    print(f"seconds for all that a page asks, one after the other; the bar is {BAR_S}")
    for page in PAGES:
        other = f"{elsewhere[page]:.2f}" if page in elsewhere else "-"
        print(f"{page}: just started {first[page]:.2f}, asked ahead {ready[page]:.3f}, another day {other}")


def cpu(pid):
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().split()
    return (int(words[13]) + int(words[14])) / os.sysconf("SC_CLK_TCK")


def with_day(question, day):
    return f"{question}{'&' if '?' in question else '?'}on={day}"


def ask(address, headers, questions):
    # Lines that rest for long are closed.
    line = http.client.HTTPConnection(address, timeout=600)
    start = time.perf_counter()
    for question in questions:
        for _ in range(9):
            line.request("GET", f"/api/v1/{question}", headers=headers)
            answer = line.getresponse()
            answer.read()
            # Whoever waits longer than a request may take asks again.
            if answer.status != 408:
                break
        assert answer.status == 200, (question, answer.status)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
