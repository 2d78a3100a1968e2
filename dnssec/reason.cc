// SPDX-License-Identifier: Apache-2.0
#include "dnssec/reason.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "dnssec/verdict.h"

namespace danesweep::dnssec {
namespace {

struct Row {
  Reason reason;
  std::string_view code;
  Security status;
  int ede;  ///< RFC 8914; kNoEde where there is none
  std::string_view mender;
  std::string_view sentence;  ///< {word} is filled by `fact`
};

constexpr int kNoEde = -1;
using enum Security;

// clang-format off
constexpr Row kRows[] = {
    {Reason::InsecureDelegation, "insecure-delegation", Insecure, kNoEde, "P",
     "{parent} proves that {zone} has no DS: it is not signed, or not linked"},
    {Reason::InsecureDelegationOptout, "insecure-delegation-optout", Insecure, kNoEde, "P",
     "{zone} lies in an opt-out span of {parent}: unsigned delegations are possible there"},
    {Reason::OptoutSpan, "optout-span", Insecure, kNoEde, "Z",
     "the denial rests on an opt-out span, so it proves nothing about unsigned names"},
    {Reason::UnsupportedAlgorithm, "unsupported-algorithm", Insecure, 1, "Z",
     "{zone} uses only signature algorithms ({number}) that this program does not check"},
    {Reason::UnsupportedDigest, "unsupported-digest", Insecure, 2, "P",
     "all DS of {zone} use digest types ({number}) that this program does not check"},
    {Reason::UnsupportedKeySize, "unsupported-key-size", Insecure, 1, "Z",
     "the only linked key of {zone} has {number} bits; 1024 to 4096 are checked"},
    {Reason::Nsec3Iterations, "nsec3-iterations", Insecure, 27, "Z",
     "{zone} asks for {number} extra NSEC3 rounds; more than 150 are not computed"},
    {Reason::OutsideAnchors, "outside-anchors", Insecure, 5, "U", "no configured trust anchor covers {name}"},
    {Reason::UnsignableType, "unsignable-type", Insecure, kNoEde, "", "records of this type are never signed"},
    {Reason::DnameTooLong, "dname-too-long", Insecure, kNoEde, "Z",
     "the DNAME at {name} makes a name longer than 255 octets"},

    {Reason::CnameLoop, "cname-loop", Bogus, 0, "Z", "the CNAME chain comes back to {name}"},
    {Reason::RrsigsMissing, "rrsigs-missing", Bogus, 10, "Z",
     "{name} {type} arrived without signature although {zone} is signed"},
    {Reason::ResolverStripsDnssec, "resolver-strips-dnssec", Bogus, 10, "R",
     "{resolver} leaves out signatures that others deliver"},
    {Reason::SignatureExpired, "signature-expired", Bogus, 7, "Z",
     "the signature by key {tag} over {name} {type} ended at {date}, {age} ago"},
    {Reason::SignatureNotYetValid, "signature-not-yet-valid", Bogus, 8, "ZU",
     "the signature by key {tag} over {name} {type} starts only at {date}; check this clock too"},
    {Reason::SignatureDatesReversed, "signature-dates-reversed", Bogus, 25, "Z",
     "the signature by key {tag} over {name} {type} ends before it begins"},
    {Reason::SignatureWrong, "signature-wrong", Bogus, 6, "Z",
     "the signature by key {tag} of {zone} does not fit the records {name} {type}"},
    {Reason::SignatureMalformed, "signature-malformed", Bogus, 6, "ZR",
     "the signature at {name} {type} cannot be parsed"},
    {Reason::MalformedRrset, "malformed-rrset", Bogus, 6, "ZR", "the records at {name} {type} cannot be parsed"},
    {Reason::SignerNotZone, "signer-not-zone", Bogus, 6, "Z",
     "{name} {type} is signed in the name of {signer}, which has no say over {name}"},
    {Reason::SignerAboveAnchor, "signer-above-anchor", Bogus, 6, "Z",
     "{name} {type} is signed in the name of {signer}, above the trust anchor, which has no say over {name}"},
    {Reason::LabelsInvalid, "labels-invalid", Bogus, 6, "Z",
     "the label count of the signature over {name} {type} fits neither the name nor the signer"},
    {Reason::NoMatchingKey, "no-matching-key", Bogus, 9, "Z",
     "the signature over {name} {type} names key {tag}, but {zone} publishes no such key for it (published: {keys})"},
    {Reason::KeyNotZoneKey, "key-not-zone-key", Bogus, 11, "Z", "key {tag} of {zone} lacks the zone-key flag"},
    {Reason::KeyRevoked, "key-revoked", Bogus, 9, "Z", "key {tag} of {zone} is revoked"},
    {Reason::DnskeyMalformed, "dnskey-malformed", Bogus, 9, "Z", "key {tag} of {zone} cannot be parsed"},
    {Reason::DnskeyMissing, "dnskey-missing", Bogus, 9, "ZP",
     "{linker} links {zone} by DS {ds_tags} but {zone} publishes no keys"},
    {Reason::DsNoMatchingKey, "ds-no-matching-key", Bogus, 9, "P",
     "no usable key of {zone} has a tag of its DS (DS: {ds_tags}, keys: {keys}): {cause}"},
    {Reason::DsDigestWrong, "ds-digest-wrong", Bogus, 9, "P",
     "key {tag} of {zone} exists but its digest differs from the DS"},
    {Reason::DnskeyNotSignedByDsKey, "dnskey-not-signed-by-ds-key", Bogus, 9, "Z",
     "the key set of {zone} is not signed by the key that the DS names ({ds_tags})"},
    {Reason::AnchorNoMatchingKey, "anchor-no-matching-key", Bogus, 9, "U",
     "the keys of {zone} match none of the trust anchors ({ds_tags}): anchor out of date, or a false root"},
    {Reason::DsDenialMissing, "ds-denial-missing", Bogus, 12, "PR",
     "{parent} neither gives a DS for {zone} nor proves that there is none"},
    {Reason::DsFromChild, "ds-from-child", Bogus, 12, "RP",
     "the DS question was answered by {zone} itself instead of {parent}"},
    {Reason::DsAnswerInvalid, "ds-answer-invalid", Bogus, 6, "Z",
     "the DS question for {name} was answered by {text}: neither a DS nor a proof that there is none"},
    {Reason::DenialMissing, "denial-missing", Bogus, 12, "ZR",
     "the answer \"no such name/data\" for {name} {type} carries no proof"},
    {Reason::NxdomainNotProven, "nxdomain-not-proven", Bogus, 12, "Z",
     "the proof given for {name} {type} does not cover the name"},
    {Reason::WildcardNotDenied, "wildcard-not-denied", Bogus, 12, "Z",
     "the proof given for {name} {type} does not cover the wildcard that could have answered"},
    {Reason::WildcardNoDenial, "wildcard-no-denial", Bogus, 12, "Z",
     "{name} {type} comes from a wildcard, and the proof does not cover a closer match"},
    {Reason::DenialWrongType, "denial-wrong-type", Bogus, 6, "Z",
     "the proof itself says that {type} (or CNAME) exists at {name}"},
    {Reason::DenialFromParent, "denial-from-parent", Bogus, 6, "Z",
     "the proof given for {name} {type} is from the wrong side of a zone cut"},
    {Reason::DenialWrongRcode, "denial-wrong-rcode", Bogus, 6, "Z",
     "the proof given for {name} {type} says something else than the response code"},
    {Reason::DenialContradictory, "denial-contradictory", Bogus, 6, "Z",
     "the proof given for {name} {type} contradicts itself"},
    {Reason::NsecOverreach, "nsec-overreach", Bogus, 6, "Z", "an NSEC of {zone} claims names outside of {zone}"},
    {Reason::Nsec3ParamsMixed, "nsec3-params-mixed", Bogus, 6, "Z",
     "the NSEC3 records of {zone} have different parameters"},
    {Reason::Nsec3Collision, "nsec3-collision", Bogus, 6, "Z", "the NSEC3 records of {zone} hold one hash twice"},
    {Reason::DnameCnameMismatch, "dname-cname-mismatch", Bogus, 6, "ZR",
     "the CNAME at {name} is not what the DNAME makes"},
    {Reason::DnameWildcard, "dname-wildcard", Bogus, 6, "ZR", "the CNAME at {name} comes from a wildcard DNAME"},

    {Reason::ResolverTimeout, "resolver-timeout", Indeterminate, 23, "RZ",
     "no reply for {name} {type} from any resolver"},
    {Reason::ResolverServfail, "resolver-servfail", Indeterminate, 22, "ZR",
     "the resolvers could not fetch {name} {type} even with checking off"},
    {Reason::ResolverRefused, "resolver-refused", Indeterminate, 23, "R", "{resolver} refuses {name} {type} ({text})"},
    {Reason::MalformedResponse, "malformed-response", Indeterminate, 23, "R",
     "{resolver} answers {name} {type} in a way that cannot be read"},
    {Reason::WorkLimit, "work-limit", Indeterminate, 0, "Z", "checking {name} would cost more than the limit {text}"},
    {Reason::NoValidAnchor, "no-valid-anchor", Indeterminate, 5, "U",
     "no trusted root key is left: see `danesweep anchors show`"},
    {Reason::CryptoFailure, "crypto-failure", Indeterminate, 0, "U", "the cryptographic library failed: {text}"},
};
// clang-format on

constexpr auto kReasons = [] {
  std::array<Reason, std::size(kRows)> reasons{};
  for (std::size_t i = 0; i < reasons.size(); ++i) reasons[i] = kRows[i].reason;
  return reasons;
}();

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < kReasons.size(); ++i)
    if (static_cast<std::size_t>(kReasons[i]) != i + 1) return false;
  return kReasons.back() == Reason::CryptoFailure;
}
static_assert(rows_follow_the_enum(), "one row per reason, in the order of the enum");

