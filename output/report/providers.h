// SPDX-License-Identifier: Apache-2.0
// Who runs a domain's mail, as far as names tell: the registered domain of its first mail host by the public suffix
// list (E-114), and from that who must mend what is broken (E-113).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "output/result.h"

namespace danesweep::output {

/// The public suffix list, loaded once.
class RegisteredDomains {
 public:
  RegisteredDomains();
  ~RegisteredDomains();
  RegisteredDomains(const RegisteredDomains&) = delete;
  RegisteredDomains& operator=(const RegisteredDomains&) = delete;
  RegisteredDomains(RegisteredDomains&&) = delete;
  RegisteredDomains& operator=(RegisteredDomains&&) = delete;
  /// "example.co.uk" of "mx.mail.example.co.uk"; the name itself when it has none.
  std::string of(const std::string& name) const;

 private:
  struct List;
  std::unique_ptr<List> list_;
};

/// Key of the provider's group: own name for an implicit MX, "(no mail host)" when none was seen.
std::string provider_of(const Result& result, const RegisteredDomains& registered);

/// "DNS operator", "mail provider or DNS operator"; "nobody" for a code that needs no mending.
std::string mender_of(const Result& result, std::string_view reason, const RegisteredDomains& registered);

}  // namespace danesweep::output
