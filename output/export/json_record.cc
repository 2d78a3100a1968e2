// SPDX-License-Identifier: Apache-2.0
#include "output/export/json_record.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "output/escape.h"

namespace danesweep::output {

namespace {

/// One object; fields go in the order of the schema, those with presence last, as protobuf's printer orders them.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;
  ObjectWriter(ObjectWriter&&) = delete;
  ObjectWriter& operator=(ObjectWriter&&) = delete;

  std::string& name(std::string_view field) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += field;
    out_ += "\":";
    return out_;
  }
  void text(std::string_view field, std::string_view value) { append_text(name(field), value); }
  /// Names of enumerators need no escape.
  void word(std::string_view field, std::string_view value) {
    name(field) += '"';
    out_ += value;
    out_ += '"';
  }
  void truth(std::string_view field, bool value) { name(field) += value ? "true" : "false"; }
  template <class Number>
  void number(std::string_view field, Number value) {
    fmt::format_to(std::back_inserter(name(field)), "{}", value);
  }
  /// 64-bit numbers are strings in the proto JSON mapping.
  void long_number(std::string_view field, std::int64_t value) {
    fmt::format_to(std::back_inserter(name(field)), "\"{}\"", value);
  }
  void texts(std::string_view field, const std::vector<std::string>& values) { list(field, values, append_text); }
  template <class Element, class Append>
  void list(std::string_view field, const std::vector<Element>& elements, Append append) {
    name(field) += '[';
    bool first = true;
    for (const Element& element : elements) {
      if (!first) out_ += ',';
      first = false;
      append(out_, element);
    }
    out_ += ']';
  }

 private:
  static bool is_plain(std::string_view value) {
    for (const char c : value) {
      const auto octet = static_cast<unsigned char>(c);
      if (octet < 0x20 || octet >= 0x7F || c == '"' || c == '\\' || c == '<' || c == '>') return false;
    }
    return true;
  }
  static void append_text(std::string& out, std::string_view value) {
    if (!is_plain(value)) {
      out += for_json(as_utf8(value));
      return;
    }
    out += '"';
    out += value;
    out += '"';
  }

  std::string& out_;
  bool first_ = true;
};

template <class Value>
std::string_view set_or(Value value, Value instead) {
  return to_text(value == Value::Unset ? instead : value);
}
std::string_view word(Status value) { return set_or(value, Status::NotQueried); }
std::string_view word(Answer value) { return set_or(value, Answer::None); }
std::string_view word(Certificate value) { return set_or(value, Certificate::NotChecked); }
std::string_view word(Action value) { return set_or(value, Action::Undetermined); }
std::string_view word(Mode value) { return set_or(value, Mode::Opportunistic); }

std::string hex(const std::array<std::uint8_t, 32>& digest) { return fmt::format("{:02x}", fmt::join(digest, "")); }

void append_certificate(std::string& out, const tls::CertificateRecord& record) {
  ObjectWriter object(out);
  object.word("sha256", hex(record.sha256));
  object.word("spki_sha256", hex(record.spki_sha256));
  object.text("subject", record.subject);
  object.text("issuer", record.issuer);
  object.texts("dns_names", record.dns_names);
  object.long_number("not_before", record.not_before);
  object.long_number("not_after", record.not_after);
  object.text("key_type", record.key_type);
  object.number("key_bits", record.key_bits);
  object.text("signature_algorithm", record.signature_algorithm);
}

void append_reply(std::string& out, const Reply& reply) {
  ObjectWriter object(out);
  object.text("phase", reply.phase);
  object.number("reply_code", reply.reply_code);
  object.text("enhanced_code", reply.enhanced_code);
  object.texts("lines", reply.lines);
}

void append_try(std::string& out, const Try& earlier) {
  ObjectWriter object(out);
  object.text("outcome", earlier.outcome);
  object.text("detail", earlier.detail);
}

void append_tlsa(std::string& out, const TlsaVerdict& verdict) {
  ObjectWriter object(out);
  object.text("record", verdict.record);
  object.text("state", verdict.state);
}

