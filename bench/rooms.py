#!/usr/bin/env python3
"""How long rooms take to be looked into when many look at once.

One command: `python3 bench/rooms.py [--rate 500] [--seconds 30]`. The folder, with the sample and a thousand rooms of 40
frames, is made once, nearly all of it over the API, under `target/`, and kept. Requests come at fixed times, whether the ones before were
answered or not, and count from when they were due: 80 % passers-by, 10 % acquaintances who are signed in, 10 % picture
files. The generator is on the same machine.
"""

import argparse
import asyncio
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "target" / "release" / "parlour"
BAR_S = 0.2
FRAMES = 40
PHOTOS = 12
# Whoever is acquainted with some of the rooms.
VIEWERS = 100
KNOWN = 10
WORDS = "Whoever rings before nine gets no answer, but a cup at ten. The road along the coast is worth the rain. ".split()
# A connection that rested for longer may be ended at the other side just as it is used again.
RESTING_S = 2
PAGE, FRIEND, PICTURE = "passers-by", "acquaintances", "pictures"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rate", type=int, default=500)
    arguments.add_argument("--seconds", type=int, default=30)
    arguments.add_argument("--rooms", type=int, default=1000)
    arguments.add_argument("--plain", action="store_true", help="ask for pages that are not compressed")
    asked = arguments.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    data = folder(asked.rooms)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    server, address, _ = start(data)
    try:
        guests = json.loads((data / "guests.json").read_text())
        # What the server asks itself ahead of time, and the models it fits, are no part of this.
        spent = -1
        while cpu(server.pid) - spent > 0.05:
            spent = cpu(server.pid)
            time.sleep(2)
        asyncio.run(look(address, guests, asked, server.pid))
        tell_server(address)
    finally:
        stop(server)
    print(f"the bar is {BAR_S} s")


def start(data, *more):
    command = [BINARY, "--data", data, "serve", "--listen", "127.0.0.1:0", *more]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in server.stdout:
        if found := re.search(r"http://([^/]+)/sign-in\?token=(\S+)", line):
            return server, *found.groups()
    raise SystemExit("the server does not start")


# The requests.


class Line:
    """A connection that is kept."""

    def __init__(self, address):
        self.host, self.port = address.split(":")

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, int(self.port), limit=1 << 20)
        return self

    async def ask(self, request):
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lower = head.lower()
        if b"\r\ntransfer-encoding: chunked" in lower:
            body = b""
            while size := int((await self.reader.readline()), 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        else:
            length = int(lower.split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0])
            body = await self.reader.readexactly(length)
        return status, head, body


def request(path, cookie=None, plain=False):
    lines = [f"GET {path} HTTP/1.1", "host: rooms.example"]
    lines += [] if plain else ["accept-encoding: gzip"]
    lines += [f"cookie: {cookie}"] if cookie else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def look(address, guests, asked, pid):
    dice = random.Random(7)
    handles = guests["handles"]
    line = await Line(address).open()
    pictures, sizes = [], []
    for handle in dice.sample(handles, min(200, len(handles))):
        status, head, body = await line.ask(request(f"/@{handle}"))
        assert status == 200, (handle, status)
        page = zlib.decompress(body, 31) if b"content-encoding: gzip" in head.lower() else body
        sizes.append((len(page), len(body)))
        pictures += [one.decode() for one in re.findall(rb'(/media/[^ "]+) 640w', page)]
    assert page.count(b'<li class="frame') == FRAMES, page.count(b'<li class="frame')
    plain, packed = (statistics.median(column) for column in zip(*sizes))
    print(f"a page of {FRAMES} frames has {plain / 1000:.0f} kB, {packed / 1000:.0f} kB compressed")
    n = asked.rate * asked.seconds
    plan = []
    for _ in range(n):
        chance = dice.random()
        if chance < 0.1:
            plan.append((PICTURE, request(dice.choice(pictures))))
        elif chance < 0.2:
            guest = dice.choice(guests["guests"])
            plan.append((FRIEND, request(f"/@{dice.choice(guest['knows'])}", guest["cookie"], asked.plain)))
        else:
            plan.append((PAGE, request(f"/@{dice.choice(handles)}", None, asked.plain)))
    free, took, errors, most = [], {PAGE: [], FRIEND: [], PICTURE: []}, [], 1
    under_way = 0

    async def one(kind, text, due):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            mine, rested = free.pop() if free else (await Line(address).open(), 0)
            try:
                status, _, _ = await mine.ask(text)
            except (ConnectionError, asyncio.IncompleteReadError):
                # The server ends connections that rest for long; as any client does, ask again over another.
                if time.perf_counter() - rested < RESTING_S:
                    raise
                mine = await Line(address).open()
                status, _, _ = await mine.ask(text)
            took[kind].append(time.perf_counter() - due)
            if status != 200:
                errors.append(status)
            free.append((mine, time.perf_counter()))
        except (OSError, asyncio.IncompleteReadError) as error:
            took[kind].append(time.perf_counter() - due)
            errors.append(str(error))
        under_way -= 1

    before, begun = cpu(pid), time.perf_counter() + 0.2
    tasks = []
    for at, (kind, text) in enumerate(plan):
        due = begun + at / asked.rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(kind, text, due)))
    await asyncio.gather(*tasks)
    lasted = time.perf_counter() - begun
    spent = cpu(pid) - before
    print(f"{n} requests at {asked.rate}/s: {n / lasted:.0f}/s reached, {len(errors)} errors {sorted(set(map(str, errors)))[:5]}, "
          f"{most} at once at most; server {spent / lasted:.2f} cores, {spent / n * 1000:.2f} ms CPU a request")
    for kind, all_of in [*took.items(), ("all", sum(took.values(), []))]:
        tell(kind, all_of)


