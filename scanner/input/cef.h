// SPDX-License-Identifier: Apache-2.0
// Consolidated Event Logs of the gateway (rule E-68): one CEF line a message, any prefix before `CEF:0|`. Values run to
// the next ` key=` with a known key. A subject can hold such a text too: a line that names a deciding field twice is
// rejected, so that no sender adds a domain or hides one.
#pragma once

#include "scanner/input/entry.h"

namespace danesweep::input {

bool looks_like_cef(std::string_view line);

class CefReader : public FormatReader {
 public:
  void read(const Line& line, EntrySink& sink) override;

 private:
  std::string unescaped_;
};

}  // namespace danesweep::input
