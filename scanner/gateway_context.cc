// SPDX-License-Identifier: Apache-2.0
#include "scanner/gateway_context.h"

#include <algorithm>
#include <mutex>

#include "scanner/values.h"

namespace danesweep::scanner {

void ReloadableOptOut::replace(input::OptOutNames list) {
  auto fresh = std::make_shared<const input::OptOutNames>(std::move(list));
  const std::unique_lock lock(mutex_);
  list_ = std::move(fresh);
}

std::shared_ptr<const input::OptOutNames> ReloadableOptOut::current() const {
  const std::shared_lock lock(mutex_);
  return list_;
}

bool ReloadableOptOut::names(const std::string& host) const { return current()->holds_name(host); }
bool ReloadableOptOut::holds_address(const std::string& address) const { return current()->holds_address(address); }

tl::expected<std::unique_ptr<GatewayContext>, std::string> GatewayContext::load(const ContextOptions& options) {
  auto context = std::make_unique<GatewayContext>();
  context->default_mode_ = options.dane;
  context->opt_out_path_ = options.optout;
  auto done = context->reread_opt_out();
  if (done) done = context->load_destinations(options.destconfig);
  if (done) done = context->load_routes(options.smtproutes);
  for (const std::string& path : options.rat)
    if (done) done = context->load_rat(path);
  if (!done) return tl::unexpected(done.error());
  return context;
}

tl::expected<void, std::string> GatewayContext::reread_opt_out() {
  if (opt_out_path_.empty()) return {};
  const auto text = read_whole_file(opt_out_path_);
  if (!text) return tl::unexpected(text.error());
  auto list = input::OptOutNames::parse(*text, opt_out_path_);
  if (!list) return tl::unexpected(list.error());
  opt_out_.replace(std::move(*list));
  return {};
}

namespace {

/// Reads and parses one file; its warnings and text are kept.
template <class T>
tl::expected<T, std::string> load_file(const std::string& path, const char* name, std::vector<output::NamedText>& files,
                                       std::vector<std::string>& warnings) {
  auto text = read_whole_file(path);
  if (!text) return tl::unexpected(text.error());
  auto parsed = T::parse(*text, path);
  if (!parsed) return tl::unexpected(parsed.error());
  warnings.insert(warnings.end(), parsed->warnings().begin(), parsed->warnings().end());
  files.push_back({name, std::move(*text)});
  return parsed;
}

}  // namespace

tl::expected<void, std::string> GatewayContext::load_destinations(const std::string& path) {
  if (path.empty()) return {};
  auto loaded = load_file<input::DestinationConfig>(path, "destconfig", files_, warnings_);
  if (!loaded) return tl::unexpected(loaded.error());
  destinations_ = std::move(*loaded);
  return {};
}

tl::expected<void, std::string> GatewayContext::load_routes(const std::string& path) {
  if (path.empty()) return {};
  auto loaded = load_file<input::SmtpRoutes>(path, "smtproutes", files_, warnings_);
  if (!loaded) return tl::unexpected(loaded.error());
  routes_ = std::move(*loaded);
  return {};
}

tl::expected<void, std::string> GatewayContext::load_rat(const std::string& path) {
  auto loaded = load_file<input::RecipientAccessTable>(path, "rat", files_, warnings_);
  if (!loaded) return tl::unexpected(loaded.error());
  tables_.push_back(std::move(*loaded));
  return {};
}

bool GatewayContext::is_own(const std::string& domain) const {
  return std::ranges::any_of(tables_, [&](const auto& table) { return table.accepts(domain); });
}

output::ModeSource GatewayContext::mode_source(const std::string& domain) const {
  return destinations_.decide(domain, default_mode_).own_mode ? output::ModeSource::OwnEntry
                                                              : output::ModeSource::Default;
}

void GatewayContext::apply(DomainTask& task) const {
  const input::DestinationDecision entry = destinations_.decide(task.domain, default_mode_);
  const input::Route route = routes_.find(task.domain);
  task.effective_mode = entry.mode;
  task.order = entry.order;
  if (entry.dane_without_tls) task.warnings.emplace_back("dane-without-tls");
  if (opt_out_.names(task.domain)) {
    task.decided_by = "opted-out";
  } else if (is_own(task.domain)) {
    task.decided_by = "rat-domain";
    if (route == input::Route::ToHost && entry.mode != output::Mode::None)
      task.warnings.emplace_back("rat-route-relay");
  } else if (entry.tls_off) {
    task.decided_by = "tls-off";
  } else if (entry.dane_off) {
    task.decided_by = "dane-off";
    task.without_entry = route == input::Route::UseDns;  // E-85
  } else if (route == input::Route::Dropped) {
    task.decided_by = "route-dropped";
  } else if (route == input::Route::ToHost) {
    task.decided_by = "smtp-route";
  }
}

}  // namespace danesweep::scanner
