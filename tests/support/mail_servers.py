# SPDX-License-Identifier: Apache-2.0
"""Real mail servers on loopback for the interop tests: each a process (tree) of its own in a folder of its own, with the
certificate it is given, ended when its `with` ends."""
import os
import pathlib
import shutil
import socket
import subprocess
import time


def wait_for_greeting(address, port, seconds=20):
    """Returns the greeting, or raises when none came."""
    end = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((address, port), timeout=5) as connection:
                greeting = connection.recv(200)
                if greeting.startswith(b"220"):
                    return greeting.decode(errors="replace")
        except OSError:
            pass
        if time.monotonic() > end:
            raise RuntimeError(f"no SMTP greeting from {address}:{port} within {seconds} s")
        time.sleep(0.1)


class Postfix:
    """Postfix' own smtpd; accepts connections and rejects every recipient. Needs root, as Postfix does."""

    MASTER = """{address}:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
pickup unix n - n 60 1 pickup
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
"""

    def __init__(self, folder, address, port, certificate, key, hostname="mx.postfix.example", extra=""):
        self.folder, self.address, self.port = pathlib.Path(folder), address, port
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for parent in [self.folder, *self.folder.parents]:
            if parent.owner() == "root" and str(parent) not in ("/", "/tmp"):
                parent.chmod(parent.stat().st_mode | 0o055)
        shutil.chown(self.folder / "data", "postfix")
        (self.folder / "etc/main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = loopback-only
inet_protocols = all
myhostname = {hostname}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
maillog_file = {self.folder}/postfix.log
maillog_file_prefixes = {self.folder}
smtpd_tls_security_level = may
smtpd_tls_chain_files = {key}, {certificate}
smtpd_relay_restrictions = reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
{extra}
""")
        (self.folder / "etc/master.cf").write_text(self.MASTER.format(address=address, port=port))

    def postfix(self, verb):
        return subprocess.run(["postfix", "-c", self.folder / "etc", verb], capture_output=True, text=True)

    def __enter__(self):
        started = self.postfix("start")
        if started.returncode:
            raise RuntimeError(f"Postfix did not start: {started.stdout} {started.stderr}")
        self.greeting = wait_for_greeting(self.address, self.port)
        return self

    def __exit__(self, *_):
        self.postfix("stop")


def make_certificate(folder, name, common_name, days=30):
    """A self-signed P-256 certificate; returns (certificate, key) paths in PEM."""
    certificate, key = pathlib.Path(folder) / f"{name}.pem", pathlib.Path(folder) / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
                    "-subj", f"/CN={common_name}", "-addext", f"subjectAltName=DNS:{common_name}", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    os.chmod(key, 0o644)
    return certificate, key


def tlsa_rdata(certificate, usage, selector, matching):
    """TLSA RDATA text of a PEM certificate, made by the openssl command."""
    if selector == 0:
        octets = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, capture_output=True).stdout
    else:
        pem = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True).stdout
        octets = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=pem, check=True, capture_output=True).stdout
    if matching:
        octets = subprocess.run(["openssl", "dgst", "-sha256" if matching == 1 else "-sha512", "-binary"], input=octets, check=True,
                                capture_output=True).stdout
    return f"{usage} {selector} {matching} {octets.hex()}"
