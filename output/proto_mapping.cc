// SPDX-License-Identifier: Apache-2.0
#include "output/proto_mapping.h"

#include <google/protobuf/util/json_util.h>

#include <fmt/format.h>

#include "output/danesweep.pb.h"
#include "output/escape.h"

namespace danesweep::output {

namespace {

// Both sides number their values alike: a value is carried over as its number. Unset is never written: what an engine
// left open was not asked, not checked, not determined.
static_assert(static_cast<int>(Status::NxDomain) == v1::Status::NXDOMAIN);
static_assert(static_cast<int>(Answer::NxDomain) == v1::Answer::NXDOMAIN);
static_assert(static_cast<int>(Certificate::NotChecked) == v1::Certificate::NOT_CHECKED);
static_assert(static_cast<int>(Action::NotApplicable) == v1::Action::NOT_APPLICABLE);
static_assert(static_cast<int>(Mode::None) == v1::Mode::NONE);
static_assert(static_cast<int>(Rfc7672::NoMail) == v1::Rfc7672::NO_MAIL);

template <class Theirs, class Ours>
Theirs carried(Ours value, Ours instead_of_unset) {
  return static_cast<Theirs>(value == Ours::Unset ? instead_of_unset : value);
}
v1::Status::Value out(Status value) { return carried<v1::Status::Value>(value, Status::NotQueried); }
v1::Answer::Value out(Answer value) { return carried<v1::Answer::Value>(value, Answer::None); }
v1::Certificate::Value out(Certificate value) {
  return carried<v1::Certificate::Value>(value, Certificate::NotChecked);
}
v1::Action::Value out(Action value) { return carried<v1::Action::Value>(value, Action::Undetermined); }
v1::Mode::Value out(Mode value) { return carried<v1::Mode::Value>(value, Mode::Opportunistic); }
v1::Rfc7672::Value out(Rfc7672 value) { return static_cast<v1::Rfc7672::Value>(value); }

/// A value of a later version is Unset here.
template <class Ours, Ours Last>
Ours in(int value) {
  const bool known = value >= 0 && value <= static_cast<int>(Last);
  return known ? static_cast<Ours>(value) : Ours{};
}
Status status(int value) { return in<Status, Status::NxDomain>(value); }
Answer answer(int value) { return in<Answer, Answer::NxDomain>(value); }
Certificate certificate(int value) { return in<Certificate, Certificate::NotChecked>(value); }
Action action(int value) { return in<Action, Action::NotApplicable>(value); }
Mode mode(int value) { return in<Mode, Mode::None>(value); }
Rfc7672 strict(int value) { return in<Rfc7672, Rfc7672::NoMail>(value); }

template <class List>
void add_all(const std::vector<std::string>& texts, List* list) {
  for (const std::string& text : texts) *list->Add() = as_utf8(text);
}

template <class List>
std::vector<std::string> all(const List& list) {
  return {list.begin(), list.end()};
}

std::string hex(const std::array<std::uint8_t, 32>& digest) { return fmt::format("{:02x}", fmt::join(digest, "")); }

int nibble(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : 0;
}

std::array<std::uint8_t, 32> unhex(const std::string& text) {
  std::array<std::uint8_t, 32> digest{};
  for (std::size_t i = 0; i < digest.size() && 2 * i + 1 < text.size(); ++i) {
    digest.at(i) = static_cast<std::uint8_t>(nibble(text[2 * i]) * 16 + nibble(text[2 * i + 1]));
  }
  return digest;
}

void fill(const tls::CertificateRecord& from, v1::CertificateRecord& to) {
  to.set_sha256(hex(from.sha256));
  to.set_spki_sha256(hex(from.spki_sha256));
  to.set_subject(as_utf8(from.subject));
  to.set_issuer(as_utf8(from.issuer));
  add_all(from.dns_names, to.mutable_dns_names());
  to.set_not_before(from.not_before);
  to.set_not_after(from.not_after);
  to.set_key_type(as_utf8(from.key_type));
  to.set_key_bits(from.key_bits);
  to.set_signature_algorithm(as_utf8(from.signature_algorithm));
}

tls::CertificateRecord read(const v1::CertificateRecord& from) {
  tls::CertificateRecord to;
  to.sha256 = unhex(from.sha256());
  to.spki_sha256 = unhex(from.spki_sha256());
  to.subject = from.subject();
  to.issuer = from.issuer();
  to.dns_names = all(from.dns_names());
  to.not_before = from.not_before();
  to.not_after = from.not_after();
  to.key_type = from.key_type();
  to.key_bits = from.key_bits();
  to.signature_algorithm = from.signature_algorithm();
  return to;
}

void fill_evidence(const Probe& from, v1::Probe& to) {
  for (const auto& certificate_record : from.chain) fill(certificate_record, *to.add_chain());
  for (const Reply& reply : from.replies) {
    v1::Reply& copy = *to.add_replies();
    copy.set_phase(as_utf8(reply.phase));
    copy.set_reply_code(reply.reply_code);
    copy.set_enhanced_code(as_utf8(reply.enhanced_code));
    add_all(reply.lines, copy.mutable_lines());
  }
  for (const Try& earlier : from.tries) {
    v1::Try& copy = *to.add_tries();
    copy.set_outcome(as_utf8(earlier.outcome));
    copy.set_detail(as_utf8(earlier.detail));
  }
  for (const TlsaVerdict& verdict : from.tlsa) {
    v1::TlsaVerdict& copy = *to.add_tlsa();
    copy.set_record(as_utf8(verdict.record));
    copy.set_state(as_utf8(verdict.state));
  }
  add_all(from.explanation, to.mutable_explanation());
}

void fill(const Probe& from, v1::Probe& to) {
  to.set_address(as_utf8(from.address));
  to.set_outcome(as_utf8(from.outcome));
  to.set_detail(as_utf8(from.detail));
  to.set_protocol(as_utf8(from.protocol));
  to.set_cipher(as_utf8(from.cipher));
  to.set_group(as_utf8(from.group));
  to.set_signature_type(as_utf8(from.signature_type));
  to.set_sni(as_utf8(from.sni));
  to.set_source_address(as_utf8(from.source_address));
  to.set_certificate(out(from.certificate));
  to.set_matched(as_utf8(from.matched));
  to.set_matched_depth(from.matched_depth);
  to.set_matched_name(as_utf8(from.matched_name));
  to.set_verify_error(from.verify_error);
  add_all(from.warnings, to.mutable_warnings());
  fill_evidence(from, to);
}

void read_evidence(const v1::Probe& from, Probe& to) {
  for (const auto& certificate_record : from.chain()) to.chain.push_back(read(certificate_record));
  for (const auto& reply : from.replies()) {
    to.replies.push_back({reply.phase(), reply.reply_code(), reply.enhanced_code(), all(reply.lines())});
  }
  for (const auto& earlier : from.tries()) to.tries.push_back({earlier.outcome(), earlier.detail()});
  for (const auto& verdict : from.tlsa()) to.tlsa.push_back({verdict.record(), verdict.state()});
  to.explanation = all(from.explanation());
}

Probe read(const v1::Probe& from) {
  Probe to;
  to.address = from.address();
  to.outcome = from.outcome();
  to.detail = from.detail();
  to.protocol = from.protocol();
  to.cipher = from.cipher();
  to.group = from.group();
  to.signature_type = from.signature_type();
  to.sni = from.sni();
  to.source_address = from.source_address();
  to.certificate = certificate(from.certificate());
  to.matched = from.matched();
  to.matched_depth = from.matched_depth();
  to.matched_name = from.matched_name();
  to.verify_error = from.verify_error();
  to.warnings = all(from.warnings());
  read_evidence(from, to);
  return to;
}

void fill(const GatewayLog& from, v1::GatewayLog& to) {
  to.set_delivered(from.delivered);
  to.set_failed(from.failed);
}

GatewayLog read(const v1::GatewayLog& from) { return {from.delivered(), from.failed()}; }

void fill_verdicts(const Host& from, v1::Host& to) {
  to.set_certificate(out(from.certificate));
  to.set_opportunistic(out(from.opportunistic));
  to.set_mandatory(out(from.mandatory));
  if (from.rfc7672 != Rfc7672::Unset) to.set_rfc7672(out(from.rfc7672));
  to.set_row_opportunistic(from.row_opportunistic);
  to.set_row_mandatory(from.row_mandatory);
  to.set_reason(as_utf8(from.reason));
}

void fill(const Host& from, v1::Host& to) {
  to.set_name(as_utf8(from.name));
  to.set_preference(from.preference);
  to.set_address_status(out(from.address_status));
  to.set_tlsa_status(out(from.tlsa_status));
  to.set_tlsa_base(as_utf8(from.tlsa_base));
  add_all(from.tlsa_records, to.mutable_tlsa_records());
  to.set_tlsa_count(from.tlsa_count);
  to.set_address_reason(as_utf8(from.address_reason));
  to.set_tlsa_reason(as_utf8(from.tlsa_reason));
  add_all(from.warnings, to.mutable_warnings());
  for (const Probe& probe : from.probes) fill(probe, *to.add_probes());
  for (const Address& address : from.addresses) {
    v1::Address& copy = *to.add_addresses();
    copy.set_text(as_utf8(address.text));
    copy.set_status(out(address.status));
  }
  to.set_special(as_utf8(from.special));
  to.set_tlsa_usable(from.tlsa_usable);
  to.set_first_link_secure(from.first_link_secure);
  fill_verdicts(from, to);
}

void read_verdicts(const v1::Host& from, Host& to) {
  to.certificate = certificate(from.certificate());
  to.opportunistic = action(from.opportunistic());
  to.mandatory = action(from.mandatory());
  to.row_opportunistic = from.row_opportunistic();
  to.row_mandatory = from.row_mandatory();
  to.reason = from.reason();
  to.rfc7672 = strict(from.rfc7672());
}

Host read(const v1::Host& from) {
  Host to;
  to.name = from.name();
  to.preference = from.preference();
  to.address_status = status(from.address_status());
  to.address_reason = from.address_reason();
  for (const auto& address : from.addresses()) to.addresses.push_back({address.text(), status(address.status())});
  to.tlsa_status = status(from.tlsa_status());
  to.tlsa_reason = from.tlsa_reason();
  to.tlsa_base = from.tlsa_base();
  to.tlsa_records = all(from.tlsa_records());
  to.tlsa_count = from.tlsa_count();
  to.special = from.special();
  to.tlsa_usable = from.tlsa_usable();
  to.first_link_secure = from.first_link_secure();
  to.warnings = all(from.warnings());
  for (const auto& probe : from.probes()) to.probes.push_back(read(probe));
  read_verdicts(from, to);
  return to;
}

void fill(const MxLookup& from, v1::MxLookup& to) {
  to.set_status(out(from.status));
  to.set_answer(out(from.answer));
  to.set_reason(as_utf8(from.reason));
  to.set_expanded_name(as_utf8(from.expanded_name));
}

/// Failover and WithoutEntry hold the same three things.
template <class Ours, class Theirs>
void fill_second_opinion(const Ours& from, Theirs& to) {
  to.set_opportunistic(out(from.opportunistic));
  to.set_mandatory(out(from.mandatory));
  to.set_reason(as_utf8(from.reason));
}

template <class Ours, class Theirs>
Ours read_second_opinion(const Theirs& from) {
  return {action(from.opportunistic()), action(from.mandatory()), from.reason()};
}

void fill_verdicts(const Result& from, v1::Result& to) {
  to.set_opportunistic(out(from.opportunistic));
  to.set_mandatory(out(from.mandatory));
  if (from.rfc7672 != Rfc7672::Unset) to.set_rfc7672(out(from.rfc7672));
  to.set_effective_mode(out(from.effective_mode));
  to.set_effective(out(from.effective));
  to.set_reason(as_utf8(from.reason));
  to.set_effective_reason(as_utf8(from.effective_reason));
  to.set_row_opportunistic(from.row_opportunistic);
  to.set_row_mandatory(from.row_mandatory);
  to.set_degraded(from.degraded);
}

void fill(const Result& from, v1::Result& to) {
  to.set_index(from.index);
  to.set_domain(as_utf8(from.domain));
  to.set_recipients(from.recipients);
  fill(from.mx, *to.mutable_mx());
  for (const Host& host : from.hosts) fill(host, *to.add_hosts());
  add_all(from.warnings, to.mutable_warnings());
  to.set_decided_by(as_utf8(from.decided_by));
  to.set_own_mode(from.mode_source == ModeSource::OwnEntry);
  fill_verdicts(from, to);
  if (from.failover) fill_second_opinion(*from.failover, *to.mutable_failover());
  if (from.without_entry) fill_second_opinion(*from.without_entry, *to.mutable_without_entry());
  if (from.confirm) {
    to.mutable_confirm()->set_asked(from.confirm->asked);
    to.mutable_confirm()->set_same(from.confirm->same);
  }
  if (from.gateway_log) fill(*from.gateway_log, *to.mutable_gateway_log());
}

void read_verdicts(const v1::Result& from, Result& to) {
  to.opportunistic = action(from.opportunistic());
  to.mandatory = action(from.mandatory());
  to.rfc7672 = strict(from.rfc7672());
  to.effective_mode = mode(from.effective_mode());
  to.effective = action(from.effective());
  to.reason = from.reason();
  to.effective_reason = from.effective_reason();
  to.row_opportunistic = from.row_opportunistic();
  to.row_mandatory = from.row_mandatory();
  to.degraded = from.degraded();
}

Result read(const v1::Result& from) {
  Result to;
  to.index = from.index();
  to.domain = from.domain();
  to.recipients = from.recipients();
  to.mx = {status(from.mx().status()), answer(from.mx().answer()), from.mx().reason(), from.mx().expanded_name()};
  for (const auto& host : from.hosts()) to.hosts.push_back(read(host));
  to.warnings = all(from.warnings());
  to.decided_by = from.decided_by();
  to.mode_source = from.own_mode() ? ModeSource::OwnEntry : ModeSource::Default;
  read_verdicts(from, to);
  if (from.has_failover()) to.failover = read_second_opinion<Failover>(from.failover());
  if (from.has_without_entry()) to.without_entry = read_second_opinion<WithoutEntry>(from.without_entry());
  if (from.has_confirm()) to.confirm = Confirm{from.confirm().asked(), from.confirm().same()};
  if (from.has_gateway_log()) to.gateway_log = read(from.gateway_log());
  return to;
}

/// Chains and replies are the only parts of a record that a peer can blow up.
void trim(v1::Result& record) {
  for (auto& host : *record.mutable_hosts()) {
    for (auto& probe : *host.mutable_probes()) {
      probe.clear_chain();
      probe.clear_replies();
      probe.clear_explanation();
    }
  }
  record.add_warnings("record-trimmed");
}

void fill(const std::vector<NamedText>& from, google::protobuf::RepeatedPtrField<v1::NamedText>* to) {
  for (const NamedText& named : from) {
    v1::NamedText& copy = *to->Add();
    copy.set_name(as_utf8(named.name));
    copy.set_text(named.text);
  }
}

std::vector<NamedText> read(const google::protobuf::RepeatedPtrField<v1::NamedText>& from) {
  std::vector<NamedText> to;
  for (const auto& named : from) to.push_back({named.name(), named.text()});
  return to;
}

void fill(const Header& from, v1::Header& to) {
  to.set_version(as_utf8(from.version));
  to.set_start_time(from.start_time);
  fill(from.options, to.mutable_options());
  for (const ResolverHealth& resolver : from.resolvers) {
    v1::Resolver& copy = *to.add_resolvers();
    copy.set_address(as_utf8(resolver.address));
    copy.set_priority(resolver.priority);
    copy.set_canary(as_utf8(resolver.canary));
    copy.set_sentence(as_utf8(resolver.sentence));
  }
  add_all(from.anchors, to.mutable_anchors());
  to.set_shard(from.shard);
  to.set_shards(from.shards);
  to.set_default_mode(out(from.default_mode));
  to.set_multi_mx_all(from.multi_mx == MultiMx::All);
  fill(from.gateway_files, to.mutable_gateway_files());
  fill(from.inputs, to.mutable_inputs());
}

Header read(const v1::Header& from) {
  Header to;
  to.version = from.version();
  to.start_time = from.start_time();
  to.options = read(from.options());
  for (const auto& resolver : from.resolvers()) {
    to.resolvers.push_back({resolver.address(), resolver.priority(), resolver.canary(), resolver.sentence()});
  }
  to.anchors = all(from.anchors());
  to.shard = from.shard();
  to.shards = from.shards();
  to.default_mode = mode(from.default_mode());
  to.multi_mx = from.multi_mx_all() ? MultiMx::All : MultiMx::First;
  to.gateway_files = read(from.gateway_files());
  to.inputs = read(from.inputs());
  return to;
}

void fill(const Trailer& from, v1::Trailer& to) {
  to.set_read(from.counts.read);
  to.set_checked(from.counts.checked);
  to.set_skipped(from.counts.skipped);
  to.set_duplicates(from.counts.duplicates);
  to.set_rejected(from.counts.rejected);
  for (const SkipCount& skip : from.counts.skipped_kinds) {
    v1::SkipCount& copy = *to.add_skipped_kinds();
    copy.set_kind(as_utf8(skip.kind));
    copy.set_count(skip.count);
  }
  to.set_end_time(from.end_time);
  to.set_results(from.results);
  add_all(from.warnings, to.mutable_warnings());
  to.set_end_reason(as_utf8(from.end_reason));
  to.set_log_domains_not_scanned(from.log_domains_not_scanned);
}

Trailer read(const v1::Trailer& from) {
  Trailer to;
  to.counts.read = from.read();
  to.counts.checked = from.checked();
  to.counts.skipped = from.skipped();
  to.counts.duplicates = from.duplicates();
  to.counts.rejected = from.rejected();
  for (const auto& skip : from.skipped_kinds()) to.counts.skipped_kinds.push_back({skip.kind(), skip.count()});
  to.end_time = from.end_time();
  to.results = from.results();
  to.warnings = all(from.warnings());
  to.end_reason = from.end_reason();
  to.log_domains_not_scanned = from.log_domains_not_scanned();
  return to;
}

template <class Theirs>
tl::expected<Theirs, BadMessage> parse(std::string_view octets) {
  Theirs message;
  if (octets.size() > kMaxMessageOctets || !message.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) {
    return tl::unexpected(BadMessage{});
  }
  return message;
}

}  // namespace

Message encode(const Header& header) {
  v1::Header message;
  fill(header, message);
  return {FrameKind::Header, message.SerializeAsString()};
}

Message encode(const Result& result) {
  v1::Result message;
  fill(result, message);
  if (message.ByteSizeLong() > kMaxMessageOctets) trim(message);
  return {FrameKind::Result, message.SerializeAsString()};
}

Message encode(const Checkpoint& checkpoint) {
  v1::Checkpoint message;
  message.set_input_position(checkpoint.input_position);
  message.set_lowest_unfinished(checkpoint.lowest_unfinished);
  message.mutable_finished_above()->Add(checkpoint.finished_above.begin(), checkpoint.finished_above.end());
  return {FrameKind::Checkpoint, message.SerializeAsString()};
}

Message encode(std::span<const Recount> recounts) {
  v1::Recount message;
  for (const Recount& recount : recounts) {
    auto& entry = *message.add_entries();
    entry.set_index(recount.index);
    entry.set_recipients(recount.recipients);
    entry.set_capped(recount.capped);
  }
  return {FrameKind::Recount, message.SerializeAsString()};
}

Message encode(std::span<const LogEvidence> evidence) {
  v1::Recount message;
  for (const LogEvidence& one : evidence) {
    auto& entry = *message.add_seen();
    entry.set_index(one.index);
    fill(one.seen, *entry.mutable_log());
  }
  return {FrameKind::Recount, message.SerializeAsString()};
}

Message encode(const Trailer& trailer) {
  v1::Trailer message;
  fill(trailer, message);
  return {FrameKind::Trailer, message.SerializeAsString()};
}

tl::expected<Header, BadMessage> decode_header(std::string_view octets) {
  return parse<v1::Header>(octets).map([](const v1::Header& message) { return read(message); });
}

tl::expected<Result, BadMessage> decode_result(std::string_view octets) {
  return parse<v1::Result>(octets).map([](const v1::Result& message) { return read(message); });
}

tl::expected<Checkpoint, BadMessage> decode_checkpoint(std::string_view octets) {
  return parse<v1::Checkpoint>(octets).map([](const v1::Checkpoint& message) {
    const auto& above = message.finished_above();
    return Checkpoint{message.input_position(), message.lowest_unfinished(), {above.begin(), above.end()}};
  });
}

tl::expected<LateKnowledge, BadMessage> decode_recount(std::string_view octets) {
  return parse<v1::Recount>(octets).map([](const v1::Recount& message) {
    LateKnowledge late;
    for (const auto& entry : message.entries())
      late.recounts.push_back({entry.index(), entry.recipients(), entry.capped()});
    for (const auto& entry : message.seen()) late.evidence.push_back({entry.index(), read(entry.log())});
    return late;
  });
}

tl::expected<Trailer, BadMessage> decode_trailer(std::string_view octets) {
  return parse<v1::Trailer>(octets).map([](const v1::Trailer& message) { return read(message); });
}

std::string to_json(const Result& result) {
  v1::Result message;
  fill(result, message);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}";
  return json;
}

}  // namespace danesweep::output
