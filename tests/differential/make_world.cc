// SPDX-License-Identifier: Apache-2.0
// danesweep-random-world FOLDER SEED QUESTIONS NSD_PORT UNBOUND_PORT: writes a random signed world for real servers:
// zone files, nsd.conf (one authority for all zones, as good as a recursive resolver), unbound.conf (a validating
// forwarder to it), the anchor in both notations, `zones` (what is odd about each) and `questions`.
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <stdexcept>

#include "tests/differential/random_world.h"
#include "tests/lab/ldns_library.h"

namespace danesweep::differential {
namespace {

namespace fs = std::filesystem;
using support::Record;

std::ofstream open_file(const fs::path& path) {
  std::ofstream file(path);
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return file;
}

std::string text_of(const Record& record) {
  std::vector<std::uint8_t> octets(record.owner.wire().begin(), record.owner.wire().end());
  const auto put16 = [&](std::size_t value) {
    octets.push_back(static_cast<std::uint8_t>(value >> 8U));
    octets.push_back(static_cast<std::uint8_t>(value));
  };
  put16(static_cast<std::size_t>(record.type));
  put16(1);
  put16(record.ttl >> 16U);
  put16(record.ttl & 0xFFFFU);
  put16(record.rdata.size());
  octets.insert(octets.end(), record.rdata.begin(), record.rdata.end());
  ldns_rr* raw = nullptr;
  std::size_t at = 0;
  if (ldns_wire2rr(&raw, octets.data(), octets.size(), &at, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK)
    throw std::runtime_error("no record of " + record.owner.to_text());
  const std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)> rr(raw, ldns_rr_free);
  const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr2str(rr.get()), std::free);
  return text.get();
}

void write_zone(const support::SignedZone& zone, const fs::path& path) {
  std::ofstream file = open_file(path);
  std::set<std::string> lines;
  for (const Record& record : zone.records())
    if (record.type == wire::RrType::Soa) file << text_of(record);
  for (const Record& record : zone.records())
    if (record.type != wire::RrType::Soa) lines.insert(text_of(record));
  for (const std::string& line : lines) file << line;
}

constexpr const char* kNsdOptions = R"(  server-count: 1
  username: ""
  database: ""
  ipv4-edns-size: 4096
  tcp-count: 500
  rrl-ratelimit: 0
remote-control:
  control-enable: no
)";

// `harden-below-nxdomain` and aggressive NSEC would answer from other questions' proofs; the rest is as installed.
constexpr const char* kUnboundOptions = R"(  username: ""
  chroot: ""
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  access-control: 127.0.0.0/8 allow
  num-threads: 1
  outgoing-range: 4096
  num-queries-per-thread: 4096
  msg-cache-size: 64m
  rrset-cache-size: 128m
  edns-buffer-size: 4096
  harden-below-nxdomain: no
  aggressive-nsec: no
  qname-minimisation: no
  target-fetch-policy: "0 0 0 0 0"
  so-rcvbuf: 0
  ede: yes
  val-log-level: 2
)";

/// Of the two servers, on 127.0.0.1, as text.
struct Ports {
  std::string nsd, unbound;
};

void write_configurations(const RandomWorld& world, const fs::path& base, const Ports& ports) {
  std::ofstream nsd = open_file(base / "nsd.conf");
  nsd << "server:\n  ip-address: 127.0.0.1@" << ports.nsd << '\n';
  for (const char* word : {"pidfile: \"", "xfrdfile: \"xfrd_", "zonelistfile: \"list_", "logfile: \"log_"}) {
    const std::string text(word);
    const auto quote = text.find('"');
    nsd << "  " << text.substr(0, quote + 1) << base.string() << "/nsd_" << text.substr(quote + 1) << "file\"\n";
  }
  nsd << "  zonesdir: \"" << base.string() << "/zones\"\n" << kNsdOptions;
  for (const PlannedZone& zone : world.zones)
    nsd << "zone:\n  name: \"" << zone.apex << "\"\n  zonefile: \"" << (zone.apex == "." ? "root" : zone.apex)
        << "\"\n";
  open_file(base / "unbound.conf") << "server:\n  interface: 127.0.0.1\n  port: " << ports.unbound
                                   << "\n  directory: \"" << base.string() << "\"\n  pidfile: \"" << base.string()
                                   << "/unbound.pid\"\n  logfile: \"" << base.string()
                                   << "/unbound.log\"\n  trust-anchor-file: \"" << base.string() << "/anchor\"\n"
                                   << kUnboundOptions << "forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@"
                                   << ports.nsd << "\nremote-control:\n  control-enable: no\n";
  open_file(base / "resolver") << "127.0.0.1:" << ports.unbound << '\n';
  open_file(base / "authority") << "127.0.0.1:" << ports.nsd << '\n';
}

/// "4217 13 2 ABCD": RDATA of a DS as text.
std::string ds_text(const Record& ds) {
  std::string text = text_of(ds);
  text.erase(text.find_last_not_of('\n') + 1);
  return text.substr(text.find("DS") + 3);
}

void write_anchors(const support::SignedZone& root, const fs::path& base) {
  std::ofstream plain = open_file(base / "anchor"), keys = open_file(base / "bind.keys");
  for (const Record& ds : root.ds()) {
    const std::string text = ds_text(ds);
    plain << ". 3600 IN DS " << text << '\n';
    const auto hash = text.rfind(' ') + 1;
    keys << "trust-anchors { \".\" static-ds " << text.substr(0, hash) << '"' << text.substr(hash) << "\"; };\n";
  }
}

void write(const RandomWorld& world, const fs::path& base, const Ports& ports) {
  fs::create_directories(base / "zones");
  std::ofstream zones = open_file(base / "zones.list"), questions = open_file(base / "questions");
  for (const PlannedZone& zone : world.zones) {
    write_zone(zone.zone, base / "zones" / (zone.apex == "." ? "root" : zone.apex));
    zones << zone.apex << '\t' << (zone.trait.empty() ? "sound" : zone.trait) << ' ' << zone.denial << ' ' << zone.link
          << '\n';
  }
  for (const auto& question : world.questions) questions << question.name << ' ' << question.type << '\n';
  write_configurations(world, base, ports);
  write_anchors(world.zones.front().zone, base);
}

}  // namespace
}  // namespace danesweep::differential

int main(int count, char** arguments) {
  if (count != 6) {
    std::cerr << "usage: danesweep-random-world FOLDER SEED QUESTIONS NSD_PORT UNBOUND_PORT\n";
    return 2;
  }
  try {
    const auto world = danesweep::differential::make_random_world(std::stoull(arguments[2]), std::stoull(arguments[3]),
                                                                  std::time(nullptr));
    danesweep::differential::write(world, std::filesystem::absolute(arguments[1]), {arguments[4], arguments[5]});
  } catch (const std::exception& error) {
    std::cerr << "danesweep-random-world: " << error.what() << '\n';
    return 1;
  }
}
