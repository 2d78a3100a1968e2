// SPDX-License-Identifier: Apache-2.0
// ldns without the macros `bool`, `true` and `false` that its headers define where <stdbool.h> is not known.
#pragma once

#include <ldns/ldns.h>

#undef bool
#undef true
#undef false
