#!/usr/bin/env python3
"""The sums of all standings, side by side: Parlour's kernel, DuckDB and Polars on the same rows, in turns, all cores.

One command: `python3 bench/standings.py [--runs 4]`. It makes a virtual environment with DuckDB and Polars under
`target/`, builds `parlour-bench`, generates the world, checks that all sums agree, and prints medians and ratios.
DuckDB and Polars read Parlour's own files and also their best copy: whole numbers for keys, what a verb is worth
already looked up, sorted, in their own format. The faster of them counts. `--rounds` is how often each is run.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "target" / "bench-venv"
DAY, YEAR_START, HALF_LIFE = 20_000, 19_634, 30.0  # The trailing year begins after the same day a year ago.
KINDS = {"+": 1, "0": 0, "-": -1, "±": 0}  # Where evidence decides, the generated world has none.


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=1, help="over how many files the rows are spread")
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--rows", type=int, default=20_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    if pathlib.Path(sys.prefix).resolve() != VENV.resolve():
        enter_venv()
    binary, world = prepare(asked)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    compare(binary, world, asked.rounds)
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def enter_venv():
    """Starts again inside the virtual environment, which is made if need be."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    if subprocess.run([python, "-c", "import duckdb, polars"], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb", "polars"], check=True)
    os.execv(python, [str(python), *sys.argv])


def prepare(asked):
    subprocess.run(["cargo", "build", "--release", "--quiet", "--workspace", "--exclude", "parlour-cluster"], cwd=ROOT, check=True)
    binary = ROOT / "target" / "release" / "parlour-bench"
    world = ROOT / "target" / f"bench-world-{asked.people}-{asked.rows}-{asked.runs}"
    shutil.rmtree(world, ignore_errors=True)
    sizes = ["--people", asked.people, "--rows", asked.rows, "--runs", asked.runs]
    subprocess.run([binary, "generate", world, *map(str, sizes)], check=True)
    return binary, world


