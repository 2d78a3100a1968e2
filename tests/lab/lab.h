// SPDX-License-Identifier: Apache-2.0
// The running lab: a world served on loopback, its four files in a folder, and the variables that name them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/lab/dns_server.h"
#include "tests/lab/smtp_server.h"
#include "tests/lab/world.h"

namespace danesweep::lab {

/// `anchor`, `domains`, `expected` and, while serving, `smtp.log`.
void write_files(World& world, const std::string& folder);

using Variables = std::vector<std::pair<std::string, std::string>>;

class Lab {
 public:
  enum class Mail : std::uint8_t { Served, Off };
  /// Serves from the constructor to the destructor. Threads: DNS one, mail three. DNS port 0: any.
  Lab(World& world, std::string folder, std::uint16_t dns_port, Mail mail);
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;
  Lab(Lab&&) = delete;
  Lab& operator=(Lab&&) = delete;

  /// DANESWEEP_LAB_... and what takes the limits off (T-68).
  Variables variables() const;

 private:
  void serve_mail();

  World& world_;
  std::string folder_;
  DnsServer dns_;
  std::vector<std::unique_ptr<SmtpServer>> smtp_;
  std::vector<std::jthread> threads_;
};

}  // namespace danesweep::lab
