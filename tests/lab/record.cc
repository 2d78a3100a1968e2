// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/record.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "tests/lab/ldns_library.h"

namespace danesweep::lab {
namespace {

struct FreeRr {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
using Rr = std::unique_ptr<ldns_rr, FreeRr>;

std::string rdata_of(const ldns_rr* rr) {
  std::string rdata;
  for (std::size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr, i);
    rdata.append(reinterpret_cast<const char*>(ldns_rdf_data(field)), ldns_rdf_size(field));
  }
  return rdata;
}

std::string address_octets(int family, const std::string& address, std::size_t size) {
  std::string octets(size, '\0');
  if (inet_pton(family, address.c_str(), octets.data()) != 1) throw std::invalid_argument("not an address: " + address);
  return octets;
}

}  // namespace

ParsedRecord parse_record(const std::string& line, const Name& origin) {
  const std::unique_ptr<ldns_rdf, void (*)(ldns_rdf*)> base(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, origin.wire().size(), origin.wire().data()), ldns_rdf_deep_free);
  ldns_rr* raw = nullptr;
  if (ldns_rr_new_frm_str(&raw, line.c_str(), 3600, base.get(), nullptr) != LDNS_STATUS_OK)
    throw std::invalid_argument("not a record: " + line);
  const Rr rr(raw);
  const ldns_rdf* owner = ldns_rr_owner(raw);
  return {Name::from_wire({reinterpret_cast<const char*>(ldns_rdf_data(owner)), ldns_rdf_size(owner)}),
          static_cast<std::uint16_t>(ldns_rr_get_type(raw)), ldns_rr_ttl(raw), rdata_of(raw)};
}

std::string record_text(const Name& owner, std::uint16_t type, std::uint32_t ttl, const std::string& rdata) {
  const std::string wire =
      owner.wire() + u16(type) + u16(1) + u32(ttl) + u16(static_cast<std::uint16_t>(rdata.size())) + rdata;
  ldns_rr* raw = nullptr;
  std::size_t at = 0;
  const auto status =
      ldns_wire2rr(&raw, reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size(), &at, LDNS_SECTION_ANSWER);
  const Rr rr(raw);
  const bool is_empty_tlsa = type == kTlsa && rdata.size() < 4;  // has no other text
  if (status == LDNS_STATUS_OK && !is_empty_tlsa) {
    const std::unique_ptr<char, void (*)(void*)> text(ldns_rr2str(raw), std::free);
    if (text) return text.get();
  }
  const std::string shown = owner.is_root() ? "." : owner.text() + ".";
  return fmt::format("{}\t{}\tIN\tTYPE{}\t\\# {} {}\n", shown, ttl, type, rdata.size(), to_hex(rdata));
}

std::string type_text(std::uint16_t type) {
  const std::unique_ptr<char, void (*)(void*)> text(ldns_rr_type2str(static_cast<ldns_rr_type>(type)), std::free);
  return text.get();
}

std::uint16_t type_number(const std::string& text) {
  return static_cast<std::uint16_t>(ldns_get_rr_type_by_name(text.c_str()));
}

std::string a_rdata(const std::string& address) { return address_octets(AF_INET, address, 4); }
std::string aaaa_rdata(const std::string& address) { return address_octets(AF_INET6, address, 16); }

std::string mx_rdata(std::uint16_t preference, const Name& exchange) { return u16(preference) + exchange.wire(); }

std::string from_hex(std::string_view hex) {
  std::string octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    octets.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return octets;
}

std::string to_hex(std::string_view octets) {
  std::string hex;
  for (const char octet : octets) hex += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  return hex;
}

std::string u16(std::uint16_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)}; }

std::string u32(std::uint32_t value) {
  return u16(static_cast<std::uint16_t>(value >> 16)) + u16(static_cast<std::uint16_t>(value & 0xFFFF));
}

}  // namespace danesweep::lab
