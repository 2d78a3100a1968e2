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
  if (mail == Mail::Served) {
    smtp_ = std::make_unique<SmtpServer>(world.chains(), world.options().smtp_port, folder_ + "/smtp.log");
    for (const auto& listener : world.listeners()) smtp_->listen(listener);
    if (world.has_ipv6()) smtp_->listen({"::1", &host_kind(world.options().behaviour_of_ipv6)});
    smtp_thread_ = std::jthread([this] { smtp_->run(); });
  }
  dns_thread_ = std::jthread([this] { dns_.run(); });
}

Lab::~Lab() {
  dns_.stop();
  if (smtp_) smtp_->stop();
}

std::vector<std::pair<std::string, std::string>> Lab::variables() const {
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