const Row* find_row(Reason reason) {
  return reason == Reason::None ? nullptr : &kRows[static_cast<std::size_t>(reason) - 1];
}

std::string to_text(std::uint16_t tag) { return std::to_string(tag); }
std::string to_text(const NamedKey& key) {
  return key.flaw.empty() ? to_text(key.tag) : fmt::format("{} ({})", key.tag, key.flaw);
}

template <class T>
std::string list_to_text(const std::vector<T>& list) {
  constexpr std::size_t kShown = 8;  // a key set may hold 128
  if (list.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < std::min(list.size(), kShown); ++i) text += (i == 0 ? "" : " ") + to_text(list[i]);
  if (list.size() > kShown) text += fmt::format(" and {} more", list.size() - kShown);
  return text;
}

std::string age_to_text(std::int64_t seconds) {
  constexpr std::int64_t kHour = 3600;
  if (seconds < kHour) return fmt::format("{} seconds", std::max<std::int64_t>(seconds, 0));
  return seconds < 2 * kHour ? "1 hour" : fmt::format("{} hours", seconds / kHour);
}

constexpr std::string_view kNotKnown = "?";

template <class T>
std::string number_to_text(const std::optional<T>& number) {
  return number ? std::to_string(*number) : std::string(kNotKnown);
}

