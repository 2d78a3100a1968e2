// SPDX-License-Identifier: Apache-2.0
// The catalogue of mail domains: a row per kind with its name in English and how it is made. A making writes records
// and notes what they mean for the result; nothing else knows a kind. Kinds take turns: as many domains as kinds have
// all, as many as kinds and flavours have each in every flavour.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tests/lab/zone.h"

namespace danesweep::lab {

class Making;

/// How the kind's zones deny: NSEC and NSEC3 in turn, or just one.
enum class Flavours : std::uint8_t { Both, Nsec, Nsec3, OptOut };
enum class Served : std::uint8_t { FromZoneFiles, ByLyingServer };

struct DomainKind {
  std::string id;
  std::string english;
  Flavours flavours = Flavours::Both;
  Served served = Served::FromZoneFiles;
  std::function<void(Making&)> make;
};

std::span<const DomainKind> domain_kinds();
std::vector<Denial> flavours(const DomainKind& kind);

using Make = std::function<void(Making&)>;

// Signed domains with one good host `mx` (made at the end if the row made none), and what becomes of the MX answer.
DomainKind secure(std::string id, std::string english, Make make, Flavours flavours = Flavours::Both,
                  Served served = Served::FromZoneFiles);
DomainKind bogus(std::string id, std::string english, std::string reason, Make make, Flavours flavours = Flavours::Both,
                 Served served = Served::FromZoneFiles);
/// The whole zone is insecure, its host's address with it.
DomainKind insecure(std::string id, std::string english, std::string reason, Make make,
                    Flavours flavours = Flavours::Both, Served served = Served::FromZoneFiles);
DomainKind unknown(std::string id, std::string english, std::string reason, Make make,
                   Flavours flavours = Flavours::Both, Served served = Served::ByLyingServer);

// The catalogue's parts, each in a file of its own.
std::vector<DomainKind> mail_kinds();         ///< rows of the tables, MX, addresses, TLSA, several hosts (DANE.md A-C)
std::vector<DomainKind> host_kind_domains();  ///< a domain for each host kind (DANE.md H); slow hosts last
std::vector<DomainKind> signature_kinds();    ///< DNSSEC.md part I: plain, dates, signature, keys, DS
std::vector<DomainKind> cut_kinds();          ///< cuts, wildcards, chains
std::vector<DomainKind> denial_kinds();       ///< NSEC, NSEC3, resolvers that lie

}  // namespace danesweep::lab
