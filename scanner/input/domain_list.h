// SPDX-License-Identifier: Apache-2.0
// The plain list (rule E-66): one domain or address a line, optionally whitespace and a count; `#` at the start or
// after whitespace begins a comment; `@example.org` means the domain.
#pragma once

#include "scanner/input/entry.h"

namespace danesweep::input {

class DomainListReader : public FormatReader {
 public:
  void read(const Line& line, EntrySink& sink) override;
};

}  // namespace danesweep::input
