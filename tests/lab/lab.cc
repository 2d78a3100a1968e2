// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/lab.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace danesweep::lab {
namespace {

std::ofstream open_file(const std::string& path) {
  std::ofstream file(path);
  if (!file) throw std::runtime_error("cannot write " + path);
  return file;
}

}  // namespace

void write_files(World& world, const std::string& folder) {
  open_file(folder + "/anchor") << world.anchor();
  std::ofstream domains = open_file(folder + "/domains");
  std::ofstream expected = open_file(folder + "/expected");
  for (const auto& expectation : world.expectations()) {
    domains << expectation.domain << '\n';
    expected << expected_record(expectation).dump() << '\n';
  }
}

Lab::Lab(World& world, std::string folder, std::uint16_t dns_port, Mail mail)
    : world_(world), folder_(std::move(folder)), dns_(world.resolution(), "127.0.0.1", dns_port) {
  write_files(world, folder_);
  if (mail == Mail::Served) serve_mail();
  threads_.emplace_back([this] { dns_.run(); });
}

void Lab::serve_mail() {
  // The plain good host has a loop of its own: its many handshakes must not delay the hosts whose behaviour is a time.
  const auto loop_of = [](const HostKind& kind) {
    return kind.id == "S-1" ? 0U : 1U + static_cast<std::size_t>(&kind - host_kinds().data()) % 2;
  };
  for (int i = 0; i < 3; ++i)
    smtp_.push_back(std::make_unique<SmtpServer>(world_.chains(), world_.options().smtp_port, folder_ + "/smtp.log"));
  for (const auto& listener : world_.listeners()) smtp_[loop_of(*listener.kind)]->listen(listener);
  const HostKind& ipv6 = host_kind(world_.options().behaviour_of_ipv6);
  if (world_.has_ipv6()) smtp_[loop_of(ipv6)]->listen({"::1", &ipv6});
  for (const auto& server : smtp_) threads_.emplace_back([&server = *server] { server.run(); });
}

Lab::~Lab() {
  dns_.stop();
  for (const auto& server : smtp_) server->stop();
}

Variables Lab::variables() const {
  return {
      {"DANESWEEP_LAB_RESOLVER", fmt::format("127.0.0.1:{}", dns_.port())},
      {"DANESWEEP_LAB_ANCHOR", folder_ + "/anchor"},
      {"DANESWEEP_LAB_DOMAINS", folder_ + "/domains"},
      {"DANESWEEP_LAB_EXPECTED", folder_ + "/expected"},
      {"DANESWEEP_LAB_SMTP_PORT", std::to_string(world_.options().smtp_port)},
      {"DANESWEEP_LAB_SMTP_LOG", folder_ + "/smtp.log"},
      {"DANESWEEP_PER_ADDRESS", "0"},
      {"DANESWEEP_PER_NET", "0"},
      {"DANESWEEP_PER_PROVIDER", "0"},
      {"DANESWEEP_RETRY_AFTER", "1"},
  };
}

}  // namespace danesweep::lab
