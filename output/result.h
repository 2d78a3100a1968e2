// SPDX-License-Identifier: Apache-2.0
// One domain's outcome as plain structs: what the engine fills with facts, `decide` completes with verdicts, and
// writer, report and exports read (contract: DESIGN part "The results"; rules E-1 to E-26, T-56, T-62 to T-66). No
// protobuf here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tls/certificate.h"

namespace danesweep::output {

enum class Status : std::uint8_t {
  Unset,
  Secure,
  Insecure,
  Bogus,
  Indeterminate,
  NotQueried,
  NxDomain
};  ///< NxDomain: TLSA column only (E-4)
enum class Answer : std::uint8_t { Unset, None, Data, NoData, NxDomain };
enum class Certificate : std::uint8_t { Unset, Success, Failed, NotChecked };
enum class Action : std::uint8_t { Unset, DaneSuccess, DaneFail, Fallback, Undetermined, NotApplicable };
enum class Mode : std::uint8_t { Unset, Opportunistic, Mandatory, None };
enum class Rfc7672 : std::uint8_t { Unset, Verified, Encrypted, Opportunistic, Defer, NoMail };
enum class MultiMx : std::uint8_t { First, All };
/// Where a domain's effective mode comes from (E-88): the report computes "as if the Default had mode X" with it
/// (E-111).
enum class ModeSource : std::uint8_t { Default, OwnEntry };

std::string_view to_text(Status status);  ///< "SECURE"
std::string_view to_text(Answer answer);
std::string_view to_text(Certificate certificate);
std::string_view to_text(Action action);
std::string_view to_text(Mode mode);
std::string_view to_text(Rfc7672 verdict);

/// One SMTP reply as stored (T-48).
struct Reply {
  std::string phase;
  std::uint32_t reply_code = 0;
  std::string enhanced_code;
  std::vector<std::string> lines;
};

/// One earlier try of the same connection (T-47).
struct Try {
  std::string outcome;
  std::string detail;
};

struct TlsaVerdict {
  std::string record;  ///< "3 1 1 0c72..."
  std::string state;   ///< "matched", "did not match", "shadowed", "unusable: usage-pkix"
};

/// One connection, or why none was made, matched for this host.
struct Probe {
  std::string address;
  std::string outcome;  ///< code of tls/outcome: "ok", "tlsa-mismatch"
  std::string detail;
  std::string protocol, cipher, group, signature_type, sni;
  std::string source_address;  ///< own address of the connection (E-36)
  Certificate certificate = Certificate::NotChecked;
  std::string matched;  ///< "3 1 1 0c72...", empty if none
  std::uint32_t matched_depth = 0;
  std::string matched_name;
  std::int32_t verify_error = 0;
  std::vector<std::string> warnings;
  std::vector<tls::CertificateRecord> chain;
  std::vector<Reply> replies;
  std::vector<Try> tries;                ///< earlier tries, oldest first
  std::vector<TlsaVerdict> tlsa;         ///< each record and what became of it
  std::vector<std::string> explanation;  ///< T-65 lines for `--trace` and reports
};

/// One address of a host with the status of its own RRset (E-33).
struct Address {
  std::string text;
  Status status = Status::Unset;
};

/// One MX target, or the domain itself (implicit MX).
struct Host {
  std::string name;  ///< lower-case A-labels, no final dot; for a literal target the address
  std::uint32_t preference = 0;
  Status address_status = Status::NotQueried;
  std::string address_reason;      ///< "" or "dns:signature-expired"
  std::vector<Address> addresses;  ///< in walk order (T-18, T-19), within the caps
  Status tlsa_status = Status::NotQueried;
  std::string tlsa_reason;
  std::string tlsa_base;
  std::vector<std::string> tlsa_records;  ///< first 64 in match order
  std::uint32_t tlsa_count = 0;
  /// Fact that only the engine knows: a code that takes the host out of the tables ("mx-target-invalid", "over-cap",
  /// "address-none", "opted-out") or names its special row ("mx-target-literal"); empty for an ordinary host.
  std::string special;
  bool tlsa_usable = false;        ///< TLSA SECURE and at least one usable record
  bool first_link_secure = false;  ///< T-24: TLSA found behind a SECURE first link although the address is INSECURE
  std::vector<std::string> warnings;
  std::vector<Probe> probes;  ///< in walk order

