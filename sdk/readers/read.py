"""Reads the lake with somebody else's program and prints what it holds, as JSON: read.py duckdb|polars|spark < FILES.

FILES is {"activity": [path, …], "event": […], "standing": {day: [path, …], …}, "brand": its key in hexadecimal}. All three
are asked the same SQL; what it has no common words for is a column more (`at_us`, `object_hex`).
"""

import hashlib
import json
import struct
import sys
from datetime import date

EPOCH = date(1970, 1, 1)
# As they are numbered in the digest of `parlour doctor`.
LAYERS = ["face", "web", "social", "hub", "mobile", "virtual", "game"]

TOTALS = """
  SELECT verb, layer, day, sum(n) AS n, sum(seconds) AS seconds, sum(value_minor) AS value_minor,
    sum(rating_sum) AS rating_sum
  FROM activity GROUP BY verb, layer, day"""
ROWS = """
  SELECT subject, object, day, layer, verb, kind, paid, currency, sum(n) AS n, sum(seconds) AS seconds,
    sum(value_minor) AS value_minor, sum(rating_sum) AS rating_sum
  FROM activity GROUP BY subject, object, day, layer, verb, kind, paid, currency"""
EVENTS = """
  SELECT message, at_us, verb, layer, rating, value_minor, currency, seconds, paid, scored, text, source
  FROM event ORDER BY message"""
STANDINGS = """
  SELECT stage, count(*) AS n, sum(n_days) AS n_days, sum(value_minor) AS value_minor, sum(involvement) AS involvement,
    min(first_day) AS first_day, max(last_day) AS last_day
  FROM standing WHERE object_hex = '{brand}' GROUP BY stage ORDER BY stage"""


class DuckDb:
    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()

    def have(self, name, files):
        extra = {"event": 'epoch_us("at") AS at_us', "standing": "lower(hex(object)) AS object_hex"}.get(name)
        columns = f"*, {extra}" if extra else "*"
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} FROM read_parquet([{listed}])")

    def ask(self, sql):
        return self.connection.execute(sql).fetchall()


class Polars:
    def __init__(self):
        import polars

        self.polars = polars
        self.context = polars.SQLContext()

    def have(self, name, files):
        frame = self.polars.scan_parquet(files)
        if name == "event":
            frame = frame.with_columns(at_us=self.polars.col("at").dt.epoch("us"))
        if name == "standing":
            frame = frame.with_columns(object_hex=self.polars.col("object").bin.encode("hex"))
        self.context.register(name, frame)

    def ask(self, sql):
        return self.context.execute(sql, eager=True).rows()


class Spark:
    def __init__(self):
        from pyspark.sql import SparkSession

        settings = {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "2",
            "spark.ui.enabled": "false",
        }
        building = SparkSession.builder.master("local[2]").appName("lake")
        for name, value in settings.items():
            building = building.config(name, value)
        self.session = building.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def have(self, name, files):
        frame = self.session.read.parquet(*files)
        if name == "event":
            frame = frame.selectExpr("*", "unix_micros(at) AS at_us")
        if name == "standing":
            frame = frame.selectExpr("*", "lower(hex(object)) AS object_hex")
        frame.createOrReplaceTempView(name)

    def ask(self, sql):
        return [tuple(row) for row in self.session.sql(sql).collect()]


READERS = {"duckdb": DuckDb, "polars": Polars, "spark": Spark}


def digest_of(rows):
    """SHA-256 over rows of activity in the lake's order, as `parlour doctor` prints it."""
    order = lambda row: (row[0], row[1], row[2], LAYERS.index(row[3]), row[4].encode(), row[5], row[6], row[7])
    rows = [(bytes(subject), bytes(object), *rest) for subject, object, *rest in rows]
    digest = hashlib.sha256()
    for subject, object, day, layer, verb, kind, paid, currency, *sums in sorted(rows, key=order):
        verb = verb.encode()
        head = struct.pack("<iBbBB", (day - EPOCH).days, LAYERS.index(layer), kind, paid, len(verb))
        digest.update(subject + object + head + verb + currency.encode() + struct.pack("<4q", *map(int, sums)))
    return digest.hexdigest()


def main():
    files = json.load(sys.stdin)
    reader = READERS[sys.argv[1]]()
    reader.have("activity", files["activity"])
    reader.have("event", files["event"])
    rows = reader.ask(ROWS)
    told = {
        "totals": [
            [verb, layer, day.isoformat(), *map(int, sums)] for verb, layer, day, *sums in sorted(reader.ask(TOTALS))
        ],
        "n_rows": len(rows),
        "digest": digest_of(rows),
        "events": [list(row) for row in reader.ask(EVENTS)],
        "n_standings": {},
        "standings": {},
    }
    for day, of_day in files["standing"].items():
        reader.have("standing", of_day)
        told["n_standings"][day] = reader.ask("SELECT count(*) AS n FROM standing")[0][0]
        told["standings"][day] = [
            [stage, int(n), int(n_days), int(value_minor), involvement, first.isoformat(), last.isoformat()]
            for stage, n, n_days, value_minor, involvement, first, last in reader.ask(
                STANDINGS.replace("{brand}", files["brand"])
            )
        ]
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
