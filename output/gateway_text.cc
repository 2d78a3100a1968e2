// SPDX-License-Identifier: Apache-2.0
// The `daneverify` transcript (ESA.md part D).
#include "output/gateway_text.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "output/escape.h"
#include "output/gateway_walk.h"
#include "output/reasons.h"

namespace danesweep::output {

namespace {

struct Wording {
  std::string_view outcome, words;
};

// clang-format off
/// WHY of E-36, E-39 and E-40.
constexpr Wording kWordings[] = {
    {"connect-refused", "connection refused"},
    {"connect-timeout", "timed out"},
    {"connect-unreachable", "network unreachable"},
    {"greeting-timeout", "timed out waiting for the greeting"},
    {"smtp-closed", "closed by the server"},
    {"not-smtp", "not an SMTP server"},
    {"reply-malformed", "malformed reply"},
    {"reply-too-long", "reply too long"},
    {"probe-timeout", "timed out"},
    {"smtp-timeout", "timed out waiting for a reply"},
    {"ehlo-tempfail", "EHLO temporarily refused"},
    {"ehlo-refused", "EHLO refused"},
    {"starttls-missing", "STARTTLS not offered"},
    {"starttls-masked", "STARTTLS blanked out on the way"},
    {"starttls-refused", "STARTTLS refused"},
    {"starttls-tempfail", "STARTTLS temporarily refused"},
    {"starttls-injection", "text behind the STARTTLS reply"},
    {"tls-version-old", "protocol version too old"},
    {"tls-alert", "handshake failed by an alert"},
    {"tls-protocol-error", "handshake failed by a protocol error"},
    {"tls-not-tls", "not TLS"},
    {"tls-client-cert-required", "client certificate required"},
    {"tls-chain-too-big", "certificate message too large"},
    {"tls-timeout", "handshake timed out"},
    {"tls-closed", "closed by the server in the handshake"},
    {"tlsa-mismatch", "no TLSA record matches the certificate"},
    {"ta-not-in-chain", "the CA of the TLSA record is not in the chain sent"},
    {"tlsa-wrong-usage", "the TLSA record matches with the wrong usage"},
    {"name-mismatch", "the certificate names another host"},
    {"cert-expired", "certificate expired"},
    {"cert-not-yet-valid", "certificate not yet valid"},
    {"cert-key-too-weak", "key or signature too weak"},
    {"ta-chain-invalid", "the chain to the CA is not valid"},
};
// clang-format on

/// "greeting 421": the code that the server greeted with.
std::string greeting_words(const Probe& probe) {
  for (const Reply& reply : probe.replies) {
    if (reply.phase == "greeting") return fmt::format("greeting {}", reply.reply_code);
  }
  return probe.outcome == "host-no-mail" ? "greeting 521" : "refused by the greeting";
}

std::string why(const Probe& probe) {
  if (probe.outcome == "greeting-tempfail" || probe.outcome == "greeting-refused" || probe.outcome == "host-no-mail") {
    return greeting_words(probe);
  }
  const auto* found = std::find_if(std::begin(kWordings), std::end(kWordings),
                                   [&](const Wording& wording) { return wording.outcome == probe.outcome; });
  return found == std::end(kWordings) ? in_words(probe.outcome) : std::string(found->words);
}

std::string without_final_dot(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string_view record_type(std::string_view address) {
  return address.find(':') == std::string_view::npos ? "A" : "AAAA";
}

std::string_view final_word(Action mandatory) {
  switch (mandatory) {
    case Action::DaneSuccess:
      return "SUCCESS";
    case Action::DaneFail:
      return "FAILED";
    case Action::NotApplicable:
      return "NOT APPLICABLE";
    default:
      return "UNDETERMINED";
  }
}

/// Writes the lines of one domain in the order of part D.
class Transcript {
 public:
  Transcript(const Result& result, const VerifySettings& settings)
      : result_(result), settings_(settings), domain_(for_gateway_log(result.domain)) {}

  std::string write() {
    if (result_.decided_by.empty()) {
      walk();
    } else {
      early();
    }
    line("DANE {} for {}", final_word(result_.mandatory), domain_);  // E-46
    line("DANE verification completed.");                            // E-47
    return std::move(text_);
  }

 private:
  template <class... Values>
  void line(fmt::format_string<Values...> pattern, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), pattern, std::forward<Values>(values)...);
    text_ += '\n';
  }

  void lookup_error(std::string_view type, std::string_view name, std::string_view reason) {
    line("Error looking up {} of {}: {}.", type, name, reason.empty() ? "no usable answer" : in_words(reason));
  }

  /// Decided before any host: E-32, E-45, E-48.
  void early() {
    if (result_.decided_by == "mx-bogus") {
      line("BOGUS MX record found for {}", domain_);
    } else if (result_.decided_by == "null-mx") {
      line("Null MX record found for {}.", domain_);
    } else if (result_.decided_by == "no-such-domain") {
      line("Domain {} does not exist.", domain_);
    } else if (result_.decided_by == "mx-lookup-failed") {
      lookup_error("MX", domain_, result_.mx.reason);
    } else {
      line("{}: {}", domain_, sentence(result_.decided_by));
    }
  }

