// SPDX-License-Identifier: Apache-2.0
// The rules of one signature (D-21 to D-37), a row a case: an honest RRset, what spoils it, and the reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/dnssec_signature/signature_case.h"

namespace danesweep::dnssec {
namespace {

struct Row {
  const char* what;
  const char* rule;
  std::function<void(Case&)> making;
  Reason expected;
};

std::string test_name(const testing::TestParamInfo<Row>& info) {
  std::string text = info.param.what;
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return text;
}

class SignatureRules : public testing::TestWithParam<Row> {};

TEST_P(SignatureRules, Hold) {
  Case c;
  GetParam().making(c);
  const Outcome outcome = check(c);
  EXPECT_EQ(code(outcome.reason), code(GetParam().expected)) << GetParam().rule << ": " << GetParam().what;
  EXPECT_EQ(outcome.security, usual_status(GetParam().expected));
}

// clang-format off
const Row kRows[] = {
    {"an honest signature", "D-30", [](Case& c) { c.sign_with({}); }, Reason::None},
    {"no signature at all", "D-30", [](Case&) {}, Reason::RrsigsMissing},

    // Check 1
    {"a signature cut short of its fixed part", "D-21",
     [](Case& c) { c.sign_with({}); c.signature().rdata.resize(17); }, Reason::SignatureMalformed},
    {"a signature cut inside the signer", "D-21",
     [](Case& c) { c.sign_with({}); c.signature().rdata.resize(20); }, Reason::SignatureMalformed},
    {"a signature without signature octets", "D-21",
     [](Case& c) { c.sign_with({}); c.signature().rdata.resize(18 + 9); }, Reason::SignatureMalformed},
    {"a compressed signer name", "D-21",
     [](Case& c) { c.sign_with({}); c.signature().rdata[18] = 0xC0; c.signature().rdata[19] = 12; },
     Reason::SignatureMalformed},

    // Check 2
    {"a signature that covers another type", "D-22",
     [](Case& c) { c.sign_with({.covered = RrType::Aaaa}); }, Reason::RrsigsMissing},

    // Check 3
    {"signed in the name of a sibling", "D-23",
     [](Case& c) { c.sign_with({.signer = name("example2.")}); }, Reason::SignerNotZone},
    {"signed in the name of the parent", "D-23",
     [](Case& c) { c.sign_with({.signer = name(".")}); }, Reason::SignerNotZone},
    {"signed in the name of a child", "D-23",
     [](Case& c) { c.sign_with({.signer = name("www.example.")}); }, Reason::SignerNotZone},
    {"an owner outside of the zone", "D-23",
     [](Case& c) { c.of({"www.other. A 192.0.2.1"}); c.sign_with({}); }, Reason::SignerNotZone},
    {"a signer in other case", "D-23",
     [](Case& c) { c.sign_with({}); c.signature().rdata[19] = 'E'; }, Reason::None},
    {"a DS signed by its own zone", "D-23",
     [](Case& c) {
       c.of({"example. DS 1 13 2 00"});
       c.role = SignedRole::DsOrItsDenial;
       c.sign_with({});
     },
     Reason::SignerNotZone},
    {"a DS signed by its parent", "D-23",
     [](Case& c) {
       c.of({"sub.example. DS 1 13 2 00"});
       c.role = SignedRole::DsOrItsDenial;
       c.sign_with({});
     },
     Reason::None},
    {"the root's own denial of its DS", "D-23",
     [](Case& c) {
       c.zone = name(".");
       c.of({". NSEC aaa. NS SOA RRSIG NSEC DNSKEY"});
       c.role = SignedRole::DsOrItsDenial;
       c.sign_with({});
     },
     Reason::None},

    // Check 4
    {"more labels than the owner has", "D-24", [](Case& c) { c.sign_with({.labels = 3}); }, Reason::LabelsInvalid},
    {"fewer labels than the signer has", "D-24", [](Case& c) { c.sign_with({.labels = 0}); }, Reason::LabelsInvalid},
    {"as many labels as the signer has", "D-24", [](Case& c) { c.sign_with({.labels = 1}); }, Reason::None},
    {"a wildcard owner counts without its star", "D-24",
     [](Case& c) { c.of({"*.example. A 192.0.2.1"}); c.sign_with({.labels = 1}); }, Reason::None},
    {"a wildcard owner with its star counted", "D-24",
     [](Case& c) { c.of({"*.example. A 192.0.2.1"}); c.sign_with({.labels = 2}); }, Reason::LabelsInvalid},

    // Check 5
    {"an NSEC3 two labels below the zone", "D-25",
     [](Case& c) {
       c.of({"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.sub.example. NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A"});
       c.sign_with({});
     },
     Reason::NsecOverreach},
    {"an NSEC3 one label below the zone", "D-25",
     [](Case& c) {
       c.of({"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A"});
       c.sign_with({});
     },
     Reason::None},
    {"an NSEC whose next name is outside of the zone", "D-25",
     [](Case& c) { c.of({"www.example. NSEC zzz. A"}); c.sign_with({}); }, Reason::NsecOverreach},
    {"an NSEC back to the apex", "D-25",
     [](Case& c) { c.of({"www.example. NSEC example. A"}); c.sign_with({}); }, Reason::None},

    // Check 6: what is not supported is as if not there
    {"only an unassigned algorithm", "D-26",
     [](Case& c) { c.sign_with({.algorithm = 200}); }, Reason::RrsigsMissing},
    {"an unassigned algorithm beside a good one", "D-26",
     [](Case& c) { c.sign_with({.algorithm = 200}); c.sign_with({}); }, Reason::None},

    // Check 7
    {"expiration before inception", "D-27",
     [](Case& c) { c.sign_with({.inception = kNow + kDay, .expiration = kNow - kDay}); },
     Reason::SignatureDatesReversed},
    {"expiration exactly half the number circle away", "D-27",
     [](Case& c) { c.sign_with({.inception = kNow - 100, .expiration = kNow - 100 + 0x80000000LL}); },
     Reason::SignatureDatesReversed},
    {"expiration past the turn of 2106", "D-27 sig-wrap2106",
     [](Case& c) {
       c.now = 4294967000;
       c.sign_with({.inception = 4294960000, .expiration = 4294967296 + kDay});
     },
     Reason::None},

    // Check 8
    {"expiration is now", "D-28 sig-edge-now", [](Case& c) { c.sign_with({.expiration = kNow}); }, Reason::None},
    {"expired a second ago", "D-28 sig-edge-plus1", [](Case& c) { c.sign_with({.expiration = kNow - 1}); }, Reason::SignatureExpired},
    {"inception a minute ahead", "D-28", [](Case& c) { c.sign_with({.inception = kNow + 60}); }, Reason::None},
    {"inception 61 seconds ahead", "D-28",
     [](Case& c) { c.sign_with({.inception = kNow + 61}); }, Reason::SignatureNotYetValid},
    {"expired beside a good one", "D-28",
     [](Case& c) { c.sign_with({.expiration = kNow - 1}); c.sign_with({}); }, Reason::None},

    // Check 9
    {"a tag that no key has", "D-29",
     [](Case& c) { c.sign_with({.key_tag = 1}); }, Reason::NoMatchingKey},
    {"the right tag with another supported algorithm", "D-29",
     [](Case& c) { c.sign_with({.algorithm = 15}); }, Reason::NoMatchingKey},
    {"a key without the zone flag", "D-29",
     [](Case& c) { c.keys = {kZsk.with_flags(0)}; c.sign_with(c.keys[0]); }, Reason::KeyNotZoneKey},
    {"a key of protocol 4", "D-29",
     [](Case& c) { c.keys = {SigningKey(13, 1, 256, 4)}; c.sign_with(c.keys[0]); }, Reason::NoMatchingKey},
    {"a revoked key", "D-29, D-37",
     [](Case& c) { c.keys = {kZsk.with_flags(256 | 128)}; c.sign_with(c.keys[0]); }, Reason::KeyRevoked},
    {"a revoked key signs its own DNSKEY set in vain", "D-37",
     [](Case& c) {
       c.keys = {kZsk.with_flags(257 | 128)};
       c.rrset = {dnskey(c.keys[0])};
       c.sign_with(c.keys[0]);
     },
     Reason::KeyRevoked},
    {"the secure entry point flag means nothing", "D-37",
     [](Case& c) { c.keys = {kZsk.with_flags(257)}; c.sign_with(c.keys[0]); }, Reason::None},

    // Check 10
    {"a flipped bit in the signature", "D-30",
     [](Case& c) { c.sign_with({}); c.signature().rdata.back() ^= 1; }, Reason::SignatureWrong},
    {"a flipped bit in the data", "D-30",
     [](Case& c) { c.sign_with({}); c.rrset[0].rdata[3] ^= 1; }, Reason::SignatureWrong},
    {"a record left out", "D-30", [](Case& c) { c.sign_with({}); c.rrset.pop_back(); }, Reason::SignatureWrong},
    {"a record too many", "D-30",
     [](Case& c) { c.sign_with({}); c.rrset.push_back(record("www.example. A 192.0.2.3")); }, Reason::SignatureWrong},
    {"another original TTL", "D-30",
     [](Case& c) { c.sign_with({}); c.signature().rdata[7] ^= 1; }, Reason::SignatureWrong},
    {"a lowered TTL on the way", "D-30",
     [](Case& c) { c.sign_with({}); for (Record& r : c.rrset) r.ttl = 5; }, Reason::None},
    {"records in another order", "D-11, D-30",
     [](Case& c) { c.sign_with({}); std::reverse(c.rrset.begin(), c.rrset.end()); }, Reason::None},
    {"a record twice", "D-12, D-30",
     [](Case& c) { c.sign_with({}); c.rrset.push_back(c.rrset[0]); }, Reason::None},
    {"owner in other case", "D-11, D-30",
     [](Case& c) { c.sign_with({}); for (Record& r : c.rrset) r.owner = name("WwW.eXample."); }, Reason::None},
    {"a signature one octet short", "D-30",
     [](Case& c) { c.sign_with({}); c.signature().rdata.pop_back(); }, Reason::SignatureWrong},
    {"a good signature of another name", "D-30",
     [](Case& c) { c.sign_with({}); for (Record& r : c.rrset) r.owner = name("ftp.example."); },
     Reason::RrsigsMissing},  // its RRSIG stays behind at www
    {"a wildcard signature at an expanded name", "D-30, D-63",
     [](Case& c) {
       c.of({"*.example. A 192.0.2.1"});
       c.sign_with({});
       c.rrset[0].owner = c.signature().owner = name("a.b.example.");
     },
     Reason::None},
    {"a wildcard signature of another wildcard", "D-30, D-63",
     [](Case& c) {
       c.of({"*.b.example. A 192.0.2.1"});
       c.sign_with({});
       c.rrset[0].owner = c.signature().owner = name("a.c.example.");
     },
     Reason::SignatureWrong},

    // The best signature decides
    {"wrong beside good", "D-32", [](Case& c) { c.sign_with({}); c.sign_with({}); c.signature().rdata.back() ^= 1; },
     Reason::None},
    {"a stranger's beside good", "D-38",
     [](Case& c) { c.sign_with(SigningKey(13, 3), {}); c.sign_with({}); }, Reason::None},
    {"one algorithm of two is enough", "D-38",
     [](Case& c) { c.keys.emplace_back(15, 1); c.sign_with({}); }, Reason::None},
    {"of expired and unknown key the further one is told", "D-30",
     [](Case& c) { c.sign_with({.expiration = kNow - 1}); c.sign_with({.key_tag = 1}); }, Reason::NoMatchingKey},
    {"of malformed and wrong the further one is told", "D-30",
     [](Case& c) {
       c.sign_with({});
       c.sign_with({});
       c.signature().rdata.resize(10);
       c.signatures[1].rdata.back() ^= 1;
     },
     Reason::SignatureWrong},

    // RRsets that cannot be used
    {"two different CNAMEs", "D-18",
     [](Case& c) { c.of({"www.example. CNAME a.", "www.example. CNAME b."}); c.sign_with({}); },
     Reason::MalformedRrset},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Table, SignatureRules, testing::ValuesIn(kRows), test_name);

}  // namespace
}  // namespace danesweep::dnssec
