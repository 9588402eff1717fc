#!/usr/bin/env python3
"""Every dependency's licence, Rust and web, must be one of those that this project may be built with."""
import json
import pathlib
import re
import subprocess
import sys

ALLOWED = {
    "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib",
    "0BSD", "Unicode-3.0", "Unlicense", "CC0-1.0", "BSL-1.0", "CDLA-Permissive-2.0", "BlueOak-1.0.0", "OFL-1.1",
    "Python-2.0", "bzip2-1.0.6",
}
# Only used while building the web side, never shipped.
BUILD_ONLY = {"MPL-2.0", "CC-BY-4.0"}


def is_allowed(expression, allowed):
    """Whether some way to satisfy the SPDX expression uses allowed licences only."""
    expression = expression.replace("/", " OR ")
    alternatives = re.split(r"\s+OR\s+", expression.replace("(", " ").replace(")", " "))
    return any(all(part.strip() in allowed for part in re.split(r"\s+AND\s+", a)) for a in alternatives)


def rust():
    text = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked"], capture_output=True, check=True).stdout
    for package in json.loads(text)["packages"]:
        if package["source"]:
            yield f"{package['name']} {package['version']}", package["license"] or "none", ALLOWED


def web():
    lock = json.loads(pathlib.Path("web/package-lock.json").read_text())
    for place, entry in lock["packages"].items():
        if place and pathlib.Path("web", place, "package.json").exists():
            package = json.loads(pathlib.Path("web", place, "package.json").read_text())
            licence = package.get("license") or "none"
            allowed = ALLOWED | BUILD_ONLY if entry.get("dev") else ALLOWED
            yield f"{package['name']} {package.get('version')}", licence if isinstance(licence, str) else licence["type"], allowed


def main():
    checked = list(rust()) + list(web())
    wrong = [(name, licence) for name, licence, allowed in checked if not is_allowed(licence, allowed)]
    for name, licence in wrong:
        print(f"error: {name} has the licence {licence}, which is not on the list in scripts/licences.py")
    print(f"{len(checked)} dependencies, {len(wrong)} with a licence that is not allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