  void walk() {
    bool first = true;
    for (const HostVisit& visit : gateway_walk(result_, settings_.multi_mx)) {
      if (!first) line("Trying next MX record in {}", domain_);  // E-43
      first = false;
      host_name_ = for_gateway_log(visit.host->name);
      mx_lines();
      address_lines(visit);
    }
  }

  /// E-30, E-31, E-44.
  void mx_lines() {
    const auto status = to_text(result_.mx.status);
    if (result_.mx.answer == Answer::NoData) {
      line("No MX record found for {0}. Using {0} as mail host.", domain_);
    } else {
      line("{} MX record({}) found for {}", status, host_name_, domain_);
    }
    if (result_.mx.status == Status::Insecure) {
      line("INSECURE MX record({}) found. The command will still proceed.", host_name_);
    }
  }

  void address_line(std::string_view status, std::string_view address) {
    line("{} {} record ({}) found for MX({}) in {}", status, record_type(address), address, host_name_, domain_);
  }

  void address_lines(const HostVisit& visit) {
    const Host& host = *visit.host;
    if (host.special == "mx-target-literal") {
      address_line("INSECURE", host_name_);
    } else if (host.special == "mx-target-invalid" || host.special == "address-none") {
      line("No A record found for MX({}) in {}", host_name_, domain_);
    } else if (host.address_status == Status::Bogus) {
      line("BOGUS A record found for MX({}) in {}", host_name_, domain_);
    } else if (host.address_status == Status::Indeterminate) {
      lookup_error("A", host_name_, host.address_reason);
    } else {
      visits(visit);
    }
  }

  void visits(const HostVisit& visit) {
    bool first = true;
    for (const Visit& one : visit.visits) {
      const std::string address = for_terminal(one.address->text);
      if (!first) {
        line("Trying next {} record ({}) for MX({}) in {}", record_type(address), address, host_name_,
             domain_);  // E-42
      }
      first = false;
      address_line(to_text(one.address->status), address);  // E-33
      if (visit.host->address_status != Status::Secure) continue;
      if (one.probe == nullptr) {
        tlsa_lines(*visit.host);
      } else {
        connection_lines(*visit.host, *one.probe, address);
      }
    }
  }

  /// E-37.
  void tlsa_lines(const Host& host) {
    const auto status = host.tlsa_status;
    if (status == Status::Indeterminate) {
      const std::string base = host.tlsa_base.empty() ? host_name_ : for_gateway_log(host.tlsa_base);
      lookup_error("TLSA", fmt::format("_{}._tcp.{}", settings_.port, base), host.tlsa_reason);
    } else if (status == Status::NxDomain) {
      line("No TLSA record found for MX({}) in {}", host_name_, domain_);
    } else if (status == Status::Secure || status == Status::Insecure || status == Status::Bogus) {
      line("{} TLSA record found for MX({}) in {}", to_text(status), host_name_, domain_);
    }
    if (status == Status::Secure && !host.tlsa_usable) {
      line("No usable TLSA record for MX({}) in {}", host_name_, domain_);
    }
  }

  /// E-35 to E-41, in the gateway's order (E-49).
  void connection_lines(const Host& host, const Probe& probe, std::string_view address) {
    const Stage stage = stage_of(probe);
    if (stage == Stage::NotMade) {
      line("Not connecting to {}: {}.", address, without_final_dot(sentence(probe.outcome)));
      tlsa_lines(host);
      return;
    }
    line("Connecting to {} on port {}.", address, settings_.port);
    if (stage == Stage::Connect) {
      line("Connection to {} failed: {}.", address, why(probe));
      return;
    }
    line("Connected to {} from interface {}.", address, for_terminal(probe.source_address));
    tlsa_lines(host);
    line("Checking TLS connection.");
    if (stage == Stage::Tls) {
      line("TLS connection failed: {}.", why(probe));
      return;
    }
    line("TLS connection established: protocol {}, cipher {}.", for_terminal(probe.protocol),
         for_terminal(probe.cipher));
    certificate_lines(probe, stage);
  }

  void certificate_lines(const Probe& probe, Stage stage) {
    if (stage == Stage::Success) {
      line("Certificate verification successful");
      line("TLS connection succeeded {}.", domain_);
    } else {
      line("Certificate verification failed: {}.", why(probe));
      line("TLS connection failed {}.", domain_);
    }
  }

  const Result& result_;
  const VerifySettings& settings_;
  std::string domain_, host_name_, text_;
};

}  // namespace

std::string daneverify_text(const Result& result, const VerifySettings& settings) {
  return Transcript(result, settings).write();
}

}  // namespace danesweep::output