def tell(kind, took):
    took = sorted(took)
    at = lambda share: took[min(len(took) - 1, int(len(took) * share))] * 1000
    print(f"{kind}: {len(took)}, p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, most {took[-1] * 1000:.1f} ms, from when it was due")


def tell_server(address):
    """What the server measured itself, from the request to the answer's head."""
    line = http.client.HTTPConnection(address)
    line.request("GET", "/metrics")
    text = line.getresponse().read().decode()
    for route in ("/@{handle}", "/media/{token}"):
        label = re.escape(f'route="{route}"')
        rows = re.findall(rf'_bucket{{{label},le="([^"]+)"}} (\d+)', text)
        if not rows:
            continue
        total = int(rows[-1][1])
        bound = lambda share: next(f"{float(le) * 1000:g}" for le, n in rows if int(n) >= total * share)
        print(f"by the server, {route}: p50 at most {bound(0.5)} ms, p99 at most {bound(0.99)} ms")


def cpu(pid):
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().split()
    return (int(words[13]) + int(words[14])) / os.sysconf("SC_CLK_TCK")


# The folder.


def folder(n):
    data = ROOT / "target" / f"bench-rooms-{n}"
    if (data / "guests.json").exists():
        return data
    shutil.rmtree(data, ignore_errors=True)
    began = time.perf_counter()
    server, address, _ = start(data, "--sample")
    try:
        desk = Client(address)
        while not desk.is_there("/@clara"):
            time.sleep(0.5)
    finally:
        stop(server)
    cookies = move_in(data, n)
    pictures = [painted(at) for at in range(2 * PHOTOS)]
    server, address, _ = start(data)
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as workers:
            owners = list(workers.map(lambda at: furnish(Client(address, cookies[at], handle_of(at)), at, pictures), range(n)))
        dice = random.Random(3)
        guests = []
        for viewer in owners[:VIEWERS]:
            known = dice.sample([one for one in owners if one is not viewer], min(KNOWN, n - 1))
            for owner in known:
                viewer.post("/api/v1/room/acquaintances", {"handle": owner.handle, "circle": 1, "words": ""})
                owner.post(f"/api/v1/room/acquaintances/{viewer.handle}", {"circle": dice.randint(1, 3)}, "PUT")
            guests.append({"cookie": viewer.cookie, "knows": [owner.handle for owner in known]})
    finally:
        stop(server)
    text = json.dumps({"handles": [owner.handle for owner in owners], "guests": guests})
    (data / "guests.json").write_text(text)
    print(f"made {n} rooms in {time.perf_counter() - began:.0f} s")
    return data


def stop(server):
    server.terminate()
    server.wait()


