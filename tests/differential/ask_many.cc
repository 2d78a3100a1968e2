// SPDX-License-Identifier: Apache-2.0
// danesweep-ask-many ADDR:PORT ANCHORFILE [cold]: reads "NAME TYPE" lines and answers each with one line, in their
// order: "STATUS reason ANSWER zone". All look-ups share one loop, one set of caches and the engine's own transport,
// many at a time; `cold` gives each a fresh engine instead.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "scanner/engine/dns_stack.h"
#include "scanner/engine/library.h"
#include "scanner/engine/sweep.h"

namespace danesweep::scanner {
namespace {

constexpr std::size_t kAtOnce = 64;

std::string line_of(const dnssec::Verdict& verdict) {
  const std::string reason(dnssec::code(verdict.reason));
  std::string line(dnssec::to_text(verdict.security));
  line += ' ' + (reason.empty() ? "-" : reason) + ' ';
  line += dnssec::to_text(verdict.answer);
  return line + ' ' + verdict.facts.zone.value_or(wire::DomainName()).to_text() + '\n';
}

/// All questions over one loop, kAtOnce in flight.
class Crowd {
 public:
  Crowd(const DnsSettings& settings, std::vector<wire::Question> questions)
      : shared_(settings), stack_(loop_, shared_, dnssec::Detail::Plain), questions_(std::move(questions)) {
    loop_.set_before_poll([this] { stack_.pool.before_poll(); });
    loop_.set_tick([this] { stack_.pool.tick(); });
    loop_.set_leftover([this] { return stack_.lookups.run_leftover(); });
    lines_.resize(questions_.size());
  }

  const std::vector<std::string>& run() {
    loop_.post([this] { fill(); });
    if (!questions_.empty()) loop_.run();
    return lines_;
  }

 private:
  void fill() {
    if (std::exchange(filling_, true)) return;  // a look-up may end at once, from within this loop
    while (next_ < questions_.size() && next_ - done_ < kAtOnce) {
      const std::size_t index = next_++;
      stack_.lookups.look_up(questions_[index], dnssec::NameHint::None, [this, index](VerdictPtr verdict) {
        lines_[index] = line_of(*verdict);
        if (++done_ == questions_.size()) loop_.stop();
        loop_.post([this] { fill(); });
      });
    }
    filling_ = false;
  }

  Loop loop_;
  DnsShared shared_;
  DnsStack stack_;
  std::vector<wire::Question> questions_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0, done_ = 0;
  bool filling_ = false;
};

std::vector<wire::Question> read_questions(std::istream& in) {
  std::vector<wire::Question> questions;
  std::string name, type;
  while (in >> name >> type) {
    const auto parsed_name = wire::DomainName::from_text(name);
    const auto parsed_type = wire::parse_rr_type(type);
    if (!parsed_name || !parsed_type) throw std::runtime_error("no question: " + name + " " + type);
    questions.push_back({*parsed_name, *parsed_type});
  }
  return questions;
}

DnsSettings settings_of(const std::string& resolver, const std::string& anchor_file) {
  DnsSettings settings;
  const auto colon = resolver.rfind(':');
  settings.resolvers = {
      {{resolver.substr(0, colon), static_cast<std::uint16_t>(std::stoi(resolver.substr(colon + 1)))}}};
  std::ostringstream content;
  content << std::ifstream(anchor_file).rdbuf();
  const auto file = dnssec::parse_anchor_file(content.str(), 0);
  if (!file) throw std::runtime_error(anchor_file + " cannot be read");
  settings.anchors = dnssec::TrustAnchors(file->anchors);
  return settings;
}

}  // namespace
}  // namespace danesweep::scanner

int main(int count, char** arguments) {
  using namespace danesweep::scanner;
  if (count < 3) {
    std::cerr << "usage: danesweep-ask-many ADDR:PORT ANCHORFILE [cold]\n";
    return 2;
  }
  try {
    const DnsSettings settings = settings_of(arguments[1], arguments[2]);
    const auto questions = read_questions(std::cin);
    initialise_libraries();
    if (count == 3) {
      Crowd crowd(settings, questions);
      for (const std::string& line : crowd.run()) std::cout << line;
      return 0;
    }
    for (const auto& question : questions)
      std::cout << line_of(run_query(settings, question, danesweep::dnssec::Detail::Plain).verdict);
  } catch (const std::exception& error) {
    std::cerr << "danesweep-ask-many: " << error.what() << '\n';
    return 1;
  }
}
