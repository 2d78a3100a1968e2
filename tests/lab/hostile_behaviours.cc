// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/hostile_behaviours.h"

#include <algorithm>
#include <stdexcept>

namespace danesweep::lab {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTooLate{2500};  ///< beyond two tries of the tests' shortest time-out
constexpr std::size_t kHeader = 12;
constexpr std::size_t kBiggestDatagram = 65507;

// Places in a header.
constexpr std::size_t kId = 0, kFlags = 2, kQuestions = 4, kAnswers = 6, kAuthority = 8, kAdditional = 10;

std::uint16_t get16(const std::string& message, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(message[at]) << 8U |
                                    static_cast<unsigned char>(message[at + 1]));
}
void put16(std::string& message, std::size_t at, std::uint16_t value) { message.replace(at, 2, u16(value)); }
void add16(std::string& message, std::size_t at, int more) {
  put16(message, at, static_cast<std::uint16_t>(get16(message, at) + more));
}
void flip(std::string& message, std::size_t at, std::uint16_t bits) {
  put16(message, at, static_cast<std::uint16_t>(get16(message, at) ^ bits));
}

std::string record(const std::string& owner, std::uint16_t type, const std::string& rdata, std::uint16_t rr_class = 1,
                   std::uint32_t ttl = 300) {
  return owner + u16(type) + u16(rr_class) + u32(ttl) + u16(static_cast<std::uint16_t>(rdata.size())) + rdata;
}

/// The message of header and question with `rcode`, without records.
std::string bare(const Exchange& exchange, std::uint16_t rcode, const std::string& opt = "") {
  std::string message(kHeader, '\0');
  put16(message, kId, exchange.query.id);
  put16(message, kFlags, static_cast<std::uint16_t>(0x8080 | (exchange.query.flags & 0x0110) | rcode));
  put16(message, kQuestions, 1);
  put16(message, kAdditional, opt.empty() ? 0 : 1);
  return message + exchange.query.question + opt;
}

std::string header_with(const Exchange& exchange, std::uint16_t rcode) {
  std::string message = bare(exchange, rcode).substr(0, kHeader);
  put16(message, kQuestions, 0);
  return message;
}

/// An OPT record with DO; the TTL's first octet is the upper part of the rcode.
std::string opt_record(const std::string& options = "", std::uint32_t ttl = 0x8000) {
  return std::string(1, '\0') + u16(41) + u16(1232) + u32(ttl) + u16(static_cast<std::uint16_t>(options.size())) +
         options;
}

std::string option(std::uint16_t code, const std::string& data) {
  return u16(code) + u16(static_cast<std::uint16_t>(data.size())) + data;
}

/// Behaviours that change the octets of the honest message.
template <class Change>
Packets changed(Exchange& exchange, Change change) {
  std::string message = exchange.message();
  change(message);
  return exchange.packets(std::move(message));
}

/// Behaviours that send the honest message and something of another kind before it.
Packets before_honest(Exchange& exchange, Packet forged) {
  Packets packets{std::move(forged)};
  for (Packet& honest : exchange.honest()) packets.push_back(std::move(honest));
  return packets;
}

std::string with_wrong_id(std::string message) {
  flip(message, kId, 0x5555);
  return message;
}

std::string with_wrong_name(std::string message) {
  message[kHeader + 1] = message[kHeader + 1] == 'x' ? 'y' : 'x';
  return message;
}

bool asks(const Exchange& exchange, std::uint16_t type) { return exchange.query.type == type; }

Packets silence() { return {}; }

Packets truncated(Exchange& exchange) {
  exchange.answer.fate = Fate::AlwaysTruncated;
  return exchange.honest();
}

/// TC over UDP; over TCP what `then` says.
template <class Then>
Packets over_tcp(Exchange& exchange, Then then) {
  return exchange.is_tcp ? then(exchange) : truncated(exchange);
}

template <class Each>
void each_item(Answer& answer, Each each) {
  for (auto* section : {&answer.answer, &answer.authority, &answer.additional})
    for (Item& item : *section) each(item);
}

void strip_signatures(Answer& answer) {
  each_item(answer, [](Item& item) { item.show = Show::Records; });
}

