// SPDX-License-Identifier: Apache-2.0
// What the gateway's configuration and the opt-out list decide about a domain before any look-up: opt-out, RAT,
// destination entry, SMTP route, in that order (rules E-80 to E-93, T-71).
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "scanner/engine/sweep.h"
#include "scanner/input/destination_config.h"
#include "scanner/input/opt_out.h"
#include "scanner/input/rat.h"
#include "scanner/input/smtp_routes.h"
#include "scanner/options.h"

namespace danesweep::scanner {

/// The list that the engine asks from all its threads while it may be read again.
class ReloadableOptOut : public OptOutList {
 public:
  void replace(input::OptOutNames list);
  bool names(const std::string& host) const override;
  bool holds_address(const std::string& address) const override;

 private:
  std::shared_ptr<const input::OptOutNames> current() const;
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const input::OptOutNames> list_ = std::make_shared<const input::OptOutNames>();
};

class GatewayContext {
 public:
  /// Texts of the files; `DEFAULT` of the destination controls is set to `default_mode`. The error is `FILE:LINE:
  /// TEXT`.
  static tl::expected<std::unique_ptr<GatewayContext>, std::string> load(const ContextOptions& options);

  /// Fills effective_mode, decided_by, without_entry, order and warnings.
  void apply(DomainTask& task) const;

  /// Whether a domain's mode would follow the Default (E-111).
  output::ModeSource mode_source(const std::string& domain) const;

  const OptOutList* opt_out() const { return &opt_out_; }
  /// SIGHUP: an unreadable list changes nothing.
  tl::expected<void, std::string> reread_opt_out();
  /// Texts for the results header (E-80): names "destconfig", "smtproutes", "rat".
  const std::vector<output::NamedText>& files() const { return files_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  tl::expected<void, std::string> load_destinations(const std::string& path);
  tl::expected<void, std::string> load_routes(const std::string& path);
  tl::expected<void, std::string> load_rat(const std::string& path);
  bool is_own(const std::string& domain) const;

  output::Mode default_mode_ = output::Mode::Opportunistic;
  std::string opt_out_path_;
  ReloadableOptOut opt_out_;
  input::DestinationConfig destinations_;
  input::SmtpRoutes routes_;
  std::vector<input::RecipientAccessTable> tables_;
  std::vector<output::NamedText> files_;
  std::vector<std::string> warnings_;
};

}  // namespace danesweep::scanner
