#!/usr/bin/env python3
"""Fitting models of how often people come back, side by side: Parlour, lifetimes and pymc-marketing (MAP) in one run.

One command: `python3 bench/models.py`. It makes a virtual environment with both packages under `target/` (`--no-pymc` leaves
out the heavier), builds the example `models` of parlour-stats, generates 100,000 and 1,000,000 people whose times fall on
whole days, and prints CPU seconds, log-likelihoods and peak memory, each engine in a process of its own on one core. Compiling
and importing are not counted. Where a peer fails on a case, that is what is printed.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "target" / "bench-venv"
EXAMPLE = ROOT / "target" / "release" / "examples" / "models"
CDNOW = ROOT / "crates" / "parlour-stats" / "tests" / "golden" / "cdnow_sample.csv"
ONE_CORE = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--no-pymc", action="store_true", help="without pymc-marketing")
    arguments.add_argument("--peer", nargs=3, metavar=("ENGINE", "KIND", "FILE"), help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.peer:
        return print(json.dumps(peer(*asked.peer)))
    engines = ["parlour", "lifetimes"] + ([] if asked.no_pymc else ["pymc"])
    install(engines)
    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "parlour-stats", "--example", "models"], cwd=ROOT, check=True)
    files = {"CDNOW, 2,357": cdnow(), "100,000": people(100_000), "1,000,000": people(1_000_000)}
    cases = [("bg_nbd", name) for name in files] + [("pareto_nbd", "CDNOW, 2,357"), ("pareto_nbd", "100,000")]
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':42} {'fit s':>9} {'predict s':>10} {'log-likelihood':>16} {'peak MiB':>9}")
    for kind, name in cases:
        for engine in engines:
            tell(f"{kind}, {name}: {engine}", run(engine, kind, files[name]))
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def install(engines):
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    for engine, package in (("lifetimes", "lifetimes==0.11.3"), ("pymc", "pymc-marketing")):
        module = "pymc_marketing" if engine == "pymc" else engine
        found = subprocess.run([python, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec('{module}') is None)"])
        if engine in engines and found.returncode != 0:
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)


def cdnow():
    file = ROOT / "target" / "bench-models-cdnow.csv"
    rows = [line.split(",") for line in CDNOW.read_text().splitlines()[1:]]
    file.write_text("x,t_x,T\n" + "".join(f"{x},{int(t) / 7:.4f},{int(age) / 7:.4f}\n" for x, t, age, *_ in rows))
    return file


def people(n):
    file = ROOT / "target" / f"bench-models-{n}.csv"
    subprocess.run([EXAMPLE, "generate", str(n), file], check=True)
    return file


def run(engine, kind, file):
    own = [EXAMPLE, kind, file]
    other = [VENV / "bin" / "python", __file__, "--peer", engine, kind, file]
    command = ["taskset", "-c", "0", *map(str, own if engine == "parlour" else other)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, env={**os.environ, **ONE_CORE})
    except subprocess.TimeoutExpired:
        return {"failure": "no answer within 600 s"}
    if done.returncode != 0:
        return {"failure": (done.stderr.strip().splitlines() or ["killed"])[-1][:90]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def tell(name, seen):
    if "failure" in seen:
        return print(f"{name:42} {seen['failure']}")
    numbers = f"{seen['fit_s']:9.4f} {seen['predict_s']:10.4f} {seen['log_likelihood']:16.2f} {seen['peak_mib']:9.0f}"
    print(f"{name:42} {numbers}", flush=True)


def peer(engine, kind, file):
    import warnings

    import pandas

    warnings.filterwarnings("ignore")
    table = pandas.read_csv(file)
    seen = (lifetimes if engine == "lifetimes" else pymc)(kind, table)
    seen["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seen


def lifetimes(kind, table):
    import numpy
    from lifetimes import BetaGeoFitter, ParetoNBDFitter

    fitter = BetaGeoFitter() if kind == "bg_nbd" else ParetoNBDFitter()
    columns = table["x"], table["t_x"], table["T"]
    fit_s, _ = timed(lambda: fitter.fit(*columns))

    def predict():
        expected = fitter.conditional_expected_number_of_purchases_up_to_time(52.0, *columns)
        return expected, fitter.conditional_probability_alive(*columns)

    predict_s, _ = timed(predict)
    # One of the two takes logarithms and returns a mean, the other neither.
    values, arrays, n = fitter.params_.to_numpy(), [column.to_numpy() for column in columns], len(table)
    parameters, scale = (numpy.log(values), n) if kind == "bg_nbd" else (values, 1)
    reached = -scale * float(fitter._negative_log_likelihood(parameters, *arrays, numpy.ones(n), 0.0))
    return {"fit_s": fit_s, "predict_s": predict_s, "log_likelihood": reached}


def pymc(kind, table):
    from pymc_marketing.clv import BetaGeoModel, ParetoNBDModel

    table = table.rename(columns={"x": "frequency", "t_x": "recency"})
    table["customer_id"] = range(len(table))
    model = BetaGeoModel if kind == "bg_nbd" else ParetoNBDModel
    # The first fit compiles; that is not counted.
    model(data=table.head(100)).fit(method="map", progressbar=False)
    fitter = model(data=table)
    fit_s, _ = timed(lambda: fitter.fit(method="map", progressbar=False))

    def predict():
        return fitter.expected_purchases(data=table, future_t=52), fitter.expected_probability_alive(data=table)

    predict_s, _ = timed(predict)
    # The posterior's height at its top is not a likelihood; with the priors as delivered it is not comparable.
    return {"fit_s": fit_s, "predict_s": predict_s, "log_likelihood": float("nan")}


def timed(work):
    begun = time.process_time()
    done = work()
    return time.process_time() - begun, done


if __name__ == "__main__":
    main()
