# SPDX-License-Identifier: Apache-2.0
"""The lab and the program as the end-to-end tests use them: `danesweep-lab serve` for the time of a `with`, danesweep run
with its resolver and anchor, results read back through `export`."""
import functools
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys

ACCOUNT = re.compile(r"^read (\d+) = checked (\d+) \+ skipped (\d+) \+ duplicates (\d+) \+ rejected (\d+)$")


# Times the farm's own limits. The second is for labs without hosts whose behaviour is silence: there nothing waits for it.
SHORT, PATIENT = 2, 20


class Lab:
    """A mini-internet on loopback. `build`: folder of the programs; `patience`: times the farm's limits, of probes."""

    def __init__(self, build, domains, seed=1, options=(), patience=SHORT):
        self.build, self.patience = pathlib.Path(build), patience
        self.command = [self.build / "danesweep-lab", "serve", "--domains", str(domains), "--seed", str(seed), *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.environment = {}
        while "DANESWEEP_LAB_SMTP_PORT" not in self.environment:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"the lab did not start: exit code {self.process.wait()}")
            name, _, value = line.partition("=")
            self.environment[name] = shlex.split(value)[0]
        self.resolver = self.environment["DANESWEEP_LAB_RESOLVER"]
        self.anchor = self.environment["DANESWEEP_LAB_ANCHOR"]
        self.domains = self.environment["DANESWEEP_LAB_DOMAINS"]
        self.smtp_port = self.environment["DANESWEEP_LAB_SMTP_PORT"]
        return self

    @functools.cached_property
    def expected(self):
        """What each domain's record must say, by domain."""
        with open(self.environment["DANESWEEP_LAB_EXPECTED"]) as lines:
            return {row["domain"]: row for row in map(json.loads, lines)}

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)

    def danesweep(self, *arguments, stdin=None, limits_off=True, timeout=900):
        """Runs the program; the limits of politeness are off as under `danesweep-lab run`."""
        environment = {**os.environ, **(
            {"DANESWEEP_PER_ADDRESS": "0", "DANESWEEP_PER_NET": "0", "DANESWEEP_PER_PROVIDER": "0", "DANESWEEP_RETRY_AFTER": "1"}
            if limits_off else {})}
        return subprocess.run([self.build / "danesweep", *map(str, arguments)], capture_output=True, text=True, env=environment,
                              input=stdin, timeout=timeout)

    def names_of_lab(self):
        return ["--resolver", self.resolver, "--trust-anchor-file", self.anchor]

    def probing(self, patience=None):
        """Options of `scan` and `verify` that make the farm reachable."""
        limits = {"connect": 1, "greeting": 2, "reply": 1, "tls": 2, "probe": 6}
        return ["--smtp-port", self.smtp_port, "--allow-special-addresses", "--helo", "client.example", "--probe-rate", "0",
                *(word for phase, seconds in limits.items() for word in (f"--{phase}-timeout", seconds * (patience or self.patience)))]

    def scan(self, inputs, output, *options, patience=None, stdin=None):
        return self.danesweep("scan", *inputs, "-o", output, "--canary", "none", *self.names_of_lab(), *self.probing(patience), *options, stdin=stdin)

    def sweep(self, output):
        """Scans all domains of the lab: the run, and the records by domain. A busy machine is no slow server: a domain that a time
        limit made other than it must be is scanned again with more patience."""
        run = self.scan([self.domains], output)
        results = self.results(output)
        for patience in (4 * SHORT, PATIENT):
            late = [domain for domain, seen in results.items() if is_late(self.expected[domain], seen)]
            if not late:
                break
            print(f"again with {patience} times the limits: {late}", flush=True)
            again = output.with_name(f"{output.name}.{patience}")
            self.scan(["-"], again, patience=patience, stdin="".join(f"{domain}\n" for domain in late))
            results.update((domain, {**seen, "index": results[domain]["index"]}) for domain, seen in self.results(again).items())
        return run, results

    def results(self, output):
        """Records of a results file by domain."""
        exported = self.danesweep("export", output, "--format", "jsonl")
        assert exported.returncode == 0, exported.stderr
        return {row["domain"]: row for row in map(json.loads, exported.stdout.splitlines())}


class Hostile:
    """`danesweep-lab hostile` with one behaviour for the time of a `with`."""

    def __init__(self, build, name, folder):
        self.command = [build / "danesweep-lab", "hostile", "--behaviour", name]
        self.environment = {**os.environ, "TMPDIR": str(folder)}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, env=self.environment)
        words = dict(self.process.stdout.readline().strip().split("=", 1) for _ in range(2))
        self.resolver, self.anchor = words["DANESWEEP_LAB_RESOLVER"], words["DANESWEEP_LAB_ANCHOR"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)


class Proxy:
    """A forwarding resolver in a process of its own."""

    def __init__(self, upstream, *mode):
        self.process = subprocess.Popen([sys.executable, pathlib.Path(__file__).parent / "dns_proxy.py", upstream, *mode], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address, "the proxy did not start"

    def kill(self):
        self.process.kill()
        self.process.wait()


def account(stderr):
    """The last line of stderr as five numbers, which must add up (E-62)."""
    match = ACCOUNT.match(stderr.rstrip("\n").splitlines()[-1])
    assert match, f"no account in the last line of stderr: {stderr[-500:]}"
    read, *parts = map(int, match.groups())
    assert read == sum(parts), match.group(0)
    return dict(zip(("checked", "skipped", "duplicates", "rejected"), parts), read=read)


def differences(expected, seen, path=""):
    """Where `seen` does not hold what `expected` says; fields that `expected` does not name are free."""
    if isinstance(expected, dict) and isinstance(seen, dict):
        for key, value in expected.items():
            if key != "kind":
                yield from differences(value, seen.get(key), f"{path}.{key}" if path else key)
    elif isinstance(expected, list) and isinstance(seen, list) and expected and isinstance(expected[0], dict):
        if len(expected) != len(seen):
            yield f"{path}: {len(expected)} expected, {len(seen)} seen"
        if all("name" in one for one in expected + seen):  # hosts: equal preferences come in any order (T-7)
            expected, seen = (sorted(hosts, key=lambda host: (host.get("preference", 0), host["name"])) for hosts in (expected, seen))
        for number, (one, other) in enumerate(zip(expected, seen)):
            yield from differences(one, other, f"{path}[{number}]")
    elif expected != seen:
        yield f"{path}: expected {expected!r}, seen {seen!r}"


def is_late(expected, seen):
    """A time limit ended what it must not end."""
    return any(differences(expected, seen)) and re.search("-timeout|flapping", json.dumps(seen)) is not None


class Checks:
    """Collects faults, so that one run shows them all."""

    def __init__(self):
        self.done, self.faults = 0, []

    def that(self, holds, text):
        self.done += 1
        if not holds:
            self.faults.append(text)

    def end(self, name):
        for fault in self.faults[:60]:
            print("FAULT", fault)
        print(f"{name}: {self.done} checks, {len(self.faults)} faults")
        sys.exit(1 if self.faults or not self.done else 0)