void strip_denials(Answer& answer) {
  const auto is_denial = [](const Item& item) { return item.set->type == kNsec || item.set->type == kNsec3; };
  std::erase_if(answer.authority, is_denial);
}

std::string as_without_do(Exchange exchange) {
  exchange.query.wants_dnssec = false;
  return exchange.message();
}

std::string as_without_edns(Exchange exchange) {
  exchange.query.wants_dnssec = exchange.query.has_edns = false;
  return exchange.message();
}

/// A copy of the RRset, changed.
template <class Change>
void change_sets(Answer& answer, std::uint16_t type, Change change) {
  each_item(answer, [&](Item& item) {
    if (item.set->type != type) return;
    RrSet own = *item.set;
    change(own);
    item.set = answer.keep(std::move(own));
  });
}

Packets with_set_changed(Exchange& exchange, std::uint16_t type, void (*change)(RrSet&)) {
  change_sets(exchange.answer, type, change);
  return exchange.honest();
}

void repeat_signatures(RrSet& set) {
  const std::string good = set.signatures.front();
  for (int i = 0; i < 60; ++i) {
    std::string junk = good;
    junk[junk.size() - 1 - static_cast<std::size_t>(i)] =
        static_cast<char>(junk[junk.size() - 1 - static_cast<std::size_t>(i)] ^ 1);
    set.signatures.insert(set.signatures.begin(), junk);
  }
}

void flood_keys(RrSet& set) {
  const std::string good = set.rdatas.front();
  for (int i = 0; i < 300; ++i) {
    std::string key = good;
    key.replace(key.size() - 2, 2, u16(static_cast<std::uint16_t>(i * 7)));
    set.rdatas.push_back(key);
  }
}

void change_first_key(RrSet& set) {
  for (std::string& key : set.rdatas) key[key.size() - 3] = static_cast<char>(key[key.size() - 3] ^ 0x10);
}

void widen_signer(RrSet& set) {
  for (std::string& signature : set.signatures) signature.replace(18, 1, std::string("\xC0\x0C", 2));
}

/// NODATA of the child's own side for DS.
void deny_ds_as_child(Answer& answer) {
  const bool has_ds =
      std::any_of(answer.answer.begin(), answer.answer.end(), [](const Item& i) { return i.set->type == kDs; });
  if (!has_ds) return;
  const Name child = answer.answer.front().owner;
  answer.answer.clear();
  const std::string soa = Name("ns.good").wire() + Name("x.good").wire() + u32(1) + u32(2) + u32(3) + u32(4) + u32(5);
  answer.authority.push_back({child, answer.keep({child, kSoa, 300, {soa}, {}, true})});
}

std::string pointer_loop(const Exchange& exchange, std::uint16_t pointer) {
  std::string message = bare(exchange, 0);
  put16(message, kAnswers, 1);
  return message + record(u16(pointer), kA, std::string(4, '\1'));
}

/// Many records whose owners, each written for itself, decompress to 200 octets by a chain of pointers.
std::string compression_bomb(const Exchange& exchange) {
  std::string message = bare(exchange, 0);
  std::uint16_t count = 0;
  std::uint16_t previous = 0xC000 | kHeader;
  while (count < 3900) {  // no more records than a message may have
    const auto here = static_cast<std::uint16_t>(0xC000U | message.size());
    message += record(std::string("\1a") + u16(previous), kTxt, std::string("\0", 1));
    if (count < 100) previous = here;
    ++count;
  }
  put16(message, kAnswers, count);
  return message;
}

std::string many_records(const Exchange& exchange, std::size_t wanted) {
  std::string message = exchange.message();
  const std::string junk = record(u16(0xC000 | kHeader), kTxt, std::string("\0", 1));
  std::string inserted;
  for (std::size_t i = 0; i < wanted; ++i) inserted += junk;
  const std::size_t at = kHeader + exchange.query.question.size();
  message.insert(at, inserted);
  add16(message, kAnswers, static_cast<int>(wanted));
  return message;
}

/// Pads a message with records of no use to the greatest datagram that there is.
std::string biggest(const Exchange& exchange) {
  std::string message = exchange.message();
  const std::size_t room = kBiggestDatagram - message.size() - 12;
  message.insert(kHeader + exchange.query.question.size(),
                 record(u16(0xC000 | kHeader), 65280, std::string(room, 'x')));
  add16(message, kAnswers, 1);
  return message;
}

