// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/name.h"

#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/lab/ldns_library.h"

namespace danesweep::lab {
namespace {

struct FreeRdf {
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};
using Rdf = std::unique_ptr<ldns_rdf, FreeRdf>;

char lower(char octet) { return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet + 32) : octet; }

std::size_t label_length(const std::string& wire, std::size_t at) { return static_cast<unsigned char>(wire[at]); }

/// The plain names of the lab's rows, by far the most, need no escapes: half the time of ldns.
bool plain_to_wire(std::string_view text, std::string& wire) {
  wire.clear();
  while (!text.empty()) {
    const auto dot = text.find('.');
    const auto label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.find('\\') != std::string_view::npos) return false;
    wire.push_back(static_cast<char>(label.size()));
    for (const char octet : label) wire.push_back(lower(octet));
    text = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  }
  wire.push_back('\0');
  return wire.size() <= 255;
}

}  // namespace

Name::Name(std::string_view text) {
  if (text == "." || text.empty()) {
    wire_.assign(1, '\0');
    return;
  }
  if (plain_to_wire(text, wire_)) return;
  const std::string copy(text);
  const Rdf rdf(ldns_dname_new_frm_str(copy.c_str()));
  if (!rdf) throw std::invalid_argument("not a domain name: " + copy);
  *this = from_wire({reinterpret_cast<const char*>(ldns_rdf_data(rdf.get())), ldns_rdf_size(rdf.get())});
}

Name Name::from_wire(std::string_view wire) {
  Name name;
  name.wire_.assign(wire);
  for (std::size_t at = 0; at + 1 < name.wire_.size();) {
    const std::size_t length = label_length(name.wire_, at);
    for (std::size_t i = at + 1; i <= at + length && i < name.wire_.size(); ++i) name.wire_[i] = lower(name.wire_[i]);
    at += length + 1;
  }
  return name;
}

Name Name::relative(std::string_view text, const Name& origin) {
  if (text == "@" || text.empty()) return origin;
  if (text.back() == '.') return Name(text);
  const Name head(text);
  return from_wire(head.wire_.substr(0, head.wire_.size() - 1) + origin.wire_);
}

std::string Name::text() const {
  if (is_root()) return ".";
  const Rdf rdf(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire_.size(), wire_.data()));
  const std::unique_ptr<char, void (*)(void*)> text(ldns_rdf2str(rdf.get()), std::free);
  std::string result(text.get());
  result.pop_back();
  return result;
}

std::size_t Name::labels() const {
  std::size_t count = 0;
  for (std::size_t at = 0; label_length(wire_, at) != 0; at += label_length(wire_, at) + 1) ++count;
  return count;
}

Name Name::parent() const {
  Name up;
  if (!is_root()) up.wire_ = wire_.substr(label_length(wire_, 0) + 1);
  return up;
}

Name Name::last_labels(std::size_t count) const {
  Name name = *this;
  for (std::size_t have = labels(); have > count; --have) name = name.parent();
  return name;
}

Name Name::below(std::string_view first_label) const {
  return from_wire(std::string(1, static_cast<char>(first_label.size())) + std::string(first_label) + wire_);
}

std::string Name::first_label() const { return wire_.substr(1, label_length(wire_, 0)); }

bool Name::is_at_or_below(const Name& ancestor) const {
  if (ancestor.wire_.size() > wire_.size()) return false;
  std::size_t at = 0;
  while (wire_.size() - at > ancestor.wire_.size()) at += label_length(wire_, at) + 1;
  return wire_.size() - at == ancestor.wire_.size() && wire_.compare(at, std::string::npos, ancestor.wire_) == 0;
}

std::string Name::order_key() const {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; label_length(wire_, at) != 0; at += label_length(wire_, at) + 1) starts.push_back(at);
  std::string key;
  for (auto at = starts.rbegin(); at != starts.rend(); ++at) {
    for (std::size_t i = *at + 1; i <= *at + label_length(wire_, *at); ++i) {
      // 0 parts the labels; octets 0 and 1 are written as two, so that the order stays.
      if (wire_[i] == '\0' || wire_[i] == '\1') key.push_back('\1');
      key.push_back(wire_[i] == '\0' ? '\1' : wire_[i] == '\1' ? '\2' : wire_[i]);
    }
    key.push_back('\0');
  }
  return key;
}

}  // namespace danesweep::lab
