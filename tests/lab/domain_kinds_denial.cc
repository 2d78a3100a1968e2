// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/domain_kinds.h"
#include "tests/lab/making.h"

namespace danesweep::lab {

std::vector<DomainKind> denial_kinds() { return {}; }

}  // namespace danesweep::lab