std::string name_to_text(const std::optional<wire::DomainName>& name) {
  return name ? name->to_display() : std::string(kNotKnown);
}

/// Of a DS that names no key of use: the key that it does name, or else a guess.
std::string unlinked_cause(const ReasonFacts& facts) {
  for (const NamedKey& key : facts.keys)
    if (key.tag == facts.key_tag && !key.flaw.empty())
      return fmt::format("key {} may not be used: {}", key.tag, key.flaw);
  return "key rolled without new DS?";
}

struct Word {
  std::string_view word;
  std::string (*fill)(const ReasonFacts&);
};

constexpr Word kWords[] = {
    {"name", [](const ReasonFacts& facts) { return facts.name.to_display(); }},
    {"type", [](const ReasonFacts& facts) { return facts.type ? wire::to_text(*facts.type) : std::string(kNotKnown); }},
    {"zone", [](const ReasonFacts& facts) { return name_to_text(facts.zone); }},
    {"parent", [](const ReasonFacts& facts) { return name_to_text(facts.parent); }},
    {"linker",
     [](const ReasonFacts& facts) {
       return facts.parent ? facts.parent->to_display() : std::string("a trust anchor");
     }},
    {"signer", [](const ReasonFacts& facts) { return name_to_text(facts.signer); }},
    {"tag", [](const ReasonFacts& facts) { return number_to_text(facts.key_tag); }},
    {"ds_tags", [](const ReasonFacts& facts) { return list_to_text(facts.ds_tags); }},
    {"keys", [](const ReasonFacts& facts) { return list_to_text(facts.keys); }},
    {"cause", unlinked_cause},
    {"number", [](const ReasonFacts& facts) { return number_to_text(facts.number); }},
    {"date", [](const ReasonFacts& facts) { return facts.date ? date_to_text(*facts.date) : std::string(kNotKnown); }},
    {"age",
     [](const ReasonFacts& facts) {
       return facts.date ? age_to_text(facts.now - *facts.date) : std::string(kNotKnown);
     }},
    {"resolver",
     [](const ReasonFacts& facts) {
       return facts.resolver_address.empty() ? std::string("the resolver") : "resolver " + facts.resolver_address;
     }},
    {"text", [](const ReasonFacts& facts) { return facts.text.empty() ? std::string(kNotKnown) : facts.text; }},
};

