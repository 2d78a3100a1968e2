// SPDX-License-Identifier: Apache-2.0
// A record with every field set, and the record that DESIGN prints.
#pragma once

#include "results.h"

namespace danesweep::output::test {

/// The record of DESIGN's sample, decided.
inline Result design_sample() {
  HostBuilder host("mx1.example.org", 10);
  host.host_.tlsa_records = {"3 1 1 0c72..."};
  host.at("192.0.2.1", "ok");
  Probe& connection = host.host_.probes.front();
  connection.protocol = "TLSv1.3";
  connection.cipher = "TLS_AES_256_GCM_SHA384";
  connection.matched = "3 1 1 0c72...";
  Result made = domain("example.org", Status::Secure, {host});
  made.recipients = 3;
  return decided(made);
}

inline tls::CertificateRecord sample_certificate() {
  tls::CertificateRecord made;
  for (std::size_t i = 0; i < made.sha256.size(); ++i) {
    made.sha256.at(i) = static_cast<std::uint8_t>(i * 8);
    made.spki_sha256.at(i) = static_cast<std::uint8_t>(255 - i);
  }
  made.subject = "CN=mx1.example.org";
  made.issuer = "CN=Example CA";
  made.dns_names = {"mx1.example.org", "*.example.org"};
  made.not_before = 1700000000;
  made.not_after = 253402300799;
  made.key_type = "EC";
  made.key_bits = 256;
  made.signature_algorithm = "ecdsa-with-SHA256";
  return made;
}

inline Result full_result() {
  Result made = design_sample();
  made.index = 4294967295;
  made.recipients = 4000000000;
  made.warnings = {"rat-route-relay", "recipients-capped"};
  made.mx.reason = "dns:insecure-delegation";
  made.mx.expanded_name = "mail.example.net";
  made.mode_source = ModeSource::OwnEntry;
  made.effective_mode = Mode::Mandatory;
  made.degraded = true;
  made.decided_by = "dane-off";
  made.failover = Failover{Action::DaneFail, Action::DaneFail, "mx-bogus"};
  made.confirm = Confirm{3, 2};
  made.without_entry = WithoutEntry{Action::Fallback, Action::DaneFail, "tlsa-none"};
  made.gateway_log = GatewayLog{7, 1};
  Host& host = made.hosts.front();
  host.address_reason = "dns:cname-loop";
  host.tlsa_reason = "dns:work-limit";
  host.addresses.push_back({"2001:db8::1", Status::Bogus});
  host.special = "mx-target-literal";
  host.first_link_secure = true;
  host.warnings = {"mx-is-alias"};
  host.tlsa_count = 1800;
  Probe& connection = host.probes.front();
  connection.detail = "alert 70";
  connection.group = "X25519";
  connection.signature_type = "ECDSA";
  connection.sni = "mx1.example.org";
  connection.source_address = "198.51.100.7";
  connection.matched_depth = 2;
  connection.matched_name = "example.org";
  connection.verify_error = -1;
  connection.warnings = {"flapping", "tls-1.2-only"};
  connection.chain = {sample_certificate(), sample_certificate()};
  connection.replies = {{"greeting", 220, "2.0.0", {"mx1 ready", "go"}}, {"quit", 221, "", {}}};
  connection.tries = {{"connect-timeout", "10 s"}};
  connection.tlsa = {{"3 1 1 00", "did not match"}, {"1 1 1 00", "unusable: usage-pkix"}};
  connection.explanation = {"none of 2 records matches"};
  return made;
}

inline Header sample_header() {
  Header made;
  made.version = "0.1.0";
  made.start_time = 1770084847;
  made.options = {{"multi-mx", "first"}, {"resolver", "198.51.100.53:53"}, {"resolver", "198.51.100.54:53"}};
  made.resolvers = {{"198.51.100.53:53", 0, "fit", "ietf.org MX SECURE, 18 ms"}};
  made.anchors = {". 20326 (embedded)"};
  made.shard = 2;
  made.shards = 3;
  made.default_mode = Mode::Mandatory;
  made.multi_mx = MultiMx::All;
  made.gateway_files = {{"smtproutes", "example.org USEDNS\n"}, {"rat", std::string("caf\xe9 ACCEPT\n")}};
  made.inputs = {{"domains.txt", "list"}};
  return made;
}

inline Trailer sample_trailer() {
  Trailer made;
  made.counts = {10412, 9800, 400, 200, 12, {{"blank", 300}, {"comment", 100}}};
  made.end_time = 1770085000;
  made.results = 3;
  made.warnings = {"one"};
  made.end_reason = "no-resolver";
  made.log_domains_not_scanned = 5;
  return made;
}

}  // namespace danesweep::output::test
