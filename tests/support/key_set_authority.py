# SPDX-License-Identifier: Apache-2.0
"""An authority that serves one thing, the signed DNSKEY set of the root, and changes it on demand. Needs python3-dnspython."""
import datetime
import socketserver
import threading

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

MAKERS = {
    "ECDSAP256SHA256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ED25519": ed25519.Ed25519PrivateKey.generate,
    "RSASHA1": lambda: rsa.generate_private_key(65537, 2048),
}
ZONE, SEP, REVOKE = 0x100, 0x1, 0x80


class RootKey:
    """A key pair; its DNSKEY record depends on the flags."""

    def __init__(self, algorithm):
        self.algorithm, self.private = algorithm, MAKERS[algorithm]()

    def record(self, revoked=False, sep=True):
        return dns.dnssec.make_dnskey(self.private.public_key(), self.algorithm, ZONE | (SEP if sep else 0) | (REVOKE if revoked else 0))

    @staticmethod
    def tag_of(record):
        return dns.dnssec.key_id(record)

    @staticmethod
    def ds_of(record):
        return dns.dnssec.make_ds(dns.name.root, record, "SHA256")


def signed_set(records, signers, now, ttl):
    """Sections of an answer: the set, signed from a day before `now` for two weeks by each (record, RootKey) of `signers`."""
    keys = dns.rrset.from_rdata_list(dns.name.root, ttl, records)
    day = datetime.timedelta(days=1)
    signatures = [dns.dnssec.sign(keys, key.private, dns.name.root, record, inception=now - day, expiration=now + 14 * day,
                                  policy=dns.dnssec.allow_all_policy) for record, key in signers]
    return [keys] + ([dns.rrset.from_rdata_list(dns.name.root, ttl, signatures)] if signatures else [])


class KeySetAuthority:
    """Answers on `address`:`port` (any free one) by UDP, on a thread of its own, for the time of a `with`."""

    def __init__(self, address):
        authority = self
        self.answer = None

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                packet, socket = self.request
                socket.sendto(authority.reply(packet), self.client_address)

        self.server = socketserver.UDPServer((address, 0), Handler)
        self.address, self.port = self.server.server_address

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def publish(self, records, signers, now, ttl=172800):
        """`records` None: from now on there are no keys (NODATA)."""
        self.answer = None if records is None else signed_set(records, signers, now, ttl)

    def reply(self, packet):
        question = dns.message.from_wire(packet)
        reply = dns.message.make_response(question, recursion_available=True)
        reply.flags |= dns.flags.AA
        name, rr_type = question.question[0].name, question.question[0].rdtype
        if name != dns.name.root:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif rr_type == dns.rdatatype.DNSKEY and self.answer:
            reply.answer = list(self.answer)
        return reply.to_wire()
