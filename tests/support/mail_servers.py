# SPDX-License-Identifier: Apache-2.0
"""Real mail servers on loopback for the interop tests: each a process (tree) of its own in a folder of its own, with the
certificate it is given, ended when its `with` ends. `verbs` says which commands it has heard. And Postfix' own client."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from dns_servers import SYSTEM_RESOLVER
from namespaces import own_mounts

UNPACKED = pathlib.Path(__file__).resolve().parent.parent.parent / "build/unpacked"


def let_others_in(folder):
    """Servers give up root: they must still reach their own files below a private temporary folder."""
    for parent in [folder, *folder.parents]:
        if parent.owner() == "root" and str(parent) not in ("/", "/tmp"):
            parent.chmod(parent.stat().st_mode | 0o055)


def wait_for_greeting(address, port, is_running=lambda: True, seconds=300):
    """Returns the greeting, or raises when none came while the server ran."""
    end = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((address, port), timeout=5) as connection:
                greeting = connection.recv(200)
                if greeting.startswith(b"220"):
                    return greeting.decode(errors="replace")
        except OSError:
            pass
        if time.monotonic() > end or not is_running():
            raise RuntimeError(f"no SMTP greeting from {address}:{port}")
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
        let_others_in(self.folder)
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

    def verbs(self):
        ends = [line for line in (self.folder / "postfix.log").read_text().splitlines() if "disconnect from" in line]
        return {verb.upper() for line in ends for verb in re.findall(r"(\w+)=\d", line)} - {"COMMANDS"}


class Unpacked:
    """A server out of build/unpacked, in a mount namespace of its own: there are its users (it insists on their names), and
    there its folders, and the machine sees neither. Needs root, as the servers do."""

    USERS = ()
    FOLDERS = ""

    def __init__(self, folder, address, port, certificate, key, hostname):
        self.folder, self.address, self.port = pathlib.Path(folder), address, port
        self.folder.mkdir(parents=True)
        let_others_in(self.folder)
        for name, line in (("passwd", "{}:x:{}:{}::/nonexistent:/usr/sbin/nologin\n"), ("group", "{}:x:{}:\n")):
            numbered = [line.format(user, 64100 + i, 64100 + i) for i, user in enumerate(self.USERS)]
            (self.folder / name).write_text(pathlib.Path("/etc", name).read_text() + "".join(numbered))
        self.configure(certificate, key, hostname)

    def run(self, program, *arguments):
        if not (UNPACKED / program).exists():
            raise RuntimeError(f"no {UNPACKED / program}: run scanner/install_packages unpacked")
        script = f"set -e; mount --bind passwd /etc/passwd; mount --bind group /etc/group; {self.FOLDERS} exec \"$@\""
        with open(self.folder / "output", "w") as log:
            self.process = subprocess.Popen([*own_mounts(), "sh", "-c", script, "sh", UNPACKED / program, *arguments], cwd=self.folder, stdout=log,
                                            stderr=log)
        try:
            self.greeting = wait_for_greeting(self.address, self.port, lambda: self.process.poll() is None)
        except RuntimeError as error:
            self.__exit__()
            raise RuntimeError(f"{program}: {error}: {(self.folder / 'output').read_text()[-500:]}") from error
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)


class Exim(Unpacked):
    USERS = ("Debian-exim",)

    def configure(self, certificate, key, hostname):
        for name in ("spool", "log"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, 64100, 64100)
        (self.folder / "exim.conf").write_text(f"""spool_directory = {self.folder}/spool
log_file_path = {self.folder}/log/%slog
pid_file_path = {self.folder}/spool/exim.pid
daemon_smtp_ports = {self.port}
local_interfaces = {self.address}
primary_hostname = {hostname}
exim_user = Debian-exim
exim_group = Debian-exim
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
smtp_accept_max = 0
host_lookup =
keep_environment =
log_selector = +smtp_no_mail
acl_smtp_rcpt = deny
""")

    def __enter__(self):
        return self.run("usr/sbin/exim4", "-C", self.folder / "exim.conf", "-bdf")

    def verbs(self):
        return set(",".join(re.findall(r"no MAIL in SMTP connection .* C=([A-Z,]+)", (self.folder / "log/mainlog").read_text())).split(","))


class OpenSmtpd(Unpacked):
    USERS = ("opensmtpd", "opensmtpq")
    FOLDERS = ("mount -t tmpfs none /run; mount -t tmpfs none /var/lib; mount -t tmpfs none /var/spool; mkdir -p /var/lib/opensmtpd/empty; "
               "mkdir /var/spool/smtpd; chmod 711 /var/lib/opensmtpd /var/lib/opensmtpd/empty /var/spool/smtpd;")

    def configure(self, certificate, key, hostname):
        shutil.copyfile(key, self.folder / "key")  # it refuses one that others may read
        (self.folder / "key").chmod(0o600)
        (self.folder / "smtpd.conf").write_text(f"""pki shown cert "{certificate}"
pki shown key "{self.folder}/key"
listen on {self.address} port {self.port} tls pki shown hostname {hostname}
action nowhere expand-only
match from any for domain "nowhere.example" reject
""")

    def __enter__(self):
        return self.run("usr/sbin/smtpd", "-d", "-T", "smtp", "-f", self.folder / "smtpd.conf")

    def verbs(self):
        return set(re.findall(r"<<< (\w+)", (self.folder / "output").read_text()))


class PosttlsFinger:
    """What Postfix' own client says of a domain, dane-only. It asks the resolver of /etc/resolv.conf on port 53, so it gets
    a mount namespace with a file of ours there that names SYSTEM_RESOLVER."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        (self.folder / "main.cf").write_text("compatibility_level = 3.6\ninet_protocols = all\nmyhostname = client.example\n")
        (self.folder / "resolv.conf").write_text(f"nameserver {SYSTEM_RESOLVER}\noptions edns0 trust-ad\n")

    def ask(self, domain, port, patience=1):
        """Everything it says; a server that floods it is cut short."""
        script = 'mount --bind "$0" /etc/resolv.conf && timeout "$2" posttls-finger -l dane-only -t "$3" -T "$4" "$1" 2>&1 | head -c 100000'
        run = subprocess.run([*own_mounts(), "sh", "-c", script, self.folder / "resolv.conf", f"{domain}:{port}",
                              *(str(seconds * patience) for seconds in (20, 2, 4))], capture_output=True, text=True, errors="replace",
                             env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": str(self.folder)})
        return run.stdout


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


def chain_with_ca(folder, name):
    """A leaf for the names right below `name` under a CA of its own; returns (leaf + CA, key, leaf, CA)."""
    authority, authority_key = make_certificate(folder, f"{name}.ca", "Interop CA")
    key, request, leaf, extensions = (folder / f"{name}.{end}" for end in ("key", "csr", "leaf", "ext"))
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout",
                    key, "-out", request], check=True, capture_output=True)
    extensions.write_text(f"subjectAltName=DNS:*.{name}\n")
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-days", "30",
                    "-extfile", extensions, "-out", leaf], check=True, capture_output=True)
    both = folder / f"{name}.chain"
    both.write_text(leaf.read_text() + authority.read_text())
    os.chmod(key, 0o644)
    return both, key, leaf, authority