def move_in(data, n):
    """Members with a session each, written into the database: so many may not sign in at once."""
    dice, now = random.Random(5), int(time.time() * 1_000_000)
    cookies = []
    with contextlib.closing(sqlite3.connect(data / "parlour.db")) as database, database:
        for at in range(n):
            identity, token, handle = f"{dice.getrandbits(128):032x}", secrets.token_hex(32), handle_of(at)
            about, town = " ".join(dice.choices(WORDS, k=12)), dice.choice(["Bremen", "Oslo", "Leeds"])
            name = f"Somebody {at}"
            row = [identity, handle, handle, None, name, f"{handle} {name.lower()}", about, town, None, 0, now, now]
            database.execute("INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            hashed = hashlib.sha256(token.encode()).digest()
            session = [hashed, identity, now, now + 90 * 86_400_000_000, now, "Benchmark"]
            database.execute("INSERT INTO member_session VALUES (?, ?, ?, ?, ?, ?)", session)
            cookies.append(f"parlour_room={token}")
    return cookies


class Client:
    """Whoever asks, with a session once there is one."""

    def __init__(self, address, cookie="", handle=""):
        self.line, self.cookie, self.handle = http.client.HTTPConnection(address, timeout=600), cookie, handle

    def post(self, path, body=None, method="POST"):
        is_picture = isinstance(body, bytes)
        kind = "application/octet-stream" if is_picture else "application/json"
        sent = body if is_picture else json.dumps(body)
        headers = {"content-type": kind, "cookie": self.cookie}
        try:
            self.line.request(method, path, sent, headers)
            answer = self.line.getresponse()
        except (BrokenPipeError, http.client.RemoteDisconnected):
            # The server ends connections that rest for long.
            self.line.close()
            self.line.request(method, path, sent, headers)
            answer = self.line.getresponse()
        text = answer.read()
        assert answer.status < 300, (path, answer.status, text)
        return json.loads(text) if text else None

    def get(self, path):
        self.line.request("GET", path, headers={"cookie": self.cookie})
        return json.loads(self.line.getresponse().read())

    def is_there(self, path):
        self.line.request("GET", path)
        answer = self.line.getresponse()
        answer.read()
        return answer.status == 200


def furnish(owner, at, pictures):
    dice = random.Random(at)
    photos = [owner.post("/api/v1/room/photos?alt=hills", one)["id"] for one in dice.sample(pictures, PHOTOS)]
    offers = owner.get("/api/v1/room/offers")["offers"]
    for n in range(FRAMES):
        frame = {"size": dice.choice([1, 1, 2, 3]), "door": "passers_by", "after": ""}
        if n % 10 == 9:
            offer = dice.choice(offers)
            image = dice.choice(offer["set"]["images"])["id"]
            words = " ".join(dice.choices(WORDS, k=8))
            owner.post("/api/v1/room/placements", frame | {"set": offer["set"]["id"], "image": image, "words": words, "album": None})
            continue
        content = {"kind": "photo", "photo": photos[n % PHOTOS]}
        if n % 5 in (1, 3):
            content = {"kind": "text", "text": " ".join(dice.choices(WORDS, k=20))}
        elif n % 13 == 0:
            content = {"kind": "group", "title": "Cellar of Bremen", "words": "Thursdays", "link": "https://cellar.example/"}
        owner.post("/api/v1/room/frames", frame | {"content": content})
    return owner


def handle_of(at):
    """No two of which look alike: letters that are no other's double."""
    letters = "abefhkmnpstuwxyz"
    return "v" + "".join(letters[(at >> shift) & 15] for shift in (8, 4, 0)) + "k"


def painted(n, side=(320, 240)):
    """A PNG of hills, whose colours and shapes go by a number; each dot is four pixels."""
    dice = random.Random(n)
    width, height = side
    sky, hill = ([dice.randrange(256) for _ in range(3)] for _ in range(2))
    waves = [(dice.uniform(0.2, 0.8) * height, dice.uniform(10, 60), dice.uniform(0.005, 0.02)) for _ in range(3)]
    rows = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            deep = sum(y > base + size * (((x * step) % 2) - 1) for base, size, step in waves)
            row += 2 * bytes(min(255, (s * (3 - deep) + h * deep) // 3 + (y >> 4)) for s, h in zip(sky, hill))
        rows += 2 * [b"\0" + bytes(row)]
    chunk = lambda kind, body: len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
    head = (2 * width).to_bytes(4, "big") + (2 * height).to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")


if __name__ == "__main__":
    main()
