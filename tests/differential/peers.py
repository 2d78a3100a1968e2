# SPDX-License-Identifier: Apache-2.0
"""The other validators of the differential test. Each gives a list of (status, answer) for a list of (name, type)."""
import asyncio
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from dns_servers import free_port, wait_for_answer  # noqa: E402

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "DNAME": 39, "DS": 43, "DNSKEY": 48, "TLSA": 52}
AT_ONCE = 64


def wire_name(text):
    """Presentation form with \\DDD escapes to octets."""
    out, label, at = b"", b"", 0
    while at < len(text):
        if text[at] == "\\":
            label += bytes([int(text[at + 1:at + 4])])
            at += 4
        elif text[at] == ".":
            out += bytes([len(label)]) + label if label else b""
            label, at = b"", at + 1
        else:
            label += text[at].encode()
            at += 1
    return out + (bytes([len(label)]) + label if label else b"") + b"\0"


def question_packet(ident, name, rr_type):
    """RD and AD set, CD clear; OPT with DO."""
    return (struct.pack(">HHHHHH", ident, 0x0120, 1, 0, 0, 1) + wire_name(name) + struct.pack(">HH", TYPES[rr_type], 1) +
            b"\0" + struct.pack(">HHIH", 41, 4096, 0x8000, 0))


def skip_name(message, at):
    while message[at]:
        if message[at] >= 192:
            return at + 2
        at += message[at] + 1
    return at + 1


def judge(message, rr_type):
    """What a validating resolver's reply says: SERVFAIL is BOGUS, AD is SECURE."""
    flags, _, answers = struct.unpack(">HHH", message[2:8])
    rcode, at, found = flags & 15, skip_name(message, 12) + 4, False
    for _ in range(answers):
        at = skip_name(message, at)
        kind, _, _, length = struct.unpack(">HHIH", message[at:at + 10])
        found = found or kind == TYPES[rr_type]
        at += 10 + length
    if rcode not in (0, 3, 6):
        return "BOGUS", "NONE"
    answer = "DATA" if found else {0: "NODATA", 3: "NXDOMAIN", 6: "NONE"}[rcode]
    return ("SECURE" if flags & 0x20 else "INSECURE"), answer


class Asker(asyncio.DatagramProtocol):
    def __init__(self):
        self.waiting = {}

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, _):
        future = self.waiting.get(struct.unpack(">H", data[:2])[0])
        if future and not future.done():
            future.set_result(data)


async def ask_tcp(address, port, packet):
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(struct.pack(">H", len(packet)) + packet)
    length = struct.unpack(">H", await reader.readexactly(2))[0]
    data = await reader.readexactly(length)
    writer.close()
    return data


async def ask_all(address, port, questions):
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)
    _, asker = await loop.create_datagram_endpoint(Asker, remote_addr=(address, port))

    async def one(ident, name, rr_type):
        packet = question_packet(ident, name, rr_type)
        async with gate:
            for _ in range(4):
                asker.waiting[ident] = loop.create_future()
                asker.transport.sendto(packet)
                try:
                    data = await asyncio.wait_for(asker.waiting[ident], 5)
                except asyncio.TimeoutError:
                    continue
                if data[2] & 2:
                    data = await ask_tcp(address, port, packet)
                return judge(data, rr_type)
        return "SILENT", "NONE"

    return await asyncio.gather(*(one(i % 65536, name, kind) for i, (name, kind) in enumerate(questions)))


def ask_resolver(resolver, questions):
    address, _, port = resolver.rpartition(":")
    return asyncio.run(ask_all(address, int(port), questions))


def ask_danesweep(build, resolver, anchor, questions, *options):
    """(status, answer, reason, zone) of each."""
    text = "".join(f"{name} {kind}\n" for name, kind in questions)
    done = subprocess.run([build / "danesweep-ask-many", resolver, anchor, *options], input=text, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == len(questions), f"{len(lines)} lines for {len(questions)} questions"
    return [(status, answer, reason, zone) for status, reason, answer, zone in lines]


def judge_delv(output):
    """delv prints a finding for each link as a comment; `ncache` results are denials."""
    if re.search(r"pending validation|resolution failed: (?!ncache)", output):
        return "BOGUS", "NONE"
    if "unsigned answer" in output:
        status = "INSECURE"
    elif "fully validated" in output:
        status = "SECURE"
    else:
        return "BOGUS", "NONE"
    negative = re.search(r"ncache nx(domain|rrset)", output)
    return status, {"domain": "NXDOMAIN", "rrset": "NODATA"}[negative.group(1)] if negative else "DATA"


def ask_delv(resolver, keys, questions):
    address, _, port = resolver.rpartition(":")

    def one(question, tries=3):
        name, kind = question
        command = ["delv", f"@{address}", "-p", port, "-a", keys, "+root=.", "-q", name, "-t", kind]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20)
        except subprocess.TimeoutExpired:  # one in thousands never ends by itself
            if tries == 1:
                raise
            return one(question, tries - 1)
        return judge_delv(done.stdout + done.stderr)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, questions))


class Knot:
    """A real Knot Resolver that forwards to `authority` and validates; only where its package is installed."""

    def __init__(self, folder, authority, anchor):
        self.folder, self.authority, self.anchor = pathlib.Path(folder) / "knot", authority, anchor

    @staticmethod
    def is_installed():
        return shutil.which("kresd", path=os.environ.get("PATH", "") + ":/usr/sbin") is not None

    def __enter__(self):
        self.folder.mkdir()
        port = free_port()
        host, _, authority_port = self.authority.rpartition(":")
        anchors = "".join(f"trust_anchors.add('{line.strip()}')\n" for line in pathlib.Path(self.anchor).read_text().splitlines())
        (self.folder / "kresd.conf").write_text(
            f"net.listen('127.0.0.1', {port}, {{ kind = 'dns' }})\nmodules.unload('priming')\nmodules.unload('ta_update')\n"
            "modules.unload('ta_signal_query')\nmodules.unload('detect_time_jump')\nmodules.unload('detect_time_skew')\n"
            "trust_anchors.remove('.')\n" + anchors +
            "policy.add(policy.all(policy.FLAGS('NO_CACHE')))\n"  # else it answers from the proofs of other questions
            f"policy.add(policy.all(policy.FORWARD({{'{host}@{authority_port}'}})))\ncache.size = 64 * MB\n")
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen([shutil.which("kresd", path=os.environ.get("PATH", "") + ":/usr/sbin"), "-n", "-c",
                                         self.folder / "kresd.conf", self.folder], stdout=self.log, stderr=self.log)
        self.resolver = f"127.0.0.1:{port}"
        try:
            wait_for_answer(self.process, "127.0.0.1", port)
        except RuntimeError as error:
            self.__exit__()
            raise RuntimeError(f"kresd: {error}: {(self.folder / 'log').read_text()[-800:]}") from error
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)
        self.log.close()
