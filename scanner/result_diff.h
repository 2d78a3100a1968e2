// SPDX-License-Identifier: Apache-2.0
// Two results files of the same domains beside each other, for the nightly scan: what got worse, what was mended, whose
// reason is another. What could not be found out this time is no regression (DANE.md, first law).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "output/reader.h"
#include "output/result.h"
#include "scanner/values.h"

namespace danesweep::scanner {

enum class Change : std::uint8_t {
  Regression,     ///< the effective verdict got worse: success, fallback, failure
  Fix,            ///< it got better
  NotKnownNow,    ///< it was known and is UNDETERMINED
  KnownNow,       ///< the other way round, to anything but a failure
  Applicability,  ///< to or from NOT_APPLICABLE, but for a failure
  Reason,         ///< same verdict, another reason
  Appeared,       ///< only in the new file
  Vanished,       ///< only in the old file
};
std::string_view to_text(Change change);  ///< "regression"

struct ChangedDomain {
  std::string domain;
  std::uint64_t recipients = 0;
  Change change{};
  output::Action before = output::Action::Unset, after = output::Action::Unset;
  std::string reason_before, reason_after;
};

/// Nothing: the same verdict for the same reason.
std::optional<Change> compare_verdicts(output::Action before, std::string_view reason_before, output::Action after,
                                       std::string_view reason_after);

struct ResultDiff {
  std::vector<ChangedDomain> changed;  ///< by change, then by recipients, then by name
  std::uint64_t same = 0;
  std::uint64_t count(Change change) const;
};
/// Memory grows with the domains of the old file.
Value<ResultDiff> diff_results(output::Reader& older, output::Reader& newer);

enum class DiffFormat : std::uint8_t { Text, Markdown, Json };
std::string diff_text(const ResultDiff& diff, DiffFormat format);

}  // namespace danesweep::scanner
