#!/usr/bin/env python3
"""What deploy/ says of the program must be so: its variables, settings, routes, files, and that it is not root."""
import json
import pathlib
import re
import sys
import tomllib

import yaml

# Those of object stores, and what images other than ours ask for.
OTHERS = re.compile(r"(AWS|AZURE|GOOGLE|POSTGRES|MINIO|STORE|MC_HOST)_\w+|PARLOUR_[1-3]|PARLOUR_BIND")
VARIABLE = re.compile(r"\b(?:PARLOUR|AWS|AZURE|GOOGLE)_[A-Z0-9_]+\b")
LEAST_GRACE = 60


class Lint:
    def __init__(self, folder):
        self.folder = folder
        self.wrong = []
        self.n_checked = 0

    def must(self, is_so, file, message):
        self.n_checked += 1
        if not is_so:
            self.wrong.append(f"{self.folder / file}: {message}")

    def text(self, file):
        return (self.folder / file).read_text()

    def documents(self, file):
        return [document for document in yaml.safe_load_all(self.text(file)) if document]


def variables(lint):
    """Every variable of ours is one that the command line reads."""
    known = set(re.findall(r'env = "(PARLOUR_\w+)"', pathlib.Path("crates/parlour/src/cli.rs").read_text()))
    files = [file for file in sorted(lint.folder.iterdir()) if file.is_file()]
    for file in files:
        for name in sorted(set(VARIABLE.findall(file.read_text()))):
            lint.must(name in known or OTHERS.fullmatch(name), file.name, f"no option reads {name}")


def routes(lint):
    """Every path that is asked for health is a path of the API."""
    known = json.loads(pathlib.Path("openapi.json").read_text())["paths"]
    probes = [
        (file, path)
        for file in ("Dockerfile", "haproxy.cfg")
        for path in re.findall(r"(?:uri |path |:4600)(/[\w./]+)", lint.text(file))
    ]
    for _, container in containers(lint):
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            probe = container.get(name, {}).get("httpGet", {})
            lint.must(probe, "kubernetes.yaml", f"{name} asks nothing over HTTP")
            probes.append(("kubernetes.yaml", probe.get("path")))
            ports = {port["name"] for port in container["ports"]}
            lint.must(probe.get("port") in ports, "kubernetes.yaml", f"{name} asks a port that the container does not name")
    for file, path in probes:
        lint.must("get" in known.get(path, {}), file, f"there is no GET {path} in openapi.json")
    lint.must(len(probes) > 4, "Dockerfile", "no routes are found; this check is broken")


def settings(lint):
    """Every setting in a parlour.toml is one of parlour.default.toml."""
    known = tomllib.loads(pathlib.Path("parlour.default.toml").read_text())
    for document in lint.documents("kubernetes.yaml"):
        text = (document.get("data") or {}).get("parlour.toml")
        if document["kind"] == "ConfigMap" and text:
            for section, values in tomllib.loads(text).items():
                for name in values:
                    is_known = name in known.get(section, {})
                    lint.must(is_known, "kubernetes.yaml", f"`{section}.{name}` is not in parlour.default.toml")


def containers(lint):
    for document in lint.documents("kubernetes.yaml"):
        if document["kind"] == "StatefulSet":
            for container in document["spec"]["template"]["spec"]["containers"]:
                yield document, container


