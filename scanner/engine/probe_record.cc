// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/probe_record.h"

#include <algorithm>
#include <utility>

namespace danesweep::scanner {

namespace {

output::Certificate certificate_of(tls::Outcome outcome) {
  switch (tls::certificate_verdict(outcome)) {
    case tls::CertificateVerdict::Success:
      return output::Certificate::Success;
    case tls::CertificateVerdict::Failed:
      return output::Certificate::Failed;
    case tls::CertificateVerdict::NotChecked:
      break;
  }
  return output::Certificate::NotChecked;
}

std::vector<output::Reply> stored_replies(const std::vector<tls::RecordedReply>& replies) {
  std::vector<output::Reply> out;
  out.reserve(replies.size());
  for (const tls::RecordedReply& reply : replies)
    out.push_back({reply.phase, static_cast<std::uint32_t>(reply.reply_code), reply.enhanced_code, reply.lines});
  return out;
}

void append_notes(std::vector<std::string>& notes, const std::vector<std::string>& more) {
  for (const std::string& note : more)
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

/// The first ones in match order, and the one that matched (T-28, T-56).
std::vector<output::TlsaVerdict> record_states(const tls::TlsaSet& set, const std::optional<tls::TlsaRecord>& matched) {
  std::vector<output::TlsaVerdict> states;
  for (const tls::ClassedRecord& classed : set.records()) {
    const bool is_matched = matched && classed.record == *matched;
    if (!is_matched && states.size() >= kMaxStoredTlsa) continue;
    std::string state = "did not match";
    if (is_matched) {
      state = "matched";
    } else if (classed.usability == tls::Usability::Shadowed) {
      state = "shadowed";
    } else if (classed.usability != tls::Usability::Usable) {
      state = "unusable: " + std::string(tls::code(classed.usability));
    }
    states.push_back({tls::to_text(classed.record), std::move(state)});
  }
  return states;
}

}  // namespace

ProbeRecord::ProbeRecord(const ProbeKey& key, tls::Outcome why) : key_(key) { last_.capture.outcome = why; }

ProbeRecord::ProbeRecord(const ProbeKey& key, Dialled last, std::vector<output::Try> earlier)
    : key_(key), last_(std::move(last)), earlier_(std::move(earlier)), chain_(std::move(last_.capture.chain)) {}

void ProbeRecord::fold() const {
  const std::lock_guard lock(mutex_);
  if (!chain_) return;
  folded_ = tls::chain_to_der(*chain_);
  chain_.reset();
  described_.clear();
  described_.shrink_to_fit();
  matches_.clear();
}

tls::ChainPtr ProbeRecord::chain(tls::TlsContext& context) const {
  const std::lock_guard lock(mutex_);
  if (chain_ || folded_.empty()) return chain_;
  return tls::chain_from_der(context, std::vector<wire::Bytes>(folded_.begin(), folded_.end()));
}

/// Made once for all domains behind the host, until the record is folded.
std::vector<tls::CertificateRecord> ProbeRecord::description(tls::TlsContext& context) const {
  const tls::ChainPtr described = chain(context);
  if (!described) return {};
  const std::lock_guard lock(mutex_);
  if (!chain_) return tls::describe_chain(*described);
  if (described_.empty()) described_ = tls::describe_chain(*described);
  return described_;
}

ProbeRecord::MatchPtr ProbeRecord::match(tls::TlsContext& context, const tls::TlsaSet& set,
                                         const tls::ReferenceNames& names, std::int64_t now) const {
  const std::string key = set.key() + '\0' + names.key(set);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = matches_.find(key); found != matches_.end()) return found->second;
  }
  // Two workers may do this at once for one key: the results are equal, and no lock is held meanwhile.
  const tls::ChainPtr chain = this->chain(context);
  auto result = std::make_shared<const tls::MatchResult>(chain ? tls::match_chain(context, *chain, set, names, now)
                                                               : tls::MatchResult{});
  const std::lock_guard lock(mutex_);
  if (chain_ && matches_.size() < kMostMatches) matches_.emplace(key, result);
  return result;
}

output::Probe ProbeRecord::matched(tls::TlsContext& context, const tls::TlsaSet& set, const tls::ReferenceNames& names,
                                   std::int64_t now) const {
  const tls::Capture& capture = last_.capture;
  output::Probe probe;
  probe.address = key_.address.to_text();
  probe.outcome = std::string(tls::code(capture.outcome));
  probe.detail = capture.detail;
  probe.protocol = capture.protocol;
  probe.cipher = capture.cipher;
  probe.group = capture.group;
  probe.signature_type = capture.signature_type;
  probe.sni = capture.sni;
  probe.source_address = last_.source_address;
  probe.certificate = certificate_of(capture.outcome);
  probe.warnings = capture.warnings;
  probe.replies = stored_replies(capture.replies);
  probe.tries = earlier_;
  if (capture.outcome == tls::Outcome::Ok) {  // of the handshake; whatever the match says decides
    const MatchPtr result = match(context, set, names, now);
    probe.outcome = std::string(tls::code(result->outcome));
    probe.certificate = certificate_of(result->outcome);
    if (result->matched) probe.matched = tls::to_text(*result->matched);
    probe.matched_depth = result->depth;
    probe.matched_name = result->matched_name;
    probe.verify_error = result->verify_error;
    append_notes(probe.warnings, result->warnings);
    probe.explanation = result->explanation;
    probe.tlsa = record_states(set, result->matched);
    probe.chain = description(context);
  }
  const bool differ = std::any_of(earlier_.begin(), earlier_.end(),
                                  [&](const output::Try& one) { return one.outcome != tls::code(capture.outcome); });
  if (differ) append_notes(probe.warnings, {"flapping"});  // T-65
  return probe;
}

}  // namespace danesweep::scanner
