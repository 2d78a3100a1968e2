# SPDX-License-Identifier: Apache-2.0
"""Rows of `compare` about bare questions: CPU time per answer of `resolver bench` beside dnsperf, both asking the same names at the
same rate of a resolver that knows the answers; and what each of them lost."""
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from dns_servers import RealResolver  # noqa: E402
from probe_rows import cpu_seconds  # noqa: E402

NAMES = 10000
PASSES = 5
RATES = [5000, 20000]  # questions a second


class World:
    def __init__(self, build, servers, folder):
        self.build, self.servers = build, servers
        self.names = folder / "world/domains"
        self.questions = folder / "questions"
        self.questions.write_text("".join(f"{name} MX\n" for name in self.names.read_text().split()))

    def own(self, rate, passes=PASSES):
        """CPU seconds and answers."""
        seconds, output = cpu_seconds([self.build / "danesweep", "resolver", "bench", self.names, "--resolver", self.servers.resolver,
                                       "--rate", rate, "--passes", passes, "--json"])
        return seconds, sum(each["answered"] for each in json.loads(output)["resolvers"][0]["passes"])

    def dnsperf(self, rate):
        address, port = self.servers.resolver.rsplit(":", 1)
        seconds, output = cpu_seconds(["dnsperf", "-s", address, "-p", port, "-d", self.questions, "-n", PASSES, "-Q", rate, "-q", 100,
                                       "-c", 1, "-T", 1, "-D", "-e"])
        return seconds, int(re.search(r"Queries completed: *(\d+)", output)[1])

    def measured(self, rate):
        """CPU us per answer of each, and questions lost by each."""
        own, own_answers = self.own(rate)
        peer, peer_answers = self.dnsperf(rate)
        return own / own_answers * 1e6, peer / peer_answers * 1e6, NAMES * PASSES - own_answers, NAMES * PASSES - peer_answers


def print_rows(build, rounds):
    print(f"\n{'':<34}{'asked':>9}{'danesweep us':>14}{'lost':>7}{'dnsperf us':>12}{'lost':>7}{'peer / own':>12}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([build / "danesweep-lab", "zones", folder / "world", "--domains", str(NAMES), "--kinds", "^row-m1$"], check=True)
        with RealResolver(folder / "world") as servers:
            world = World(build, servers, folder)
            world.own(RATES[0], passes=1)  # the resolver's cache
            for rate in RATES:
                runs = [world.measured(rate) for _ in range(rounds)]
                own, peer, own_lost, peer_lost = (statistics.median(column) for column in zip(*runs))
                ratio = statistics.median(other / one for one, other, *_ in runs)
                print(f"{f'questions, {rate:,} a second':<34}{NAMES * PASSES:>9,}{own:>14.1f}{own_lost:>7.0f}{peer:>12.1f}{peer_lost:>7.0f}"
                      f"{ratio:>12.2f}", flush=True)
