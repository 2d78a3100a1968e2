// SPDX-License-Identifier: Apache-2.0
// Builders that read as sentences: results as an engine would fill them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "output/decide.h"
#include "output/reasons.h"
#include "output/result.h"

namespace danesweep::output::test {

/// A connection with that outcome; its certificate verdict follows from DANE.md part G.
inline Probe probe(std::string address, std::string outcome) {
  Probe made;
  made.address = std::move(address);
  const ReasonInfo* row = find_reason(outcome);
  made.certificate = row == nullptr || row->certificate == 'N' ? Certificate::NotChecked
                     : row->certificate == 'S'                 ? Certificate::Success
                                                               : Certificate::Failed;
  made.outcome = std::move(outcome);
  return made;
}

/// SECURE address, SECURE usable TLSA, one address 192.0.2.N that ends with `outcome`.
class HostBuilder {
 public:
  explicit HostBuilder(std::string name, std::uint32_t preference = 10) {
    host_.name = std::move(name);
    host_.preference = preference;
    host_.address_status = Status::Secure;
    host_.tlsa_status = Status::Secure;
    host_.tlsa_usable = true;
    host_.tlsa_base = host_.name;
    host_.tlsa_count = 1;
    host_.tlsa_records = {"3 1 1 00"};
  }
  HostBuilder& at(std::string address, std::string outcome) {
    host_.addresses.push_back({address, host_.address_status});
    host_.probes.push_back(probe(std::move(address), std::move(outcome)));
    return *this;
  }
  HostBuilder& unprobed(std::string address) {
    host_.addresses.push_back({std::move(address), host_.address_status});
    return *this;
  }
  /// Not SECURE: no TLSA is asked (E-8).
  HostBuilder& address(Status status) {
    host_.address_status = status;
    if (status == Status::Secure) return *this;
    host_.tlsa_status = Status::NotQueried;
    host_.tlsa_usable = false;
    host_.tlsa_records.clear();
    host_.tlsa_count = 0;
    host_.probes.clear();
    for (Address& known : host_.addresses) known.status = status;
    if (status != Status::Insecure) host_.addresses.clear();
    return *this;
  }
  /// Not SECURE: no probe.
  HostBuilder& tlsa(Status status) {
    host_.tlsa_status = status;
    host_.tlsa_usable = status == Status::Secure;
    if (status == Status::Secure) return *this;
    host_.tlsa_records.clear();
    host_.tlsa_count = 0;
    host_.probes.clear();
    return *this;
  }
  HostBuilder& unusable() {
    host_.tlsa_usable = false;
    host_.probes.clear();
    return *this;
  }
  HostBuilder& special(std::string code) {
    host_.special = std::move(code);
    host_.tlsa_status = Status::NotQueried;
    host_.tlsa_usable = false;
    host_.address_status = Status::NotQueried;
    return *this;
  }
  HostBuilder& first_link_secure() {
    host_.first_link_secure = true;
    return *this;
  }
  operator Host() const { return host_; }  // NOLINT(google-explicit-constructor): reads as a sentence
  Host host_;
};

inline HostBuilder good_host(std::string name, std::uint32_t preference = 10) {
  return HostBuilder(std::move(name), preference).at("192.0.2.1", "ok");
}
inline HostBuilder bad_host(std::string name, std::uint32_t preference = 10) {
  return HostBuilder(std::move(name), preference).at("192.0.2.2", "tlsa-mismatch");
}
inline HostBuilder down_host(std::string name, std::uint32_t preference = 10) {
  return HostBuilder(std::move(name), preference).at("192.0.2.3", "connect-refused");
}
/// No TLSA: falls back.
inline HostBuilder plain_host(std::string name, std::uint32_t preference = 10) {
  return HostBuilder(std::move(name), preference).unprobed("192.0.2.4").tlsa(Status::NxDomain);
}

inline Result domain(std::string name, Status mx, std::vector<Host> hosts) {
  Result made;
  made.domain = std::move(name);
  made.mx = {mx, Answer::Data, "", made.domain};
  made.hosts = std::move(hosts);
  return made;
}

inline Result decided(Result result, MultiMx multi_mx = MultiMx::First) {
  decide(result, multi_mx);
  return result;
}

/// A domain that was decided before any host.
inline Result early(std::string name, std::string code) {
  Result made;
  made.domain = std::move(name);
  made.decided_by = std::move(code);
  return made;
}

}  // namespace danesweep::output::test
