// SPDX-License-Identifier: Apache-2.0
// Records from text: whatever is accepted prints to a text that reads back as the same record.
#include <string_view>

#include "dnssec/wire/presentation.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace danesweep::wire;
  const auto record = record_from_text({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;
  const auto again = record_from_text(record_to_text(record->owner, record->ttl, record->type, record->rdata));
  danesweep::fuzz::check(again && again->owner == record->owner && again->ttl == record->ttl &&
                         again->type == record->type && again->rdata == record->rdata);
  return 0;
}
