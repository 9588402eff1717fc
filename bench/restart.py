#!/usr/bin/env python3
"""How long a server over a large data folder takes from its start to its first answers, and what memory it holds.

One command: `python3 bench/restart.py [--rows 20000000] [--people 1000000]`. The folder is made once by an import, under
`target/`, and kept. Each round starts `parlour serve`, asks for its health, signs in and asks for a person.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import time
import urllib.parse

import importlib.util

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "parlour"
BAR_S = 2


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=20_000_000)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--brands", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    data = folder(asked)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    rounds = [start(data, asked.people) for _ in range(asked.rounds)]
    for name, unit in [("healthy", "s"), ("person", "s"), ("resident", "MiB"), ("today", "s"), ("resident_after", "MiB")]:
        values = [one[name] for one in rounds]
        print(f"{name}: median {statistics.median(values):.2f} {unit}, most {max(values):.2f}")
    print(f"the bar for the first answers is {BAR_S} s")


def folder(asked):
    data = ROOT / "target" / f"bench-restart-{asked.rows}-{asked.people}-{asked.brands}"
    if (data / "whole").exists():
        return data
    spec = importlib.util.spec_from_file_location("bench_import", ROOT / "bench" / "import.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    file = ROOT / "target" / f"bench-import-{asked.rows}-{asked.people}-{asked.brands}.csv"
    if not file.exists():
        generator.generate(file, asked)
    columns = ["--person", "person", "--verb", "verb", "--object", "object", "--time", "time"]
    columns += ["--layer", "layer", "--value", "value", "--currency", "=USD", "--object-kind", "brand"]
    subprocess.run([BINARY, "import", "--data", data, *columns, file], check=True)
    file.unlink()
    (data / "whole").touch()
    return data


def start(data, people):
    begun = time.perf_counter()
    command = [BINARY, "--data", data, "serve", "--listen", "127.0.0.1:0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        link = next(found for line in server.stdout if (found := re.search(r"http://\S+/sign-in\S*", line)))
        url = urllib.parse.urlparse(link.group())
        connection = http.client.HTTPConnection(url.netloc, timeout=120)
        ask(connection, "GET", "/healthz")
        healthy = time.perf_counter() - begun
        token = url.fragment or urllib.parse.parse_qs(url.query).get("token", [""])[0]
        headers = {"Content-Type": "application/json", "Origin": f"http://{url.netloc}"}
        token = token.split("=")[-1]
        cookie = ask(connection, "POST", "/api/v1/session", json.dumps({"token": token}), headers)
        headers = {"Cookie": cookie.split(";")[0]}
        ask(connection, "GET", f"/api/v1/people/customer:u{people // 2}", None, headers)
        person = time.perf_counter() - begun
        resident = resident_mib(server.pid)
        before = time.perf_counter()
        ask(connection, "GET", "/api/v1/today", None, headers)
        today = time.perf_counter() - before
        after = resident_mib(server.pid)
    finally:
        server.terminate()
        server.wait()
    return {"healthy": healthy, "person": person, "resident": resident, "today": today, "resident_after": after}


def ask(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path} answered {answer.status}: {text[:300]}")
    return answer.getheader("Set-Cookie") or ""


def resident_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/statm").read_text()
    return int(text.split()[1]) * 4096 / (1 << 20)


if __name__ == "__main__":
    main()
