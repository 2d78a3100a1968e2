// SPDX-License-Identifier: Apache-2.0
// One validated look-up as a machine without I/O (RFC 4035 section 5; RULES.md, all of it). It is handed the time and
// the answers; it says what it still wants to be asked, or its verdict. Start reading here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "dnssec/anchors.h"
#include "dnssec/caches.h"
#include "dnssec/crypto.h"
#include "dnssec/policy.h"
#include "dnssec/resolver_set.h"
#include "dnssec/verdict.h"
#include "dnssec/wire/message.h"

namespace danesweep::dnssec {

/// A question that a look-up wants answered. `not_from`: if not empty, by another resolver of the same priority than
/// these (D-56, D-59); if there is none, the answer is NoOtherResolver.
struct Wanted {
  wire::Question question;
  ResolverSet not_from;
  friend bool operator==(const Wanted&, const Wanted&) = default;
};

/// All resolvers and tries gave nothing that counts as a response (D-4, D-61).
struct NoReply {};
/// Replies came, and none of them could be read (D-8).
struct Unreadable {};
/// All resolvers of the priority answered with an error (SERVFAIL, REFUSED, FORMERR, NOTIMP, ...), D-61.
struct ErrorRcode {
  wire::Rcode rcode{};
  std::optional<std::uint16_t> extended_error;
  std::string extended_error_text;
};
/// There is no other resolver of that priority.
struct NoOtherResolver {};

/// An error that another resolver's response outdid: for the trace alone (D-61).
struct Outdone {
  ErrorRcode error;
  ResolverId resolver = kNoResolver;
};

struct Response {
  std::variant<wire::MessagePtr, NoReply, Unreadable, ErrorRcode, NoOtherResolver> content;
  ResolverId resolver = kNoResolver;
  std::vector<Outdone> outdone = {};
};

using Wants = std::vector<Wanted>;
/// The slice of work is spent: step again after the loop's other work (D-112).
struct GoOn {};

/// How much a verdict carries along.
enum class Detail : std::uint8_t {
  Plain,  ///< chain links of broken things and of the answer only
  Chain,  ///< every link (`query --json`)
  Trace,  ///< and a line for every check
};

/// What the asker knows about the name: a domain of the input is probably a zone cut, so its DS is asked along (D-60).
enum class NameHint : std::uint8_t { None, LikelyZoneCut };

/// What a validation borrows; all must outlive it.
struct Environment {
  const TrustAnchors* anchors = nullptr;
  const Policy* policy = nullptr;
  Crypto* crypto = nullptr;  ///< of the calling thread
  Caches* caches = nullptr;
};

class Validation {
 public:
  Validation(wire::Question question, UnixTime now, const Environment& environment, Detail detail = Detail::Plain,
             NameHint hint = NameHint::None);
  ~Validation();
  Validation(const Validation&) = delete;
  Validation& operator=(const Validation&) = delete;
  Validation(Validation&&) noexcept;
  Validation& operator=(Validation&&) noexcept;

  /// Goes as far as the responses given so far allow: to the verdict, or to what is still wanted and was not wanted
  /// before (may be empty while earlier wants are outstanding); or stops after its slice of work.
  std::variant<Verdict, Wants, GoOn> step();
  /// One response to one wanted question, in any order. Its content is untrusted.
  void give(const Wanted& wanted, Response response);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Drives a validation to its end from a source that answers at once: for tests and benchmarks.
template <class Source>
Verdict run(Validation validation, Source&& source) {
  for (;;) {
    auto progress = validation.step();
    if (auto* verdict = std::get_if<Verdict>(&progress)) return std::move(*verdict);
    if (const auto* wants = std::get_if<Wants>(&progress))
      for (const Wanted& wanted : *wants) validation.give(wanted, source(wanted));
  }
}

}  // namespace danesweep::dnssec
