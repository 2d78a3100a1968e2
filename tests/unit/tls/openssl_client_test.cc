// SPDX-License-Identifier: Apache-2.0
// The same questions to `openssl s_client` with its -dane_tlsa_rrdata, against `openssl s_server` on loopback: some
// hundreds of random chains and record sets, no disagreement (T-34, T-35, T-51, T-60). Only sets whose records are all
// usable are asked, as OpenSSL's command stops at others.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "tests/unit/tls/certificate_family.h"
#include "tls/dane_match.h"

namespace danesweep::test {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
File open_file(const std::filesystem::path& path) { return {std::fopen(path.c_str(), "w"), std::fclose}; }

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "danesweep-tls-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_chain(const std::filesystem::path& folder, const std::vector<Certificate>& chain) {
  PEM_write_PrivateKey(open_file(folder / "key.pem").get(), chain[0].key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_X509(open_file(folder / "leaf.pem").get(), chain[0].x509.get());
  const File rest = open_file(folder / "rest.pem");
  for (std::size_t i = 1; i < chain.size(); ++i) PEM_write_X509(rest.get(), chain[i].x509.get());
}

/// `openssl s_server` with a chain, on a port that the kernel chose.
class OpensslServer {
 public:
  OpensslServer(const std::filesystem::path& folder, bool has_issuers) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) run(folder, has_issuers, ends);
    ::close(ends[1]);
    output_ = {::fdopen(ends[0], "r"), std::fclose};
    std::array<char, 256> line{};
    while (port_ == 0 && std::fgets(line.data(), line.size(), output_.get()) != nullptr) {
      const std::string text = line.data();
      if (text.starts_with("ACCEPT")) port_ = std::atoi(text.substr(text.rfind(':') + 1).c_str());
    }
  }
  ~OpensslServer() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  OpensslServer(const OpensslServer&) = delete;
  OpensslServer& operator=(const OpensslServer&) = delete;
  int port() const { return port_; }

 private:
  [[noreturn]] static void run(const std::filesystem::path& folder, bool has_issuers, const std::array<int, 2>& ends) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    const std::string leaf = folder / "leaf.pem";
    const std::string key = folder / "key.pem";
    const std::string rest = folder / "rest.pem";
    const char* issuers = has_issuers ? "-cert_chain" : nullptr;
    ::execlp("openssl", "openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", leaf.c_str(), "-key",
             key.c_str(), issuers, rest.c_str(), nullptr);
    std::_Exit(127);
  }
  pid_t pid_ = -1;
  File output_{nullptr, std::fclose};
  int port_ = 0;
};

/// X509_V_OK and the like as s_client says them; -1: it said nothing.
int ask_openssl(int port, const std::vector<Octets>& rdatas) {
  std::string command = "openssl s_client -connect 127.0.0.1:" + std::to_string(port) +
                        " -verify_return_error -no-CAfile -no-CApath -no-CAstore -auth_level 1 -attime " +
                        std::to_string(kNow) + " -dane_ee_no_namechecks -dane_tlsa_domain mx.example.org";
  for (const Octets& rdata : rdatas)
    command +=
        " -dane_tlsa_rrdata '" + tls::to_text({rdata[0], rdata[1], rdata[2], {rdata.begin() + 3, rdata.end()}}) + "'";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      ::popen((command + " </dev/null 2>/dev/null").c_str(), "r"), ::pclose);
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    const std::string text = line.data();
    const auto at = text.find("Verify return code: ");
    if (at != std::string::npos) return std::atoi(text.c_str() + at + 20);
  }
  return -1;
}

bool all_usable(const tls::TlsaSet& set) { return set.has_usable() && !set.has_unusable(); }

TEST(OpensslClient, AnswersAsTheProgramDoes) {
  ChainDice dice(7);
  tls::TlsContext context;
  int asked = 0;
  for (int round = 0; round < 28; ++round) {
    const Folder folder;
    std::vector<Certificate> chain;
    std::vector<Octets> ders;
    const std::vector<int> members = dice.chain();
    for (const int member : members) {
      chain.push_back(dice.certificate(member));
      ders.push_back(chain.back().der());
    }
    write_chain(folder.path(), chain);
    const OpensslServer server(folder.path(), chain.size() > 1);
    ASSERT_NE(server.port(), 0) << "openssl s_server did not start";
    const std::vector<wire::Bytes> views(ders.begin(), ders.end());
    const tls::ChainPtr captured = chain_from_der(context, views);
    for (int set_number = 0; set_number < 12; ++set_number) {
      std::vector<Octets> rdatas;
      for (int count = 1 + dice.below(3); count > 0; --count) {
        const Draw d = dice.draw(members[0]);
        rdatas.push_back(tlsa_rdata(d.usage, d.selector, d.matching_type, d.data));
      }
      const tls::TlsaSet set(std::vector<wire::Bytes>(rdatas.begin(), rdatas.end()));
      if (!all_usable(set)) continue;
      const auto result = match_chain(context, *captured, set, {{"mx.example.org"}}, kNow);
      EXPECT_EQ(ask_openssl(server.port(), rdatas), result.verify_error) << code(result.outcome) << " round " << round;
      ++asked;
    }
  }
  EXPECT_GE(asked, 200);
}

}  // namespace
}  // namespace danesweep::test
