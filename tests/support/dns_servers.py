# SPDX-License-Identifier: Apache-2.0
"""A real NSD as authority and a real Unbound as resolver over a folder of `danesweep-lab zones` or of SignedRoot, both on
loopback and in the foreground, ended when the `with` ends."""
import pathlib
import random
import signal
import socket
import struct
import subprocess
import time

# Where a RealResolver can answer on port 53, too: programs that ask the resolver of /etc/resolv.conf know no other port.
SYSTEM_RESOLVER = f"127.53.{random.randrange(1, 255)}.{random.randrange(1, 255)}"


def query_packet(name, rr_type):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.strip(".").split(".") if label)
    return b"\x12\x34\x01\x10\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack(">HH", rr_type, 1)


def wait_for_answer(process, address, port, name=".", rr_type=48, seconds=300):
    """Until it answers; raises once `process` has ended."""
    end = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        while time.monotonic() < end and process.poll() is None:
            try:
                client.sendto(query_packet(name, rr_type), (address, port))
                if client.recv(4096)[3] & 15 == 0:
                    return
            except OSError:
                time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}:{port}, exit code {process.poll()}")


def port_of(configuration, word):
    """The port behind `word` in nsd.conf or unbound.conf."""
    for line in pathlib.Path(configuration).read_text().splitlines():
        key, _, value = line.strip().partition(":")
        if key == word:
            return int(value.strip().rpartition("@")[2])
    raise RuntimeError(f"{configuration}: no {word}")


class RealResolver:
    """NSD and Unbound over the zones in `folder`; `resolver` is ADDR:PORT of the Unbound. `also_at`: see SYSTEM_RESOLVER."""

    def __init__(self, folder, also_at=None):
        self.folder = pathlib.Path(folder)
        if also_at:
            with open(self.folder / "unbound.conf", "a") as configuration:
                configuration.write(f"server:\n  interface: {also_at}@53\n")
        self.resolver = (self.folder / "resolver").read_text().strip()
        self.anchor = self.folder / "anchor"
        self.processes = []

    def __enter__(self):
        nsd_port = port_of(self.folder / "nsd.conf", "ip-address")
        unbound_port = port_of(self.folder / "unbound.conf", "port")
        for command, port in ((["nsd", "-d", "-c", self.folder / "nsd.conf"], nsd_port),
                              (["unbound", "-d", "-c", self.folder / "unbound.conf"], unbound_port)):
            with open(self.folder / f"{command[0]}.out", "w") as log:
                self.processes.append(subprocess.Popen(command, stdout=log, stderr=log))
            try:
                wait_for_answer(self.processes[-1], "127.0.0.1", port)
            except RuntimeError as error:
                self.__exit__()
                raise RuntimeError(f"{command[0]}: {error}: {(self.folder / f'{command[0]}.out').read_text()[-500:]}") from error
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=120)


handed_out = set()


def free_port(address="127.0.0.1"):
    """Free for UDP and for TCP, another one each time, and below the ports that the kernel hands out, so that no connection
    takes it meanwhile."""
    while True:
        port = random.randrange(10000, 32000)
        if port in handed_out:
            continue
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as one:
                    one.bind((address, port))
            handed_out.add(port)
            return port
        except OSError:
            continue


class SignedRoot:
    """A root zone that holds everything, signed by ldns-signzone, with the configurations of NSD and Unbound."""

    def __init__(self, folder, records):
        self.folder = folder
        (folder / "zones").mkdir(parents=True)
        keys = [self.keygen(*more) for more in (["-k"], [])]
        zone = folder / "root.txt"
        zone.write_text("\n".join(["$TTL 300", ". IN SOA ns. root. 1 3600 600 86400 300", ". IN NS ns.", "ns. IN A 127.0.0.1", *records]) + "\n")
        subprocess.run(["ldns-signzone", "-n", "-o", ".", "-f", folder / "zones/root", zone, *keys], check=True, cwd=folder)
        (folder / "anchor").write_text((folder / f"{keys[0]}.ds").read_text())
        nsd, unbound = free_port(), free_port()
        (folder / "nsd.conf").write_text(f"""server:
  ip-address: 127.0.0.1@{nsd}
  username: ""
  zonesdir: "{folder}/zones"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root"
""")
        (folder / "unbound.conf").write_text(f"""server:
  interface: 127.0.0.1
  port: {unbound}
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  do-not-query-localhost: no
  trust-anchor-file: "{folder}/anchor"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{nsd}
remote-control:
  control-enable: no
""")
        (folder / "resolver").write_text(f"127.0.0.1:{unbound}\n")

    def keygen(self, *options):
        made = subprocess.run(["ldns-keygen", "-a", "ECDSAP256SHA256", *options, "."], check=True, capture_output=True, text=True, cwd=self.folder)
        return made.stdout.strip()
