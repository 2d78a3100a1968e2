// SPDX-License-Identifier: Apache-2.0
// A peer to compare with: an asynchronous libunbound sweeper that asks for each domain what a DANE dry run needs (MX,
// then A and AAAA of each host, then TLSA of hosts with secure addresses), validated, with a bounded number of domains
// in flight. Prints how many domains it finished and how their MX were judged.
//
//   unbound_sweep RESOLVER@PORT ANCHORFILE LIST [OUTSTANDING] [SMTPPORT]
#include <poll.h>
#include <unbound.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int kA = 1, kMx = 15, kAaaa = 28, kTlsa = 52, kIn = 1;

struct Sweep {
  ub_ctx* context = nullptr;
  std::string smtp_port = "25";
  std::size_t in_flight = 0, finished = 0, secure = 0, insecure = 0, bogus = 0, failed = 0, queries = 0;
};

struct Host {
  std::string name;
  int waiting = 2;
  bool secure = true, has_address = false;
};

struct Domain {
  Sweep* sweep;
  std::string name;
  std::size_t open = 0;  // look-ups under way
  std::deque<Host> hosts;
};

struct HostCall {
  Domain* domain;
  Host* host;
};

void check(int code, const char* what) {
  if (code == 0) return;
  std::fprintf(stderr, "unbound_sweep: %s: %s\n", what, ub_strerror(code));
  std::exit(2);
}

void ask(Domain& domain, const std::string& name, int type, void* argument, ub_callback_type callback) {
  ++domain.open;
  ++domain.sweep->queries;
  check(ub_resolve_async(domain.sweep->context, name.c_str(), type, kIn, argument, callback, nullptr),
        "ub_resolve_async");
}

void end_call(Domain* domain) {
  if (--domain->open > 0) return;
  --domain->sweep->in_flight;
  ++domain->sweep->finished;
  delete domain;
}

void on_tlsa(void* argument, int /*error*/, ub_result* result) {
  ub_resolve_free(result);
  end_call(static_cast<Domain*>(argument));
}

void on_address(void* argument, int error, ub_result* result) {
  const std::unique_ptr<HostCall> call(static_cast<HostCall*>(argument));
  Host& host = *call->host;
  if (error == 0 && result->havedata) {
    host.has_address = true;
    host.secure = host.secure && result->secure;
  }
  if (--host.waiting == 0 && host.has_address && host.secure) {
    ask(*call->domain, "_" + call->domain->sweep->smtp_port + "._tcp." + host.name, kTlsa, call->domain, on_tlsa);
  }
  ub_resolve_free(result);
  end_call(call->domain);
}

std::string name_text(const char* wire, int size) {
  std::string text;
  for (int at = 0; at < size && wire[at] != 0;) {
    const int length = static_cast<unsigned char>(wire[at]);
    text.append(wire + at + 1, static_cast<std::size_t>(length)).push_back('.');
    at += length + 1;
  }
  return text;
}

void on_mx(void* argument, int error, ub_result* result) {
  auto* domain = static_cast<Domain*>(argument);
  Sweep& sweep = *domain->sweep;
  if (error != 0 || result == nullptr) {
    ++sweep.failed;
    return end_call(domain);
  }
  result->bogus ? ++sweep.bogus : result->secure ? ++sweep.secure : ++sweep.insecure;
  if (!result->bogus && !result->nxdomain) {
    if (!result->havedata) domain->hosts.push_back({domain->name});
    for (int i = 0; result->havedata && result->data[i] != nullptr; ++i)
      domain->hosts.push_back({name_text(result->data[i] + 2, result->len[i] - 2)});
    for (Host& host : domain->hosts) {
      ask(*domain, host.name, kA, new HostCall{domain, &host}, on_address);
      ask(*domain, host.name, kAaaa, new HostCall{domain, &host}, on_address);
    }
  }
  ub_resolve_free(result);
  end_call(domain);
}

void run(Sweep& sweep, const std::vector<std::string>& domains, std::size_t outstanding) {
  std::size_t next = 0;
  while (sweep.finished < domains.size()) {
    while (next < domains.size() && sweep.in_flight < outstanding) {
      ++sweep.in_flight;
      auto* domain = new Domain{&sweep, domains[next++], 0, {}};
      ask(*domain, domain->name, kMx, domain, on_mx);
    }
    pollfd wait{ub_fd(sweep.context), POLLIN, 0};
    if (poll(&wait, 1, 10'000) <= 0) break;
    check(ub_process(sweep.context), "ub_process");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: unbound_sweep RESOLVER@PORT ANCHORFILE LIST [OUTSTANDING] [SMTPPORT]\n");
    return 2;
  }
  Sweep sweep;
  sweep.context = ub_ctx_create();
  if (argc > 5) sweep.smtp_port = argv[5];
  ub_ctx* context = sweep.context;
  check(ub_ctx_async(context, 1), "ub_ctx_async");
  check(ub_ctx_set_option(context, "do-not-query-localhost:", "no"), "do-not-query-localhost");
  check(ub_ctx_set_option(context, "outgoing-range:", "4096"), "outgoing-range");
  check(ub_ctx_set_option(context, "num-queries-per-thread:", "4096"), "num-queries-per-thread");
  check(ub_ctx_set_option(context, "msg-cache-size:", "256m"), "msg-cache-size");
  check(ub_ctx_set_option(context, "rrset-cache-size:", "512m"), "rrset-cache-size");
  check(ub_ctx_set_option(context, "key-cache-size:", "256m"), "key-cache-size");

  // libunbound answers these itself unless told otherwise; a world of tests may hold them.
  check(ub_ctx_set_option(context, "local-zone:", "test. transparent"), "local-zone");
  check(ub_ctx_set_option(context, "local-zone:", "invalid. transparent"), "local-zone");
  check(ub_ctx_add_ta_file(context, argv[2]), "trust anchor");
  check(ub_ctx_set_fwd(context, argv[1]), "forwarder");

  std::vector<std::string> domains;
  std::ifstream list(argv[3]);
  for (std::string line; std::getline(list, line);) {
    if (!line.empty() && line[0] != '#') domains.push_back(line);
  }
  run(sweep, domains, argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 100);
  std::printf("domains %zu secure %zu insecure %zu bogus %zu failed %zu queries %zu\n", sweep.finished, sweep.secure,
              sweep.insecure, sweep.bogus, sweep.failed, sweep.queries);
  const bool complete = sweep.finished == domains.size();
  ub_ctx_delete(context);
  return complete ? 0 : 1;
}
