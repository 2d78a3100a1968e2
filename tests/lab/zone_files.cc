// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/zone_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/lab/lab.h"

namespace danesweep::lab {
namespace {

namespace fs = std::filesystem;

std::ofstream open_file(const fs::path& path) {
  std::ofstream file(path);
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return file;
}

void write_zone(Zone& zone, std::ofstream& file) {
  // NSD wants the SOA first.
  const auto write = [&](const RrSet& set) {
    for (const auto& rdata : set.rdatas) file << record_text(set.owner, set.type, set.ttl, rdata);
    for (const auto& rdata : set.signatures) file << record_text(set.owner, kRrsig, set.ttl, rdata);
  };
  const RrSet* soa = zone.soa();
  write(*soa);
  zone.for_each([&](const RrSet& set) {
    if (&set != soa) write(set);
  });
}

std::string zone_file_name(const Zone& zone) { return zone.apex().is_root() ? "root" : zone.apex().text(); }

constexpr std::string_view kNsdHead = R"(server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  zonesdir: "{folder}/zones"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
  ipv4-edns-size: 4096
  rrl-ratelimit: 0
remote-control:
  control-enable: no
)";

// One authority for all zones, root included, is as good as a recursive resolver to forward to.
constexpr std::string_view kUnbound = R"(server:
  interface: 127.0.0.1
  port: {port}
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  logfile: "{folder}/unbound.log"
  use-syslog: no
  do-daemonize: yes
  do-ip6: no
  do-not-query-localhost: no
  trust-anchor-file: "{folder}/anchor"
  module-config: "validator iterator"
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  outgoing-range: 4096
  num-queries-per-thread: 4096
  msg-cache-size: 64m
  rrset-cache-size: 128m
  edns-buffer-size: 4096
  unwanted-reply-threshold: 0
  target-fetch-policy: "0 0 0 0 0"
  so-rcvbuf: 0
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{nsd_port}
remote-control:
  control-enable: no
)";

}  // namespace

void write_zone_files(World& world, const std::string& folder) {
  const fs::path base = fs::absolute(folder);
  fs::create_directories(base / "zones");
  const std::uint16_t nsd_port = find_free_port();
  std::uint16_t unbound_port = find_free_port();
  while (unbound_port == nsd_port) unbound_port = find_free_port();
  std::ofstream nsd = open_file(base / "nsd.conf");
  nsd << fmt::format(kNsdHead, fmt::arg("port", nsd_port), fmt::arg("folder", base.string()));
  for (const auto& zone : world.zones().all()) {
    std::ofstream file = open_file(base / "zones" / zone_file_name(*zone));
    write_zone(*zone, file);
    nsd << fmt::format("zone:\n  name: \"{}\"\n  zonefile: \"{}\"\n", zone->apex().text(), zone_file_name(*zone));
  }
  open_file(base / "unbound.conf") << fmt::format(kUnbound, fmt::arg("port", unbound_port),
                                                  fmt::arg("nsd_port", nsd_port), fmt::arg("folder", base.string()));
  open_file(base / "resolver") << fmt::format("127.0.0.1:{}\n", unbound_port);
  open_file(base / "smtp-port") << fmt::format("{}\n", world.options().smtp_port);
  write_files(world, base.string());
}

}  // namespace danesweep::lab
