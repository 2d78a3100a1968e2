# SPDX-License-Identifier: Apache-2.0
"""Rows of `compare` about mail hosts: CPU time of a whole probe (TCP, EHLO, STARTTLS, TLS 1.3, EHLO, QUIT, the match of a 3 1 1
record, the record written) beside a bare OpenSSL handshake over TCP and beside Postfix' posttls-finger; and what 1,000 tarpits
that are open at once do to the others (S-84). A probe's share of a scan is the scan with probes less the scan without."""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from dns_servers import SYSTEM_RESOLVER, RealResolver  # noqa: E402
from lab import Lab  # noqa: E402
from mail_servers import PosttlsFinger  # noqa: E402

HOSTS = 1000
LIMITS_OFF = ["--per-address", "0", "--per-net", "0", "--per-provider", "0", "--probe-rate", "0", "--max-probes", "0"]


def cpu_seconds(command):
    """User and system time of a command and its children; its standard output, too."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, output


class World:
    """Lab hosts of the kinds S-1 (good) and S-9 (accepts, and is silent), HOSTS of each, behind NSD and Unbound."""

    def __init__(self, lab, servers, folder):
        self.lab, self.servers, self.folder = lab, servers, folder
        of = {kind: [name for name, row in lab.expected.items() if row["kind"] == kind] for kind in ("host-s-1", "host-s-9")}
        self.good, self.silent, self.all = folder / "good", folder / "silent", folder / "all"  # lists of domains
        for listing, names in ((self.good, of["host-s-1"]), (self.silent, of["host-s-9"]), (self.all, of["host-s-9"] + of["host-s-1"])):
            listing.write_text("".join(f"{name}\n" for name in names))

    def scan(self, source, *options):
        output = self.folder / "out.pb"
        output.unlink(missing_ok=True)
        return [self.lab.build / "danesweep", "scan", source, "-o", output, "--canary", "none", "--threads", "1", "--quiet",
                "--resolver", self.servers.resolver, "--trust-anchor-file", self.servers.anchor, "--smtp-port", self.lab.smtp_port,
                "--allow-special-addresses", "--helo", "[127.0.0.1]", *LIMITS_OFF, *options]

    def probes(self):
        """CPU seconds of the probes of all good hosts, and of the whole scan."""
        whole, without = cpu_seconds(self.scan(self.good))[0], cpu_seconds(self.scan(self.good, "--no-probe"))[0]
        return whole - without, whole

    def handshakes(self):
        return float(cpu_seconds([self.lab.build / "bench/handshakes", HOSTS])[1])

    def posttls_finger(self):
        finger = PosttlsFinger(pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "finger")
        script = f'mount --bind "$0" /etc/resolv.conf && sed "s/$/:{self.lab.smtp_port}/" "$1" | xargs -P 4 -n 1 posttls-finger -c -l dane-only'
        os.environ["MAIL_CONFIG"] = str(finger.folder)
        seconds, output = cpu_seconds(["unshare", "-m", "sh", "-c", script, finger.folder / "resolv.conf", self.good])
        verified = output.count("Verified TLS connection established")
        if verified != HOSTS:
            sys.exit(f"compare: posttls-finger verified {verified} of {HOSTS} hosts")
        return seconds

    def good_ones_beside_silent_ones(self):
        """CPU seconds of a scan of both, less those of a scan of the silent ones: all of them are open while the good ones are probed."""
        options = ["--greeting-timeout", "8", "--no-retry"]
        return cpu_seconds(self.scan(self.all, *options))[0] - cpu_seconds(self.scan(self.silent, *options))[0]

    def good_ones(self):
        return cpu_seconds(self.scan(self.good))[0]


# Title, what is measured (seconds of danesweep, seconds of the peer), goal for peer / danesweep.
ROWS = [
    ("probe / bare handshake over TCP", lambda world: (world.probes()[0], world.handshakes()), 0.70),
    ("probe / posttls-finger", lambda world: (world.probes()[0], world.posttls_finger()), 12),
    ("whole scan / posttls-finger", lambda world: (world.probes()[1], world.posttls_finger()), None),
    ("beside 1,000 tarpits / alone", lambda world: (world.good_ones_beside_silent_ones(), world.good_ones()), 0.95),
]


def check(world):
    """The rows are about hosts that are verified, each of them. Warms the resolver's cache as well."""
    cpu_seconds(world.scan(world.good))
    _, lines = cpu_seconds([world.lab.build / "danesweep", "export", world.folder / "out.pb", "--format", "jsonl", "--where", "rfc7672=VERIFIED"])
    if lines.count("\n") != HOSTS:
        sys.exit(f"compare: danesweep verified {lines.count(chr(10))} of {HOSTS} hosts")


def print_rows(build, rounds):
    print(f"\n{'':<34}{'hosts':>7}{'danesweep us':>14}{'peer us':>10}{'peer / own':>12}{'goal':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        options = ["--zones", folder / "zones", "--kinds", "^host-s-(1|9)$"]
        with Lab(build, 2 * HOSTS, options=options) as lab, RealResolver(folder / "zones", SYSTEM_RESOLVER) as servers:
            world = World(lab, servers, folder)
            check(world)
            for title, measured, goal in ROWS:
                pairs = [measured(world) for _ in range(rounds)]
                own, peer = (statistics.median(column) / HOSTS * 1e6 for column in zip(*pairs))
                ratio = statistics.median(other / one for one, other in pairs)
                print(f"{title:<34}{HOSTS:>7}{own:>14.0f}{peer:>10.0f}{ratio:>12.2f}{goal or '-':>7}", flush=True)
