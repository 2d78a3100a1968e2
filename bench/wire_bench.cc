// SPDX-License-Identifier: Apache-2.0
// Speed of the wire layer on one core: a response from octets to the canonical form of its RRsets, and names alone.
// The goal is a million RRsets a second.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "dnssec/wire/message.h"
#include "dnssec/wire/presentation.h"
#include "dnssec/wire/rrset.h"
#include "dnssec/wire/writer.h"

namespace {

using namespace danesweep::wire;

void append_pair(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

/// A response with these records in its answer; owners equal to the question's are pointers, all else is uncompressed.
std::vector<std::uint8_t> response(std::string_view asked, RrType type, const std::vector<std::string>& lines) {
  const Question question{DomainName::from_text(asked).value(), type};
  const QueryPacket query(question, 1);
  std::vector<std::uint8_t> octets(query.octets().begin(), query.octets().end() - 11);
  octets[2] = 0x81;
  octets[7] = static_cast<std::uint8_t>(lines.size());
  octets[6] = static_cast<std::uint8_t>(lines.size() >> 8U);
  octets[11] = 0;
  for (const std::string& line : lines) {
    const TextRecord record = record_from_text(line).value();
    if (record.owner == question.name) {
      append_pair(octets, 0xC00C);
    } else {
      octets.insert(octets.end(), record.owner.wire().begin(), record.owner.wire().end());
    }
    append_pair(octets, static_cast<std::size_t>(record.type));
    append_pair(octets, 1);
    append_pair(octets, record.ttl >> 16U);
    append_pair(octets, record.ttl & 0xFFFFU);
    append_pair(octets, record.rdata.size());
    octets.insert(octets.end(), record.rdata.begin(), record.rdata.end());
  }
  return octets;
}

std::string rrsig(std::string_view owner, std::string_view covered) {
  return std::string(owner) + " 300 RRSIG " + std::string(covered) +
         " 13 3 300 20260201000000 20260101000000 12345 example. " + std::string(86, 'A') + "==";
}

std::vector<std::uint8_t> mx_answer() {
  return response("mail.example.", RrType::Mx,
                  {"mail.example. 300 MX 10 Mx1.mail.example.", "mail.example. 300 MX 20 mx2.mail.example.",
                   rrsig("mail.example.", "MX")});
}

std::vector<std::uint8_t> denial() {
  const std::string soa = "example. 300 SOA ns.example. Host.example. 1 2 3 4 5",
                    nsec = "a.example. 300 NSEC c.example. A MX RRSIG NSEC";
  const std::string apex = "example. 300 NSEC a.example. NS SOA RRSIG NSEC DNSKEY";
  return response("b.example.", RrType::Tlsa,
                  {soa, rrsig("example.", "SOA"), nsec, rrsig("a.example.", "NSEC"), apex, rrsig("example.", "NSEC")});
}

std::vector<std::uint8_t> large_tlsa() {
  std::vector<std::string> lines;
  lines.reserve(1801);
  for (int number = 0; number < 1800; ++number)
    lines.push_back("_25._tcp.mx.example. 300 TLSA 3 1 1 " + std::to_string(1000 + number * 7919 % 9000));
  lines.push_back(rrsig("_25._tcp.mx.example.", "TLSA"));
  return response("_25._tcp.mx.example.", RrType::Tlsa, lines);
}

void parse_group_canonical(benchmark::State& state, const std::vector<std::uint8_t>& octets) {
  std::size_t rrsets = 0, records = 0;
  std::vector<std::uint8_t> covered;
  for ([[maybe_unused]] const auto turn : state) {
    const auto message = Message::parse(octets).value();
    const GroupedRrsets grouped = group_rrsets(*message);
    for (const Rrset& rrset : grouped.rrsets) {
      covered.clear();
      append_signed_rrs(covered, rrset.owner, rrset.type, rrset.ttl, canonical_rdatas(rrset).value());
      benchmark::DoNotOptimize(covered.data());
    }
    rrsets += grouped.rrsets.size();
    records += message->records().size();
  }
  state.counters["rrsets"] = benchmark::Counter(static_cast<double>(rrsets), benchmark::Counter::kIsRate);
  state.counters["records"] = benchmark::Counter(static_cast<double>(records), benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(parse_group_canonical, mx_answer, mx_answer());
BENCHMARK_CAPTURE(parse_group_canonical, nsec_denial, denial());
BENCHMARK_CAPTURE(parse_group_canonical, tlsa_of_1800, large_tlsa());

void parse_alone(benchmark::State& state, const std::vector<std::uint8_t>& octets) {
  for ([[maybe_unused]] const auto turn : state) benchmark::DoNotOptimize(Message::parse(octets));
}
BENCHMARK_CAPTURE(parse_alone, mx_answer, mx_answer());
BENCHMARK_CAPTURE(parse_alone, nsec_denial, denial());

const DomainName kUpper = DomainName::from_text("_25._TCP.MX1.Mail.Example.ORG.").value();
const DomainName kLower = kUpper.lower();

void name_equal(benchmark::State& state) {
  for ([[maybe_unused]] const auto turn : state) benchmark::DoNotOptimize(kUpper == kLower);
}
BENCHMARK(name_equal);

void name_order(benchmark::State& state) {
  for ([[maybe_unused]] const auto turn : state) benchmark::DoNotOptimize(kUpper <=> kLower);
}
BENCHMARK(name_order);

void name_hash(benchmark::State& state) {
  for ([[maybe_unused]] const auto turn : state) benchmark::DoNotOptimize(kUpper.hash());
}
BENCHMARK(name_hash);

void name_from_text(benchmark::State& state) {
  for ([[maybe_unused]] const auto turn : state)
    benchmark::DoNotOptimize(DomainName::from_text("_25._tcp.mx1.mail.example.org."));
}
BENCHMARK(name_from_text);

void query_packet(benchmark::State& state) {
  const Question question{kLower, RrType::Tlsa};
  for ([[maybe_unused]] const auto turn : state) benchmark::DoNotOptimize(QueryPacket(question, 7));
}
BENCHMARK(query_packet);

}  // namespace
