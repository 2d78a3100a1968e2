#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A resolver that can be killed: passes DNS over UDP and TCP on to another one. Prints its own ADDR:PORT.
usage: dns_proxy.py UPSTREAM_ADDR:PORT [--strip-dnssec | --spoil | --refuse | --servfail | --dies-after QUERIES]"""
import asyncio
import os
import socket
import struct
import sys

from dns_servers import free_port


class Proxy(asyncio.DatagramProtocol):
    def __init__(self, upstream, mode, life):
        self.upstream, self.mode, self.waiting, self.life = upstream, mode, {}, life

    def connection_made(self, transport):
        self.client_side = transport

    def datagram_received(self, data, client):
        if len(data) < 12:
            return
        self.life -= 1
        if self.life == 0:
            os._exit(0)
        if self.mode in ("--refuse", "--servfail"):
            rcode = 5 if self.mode == "--refuse" else 2
            self.client_side.sendto(data[:2] + struct.pack(">H", 0x8180 | rcode) + data[4:], client)
            return
        ident = struct.unpack(">H", data[:2])[0]
        key = next(k for k in range(ident, ident + 65536) if k % 65536 not in self.waiting) % 65536
        self.waiting[key] = (client, data[:2])
        asyncio.get_running_loop().call_later(30, self.forget, key, self.waiting[key])
        self.server_side.sendto(struct.pack(">H", key) + without_do(data, self.mode)[2:])

    def forget(self, key, asked):
        if self.waiting.get(key) is asked:
            del self.waiting[key]

    def answered(self, data):
        client = self.waiting.pop(struct.unpack(">H", data[:2])[0], None)
        if client:
            self.client_side.sendto(client[1] + spoilt(data, self.mode)[2:], client[0])


def without_do(query, mode):
    """`--strip-dnssec`: clears DO in the OPT that danesweep puts last, as an old resolver would."""
    if mode != "--strip-dnssec" or len(query) < 23:
        return query
    return query[:-4] + b"\0\0" + query[-2:]


def spoilt(reply, mode):
    """`--spoil`: flips one bit of the last octet before the OPT, which is nearly always that of a signature."""
    opt = 11
    if mode != "--spoil" or len(reply) < 64:
        return reply
    return reply[: -opt - 1] + bytes([reply[-opt - 1] ^ 16]) + reply[-opt:]


class Upstream(asyncio.DatagramProtocol):
    def __init__(self, proxy):
        self.proxy = proxy

    def connection_made(self, transport):
        self.proxy.server_side = transport

    def datagram_received(self, data, _):
        self.proxy.answered(data)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


async def main():
    address, _, port = sys.argv[1].rpartition(":")
    mode = sys.argv[2] if len(sys.argv) > 2 else ""
    loop = asyncio.get_running_loop()
    proxy = Proxy((address, int(port)), mode, int(sys.argv[3]) if mode == "--dies-after" else 0)
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    own_port = free_port()
    own.bind(("127.0.0.1", own_port))
    await loop.create_datagram_endpoint(lambda: proxy, sock=own)
    await loop.create_datagram_endpoint(lambda: Upstream(proxy), remote_addr=(address, int(port)))

    async def tcp(reader, writer):
        if mode in ("--refuse", "--servfail", "--strip-dnssec"):
            writer.close()
            return
        up_reader, up_writer = await asyncio.open_connection(address, int(port))
        await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))

    await asyncio.start_server(tcp, "127.0.0.1", own_port)
    print(f"127.0.0.1:{own_port}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