def compare(binary, world, n_rounds):
    duckdb, polars = duckdb_ways(world), polars_ways(world)
    ways = {"parlour": lambda: parlour(binary, world), **duckdb, **polars}
    answers, times = {}, {name: [] for name in ways}
    for _ in range(n_rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            answers[name], seconds = way()
            times[name].append(time.perf_counter() - start if seconds is None else seconds)
    for name, answer in answers.items():
        check(name, answers["parlour"], answer)
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    print(f"\n{'':44} {'median s':>9} {'least s':>9} {'ratio':>7}")
    for name, seconds in times.items():
        print(f"{name:44} {median[name]:9.3f} {min(seconds):9.3f} {median['parlour'] / median[name]:7.2f}")
    for engine, theirs in (("DuckDB", duckdb), ("Polars", polars)):
        full = min(median[name] for name in theirs if "no days" not in name)
        bare = min(median[name] for name in theirs if "no days" in name)
        ours = median["parlour"]
        print(f"ratio to the faster {engine}: {ours / full:.2f}; had it not counted active days: {ours / bare:.2f}")


def check(name, ours, theirs):
    """All sums agree to a millionth; and Parlour rounds each row down by less than one micropoint."""
    for part, value in theirs.items():
        slack = 1e-6 * abs(value) + (1e-6 * ours["rows"] if part.startswith("i_") else 0)
        if abs(ours[part] - value) > slack:
            sys.exit(f"{name} has {part} = {value}, parlour has {ours[part]}")


def parlour(binary, world):
    out = subprocess.run([binary, "standings", world], check=True, capture_output=True, text=True).stdout
    answer = json.loads(out)
    return answer["sums"], answer["summed_s"]


# --- DuckDB -----------------------------------------------------------------------------------------------------------

PARTS = ("relations", "i_positive", "i_neutral", "i_negative", "first_days", "last_days", "value_minor", "active_days")


def lookups(connection):
    vocabulary = tomllib.loads((ROOT / "vocabulary.toml").read_text())
    connection.execute("CREATE TABLE verbs (verb VARCHAR, w DOUBLE, kind TINYINT, is_purchase BOOLEAN)")
    verbs = vocabulary["verbs"].items()
    rows = [(name, verb["points"], KINDS[verb["kind"]], verb.get("role") == "purchase") for name, verb in verbs]
    connection.executemany("INSERT INTO verbs VALUES (?, ?, ?, ?)", rows)
    connection.execute("CREATE TABLE layers (layer VARCHAR, f DOUBLE)")
    connection.executemany("INSERT INTO layers VALUES (?, ?)", list(vocabulary["layers"].items()))


def sums_sql(rows, has_days):
    """The sums by subject and object, then over all of them, so that no result has to leave the database."""
    days = "count(DISTINCT day)" if has_days else "0"
    return f"""
        WITH weighed AS (
            SELECT subject, object, day, kind, value,
                points * 2 * (1 - pow(2.0, -n)) * pow(2.0, (day - {DAY}) / {HALF_LIFE}) AS i
            FROM ({rows}) WHERE day <= {DAY}
        ), relation AS (
            SELECT subject, object, sum(CASE WHEN kind > 0 THEN i ELSE 0 END) AS positive,
                sum(CASE WHEN kind = 0 THEN i ELSE 0 END) AS neutral,
                sum(CASE WHEN kind < 0 THEN i ELSE 0 END) AS negative,
                min(day) AS first, max(day) AS last, sum(value) AS value, {days} AS days
            FROM weighed GROUP BY subject, object
        )
        SELECT count(*), sum(positive), sum(neutral), sum(negative), sum(first), sum(last), sum(value), sum(days)
        FROM relation"""


def n_files(world):
    return len(list(world.glob("*.parquet")))


def merged(world):
    """The rows of all files, those of one key added up where they may lie in several: saturation counts them together."""
    if n_files(world) == 1:
        return f"'{world}/*.parquet'"
    sums = "sum(n)::BIGINT AS n, sum(value_minor)::BIGINT AS value_minor"
    keys = "subject, object, day, layer, verb, kind, paid, currency"
    return f"(SELECT {keys}, {sums} FROM '{world}/*.parquet' GROUP BY {keys})"


def own_rows(world):
    """Parlour's files as they are."""
    value = f"CASE WHEN is_purchase AND currency = 'USD' AND day > {YEAR_START} THEN value_minor ELSE 0 END"
    return f"""
        SELECT subject, object, day, kind, n, w * f AS points, {value} AS value
        FROM (SELECT * EXCLUDE (day, kind), day - DATE '1970-01-01' AS day FROM {merged(world)})
        JOIN verbs USING (verb) JOIN layers USING (layer)"""


def best_copy(connection, world):
    """Whole numbers for keys, everything looked up, sorted; as a table, and as Parquet for Polars."""
    connection.execute(f"""
        CREATE TABLE best AS
        WITH people AS (SELECT subject, row_number() OVER (ORDER BY subject)::INTEGER AS s
                FROM (SELECT DISTINCT subject FROM '{world}/*.parquet')),
            things AS (SELECT object, row_number() OVER (ORDER BY object)::SMALLINT AS o
                FROM (SELECT DISTINCT object FROM '{world}/*.parquet'))
        SELECT s AS subject, o AS object, day::INTEGER AS day, kind, n::INTEGER AS n, points, value::INTEGER AS value
        FROM ({own_rows(world)}) JOIN people USING (subject) JOIN things USING (object)
        ORDER BY subject, object, day""")
    connection.execute(f"COPY best TO '{world}/best.copy' (FORMAT parquet, COMPRESSION snappy)")


def duckdb_ways(world):
    import duckdb

    database = world / "best.duckdb"
    connection = duckdb.connect(str(database))
    lookups(connection)
    best_copy(connection, world)
    connection.execute("CHECKPOINT")

    def way(rows, has_days):
        names = PARTS if has_days else PARTS[:-1]
        return lambda: (dict(zip(names, map(float, connection.execute(sums_sql(rows, has_days)).fetchone()))), None)

    ways = {}
    for has_days in (True, False):
        suffix = "" if has_days else ", no days"
        ways[f"DuckDB, Parlour's files{suffix}"] = way(own_rows(world), has_days)
        ways[f"DuckDB, best copy, its own format{suffix}"] = way("SELECT * FROM best", has_days)
    return ways


# --- Polars -----------------------------------------------------------------------------------------------------------


def polars_ways(world):
    import polars

    polars.scan_parquet(world / "best.copy").sink_ipc(world / "best.ipc", compression="uncompressed")
    column, vocabulary = polars.col, tomllib.loads((ROOT / "vocabulary.toml").read_text())
    verbs = polars.LazyFrame(
        [(name, v["points"], KINDS[v["kind"]], v.get("role") == "purchase") for name, v in vocabulary["verbs"].items()],
        schema={"verb": polars.String, "w": polars.Float64, "kind": polars.Int8, "is_purchase": polars.Boolean},
        orient="row",
    )
    factors = {"layer": polars.String, "f": polars.Float64}
    layers = polars.LazyFrame(list(vocabulary["layers"].items()), schema=factors, orient="row")

    def own():
        rows = polars.scan_parquet(world / "*.parquet", glob=True)
        if n_files(world) > 1:
            keys = ["subject", "object", "day", "layer", "verb", "kind", "paid", "currency"]
            rows = rows.group_by(keys).agg(column("n").sum(), column("value_minor").sum())
        rows = rows.drop("kind")
        texts = [column(name).cast(polars.String) for name in ("verb", "layer", "currency")]
        rows = rows.with_columns(*texts, column("day").cast(polars.Int32))
        rows = rows.join(verbs, on="verb").join(layers, on="layer")
        is_value = column("is_purchase") & (column("currency") == "USD") & (column("day") > YEAR_START)
        value = polars.when(is_value).then(column("value_minor")).otherwise(0).alias("value")
        return rows.with_columns((column("w") * column("f")).alias("points"), value)

    def sums(rows, has_days):
        g = 2 * (1 - (-column("n").cast(polars.Float64) * 0.6931471805599453).exp())
        decay = ((column("day") - DAY).cast(polars.Float64) * (0.6931471805599453 / HALF_LIFE)).exp()
        rows = rows.filter(column("day") <= DAY).with_columns((column("points") * g * decay).alias("i"))
        of_kind = lambda test: polars.when(test).then(column("i")).otherwise(0.0).sum()
        parts = [
            of_kind(column("kind") > 0).alias("i_positive"), of_kind(column("kind") == 0).alias("i_neutral"),
            of_kind(column("kind") < 0).alias("i_negative"), column("day").min().alias("first_days"),
            column("day").max().alias("last_days"), column("value").sum().alias("value_minor"),
        ]
        parts += [column("day").n_unique().alias("active_days")] if has_days else []
        names = PARTS[1:] if has_days else PARTS[1:-1]
        relations = rows.group_by("subject", "object").agg(parts)
        total = relations.select(polars.len().alias("relations"), *(column(name).cast(polars.Float64).sum() for name in names))
        return total.collect(engine="streaming").row(0, named=True)

    sources = {
        "Parlour's files": own,
        "best copy, Parquet": lambda: polars.scan_parquet(world / "best.copy"),
        "best copy, Arrow": lambda: polars.scan_ipc(world / "best.ipc"),
    }
    ways = {}
    for has_days in (True, False):
        for name, rows in sources.items():
            label = f"Polars, {name}{'' if has_days else ', no days'}"
            ways[label] = lambda rows=rows, has_days=has_days: (sums(rows(), has_days), None)
    return ways


if __name__ == "__main__":
    main()
