// SPDX-License-Identifier: Apache-2.0
// The catalogue of mail hosts: how a server behaves (S-n) and how its certificates and TLSA records are arranged (C-n),
// with the outcome that follows from that making (DANE.md part H). A row is data: what is said at each turn of the
// dialogue, how TLS goes, which certificates are sent, which records are published.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace danesweep::lab {

using std::chrono::milliseconds;

/// One step of what a server does at its turn.
struct Step {
  enum class Do : std::uint8_t {
    Send,          ///< `text`, through TLS once TLS is up
    Drip,          ///< `text`, one octet per `pause`
    DripForever,   ///< `text` again and again, one octet per `pause`
    FloodForever,  ///< `text` again and again, as fast as the peer reads
    AwaitInput,    ///< until the peer has said more
    Wait,          ///< `pause`
    Close,
    Reset,
    HalfClose,
    Silence,  ///< nothing more is said, whatever comes
    StartTls,
    Renegotiate,  ///< HelloRequest of TLS 1.2
    KeyUpdates,   ///< KeyUpdate messages for ever
    CloseNotify,
  };
  Do what;
  std::string text = {};
  milliseconds pause{0};
};
using Script = std::vector<Step>;

enum class Listening : std::uint8_t { Normal, Closed, FullBacklog };
/// Whether the odd script is for each connection or for an address' first one only.
enum class Odd : std::uint8_t { Always, FirstTime };

enum class TlsQuirk : std::uint8_t {
  None,
  FirstRecordOnly,
  DripHandshake,
  WrongSignature,
  GarbageCertificate,
  SniWarning,
  RightOnlyBySni,
  StaleRsaBeside,
  Stranger,
};
enum class ClientCertificate : std::uint8_t { Unasked, Asked, Required };

struct TlsKind {
  int lowest = 0;   ///< TLS1_2_VERSION, ...; 0: 1.2
  int highest = 0;  ///< 0: 1.3
  TlsQuirk quirk = TlsQuirk::None;
  ClientCertificate client_certificate = ClientCertificate::Unasked;
};

enum class Checked : std::uint8_t { Success, Failed, NotChecked };

struct ServerKind {
  std::string_view id;  ///< S-n
  std::string_view english;
  std::string_view outcome;  ///< code of DANE.md part G
  Checked certificate;
  Script greeting = {};  ///< empty scripts: as a good server
  Script ehlo = {};
  Script helo = {};
  Script starttls = {};
  Script ehlo_in_tls = {};
  Script quit = {};
  TlsKind tls = {};
  std::string_view arrangement = "C-1";
  Odd odd = Odd::Always;
  Listening listening = Listening::Normal;
  std::vector<std::string_view> warnings = {};
};

/// One certificate of an arrangement. `{base}` is the name asked for by SNI, `{up1}` it without its first label,
/// `{up2}` without two; roles are letters: L leaf, I its issuer, R root, others as the row needs.
struct CertificateSpec {
  char role = 'L';
  char issuer = 'I';
  std::string_view key = "P-256";  ///< P-256 P-384 Ed25519 RSA-512 RSA-1024 RSA-2048 RSA-PSS
  std::string_view common_name = "lab";
  std::string_view alternative_names = "DNS:{base}";  ///< as OpenSSL's subjectAltName; empty: none
  int from_days = -10;
  int to_days = 300;
  std::string_view constraints = {};  ///< basicConstraints; empty: none
  std::string_view key_usage = {};
  std::string_view extended_usage = {};
  std::string_view unknown_critical = {};  ///< a critical extension of this OID
  std::string_view digest = "SHA256";
  bool is_signed_by_stranger = false;  ///< by a key other than the issuer's
};

struct Arrangement {
  std::string_view id;  ///< C-n
  std::string_view english;
  std::string_view sent;  ///< roles in the order of the certificate message, e.g. "L I R"
  std::string_view tlsa;  ///< "3 1 1 L; 2 0 1 I"; grammar in certificates.h
  std::string_view outcome;
  Checked certificate;
  std::vector<CertificateSpec> certificates = {};  ///< beside or instead of the ordinary L, I, R
  std::vector<std::string_view> warnings = {};
  std::string_view server = "S-1";  ///< the server kind that shows it
};

std::span<const ServerKind> server_kinds();
std::span<const Arrangement> arrangements();

/// A mail host of the catalogue: a server kind with its arrangement, or an arrangement on a good server.
struct HostKind {
  std::string_view id;
  std::string_view english;
  const ServerKind* server;
  const Arrangement* arrangement;

  std::string_view outcome() const;
  Checked certificate() const;
  std::vector<std::string_view> warnings() const;
};

std::span<const HostKind> host_kinds();
const HostKind& host_kind(std::string_view id);

}  // namespace danesweep::lab