void append_probe(std::string& out, const Probe& probe) {
  ObjectWriter object(out);
  object.text("address", probe.address);
  object.text("outcome", probe.outcome);
  object.text("protocol", probe.protocol);
  object.text("cipher", probe.cipher);
  object.word("certificate", word(probe.certificate));
  object.text("matched", probe.matched);
  object.texts("warnings", probe.warnings);
  object.text("detail", probe.detail);
  object.text("group", probe.group);
  object.text("signature_type", probe.signature_type);
  object.text("sni", probe.sni);
  object.text("source_address", probe.source_address);
  object.number("matched_depth", probe.matched_depth);
  object.text("matched_name", probe.matched_name);
  object.number("verify_error", probe.verify_error);
  object.list("chain", probe.chain, append_certificate);
  object.list("replies", probe.replies, append_reply);
  object.list("tries", probe.tries, append_try);
  object.list("tlsa", probe.tlsa, append_tlsa);
  object.texts("explanation", probe.explanation);
}

void append_address(std::string& out, const Address& address) {
  ObjectWriter object(out);
  object.text("text", address.text);
  object.word("status", word(address.status));
}

void append_host(std::string& out, const Host& host) {
  ObjectWriter object(out);
  object.text("name", host.name);
  object.number("preference", host.preference);
  object.word("address_status", word(host.address_status));
  object.word("tlsa_status", word(host.tlsa_status));
  object.text("tlsa_base", host.tlsa_base);
  object.texts("tlsa_records", host.tlsa_records);
  object.number("tlsa_count", host.tlsa_count);
  object.word("certificate", word(host.certificate));
  object.text("reason", host.reason);
  object.text("address_reason", host.address_reason);
  object.text("tlsa_reason", host.tlsa_reason);
  object.texts("warnings", host.warnings);
  object.word("opportunistic", word(host.opportunistic));
  object.word("mandatory", word(host.mandatory));
  object.text("row_opportunistic", host.row_opportunistic);
  object.text("row_mandatory", host.row_mandatory);
  object.list("probes", host.probes, append_probe);
  object.list("addresses", host.addresses, append_address);
  object.text("special", host.special);
  object.truth("tlsa_usable", host.tlsa_usable);
  object.truth("first_link_secure", host.first_link_secure);
  if (host.rfc7672 != Rfc7672::Unset) object.word("rfc7672", to_text(host.rfc7672));
}

void append_mx(std::string& out, const MxLookup& mx) {
  ObjectWriter object(out);
  object.word("status", word(mx.status));
  object.word("answer", word(mx.answer));
  object.text("reason", mx.reason);
  object.text("expanded_name", mx.expanded_name);
}

template <class Opinion>
void append_opinion(ObjectWriter& record, std::string_view field, const std::optional<Opinion>& opinion) {
  if (!opinion) return;
  ObjectWriter object(record.name(field));
  object.word("opportunistic", word(opinion->opportunistic));
  object.word("mandatory", word(opinion->mandatory));
  object.text("reason", opinion->reason);
}

void append_confirm(ObjectWriter& record, const std::optional<Confirm>& confirm) {
  if (!confirm) return;
  ObjectWriter object(record.name("confirm"));
  object.number("asked", confirm->asked);
  object.number("same", confirm->same);
}

void append_gateway_log(ObjectWriter& record, const std::optional<GatewayLog>& log) {
  if (!log) return;
  ObjectWriter object(record.name("gateway_log"));
  object.number("delivered", log->delivered);
  object.number("failed", log->failed);
}

}  // namespace

void append_json(std::string& out, const Result& result) {
  ObjectWriter object(out);
  object.number("index", result.index);
  object.text("domain", result.domain);
  object.number("recipients", result.recipients);
  object.word("opportunistic", word(result.opportunistic));
  object.word("mandatory", word(result.mandatory));
  object.text("reason", result.reason);
  object.truth("degraded", result.degraded);
  object.word("effective_mode", word(result.effective_mode));
  object.word("effective", word(result.effective));
  object.text("effective_reason", result.effective_reason);
  object.text("row_opportunistic", result.row_opportunistic);
  object.text("row_mandatory", result.row_mandatory);
  object.texts("warnings", result.warnings);
  append_mx(object.name("mx"), result.mx);
  object.list("hosts", result.hosts, append_host);
  append_opinion(object, "failover", result.failover);
  append_confirm(object, result.confirm);
  append_opinion(object, "without_entry", result.without_entry);
  object.text("decided_by", result.decided_by);
  object.truth("own_mode", result.mode_source == ModeSource::OwnEntry);
  append_gateway_log(object, result.gateway_log);
  if (result.rfc7672 != Rfc7672::Unset) object.word("rfc7672", to_text(result.rfc7672));
}

}  // namespace danesweep::output