std::string junk_record(const char* owner, std::uint16_t type, const std::string& rdata) {
  return record(Name(owner).wire(), type, rdata);
}

/// Unsigned records of other people behind the header's section counter.
void add_junk(std::string& message, std::size_t section, std::size_t question_size) {
  const std::string junk = junk_record("victim.example", kA, "\x7F\0\0\1") +
                           junk_record("good", kNs, Name("evil.example").wire()) +
                           junk_record("host.good", kTxt, "\4evil");
  if (section == kAdditional) {
    message += junk;
  } else {
    message.insert(kHeader + question_size, junk);
  }
  add16(message, section, 3);
}

void reverse_all(Answer& answer) {
  for (auto* section : {&answer.answer, &answer.authority}) std::reverse(section->begin(), section->end());
  each_item(answer, [&](Item& item) {
    RrSet own = *item.set;
    std::reverse(own.rdatas.begin(), own.rdatas.end());
    std::reverse(own.signatures.begin(), own.signatures.end());
    item.set = answer.keep(std::move(own));
  });
}

void double_all(Answer& answer) {
  for (auto* section : {&answer.answer, &answer.authority}) {
    const auto copy = *section;
    section->insert(section->end(), copy.begin(), copy.end());
  }
}

/// Each octet of the stream by itself.
Packets in_drops(const Exchange& exchange, milliseconds apart) {
  Packets packets;
  const std::string stream = exchange.honest().front().octets;
  for (std::size_t i = 0; i < stream.size(); ++i) packets.push_back({stream.substr(i, 1), apart * static_cast<int>(i)});
  return packets;
}

Packet raw(std::string octets, bool closes = false) {
  Packet packet;
  packet.octets = std::move(octets);
  packet.closes = closes;
  return packet;
}

Packet from(std::string octets, Packet::From where) {
  Packet packet;
  packet.octets = std::move(octets);
  packet.from = where;
  return packet;
}

Packets delayed(Packets packets, milliseconds by) {
  for (Packet& packet : packets) packet.after += by;
  return packets;
}

Packets many_of(Packets packets, int copies) {
  const Packet one = packets.front();
  for (int i = 1; i < copies; ++i) packets.push_back(one);
  return packets;
}

std::string option_flood() {
  std::string options;
  for (int i = 0; i < 250; ++i) options += option(static_cast<std::uint16_t>(65000 + i), std::string(8, 'x'));
  return options;
}

std::string with_opt(const Exchange& exchange, const std::string& opt) {
  std::string message = as_without_edns(exchange);
  Exchange signed_one = exchange;
  signed_one.query.has_edns = false;
  message = signed_one.message();
  add16(message, kAdditional, 1);
  return message + opt;
}

const char* const kHost = "host.good. A";
const char* const kNothing = "nothing.good. A";
const char* const kBroken = "www.broken.good. A";
const char* const kBig = "big.good. TXT";
const char* const kTimeout = "resolver-timeout";
const char* const kMalformed = "malformed-response";
const char* const kTooMuch = "work-limit";
const char* const kStrips = "resolver-strips-dnssec";
const char* const kSecure = "SECURE";
const char* const kUnknown = "INDETERMINATE";
const char* const kBogus = "BOGUS";
constexpr auto kClosed = HostileBehaviour::Tcp::Closed;

using E = Exchange;

