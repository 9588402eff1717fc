#!/usr/bin/env python3
"""What each step beyond one machine costs: one server on SQLite, on PostgreSQL, with an object store, three of them, and
three with the journal in the store; all on this machine, so that they share its cores.

One command: `python3 bench/servers.py [--events 600000]`. PostgreSQL and the S3 server (moto, from `target/sdk-venv`, which
`./test` makes) are started in a temporary folder and stopped. Each step begins empty, and is sent the same events.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "parlour"
MOTO = ROOT / "target" / "sdk-venv" / "bin" / "moto_server"
TICKS = os.sysconf("SC_CLK_TCK")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, default=600_000)
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "parlour"], cwd=ROOT, check=True)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {asked.events:,} events a step")
    print("step | events/s folded | p99 ms | put off | CPU s: servers, PostgreSQL, store, load | bytes an event: database, lake | seen elsewhere ms")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        with contextlib.ExitStack() as stack:
            database, postmaster = postgresql(folder, stack)
            store, moto = s3(stack)
            steps = [
                ("one, SQLite", 1, False, False, False),
                ("one, PostgreSQL", 1, True, False, False),
                ("one, PostgreSQL, store", 1, True, True, False),
                ("three, PostgreSQL, store", 3, True, True, False),
                ("three, journal in the store", 3, True, True, True),
            ]
            for number, step in enumerate(steps):
                measure(folder / str(number), step, asked.events, (database, postmaster), (store, moto))


def measure(folder, step, n_events, database, store):
    name, n_servers, has_database, has_store, is_stored = step
    places, url = {}, None
    if has_database:
        url, base = f"parlour_{folder.name}", database[0]
        psql(base, f"CREATE DATABASE {url}")
        places["PARLOUR_DATABASE"] = f"{base}/{url}"
    if has_store:
        places |= {
            "PARLOUR_LAKE": f"s3://parlour/{folder.name}", "AWS_ENDPOINT": store[0], "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
        }
    environment = os.environ | places
    with contextlib.ExitStack() as stack:
        servers, key = [], None
        for number in range(n_servers):
            data = folder / str(number)
            data.mkdir(parents=True)
            (data / "parlour.toml").write_text(f"[engine]\njournal_in_store = {str(is_stored).lower()}\n")
            if key is None:
                made = subprocess.run(
                    [BINARY, "--data", data, "source", "create", "load", "--json"], env=environment, check=True,
                    capture_output=True, text=True)
                key = json.loads(made.stdout)["key"]
            command = [BINARY, "--data", data, "serve", "--listen", "127.0.0.1:0"]
            server = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
            stack.callback(server.wait)
            stack.callback(server.terminate)
            address, token = None, None
            for line in server.stdout:
                if found := re.search(r"http://([^/]+)/sign-in\?token=(\S+)", line):
                    address, token = found.groups()
                    break
            servers.append((server, data, address, token))
        before = [cpu(server.pid) for server, *_ in servers], tree(database[1]), cpu(store[1])
        started = time.monotonic()
        loads = [
            subprocess.Popen([BINARY, "load", f"http://{address}", "--key", key, "--events", str(n_events // n_servers),
                              "--seed", str(number), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for number, (_, _, address, _) in enumerate(servers)
        ]
        told = [json.loads(load.communicate()[0]) for load in loads]
        while sums(servers[0][2])["parlour_lag_events"] > 0:
            time.sleep(0.02)
        took = time.monotonic() - started
        n_accepted = sums(servers[0][2])["parlour_events_accepted_total"]
        after = [cpu(server.pid) for server, *_ in servers], tree(database[1]), cpu(store[1])
        cpus = sum(after[0]) - sum(before[0]), after[1] - before[1], after[2] - before[2]
        stored = psql(f"{database[0]}/{url}", f"SELECT pg_database_size('{url}')") if has_database else (
            sum(file.stat().st_size for file in servers[0][1].glob("parlour.db*")))
        lake = sum(file.stat().st_size for file in (servers[0][1] / "lake").rglob("*") if file.is_file())
        elsewhere = seen_elsewhere(servers, key) if n_servers > 1 else "–"
        own = sum(one["generator_cpu_s"] for one in told)
        p99 = max(one["p99_ms"] for one in told)
        n_put_off = sum(one["retries"] for one in told)
        print(f"{name} | {n_accepted / took:,.0f} | {p99:.0f} | {n_put_off} | {cpus[0]:.1f}, {cpus[1]:.1f}, {cpus[2]:.1f}, {own:.1f} | "
              f"{int(stored) / n_accepted:.0f}, {lake / n_accepted:.0f} | {elsewhere}", flush=True)


def seen_elsewhere(servers, key):
    """From an answer 200 of one server to the person's page at the next, milliseconds, the median of thirty."""
    line = http.client.HTTPConnection(servers[0][2])
    line.request("POST", "/api/v1/session", json.dumps({"token": servers[0][3]}), {"content-type": "application/json"})
    answer = line.getresponse()
    answer.read()
    cookie = answer.getheader("set-cookie").split(";")[0]
    took = []
    for number in range(30):
        here, there = servers[number % 3][2], servers[(number + 1) % 3][2]
        body = json.dumps({"batch": [{"type": "track", "event": "Order Completed", "userId": f"w{number}", "messageId": f"w{number}"}]})
        to = http.client.HTTPConnection(here)
        to.request("POST", "/v1/batch", body, {"x-write-key": key})
        assert to.getresponse().status == 200
        begun, line = time.monotonic(), http.client.HTTPConnection(there)
        while True:
            line.request("GET", f"/api/v1/people/user:w{number}", headers={"cookie": cookie})
            answer = line.getresponse()
            answer.read()
            if answer.status == 200:
                break
        took.append((time.monotonic() - begun) * 1e3)
    return f"{statistics.median(took):.0f} (at most {max(took):.0f})"


def sums(address):
    text = urllib.request.urlopen(f"http://{address}/metrics").read().decode()
    return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.M)}


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree(pid):
    """CPU seconds of a process and of all it has waited for, with those that still run."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    own = sum(int(field) for field in fields[11:15]) / TICKS
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu(child) for child in children)


def psql(url, sql):
    run = subprocess.run(["psql", "-XAtq", "-c", sql, url + ("/postgres" if url.count("/") == 2 else "")],
                         check=True, capture_output=True, text=True)
    return run.stdout.strip()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def postgresql(folder, stack):
    bin_folder = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    home, port = folder / "postgres", free_port()
    home.mkdir()
    user = []
    if os.getuid() == 0:
        shutil.chown(home, "postgres")
        user = ["setpriv", "--reuid", "postgres", "--regid", str(pwd.getpwnam("postgres").pw_gid), "--init-groups"]
    quiet = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*user, bin_folder / "initdb", "-D", home / "d", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C"], **quiet)
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c max_connections=200"
    subprocess.run([*user, bin_folder / "pg_ctl", "-D", home / "d", "-w", "-o", options, "-l", home / "log", "start"], **quiet)
    stack.callback(subprocess.run, [*user, bin_folder / "pg_ctl", "-D", home / "d", "-m", "fast", "stop"], **quiet)
    return f"postgres://postgres@127.0.0.1:{port}", int((home / "d" / "postmaster.pid").read_text().split()[0])


def s3(stack):
    port = free_port()
    moto = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(moto.wait)
    stack.callback(moto.terminate)
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(f"{url}/parlour", method="PUT"))
            return url, moto.pid
        except OSError:
            time.sleep(0.2)


if __name__ == "__main__":
    main()