def manifest(lint):
    """What no schema says: names lead somewhere, and the pod is confined as the restricted standard of pods asks."""
    file = "kubernetes.yaml"
    documents = lint.documents(file)
    names = {(document["kind"], document["metadata"]["name"]) for document in documents}
    for stateful, container in containers(lint):
        spec = stateful["spec"]
        pod = spec["template"]["spec"]
        labels = spec["template"]["metadata"]["labels"].items()
        lint.must(("Service", spec["serviceName"]) in names, file, f"there is no Service {spec['serviceName']}")
        lint.must(spec["selector"]["matchLabels"].items() <= labels, file, "the StatefulSet does not select its own pods")
        for document in documents:
            selector = document["spec"].get("selector") if document["kind"] in ("Service", "PodDisruptionBudget") else None
            wanted = (selector or {}).get("matchLabels", selector) or {}
            lint.must(wanted.items() <= labels, file, f"{document['kind']} {document['metadata']['name']} selects no pod")
        volumes = {volume["name"] for volume in pod["volumes"] + [{"name": c["metadata"]["name"]} for c in spec["volumeClaimTemplates"]]}
        for mount in container["volumeMounts"]:
            lint.must(mount["name"] in volumes, file, f"there is no volume {mount['name']}")
        for source in container["envFrom"] + pod["volumes"]:
            name = (source.get("configMapRef") or source.get("configMap") or {}).get("name")
            lint.must(not name or ("ConfigMap", name) in names, file, f"there is no ConfigMap {name}")
        whole, own = pod["securityContext"], container["securityContext"]
        confined = {
            "runAsNonRoot": whole.get("runAsNonRoot") is True and whole.get("runAsUser", 0) > 0,
            "seccompProfile": whole.get("seccompProfile", {}).get("type") == "RuntimeDefault",
            "allowPrivilegeEscalation": own.get("allowPrivilegeEscalation") is False,
            "readOnlyRootFilesystem": own.get("readOnlyRootFilesystem") is True,
            "capabilities": own.get("capabilities", {}).get("drop") == ["ALL"] and not own["capabilities"].get("add"),
        }
        for name, is_so in confined.items():
            lint.must(is_so, file, f"`{name}` of the pod or its container is not as confined as it was")
        lint.must(pod["terminationGracePeriodSeconds"] >= LEAST_GRACE, file, "it is killed before it can end cleanly")
        lint.must("memory" in container["resources"].get("limits", {}), file, "memory has no limit")
        for of in container["env"]:
            is_secret = re.search("DATABASE|KEY|SECRET|TOKEN", of["name"])
            lint.must(not is_secret or "secretKeyRef" in of.get("valueFrom", {}), file, f"{of['name']} belongs into a Secret")


def compose(lint):
    """Services do what they can without rights, and what they name is there."""
    for file in sorted(path.name for path in lint.folder.glob("compose*.yaml")):
        (document,) = lint.documents(file)
        for name, service in document["services"].items():
            for other in service.get("depends_on", {}):
                lint.must(other in document["services"], file, f"{name} depends on {other}, which is not there")
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                is_there = (lint.folder / source).exists() if source.startswith(".") else source in document["volumes"]
                lint.must(is_there, file, f"{name} mounts {source}, which is not there")
            for port in service.get("ports", []):
                lint.must(str(port).startswith("127.0.0.1:"), file, f"{name} is open to the network without TLS")
            if name.startswith("parlour"):
                is_confined = service.get("read_only") is True and service.get("cap_drop") == ["ALL"]
                lint.must(is_confined and "no-new-privileges:true" in service["security_opt"], file, f"{name} is not confined")
                build = service["build"]
                is_there = build["context"] == ".." and pathlib.Path(build["dockerfile"]).exists()
                lint.must(is_there, file, f"{name} is built by {build['dockerfile']}, which is not there")


def dockerfile(lint):
    """What is copied is in the source and sent to the build; what runs is not root."""
    recipe = lint.text("Dockerfile")
    sent = {line[1:] for line in lint.text("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+)$", recipe, re.MULTILINE):
        for source in line.split()[:-1]:
            lint.must(pathlib.Path(source).exists(), "Dockerfile", f"`COPY {source}`: it is not in the source")
            lint.must(source.split("/")[0] in sent, "Dockerfile.dockerignore", f"`{source}` is not sent to the build")
    last = recipe.rsplit("\nFROM ", 1)[-1]
    user = re.findall(r"^USER (\S+)", last, re.MULTILINE)
    lint.must(user and re.match(r"[1-9]\d*(:|$)", user[-1]), "Dockerfile", "USER is no number, or is root")
    lint.must("HEALTHCHECK" in last, "Dockerfile", "nobody asks for its health")
    members = tomllib.loads(pathlib.Path("Cargo.toml").read_text())["workspace"]["members"]
    for member in members:
        is_copied = re.search(rf"^COPY {member.split('/')[0]} ", recipe, re.MULTILINE)
        lint.must(is_copied, "Dockerfile", f"the workspace has {member}, which is not copied")
    for crate in pathlib.Path("crates").rglob("*.rs"):
        if "tests" in crate.parts or crate.name == "tests.rs":
            continue
        for climbed in re.findall(r'include_(?:str|bytes)!\("(?:\.\./){3,}([\w.]+)', crate.read_text()):
            is_copied = re.search(rf"^COPY .*\b{re.escape(climbed)}\b", recipe, re.MULTILINE)
            lint.must(is_copied, "Dockerfile", f"{crate} includes {climbed}, which is not copied")


def main():
    lint = Lint(pathlib.Path(sys.argv[1]))
    for check in (variables, routes, settings, manifest, compose, dockerfile):
        check(lint)
    for line in lint.wrong:
        print(f"error: {line}", file=sys.stderr)
    print(f"{lint.n_checked} things that {lint.folder} says of the program, {len(lint.wrong)} of them wrong")
    return 1 if lint.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
