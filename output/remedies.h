// SPDX-License-Identifier: Apache-2.0
// What to import before DANE is switched on (E-120 to E-122): destination-control entries for the domains whose mail
// would stop, a Postfix policy map, plain lists. The same results give the same octets.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "output/frames.h"
#include "output/reader.h"

namespace danesweep::output {

/// E-121: domains that are not known get no remedy unless asked for.
enum class UndeterminedDomains : std::uint8_t { Leave, Include };

struct RemedyFile {
  std::string name, content;
};

struct Remedies {
  std::vector<RemedyFile> files;   ///< destconfig.txt, tls_policy, domains.txt, mandatory_ready.txt
  std::vector<std::string> notes;  ///< for stdout: what was left out and why (E-85)
};

/// Reads to the end of `reader`. Memory grows with the domains that need a remedy.
tl::expected<Remedies, std::string> make_remedies(Reader& reader, UndeterminedDomains undetermined);

/// Into `directory`, which is made if it is not there. Refuse: nothing is written if one of the files exists.
tl::expected<void, std::string> write_remedies(const Remedies& remedies, const std::string& directory,
                                               Existing existing);

}  // namespace danesweep::output
