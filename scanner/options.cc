// SPDX-License-Identifier: Apache-2.0
#include "scanner/options.h"

#include "scanner/option_builder.h"

namespace danesweep::scanner {
namespace {

const Words<When>& whens() {
  static const Words<When> kWhens = {{"auto", When::Auto}, {"always", When::Always}, {"never", When::Never}};
  return kWhens;
}

Words<std::optional<input::Format>> formats() {
  using enum input::Format;
  Words<std::optional<input::Format>> words = {{"auto", std::nullopt}};
  for (const input::Format format : {List, Csv, Cef, MailLogs, TopHosts, MailLog})
    words.emplace_back(input::to_text(format), format);
  return words;
}

Value<std::string> parse_canary(const std::string& text) {
  return text == "none" ? Value<std::string>(text) : parse_domain(text);
}

void add_timeouts(CLI::App& app, tls::Timeouts& timeouts) {
  const auto add = [&](const char* name, tls::Duration& target, const char* help) {
    add_value(app, name, target, parse_timeout, help, "SECONDS")->group("Probe limits");
  };
  add("--connect-timeout", timeouts.connect, "wait for a TCP connection this long (default 10)");
  add("--greeting-timeout", timeouts.greeting, "wait for the greeting this long (default 30)");
  add("--reply-timeout", timeouts.reply, "wait for a whole reply this long (default 20)");
  add("--tls-timeout", timeouts.tls, "wait for the TLS handshake this long (default 20)");
  add("--probe-timeout", timeouts.probe, "give a whole probe this long (default 75)");
}

void add_rates(CLI::App& app, ProbeOptions& options) {
  const auto add = [&](const char* name, std::optional<RateLimit>& target, const char* help) {
    add_value(app, name, target, parse_rate_limit, help, "OPEN/STARTS")->group("Probe limits");
  };
  add_value(app, "--probe-rate", options.probe_rate, number_of<std::uint32_t>(),
            "start at most this many probes a second; 0 lifts the limit (default 100)", "N")
      ->group("Probe limits");
  add_value(app, "--max-probes", options.max_probes, number_of<std::uint32_t>(),
            "keep at most this many connections open; 0 lifts the limit (default 512)", "N")
      ->group("Probe limits");
  add("--per-address", options.per_address,
      "connections open at once and starts a second to one address; 0: no limit (default 1/0.2)");
  add("--per-net", options.per_net, "the same for each /24 or /48 (default 4/2)");
  add("--per-provider", options.per_provider, "the same for each registered domain of host names (default 8/4)");
}

}  // namespace

void add_options(CLI::App& app, EverywhereOptions& options, std::string& config_file) {
  add_value(
      app, "--config", config_file, any_text(),
      "read options from this INI file; else $XDG_CONFIG_HOME/danesweep/danesweep.ini or /etc/danesweep/danesweep.ini",
      "FILE")
      ->group("Everywhere");
  app.add_flag("--quiet,-q", options.quiet, "say nothing on stderr but warnings, errors and the closing account")
      ->group("Everywhere");
  Words<std::string> levels;
  for (const char* level : {"debug", "info", "warning", "error"}) levels.emplace_back(level, level);
  add_choice<std::string>(app, "--log-level", options.log_level, levels,
                          "least important log lines to print (default info)")
      ->group("Everywhere");
  add_choice<LogFormat>(app, "--log-format", options.log_format, {{"text", LogFormat::Text}, {"json", LogFormat::Json}},
                        "form of log lines on stderr (default text)")
      ->group("Everywhere");
  add_choice<When>(app, "--color", options.color, whens(),
                   "colour log lines; auto: on a terminal without NO_COLOR (default auto)")
      ->group("Everywhere");
}

void add_anchor_options(CLI::App& app, DnsOptions& options) {
  const char* group = "DNS";
  add_values(
      app, "--resolver", options.resolvers, parse_resolver,
      "ask this resolver; repeatable; a lower N is asked first, equal ones share the load (default: the servers of "
      "/etc/resolv.conf)",
      "ADDR[:PORT][,prio=N]")
      ->group(group);
  add_value(app, "--state-dir", options.state_dir, any_text(),
            "where the RFC 5011 state of the anchors lives (default /var/lib/danesweep as root, else "
            "$XDG_STATE_HOME/danesweep)",
            "DIR")
      ->group(group);
  add_value(app, "--timeout", options.timeout, parse_milliseconds, "wait for a DNS answer this long (default 5000)",
            "MS")
      ->group(group);
  add_value(app, "--tries", options.tries, number_of<std::uint32_t>(1, 20), "tries of each DNS question (default 3)",
            "N")
      ->group(group);
  app.add_flag("--accept-sha1", options.accept_sha1,
               "check signatures of algorithms 5 and 7 instead of counting them as unsupported")
      ->group(group);
  add_values(app, "--source-address", options.source_addresses, parse_own_address,
             "send from this address of the machine; once per family", "ADDR")
      ->group(group);
}

void add_options(CLI::App& app, DnsOptions& options) {
  add_anchor_options(app, options);
  const char* group = "DNS";
  add_value(app, "--trust-anchor-file", options.trust_anchor_file, any_text(),
            "static trust anchors instead of the managed ones: DS or DNSKEY lines, or IANA's root-anchors.xml", "FILE")
      ->group(group);
  add_value(app, "--validation-time", options.validation_time, parse_time,
            "validate as if it were this time: RFC 3339 or seconds since 1970", "TIME")
      ->group(group);
}

void add_options(CLI::App& app, ProbeOptions& options) {
  const char* group = "Probes";
  add_value(app, "--smtp-port", options.smtp_port, number_of<std::uint16_t>(1), "connect to this port (default 25)",
            "PORT")
      ->group(group);
  add_value(app, "--helo", options.helo, parse_helo,
            "name in EHLO: has a dot, or is an address literal (default: the machine's full name)", "NAME")
      ->group(group);
  app.add_flag("--no-probe", options.no_probe, "look up only, connect to no mail host")->group(group);
  app.add_flag("--dry-run", options.dry_run, "look up only, and say per provider which connections would be made")
      ->group(group);
  app.add_flag("--allow-special-addresses", options.allow_special_addresses,
               "also probe loopback, private and documentation addresses")
      ->group(group);
  auto* v4 = app.add_flag("--ipv4-only", options.ipv4_only, "probe IPv4 addresses only")->group(group);
  app.add_flag("--ipv6-only", options.ipv6_only, "probe IPv6 addresses only")->group(group)->excludes(v4);
  add_choice<output::MultiMx>(app, "--multi-mx", options.multi_mx,
                              {{"first", output::MultiMx::First}, {"all", output::MultiMx::All}},
                              "first: what happens to one message; all: every host must do (default first)")
      ->group(group);
  add_value(app, "--seed", options.seed, number_of<std::uint64_t>(),
            "order among equal hosts and addresses (default 1)", "N")
      ->group(group);
  add_value(app, "--retry-after", options.retry_after, parse_duration,
            "try a failed connection once more after this time (scan: 120)", "SECONDS")
      ->group(group);
  app.add_flag("--no-retry", options.no_retry, "make no second try")->group(group);
  app.add_flag("--no-banners", options.no_banners, "keep the codes of SMTP replies only")->group(group);
  add_choice<TlsKeys>(app, "--tls-key", options.tls_keys,
                      {{"ecdsa", TlsKeys::Ecdsa}, {"rsa", TlsKeys::Rsa}, {"both", TlsKeys::Both}},
                      "kind of certificate to ask for; both: a second connection (default ecdsa)")
      ->group(group);
  add_timeouts(app, options.timeouts);
  add_rates(app, options);
}

void add_options(CLI::App& app, ContextOptions& options) {
  const char* group = "Gateway";
  add_value(app, "--destconfig", options.destconfig, any_text(), "the gateway's exported Destination Controls", "FILE")
      ->group(group);
  add_value(app, "--smtproutes", options.smtproutes, any_text(), "the gateway's exported SMTP routes", "FILE")
      ->group(group);
  add_values(app, "--rat", options.rat, any_text(), "a listener's exported Recipient Access Table; repeatable", "FILE")
      ->group(group);
  add_choice<output::Mode>(app, "--dane", options.dane,
                           {{"opportunistic", output::Mode::Opportunistic}, {"mandatory", output::Mode::Mandatory}},
                           "what the Default profile would be set to (default opportunistic)")
      ->group(group);
  add_value(app, "--optout", options.optout, any_text(),
            "domains, addresses and networks to leave alone; read again on SIGHUP", "FILE")
      ->group(group);
}

void add_options(CLI::App& app, ScanOptions& options) {
  add_values(app, "FILE", options.inputs, any_text(), "lists or logs, plain, gzip or zstd; - is standard input", "");
  add_value(app, "--output,-o", options.output, any_text(),
            "write the results here; without it they go to standard output", "OUT.pb");
  add_choice<std::optional<input::Format>>(app, "--format", options.format, formats(),
                                           "format of all inputs (default auto: by content)");
  add_value(app, "--rejects", options.rejects, any_text(),
            "write every rejected entry here; stderr names the first 100", "FILE");
  add_value(app, "--metrics-file", options.metrics_file, any_text(),
            "counts for Prometheus' textfile collector, every ten seconds and at the end", "FILE");
  add_value(app, "--threads", options.threads, number_of<std::uint32_t>(1, 1024),
            "worker threads (default: one per core)", "N");
  add_value(app, "--max-inflight", options.max_inflight, number_of<std::uint32_t>(1, 1'000'000),
            "domains in work at once", "N");
  add_value(app, "--dns-rate", options.dns_rate, number_of<std::uint32_t>(),
            "DNS queries a second; 0: only the window limits them (default 0)", "N");
  add_value(app, "--canary", options.canary, parse_canary,
            "check each resolver with this signed name first; none: do not (default ietf.org)", "NAME|none");
  app.add_flag("--accept-unfit-resolvers", options.accept_unfit_resolvers, "scan although a resolver fails the canary");
  app.add_flag("--resume", options.resume,
               "go on with the results file of an interrupted scan; without such a file begin it");
  app.add_flag("--simulate-failover", options.simulate_failover,
               "decide every domain a second time with the lowest-numbered resolvers taken out");
  add_value(app, "--confirm", options.confirm, number_of<std::uint32_t>(0, 100),
            "look N more times at each failing or undetermined domain (default 0)", "N");
  add_value(app, "--shard", options.shard, parse_shard,
            "scan only this part of the domains, by hash, with this part of the probe limits; `merge` joins the parts",
            "K/N");
  add_choice<bool>(app, "--compress", options.compress, {{"zstd", true}, {"none", false}},
                   "compress the results (default zstd)");
  add_choice<When>(app, "--progress", options.progress, whens(),
                   "progress line on stderr; auto: on a terminal (default auto)");
  add_choice<std::optional<output::Action>>(app, "--fail-on", options.fail_on,
                                            {{"DANE_SUCCESS", output::Action::DaneSuccess},
                                             {"DANE_FAIL", output::Action::DaneFail},
                                             {"FALLBACK", output::Action::Fallback},
                                             {"UNDETERMINED", output::Action::Undetermined},
                                             {"NOT_APPLICABLE", output::Action::NotApplicable}},
                                            "end with code 1 if a domain's effective verdict is this one");
}

}  // namespace danesweep::scanner