  // Filled by `decide`:
  Certificate certificate = Certificate::NotChecked;
  Action opportunistic = Action::Unset, mandatory = Action::Unset;
  std::string row_opportunistic, row_mandatory;
  std::string reason;
  Rfc7672 rfc7672 = Rfc7672::Unset;
};

struct MxLookup {
  Status status = Status::NotQueried;
  Answer answer = Answer::None;
  std::string reason;         ///< "" or "dns:..."
  std::string expanded_name;  ///< end of the alias chain, without final dot; the domain itself when there is none
};

struct Failover {
  Action opportunistic = Action::Unset, mandatory = Action::Unset;
  std::string reason;
};
struct Confirm {
  std::uint32_t asked = 0, same = 0;
};
struct WithoutEntry {
  Action opportunistic = Action::Unset, mandatory = Action::Unset;
  std::string reason;
};
/// What the gateway's own log shows of DANE to a domain (E-126): messages delivered with it, and stopped by it. Sums
/// stop at 2^32-1.
struct GatewayLog {
  std::uint32_t delivered = 0, failed = 0;
};

struct Result {
  std::uint32_t index = 0;
  std::string domain;
  std::uint32_t recipients = 1;
  MxLookup mx;
  std::vector<Host> hosts;  ///< in walk order (T-7)
  std::vector<std::string> warnings;
  /// What decided before any host: "null-mx", "no-such-domain", "rat-domain", "tls-off", "dane-off", "route-dropped",
  /// "smtp-route", "opted-out", "mx-bogus", "mx-lookup-failed", "internal-error"; empty if the hosts decide.
  std::string decided_by;
  Mode effective_mode = Mode::Opportunistic;
  ModeSource mode_source =
      ModeSource::Default;  ///< OwnEntry: the domain's destination entry names dane_option or TLS off

  // Filled by `decide`:
  Action opportunistic = Action::Unset, mandatory = Action::Unset, effective = Action::Unset;
  std::string row_opportunistic, row_mandatory;
  std::string reason, effective_reason;
  Rfc7672 rfc7672 = Rfc7672::Unset;
  bool degraded = false;
  std::optional<Failover> failover;
  std::optional<Confirm> confirm;
  std::optional<WithoutEntry> without_entry;
  std::optional<GatewayLog> gateway_log;  ///< the log that was read names the domain
};

/// One kind of skipped entries and how many.
struct SkipCount {
  std::string kind;
  std::uint64_t count = 0;
};

/// E-62: read = checked + skipped + duplicates + rejected.
struct InputCounts {
  std::uint64_t read = 0, checked = 0, skipped = 0, duplicates = 0, rejected = 0;
  std::vector<SkipCount> skipped_kinds;
};

struct ResolverHealth {
  std::string address;  ///< "198.51.100.53:53"
  std::uint32_t priority = 0;
  std::string canary;  ///< "fit", "unfit", "no answer", "not asked", with the sentence behind
  std::string sentence;
};

struct NamedText {
  std::string name, text;
};

/// First frame of a file.
struct Header {
  std::string version;             ///< danesweep's
  std::int64_t start_time = 0;     ///< seconds since 1970
  std::vector<NamedText> options;  ///< long name and value of every option that moves a result
  std::vector<ResolverHealth> resolvers;
  std::vector<std::string> anchors;  ///< ". 20326 (embedded)"
  std::uint32_t shard = 1, shards = 1;
  Mode default_mode = Mode::Opportunistic;
  MultiMx multi_mx = MultiMx::First;
  std::vector<NamedText> gateway_files;  ///< texts of destconfig, smtproutes, rat (E-80)
  std::vector<NamedText> inputs;         ///< file name and format
};

/// Last frame of a finished file.
struct Trailer {
  InputCounts counts;
  std::int64_t end_time = 0;
  std::uint64_t results = 0;
  std::vector<std::string> warnings;
  std::string end_reason;                     ///< "" or why the scan ended early: "no-resolver"
  std::uint64_t log_domains_not_scanned = 0;  ///< E-126: named by the gateway's log of DANE, but not in the input
};

/// Where a scan can be taken up again.
struct Checkpoint {
  std::uint64_t input_position = 0;  ///< entries read
  std::uint32_t lowest_unfinished = 0;
  std::vector<std::uint32_t> finished_above;
};

/// Final recipient count of a domain whose result was written earlier.
struct Recount {
  std::uint32_t index = 0, recipients = 0;
  bool capped = false;  ///< the sum did not fit: the reader adds the note
};
inline constexpr const char* kRecipientsCapped = "recipients-capped";

/// What the gateway's log shows of a domain whose result was written earlier.
struct LogEvidence {
  std::uint32_t index = 0;
  GatewayLog seen;
};

}  // namespace danesweep::output
