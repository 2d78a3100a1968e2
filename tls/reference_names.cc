// SPDX-License-Identifier: Apache-2.0
#include "tls/reference_names.h"

#include <algorithm>

namespace danesweep::tls {
namespace {

/// With a final dot OpenSSL never matches.
std::string canonical(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

void add(ReferenceNames& names, std::string_view name) {
  std::string text = canonical(name);
  if (!text.empty() && std::ranges::find(names.names, text) == names.names.end())
    names.names.push_back(std::move(text));
}

}  // namespace

std::string ReferenceNames::key(const TlsaSet& set) const {
  std::string key;
  if (!set.has_usable_ta()) return key;
  for (const std::string& name : names) key.append(name).append(" ");
  return key;
}

ReferenceNames reference_names(std::string_view base_domain, NextHop next_hop, std::string_view domain,
                               std::string_view expanded_domain) {
  ReferenceNames names;
  add(names, base_domain);
  if (next_hop != NextHop::InsecureMx) add(names, domain);
  if (next_hop == NextHop::SecureMx) add(names, expanded_domain);
  return names;
}

}  // namespace danesweep::tls
