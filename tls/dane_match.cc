// SPDX-License-Identifier: Apache-2.0
#include "tls/dane_match.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <utility>

#include "tls/peer_text.h"
#include "tls/tls_library.h"

namespace danesweep::tls {
namespace {

constexpr std::uint8_t kDaneTa = 2;

/// What each record's association data is compared with: digests and DER of the chain, made when first asked for. Apart
/// from OpenSSL's verdict, which it only explains.
class Comparison {
 public:
  explicit Comparison(const ChainHandle::Impl& chain) : chain_(chain) {}

  /// Depths at which the record's data equal the certificate sent there, whatever its usage says. Lowest first.
  std::vector<int> places(const TlsaRecord& record) {
    std::vector<int> found;
    for (int depth = 0; depth < chain_.size(); ++depth)
      if (data(depth, record.selector, record.matching_type) == record.data) found.push_back(depth);
    return found;
  }
  const std::vector<std::uint8_t>& data(int depth, std::uint8_t selector, std::uint8_t matching_type) {
    std::vector<std::uint8_t>& kept = kept_[{depth, selector, matching_type}];
    if (kept.empty()) kept = make(depth, selector, matching_type);
    return kept;
  }

 private:
  std::vector<std::uint8_t> make(int depth, std::uint8_t selector, std::uint8_t matching_type) {
    if (matching_type != 0) {
      const EVP_MD* algorithm = matching_type == 1 ? chain_.library->sha256.get() : chain_.library->sha512.get();
      return digest(algorithm, data(depth, selector, 0));
    }
    return selector == 0 ? certificate_der(chain_.at(depth)) : public_key_der(chain_.at(depth));
  }

  const ChainHandle::Impl& chain_;
  std::map<std::array<int, 3>, std::vector<std::uint8_t>> kept_;  ///< at most 6 a certificate
};

/// One record with the places where it fits.
struct Placed {
  const ClassedRecord* classed;
  std::vector<int> places;

  bool is_ta() const { return classed->record.usage == kDaneTa; }
  bool counts() const { return classed->usability == Usability::Usable; }
  bool in_play() const { return counts() || classed->usability == Usability::Shadowed; }
  bool fits_leaf() const { return !places.empty() && places.front() == 0; }
  bool fits_issuer() const { return !places.empty() && places.back() > 0; }
  /// Where its usage says that it must.
  bool fits() const { return is_ta() ? fits_issuer() : fits_leaf(); }
  bool fits_wrong_place() const { return is_ta() ? fits_leaf() : fits_issuer(); }
};

std::vector<Placed> place_all(const TlsaSet& set, Comparison& comparison) {
  std::vector<Placed> placed;
  for (const ClassedRecord& classed : set.records()) {
    const bool in_play = classed.usability == Usability::Usable || classed.usability == Usability::Shadowed;
    placed.push_back({&classed, in_play ? comparison.places(classed.record) : std::vector<int>{}});
  }
  return placed;
}

/// T-51: an SSL that is never connected carries the TLSA records and their match for a store context.
class Verification {
 public:
  Verification(TlsContext& context, const ChainHandle::Impl& chain, const TlsaSet& set, const ReferenceNames& names,
               std::int64_t now)
      : ssl_(SSL_new(context.impl().ssl_context.get())),
        store_(X509_STORE_CTX_new_ex(context.impl().library->context.get(), nullptr)) {
    is_ready_ = ssl_ && store_ && !names.names.empty() && add_records(set, names.names.front()) &&
                X509_STORE_CTX_init(store_.get(), SSL_CTX_get_cert_store(context.impl().ssl_context.get()),
                                    chain.leaf(), chain.certificates.get()) == 1 &&
                set_parameters(names, now);
  }

  /// OpenSSL's number, or nothing when OpenSSL itself failed.
  std::optional<int> verify() {
    if (!is_ready_) return std::nullopt;
    const int result = X509_verify_cert(store_.get());
    const int error = X509_STORE_CTX_get_error(store_.get());
    if (result < 0 || (result == 0 && error == X509_V_OK) || error == X509_V_ERR_OUT_OF_MEM) return std::nullopt;
    return result == 1 ? X509_V_OK : error;
  }

  /// After `verify` said X509_V_OK.
  std::optional<TlsaRecord> matched_record() {
    TlsaRecord record;
    const unsigned char* data = nullptr;
    std::size_t size = 0;
    if (SSL_get0_dane_tlsa(ssl_.get(), &record.usage, &record.selector, &record.matching_type, &data, &size) < 0)
      return std::nullopt;
    record.data.assign(data, data + size);
    return record;
  }
  int depth() { return std::max(0, SSL_get0_dane_authority(ssl_.get(), nullptr, nullptr)); }
  /// True: the topmost certificate sent was signed by the record's bare key; that certificate is not the authority.
  bool authority_is_key() {
    X509* certificate = nullptr;
    EVP_PKEY* key = nullptr;
    return SSL_get0_dane_authority(ssl_.get(), &certificate, &key) >= 0 && key != nullptr;
  }
  std::string matched_name() {
    const char* name = X509_VERIFY_PARAM_get0_peername(X509_STORE_CTX_get0_param(store_.get()));
    return name != nullptr ? printable(name, kMaxStoredNameOctets) : std::string();
  }
  /// The chain that OpenSSL built, leaf first.
  const STACK_OF(X509) * built_chain() { return X509_STORE_CTX_get0_chain(store_.get()); }