// clang-format off
const HostileBehaviour kBehaviours[] = {
    {"honest", kHost, kSecure, "", [](E& e) { return e.honest(); }},
    {"honest-over-tcp", kBig, kSecure, "", [](E& e) { return e.honest(); }},

    // Who speaks, and to which question (D-4).
    {"wrong-id", kHost, kUnknown, kTimeout, [](E& e) { return e.packets(with_wrong_id(e.message())); }},
    {"wrong-id-before-honest", kHost, kSecure, "", [](E& e) { return before_honest(e, raw(e.packets(with_wrong_id(e.message())).front().octets)); }},
    {"wrong-name", kHost, kUnknown, kTimeout, [](E& e) { return e.packets(with_wrong_name(e.message())); }},
    {"wrong-name-before-honest", kHost, kSecure, "", [](E& e) { return before_honest(e, raw(e.packets(with_wrong_name(e.message())).front().octets)); }},
    {"wrong-type", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [&](auto& m) { flip(m, kHeader + e.query.question.size() - 4, 0x4000); }); }},
    {"question-class-ch", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [&](auto& m) { put16(m, kHeader + e.query.question.size() - 2, 3); }); }},
    {"changed-case", kHost, kSecure, "", [](E& e) { return changed(e, [](auto& m) { if (std::isalpha(static_cast<unsigned char>(m[kHeader + 1]))) m[kHeader + 1] = static_cast<char>(m[kHeader + 1] ^ 0x20); }); }},
    {"other-port", kHost, kUnknown, kTimeout, [](E& e) { return Packets{from(e.message(), Packet::From::OtherPort)}; }},
    {"other-address", kHost, kUnknown, kTimeout, [](E& e) { return Packets{from(e.message(), Packet::From::OtherAddress)}; }},
    {"forgery-from-other-port-before-honest", kHost, kSecure, "", [](E& e) { return before_honest(e, from(bare(e, kNxDomain), Packet::From::OtherPort)); }},
    {"forgery-from-other-address-before-honest", kHost, kSecure, "", [](E& e) { return before_honest(e, from(bare(e, kNxDomain), Packet::From::OtherAddress)); }},
    {"thousand-guesses-before-honest", kHost, kSecure, "", [](E& e) {
       Packets packets;
       for (int i = 0; i < 1000; ++i) { std::string m = bare(e, kNxDomain); flip(m, kId, static_cast<std::uint16_t>(i + 1)); packets.push_back(raw(m)); }
       for (Packet& p : e.honest()) packets.push_back(p);
       return packets; }},
    {"query-bit", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [](auto& m) { flip(m, kFlags, 0x8000); }); }},
    {"opcode-update", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [](auto& m) { flip(m, kFlags, 0x2800); }); }},
    {"two-questions", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [&](auto& m) { m.insert(kHeader, e.query.question); put16(m, kQuestions, 2); }); }},
    {"no-question", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [&](auto& m) { m.erase(kHeader, e.query.question.size()); put16(m, kQuestions, 0); }); }},

    // When, and how often.
    {"silent", kHost, kUnknown, kTimeout, [](E&) { return silence(); }},
    {"late", kHost, kUnknown, kTimeout, [](E& e) { return delayed(e.honest(), kTooLate); }},
    {"slow", kHost, kSecure, "", [](E& e) { return delayed(e.honest(), milliseconds{120}); }},
    {"three-copies", kHost, kSecure, "", [](E& e) { return many_of(e.honest(), 3); }},
    {"late-and-doubled", kHost, kSecure, "", [](E& e) { Packets p = e.honest(); for (Packet& again : delayed(many_of(e.honest(), 2), milliseconds{350})) p.push_back(again); return p; }},
    {"first-question-lost", kHost, kSecure, "", [](E& e) { return e.number == 0 ? silence() : e.honest(); }},

    // Truncation and TCP.
    {"truncated-then-tcp", kHost, kSecure, "", [](E& e) { return over_tcp(e, [](E& t) { return t.honest(); }); }},
    {"truncated-for-ever", kHost, kUnknown, kMalformed, [](E& e) { return truncated(e); }},
    {"tcp-refused", kHost, kUnknown, kTimeout, [](E& e) { return truncated(e); }, kClosed},
    {"tcp-closed-at-once", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E&) { return Packets{raw("", true)}; }); }},
    {"tcp-closed-in-mid-length", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E& t) { return Packets{raw(t.honest().front().octets.substr(0, 1), true)}; }); }},
    {"tcp-closed-in-mid-message", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E& t) { return Packets{raw(t.honest().front().octets.substr(0, 40), true)}; }); }},
    {"tcp-never-answers", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E&) { return silence(); }); }},
    {"tcp-length-zero", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E&) { return Packets{raw(std::string(2, '\0'))}; }); }},
    {"tcp-length-too-long", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E& t) { return Packets{raw("\xFF\xFF" + t.message())}; }); }},
    {"tcp-length-too-short", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E& t) { return Packets{raw(u16(20) + t.message())}; }); }},
    {"tcp-drips-fast", kHost, kSecure, "", [](E& e) { return over_tcp(e, [](E& t) { return in_drops(t, milliseconds{0}); }); }},
    {"tcp-drips-slowly", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E& t) { return in_drops(t, milliseconds{30}); }); }},
    {"tcp-closes-after-each-answer", kHost, kSecure, "", [](E& e) { return over_tcp(e, [](E& t) { return Packets{raw(t.honest().front().octets, true)}; }); }},
    {"tcp-wrong-id", kHost, kUnknown, kTimeout, [](E& e) { return over_tcp(e, [](E& t) { return t.packets(with_wrong_id(t.message())); }); }},
    {"tcp-two-answers", kHost, kSecure, "", [](E& e) { return over_tcp(e, [](E& t) { return many_of(t.honest(), 2); }); }},
    {"tcp-64-kib-of-junk-first", kHost, kSecure, "", [](E& e) { return over_tcp(e, [](E& t) { return before_honest(t, raw(u16(65535) + with_wrong_id(t.message()) + std::string(65535 - t.message().size(), 'x'))); }); }},

    // Sizes.
    {"empty-datagram", kHost, kUnknown, kTimeout, [](E& e) { return e.packets(""); }},
    {"one-octet", kHost, kUnknown, kTimeout, [](E& e) { return e.packets("x"); }},
    {"header-only", kHost, kUnknown, kTimeout, [](E& e) { return e.packets(header_with(e, kNoError)); }},
    {"header-only-servfail", kHost, kUnknown, "resolver-servfail", [](E& e) { return e.packets(header_with(e, kServFail)); }},
    {"biggest-datagram", kHost, kSecure, "", [](E& e) { return e.packets(biggest(e)); }},
    {"biggest-datagram-of-noise", kHost, kUnknown, kTimeout, [](E& e) { return e.packets(e.message().substr(0, 2) + std::string(kBiggestDatagram - 2, '\x5A')); }},
    {"octets-behind-the-message", kHost, kSecure, "", [](E& e) { return changed(e, [](auto& m) { m += "behind"; }); }},
    {"cut-at-512-without-tc", kHost, kSecure, "", [](E& e) { return e.is_tcp ? e.honest() : e.packets(e.message().substr(0, 64)); }},
    {"cut-everywhere", kHost, kUnknown, kMalformed, [](E& e) { return e.packets(e.message().substr(0, 64)); }},
    {"five-thousand-records", kHost, kUnknown, kTooMuch, [](E& e) { return over_tcp(e, [](E& t) { return t.packets(many_records(t, 5000)); }); }},

    // Counts, names and compression (D-4 to D-8).
    {"counts-past-the-end", kHost, kUnknown, kMalformed, [](E& e) { return changed(e, [](auto& m) { add16(m, kAdditional, 1); }); }},
    {"answer-count-65535", kHost, kUnknown, kMalformed, [](E& e) { return changed(e, [](auto& m) { put16(m, kAnswers, 65535); }); }},
    {"counts-past-the-end-over-udp-only", kHost, kSecure, "", [](E& e) { return e.is_tcp ? e.honest() : changed(e, [](auto& m) { add16(m, kAuthority, 9); }); }},
    {"pointer-to-itself", kHost, kUnknown, kMalformed, [](E& e) { return e.packets(pointer_loop(e, static_cast<std::uint16_t>(0xC000U | (kHeader + e.query.question.size())))); }},
    {"pointer-forward", kHost, kUnknown, kMalformed, [](E& e) { return e.packets(pointer_loop(e, 0xC0FF)); }},
    {"pointer-into-the-header", kHost, kUnknown, kMalformed, [](E& e) { return e.packets(pointer_loop(e, 0xC002)); }},
    {"compression-bomb", kHost, kUnknown, kMalformed, [](E& e) { return over_tcp(e, [](E& t) { return t.packets(compression_bomb(t)); }); }},
    {"label-type-01", kHost, kUnknown, kTimeout, [](E& e) { return changed(e, [](auto& m) { m[kHeader] = static_cast<char>(0x41); }); }},
    {"owner-of-300-octets", kHost, kUnknown, kMalformed, [](E& e) { return changed(e, [&](auto& m) {
       std::string longest; for (int i = 0; i < 5; ++i) longest += '\x3B' + std::string(59, 'a');
       m.insert(kHeader + e.query.question.size(), record(longest + std::string(1, '\0'), kA, "\1\2\3\4")); add16(m, kAnswers, 1); }); }},
    {"pointer-in-rrsig", kHost, kBogus, "signature-malformed", [](E& e) { return with_set_changed(e, kA, widen_signer); }},

    // EDNS.
    {"opt-twice", kHost, kUnknown, kMalformed, [](E& e) { return changed(e, [](auto& m) { m += opt_record(); add16(m, kAdditional, 1); }); }},
    {"option-flood", kHost, kSecure, "", [](E& e) { return e.packets(with_opt(e, opt_record(option_flood()))); }},
    {"option-past-the-end", kHost, kSecure, "", [](E& e) { return e.packets(with_opt(e, opt_record(u16(15) + u16(900) + "x"))); }},
    {"badvers", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(bare(e, 0, opt_record("", 0x01008000))); }},
    {"opt-version-9", kHost, kSecure, "", [](E& e) { return e.packets(with_opt(e, opt_record("", 0x00098000))); }},

    // Error codes (D-61).
    {"formerr", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(bare(e, kFormErr, opt_record())); }},
    {"formerr-without-opt", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(bare(e, kFormErr)); }},
    {"formerr-without-question", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(header_with(e, kFormErr)); }},
    {"notimp", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(bare(e, kNotImp, opt_record())); }},
    {"refused", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(bare(e, kRefused, opt_record())); }},
    {"servfail", kHost, kUnknown, "resolver-servfail", [](E& e) { return e.packets(bare(e, kServFail, opt_record())); }},
    {"servfail-with-ede", kHost, kUnknown, "resolver-servfail", [](E& e) { return e.packets(bare(e, kServFail, opt_record(option(15, u16(6) + "\x1B[2Jhello\xFF")))); }},
    {"servfail-once", kHost, kUnknown, "resolver-servfail", [](E& e) { return e.number == 0 ? e.packets(bare(e, kServFail, opt_record())) : e.honest(); }},
    {"rcode-15", kHost, kUnknown, "resolver-refused", [](E& e) { return e.packets(bare(e, 15, opt_record())); }},
    {"yxdomain-without-dname", kHost, kUnknown, "resolver-servfail", [](E& e) { return e.packets(bare(e, kYxDomain, opt_record())); }},
    {"servfail-for-dnskey", kHost, kUnknown, "resolver-servfail", [](E& e) { return asks(e, kDnskey) ? e.packets(bare(e, kServFail, opt_record())) : e.honest(); }},
    {"silent-for-dnskey", kHost, kUnknown, kTimeout, [](E& e) { return asks(e, kDnskey) ? silence() : e.honest(); }},
    {"silent-for-ds", kHost, kUnknown, kTimeout, [](E& e) { return asks(e, kDs) ? silence() : e.honest(); }},

    // Resolvers that do not know DNSSEC, or think that they know better (D-56, D-59, val_adbit).
    {"strips-rrsig", kHost, kBogus, kStrips, [](E& e) { strip_signatures(e.answer); return e.honest(); }},
    {"strips-nsec", kNothing, kBogus, kStrips, [](E& e) { strip_denials(e.answer); return e.honest(); }},
    {"ignores-do", kHost, kBogus, kStrips, [](E& e) { return e.packets(as_without_do(e)); }},
    {"no-edns", kHost, kBogus, kStrips, [](E& e) { return e.packets(as_without_edns(e)); }},
    {"ignores-cd", kBroken, kUnknown, "resolver-servfail", [](E& e) { return e.query.name == Name("www.broken.good") ? e.packets(bare(e, kServFail, opt_record())) : e.honest(); }},
    {"ad-on-bogus", kBroken, kBogus, "signature-wrong", [](E& e) { return changed(e, [](auto& m) { flip(m, kFlags, 0x0020); }); }},
    {"ad-and-aa-on-nothing-signed", kHost, kBogus, kStrips, [](E& e) { strip_signatures(e.answer); return changed(e, [](auto& m) { flip(m, kFlags, 0x0420); }); }},
    {"ds-from-child", "www.child.good. A", kBogus, "ds-from-child", [](E& e) { if (asks(e, kDs) && e.query.name == Name("child.good")) deny_ds_as_child(e.answer); return e.honest(); }},
    {"false-root-keys", kHost, kBogus, "anchor-no-matching-key", [](E& e) { return asks(e, kDnskey) && e.query.name.is_root() ? with_set_changed(e, kDnskey, change_first_key) : e.honest(); }},
    {"no-such-name-for-all", kHost, kBogus, "dnskey-missing", [](E& e) { return e.packets(bare(e, kNxDomain, opt_record())); }},
    {"nothing-for-all", kHost, kBogus, "dnskey-missing", [](E& e) { return e.packets(bare(e, kNoError, opt_record())); }},
    {"answer-class-ch", kHost, kBogus, "denial-missing", [](E& e) { return asks(e, kA) ? changed(e, [&](auto& m) {
       const std::size_t at = kHeader + e.query.question.size() + 4; put16(m, at, 3); put16(m, kAnswers, 1); m.resize(at + 12); put16(m, kAdditional, 0); put16(m, kAuthority, 0); m += opt_record(); put16(m, kAdditional, 1); }) : e.honest(); }},
    {"address-changed", kHost, kBogus, "signature-wrong", [](E& e) { return asks(e, kA) ? with_set_changed(e, kA, [](RrSet& s) { s.rdatas.front()[3] = '\x42'; }) : e.honest(); }},

    // Clutter (D-16, D-17, D-32).
    {"reordered", kHost, kSecure, "", [](E& e) { reverse_all(e.answer); return e.honest(); }},
    {"records-doubled", kHost, kSecure, "", [](E& e) { double_all(e.answer); return e.honest(); }},
    {"junk-in-additional", kHost, kSecure, "", [](E& e) { return changed(e, [&](auto& m) { add_junk(m, kAdditional, e.query.question.size()); }); }},
    {"junk-in-answer", kHost, kSecure, "", [](E& e) { return changed(e, [&](auto& m) { add_junk(m, kAnswers, e.query.question.size()); }); }},
    {"ttl-with-top-bit", kHost, kSecure, "", [](E& e) { each_item(e.answer, [&](Item& i) { RrSet own = *i.set; own.ttl = 0x80000001; i.set = e.answer.keep(std::move(own)); }); return e.honest(); }},
    {"ttl-zero", kHost, kSecure, "", [](E& e) { each_item(e.answer, [&](Item& i) { RrSet own = *i.set; own.ttl = 0; i.set = e.answer.keep(std::move(own)); }); return e.honest(); }},
    {"sixty-junk-signatures", kHost, kUnknown, "work-limit", [](E& e) { return asks(e, kA) ? over_tcp(e, [](E& t) { return with_set_changed(t, kA, repeat_signatures); }) : e.honest(); }},
    {"three-hundred-keys", kHost, kUnknown, "work-limit", [](E& e) { return asks(e, kDnskey) ? over_tcp(e, [](E& t) { return with_set_changed(t, kDnskey, flood_keys); }) : e.honest(); }},
};
// clang-format on

}  // namespace

std::string Exchange::message() const {
  constexpr std::size_t kTcpLimit = 65535;
  return encode(query, answer, is_tcp ? kTcpLimit : query.udp_size);
}

Packets Exchange::packets(std::string message) const {
  if (is_tcp) message.insert(0, u16(static_cast<std::uint16_t>(message.size())));
  return {Packet{std::move(message)}};
}

std::span<const HostileBehaviour> hostile_behaviours() { return kBehaviours; }

const HostileBehaviour& hostile_behaviour(std::string_view name) {
  for (const HostileBehaviour& behaviour : kBehaviours)
    if (behaviour.name == name) return behaviour;
  throw std::runtime_error("no hostile behaviour '" + std::string(name) +
                           "'; `danesweep-lab hostile --list` shows all");
}

}  // namespace danesweep::lab
