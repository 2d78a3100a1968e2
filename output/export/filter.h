// SPDX-License-Identifier: Apache-2.0
// `export --where FIELD=VALUE[,VALUE]`: FIELD is a name of the JSON record, of its hosts (`host.reason`) or of their
// probes (`probe.outcome`). A condition on hosts or probes holds if one of them fits; all conditions must hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "output/result.h"

namespace danesweep::output {

/// One field of the record as texts: several for lists, none when absent.
using FieldReader = void (*)(const Result& result, std::vector<std::string>& values);

struct Condition {
  FieldReader read = nullptr;
  std::vector<std::string> values;
};

/// The error is a sentence that names the unknown field and lists the known ones.
tl::expected<Condition, std::string> parse_condition(std::string_view text);

/// True if every condition holds. Values compare without case.
bool matches(const std::vector<Condition>& conditions, const Result& result);

/// Names that parse_condition knows, in the order of the record.
std::vector<std::string_view> filter_fields();

}  // namespace danesweep::output