std::string fact(std::string_view word, const ReasonFacts& facts) {
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& w) { return w.word == word; });
  return found == std::end(kWords) ? std::string(word) : found->fill(facts);
}

std::string zone_in_words(const wire::DomainName& zone) {
  return zone.is_root() ? std::string("the root zone") : zone.to_display();
}

/// Who a letter of the table is, in this case.
std::string in_words(char mender, const ReasonFacts& facts) {
  switch (mender) {
    case 'Z':
      return "the operator of the DNS of " +
             (facts.zone ? zone_in_words(*facts.zone) : "the zone that holds " + fact("name", facts));
    case 'P':
      if (facts.zone && facts.zone->is_root()) return "you";  // nobody but a trust anchor links it
      return "the operator of " + (facts.parent ? zone_in_words(*facts.parent) : std::string("the parent zone")) +
             " or the registrar" + (facts.zone ? " of " + fact("zone", facts) : "");
    case 'R':
      return "the operator of " + fact("resolver", facts);
    default:
      return "you";
  }
}

}  // namespace

std::string_view code(Reason reason) {
  const Row* row = find_row(reason);
  return row ? row->code : std::string_view();
}

std::optional<Reason> parse_reason(std::string_view code) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.code == code; });
  if (row == std::end(kRows)) return std::nullopt;
  return row->reason;
}

std::optional<std::uint16_t> extended_error(Reason reason) {
  const Row* row = find_row(reason);
  if (!row || row->ede == kNoEde) return std::nullopt;
  return static_cast<std::uint16_t>(row->ede);
}

Security usual_status(Reason reason) {
  const Row* row = find_row(reason);
  return row ? row->status : Secure;
}

std::string sentence(Reason reason, const ReasonFacts& facts) {
  const Row* row = find_row(reason);
  std::string text;
  std::string_view rest = row ? row->sentence : std::string_view();
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    text += rest.substr(0, open);
    text += fact(rest.substr(open + 1, close - open - 1), facts);
    rest.remove_prefix(close + 1);
  }
  return text.append(rest);
}

std::string_view mender(Reason reason) {
  const Row* row = find_row(reason);
  return row ? row->mender : std::string_view();
}

std::string who_can_mend(Reason reason, const ReasonFacts& facts) {
  std::string text;
  for (const char letter : mender(reason)) text += (text.empty() ? "" : ", or ") + in_words(letter, facts);
  return text.empty() ? "nobody" : text;
}

std::span<const Reason> all_reasons() { return kReasons; }

std::string date_to_text(std::int64_t seconds) {
  using namespace std::chrono;
  const sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace danesweep::dnssec