 private:
  bool add_records(const TlsaSet& set, const std::string& base_domain) {
    if (SSL_dane_enable(ssl_.get(), base_domain.c_str()) != 1) return false;
    SSL_dane_set_flags(ssl_.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    for (const ClassedRecord& classed : set.records()) {
      if (classed.usability != Usability::Usable) continue;
      const TlsaRecord& r = classed.record;
      if (SSL_dane_tlsa_add(ssl_.get(), r.usage, r.selector, r.matching_type, r.data.data(), r.data.size()) != 1)
        return false;  // T-29: what is usable was decided before; another answer is an error of ours
    }
    return true;
  }

  bool set_parameters(const ReferenceNames& names, std::int64_t now) {
    X509_STORE_CTX_set0_dane(store_.get(), SSL_get0_dane(ssl_.get()));
    if (X509_STORE_CTX_set_default(store_.get(), "ssl_server") != 1) return false;
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(store_.get());
    X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
    X509_VERIFY_PARAM_set_depth(parameters, kVerifyDepth);
    X509_VERIFY_PARAM_set_time(parameters, now);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    for (const std::string& name : names.names)
      if (X509_VERIFY_PARAM_add1_host(parameters, name.data(), name.size()) != 1) return false;
    return true;
  }

  SslPtr ssl_;
  StoreContextPtr store_;
  bool is_ready_ = false;
};

/// T-60, the finer words for "no record accepts this chain".
Outcome outcome_of_no_match(const std::vector<Placed>& placed) {
  const auto usable = [&](auto claim) {
    return std::ranges::any_of(placed, [&](const Placed& p) { return p.counts() && claim(p); });
  };
  if (usable([](const Placed& p) { return p.fits_wrong_place(); })) return Outcome::TlsaWrongUsage;
  if (usable([](const Placed& p) { return p.is_ta() && p.fits_issuer(); })) return Outcome::TaChainInvalid;
  if (!usable([](const Placed& p) { return !p.is_ta(); })) return Outcome::TaNotInChain;
  return Outcome::TlsaMismatch;
}

/// T-60.
Outcome outcome_of(int error, const std::vector<Placed>& placed) {
  switch (error) {
    case X509_V_OK:
      return Outcome::Ok;
    case X509_V_ERR_DANE_NO_MATCH:
      return outcome_of_no_match(placed);
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return Outcome::NameMismatch;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Outcome::CertExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Outcome::CertNotYetValid;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return Outcome::CertKeyTooWeak;
    default:
      return Outcome::TaChainInvalid;
  }
}

bool ends_before(X509* certificate, std::int64_t instant) {
  std::time_t when = instant;
  return X509_cmp_time(X509_get0_notAfter(certificate), &when) < 0;
}

/// T-52: only noted, and by the base domain alone, so that the note is the same for all domains behind this host.
bool names_host(X509* certificate, const std::string& name) {
  return X509_check_host(certificate, name.data(), name.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

bool has_weak_signature(X509* certificate) {
  int digest_nid = NID_undef;
  int bits = 0;
  return X509_get_signature_info(certificate, &digest_nid, nullptr, &bits, nullptr) == 1 &&
         (digest_nid == NID_sha1 || digest_nid == NID_md5);
}

bool has_short_rsa_key(X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  return key != nullptr && (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1) &&
         EVP_PKEY_get_bits(key) <= 1024;
}

/// T-36: two distinct usable DANE-EE records of which one matches today, or an EE beside a TA of which just one
/// matches.
bool is_rollover_pair(const std::vector<Placed>& placed) {
  const auto count = [&](bool ta, bool fits) {
    return std::ranges::count_if(placed,
                                 [&](const Placed& p) { return p.counts() && p.is_ta() == ta && p.fits() == fits; });
  };
  const auto ee_right = count(false, true);
  const auto ee_stale = count(false, false);
  const auto ta_right = count(true, true);
  const auto ta_stale = count(true, false);
  if (ee_right > 0 && ee_stale > 0) return true;
  return (ee_right > 0 && ta_right == 0 && ta_stale > 0) || (ee_stale > 0 && ee_right == 0 && ta_right > 0);
}

/// T-32: a shadowed record fits, and none of its usage and selector that counts does.
bool is_digest_shadowed(const std::vector<Placed>& placed) {
  return std::ranges::any_of(placed, [&](const Placed& weak) {
    const TlsaRecord& r = weak.classed->record;
    return weak.classed->usability == Usability::Shadowed && weak.fits() &&
           std::ranges::none_of(placed, [&](const Placed& other) {
             return other.counts() && other.fits() && other.classed->record.usage == r.usage &&
                    other.classed->record.selector == r.selector;
           });
  });
}

void note(MatchResult& result, const char* code, bool holds) {
  if (holds) result.warnings.emplace_back(code);
}

void note_certificates(MatchResult& result, Verification& verification, const ReferenceNames& names, std::int64_t now) {
  constexpr std::int64_t kSoon = std::int64_t{14} * 24 * 3600;  // T-55
  const STACK_OF(X509)* chain = verification.built_chain();
  X509* leaf = sk_X509_value(chain, 0);
  const bool by_ta = result.matched->usage == kDaneTa;
  // Below a TA: what it vouches for. A bare key stands above the topmost certificate.
  const int below = by_ta ? static_cast<int>(result.depth) + (verification.authority_is_key() ? 1 : 0) : 1;
  bool expires_soon = false;
  bool weak = false;
  bool short_key = false;
  for (int i = 0; i < std::min(below, sk_X509_num(chain)); ++i) {
    X509* certificate = sk_X509_value(chain, i);
    expires_soon = expires_soon || ends_before(certificate, now + kSoon);
    weak = weak || has_weak_signature(certificate);
    short_key = short_key || has_short_rsa_key(certificate);
  }
  note(result, "ee-expired", !by_ta && ends_before(leaf, now));
  note(result, "ee-name-differs", !by_ta && !names_host(leaf, names.names.front()));
  note(result, "cert-expires-soon", by_ta && expires_soon);
  note(result, "weak-signature", weak);
  note(result, "rsa-1024", short_key);
}

std::string depth_list(const std::vector<int>& places) {
  std::string text;
  for (const int depth : places) text.append(text.empty() ? "" : ", ").append(std::to_string(depth));
  return text;
}

/// T-65: where one record was compared and what came of it.
std::string explain(const Placed& placed, const MatchResult& result, int chain_size) {
  std::string text = to_text(placed.classed->record) + ": ";
  if (!placed.in_play()) return text + "unusable, " + std::string(code(placed.classed->usability));
  if (result.matched == placed.classed->record)
    return text + "matched, certificate " + std::to_string(result.depth) + " of the chain";
  const std::string place =
      placed.is_ta() ? "certificates 1 to " + std::to_string(chain_size - 1) : "the server's certificate (0)";
  text += placed.is_ta() && chain_size < 2 ? "no CA certificate was sent" : "compared with " + place;
  if (placed.classed->usability == Usability::Shadowed) text += ", shadowed by a stronger digest";
  if (placed.fits()) return text + ", equals certificate " + depth_list(placed.places);
  if (placed.fits_wrong_place()) return text + ", but equals certificate " + depth_list(placed.places);
  return text + ", did not match";
}

void explain_all(MatchResult& result, const std::vector<Placed>& placed, Comparison& comparison, int chain_size) {
  constexpr std::size_t kMaxLines = 64;
  result.right_record = to_text({3, 1, 1, comparison.data(0, 1, 1)});
  for (std::size_t i = 0; i < std::min(placed.size(), kMaxLines); ++i)
    result.explanation.push_back(explain(placed[i], result, chain_size));
  if (placed.size() > kMaxLines)
    result.explanation.push_back("and " + std::to_string(placed.size() - kMaxLines) + " more records");
  result.explanation.push_back("right for the chain seen: " + result.right_record);
}

}  // namespace

MatchResult match_chain(TlsContext& context, const ChainHandle& chain, const TlsaSet& set, const ReferenceNames& names,
                        std::int64_t now) {
  ERR_clear_error();
  MatchResult result;
  if (!context.impl().ssl_context || !set.has_usable()) return result;
  Comparison comparison(chain.impl());
  const std::vector<Placed> placed = place_all(set, comparison);
  Verification verification(context, chain.impl(), set, names, now);
  const std::optional<int> error = verification.verify();
  if (error) {
    result.verify_error = *error;
    result.outcome = outcome_of(*error, placed);
  }
  if (result.outcome == Outcome::Ok) {
    result.matched = verification.matched_record();
    result.depth = static_cast<std::uint32_t>(verification.depth());
    if (!result.matched) result.outcome = Outcome::InternalError;
  }
  if (result.outcome == Outcome::Ok) {
    if (result.matched->usage == kDaneTa) result.matched_name = verification.matched_name();
    note_certificates(result, verification, names, now);
    note(result, "rollover-pair", is_rollover_pair(placed));
  }
  note(result, "digest-shadowed", is_digest_shadowed(placed));
  note(result, "tlsa-some-unusable", set.has_unusable());
  explain_all(result, placed, comparison, chain.impl().size());
  ERR_clear_error();
  return result;
}

}  // namespace danesweep::tls
