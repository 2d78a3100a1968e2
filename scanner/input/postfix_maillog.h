// SPDX-License-Identifier: Apache-2.0
// Postfix's mail log (rule E-71): lines of its SMTP client only, whatever the `syslog_name`. `to=<...>` is the
// recipient; sent and bounced mail count, deferred mail and address probes only make the domain known.
#pragma once

#include "scanner/input/entry.h"

namespace danesweep::input {

bool looks_like_postfix_maillog(std::string_view line);

class PostfixMaillogReader : public FormatReader {
 public:
  void read(const Line& line, EntrySink& sink) override;
};

}  // namespace danesweep::input
