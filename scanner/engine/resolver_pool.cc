// SPDX-License-Identifier: Apache-2.0
#include "scanner/engine/resolver_pool.h"

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "dnssec/crypto.h"
#include "scanner/engine/shuffle.h"

namespace danesweep::scanner {

namespace {

/// A refused try is repeated after a breath, lest a resolver that is being restarted lose its tries in a millisecond.
constexpr milliseconds kRefusedPause{100};
constexpr std::uint32_t kNapFrom = 64;  ///< questions outstanding
constexpr std::uint32_t kFewAnswers = 16, kManyAnswers = 64;
constexpr milliseconds kSlice{4};
constexpr std::uint32_t kPerLook = 16;  ///< answers between two looks at the clock
constexpr std::chrono::microseconds kNapStep{100}, kLongestNap{2000};

/// NXDOMAIN and YXDOMAIN say something that can be proven; every other error is the resolver's (D-61, D-71).
bool is_error(wire::Rcode rcode) {
  return rcode != wire::Rcode::NoError && rcode != wire::Rcode::NxDomain && rcode != wire::Rcode::YxDomain;
}

}  // namespace

struct ResolverPool::Ask {
  dnssec::Wanted wanted;
  Done done;
  std::size_t level = 0;
  std::uint32_t tries = 0;
  dnssec::ResolverSet tried, errored;
  std::vector<dnssec::Outdone> errors;  ///< one for each of `errored`
  ResolverId unreadable_from = dnssec::kNoResolver;
  Instant not_before{};
  ResolverId resolver = dnssec::kNoResolver;  ///< of the running try
  LookupLog log;
};

ResolverPool::ResolverPool(Loop& loop, const Clock& clock, const DnsSettings& settings, ResolverHealth& health,
                           SharedRate& rate)
    : loop_(&loop),
      clock_(&clock),
      settings_(&settings),
      health_(&health),
      rate_(&rate),
      ring_(std::make_unique<ReceiveRing>()) {
  for (const ResolverSetting& resolver : settings.resolvers)
    transports_.push_back(std::make_unique<DnsTransport>(loop.uv(), clock, transport_to(settings, resolver), *ring_));
  // The SOA of an anchored zone: every resolver that is of use here has it, or can say why not.
  ping_ = {settings.anchors.empty() ? wire::DomainName() : settings.anchors.all().front().zone, wire::RrType::Soa};
  std::array<std::uint8_t, 8> seed{};
  dnssec::random_octets(seed);
  std::memcpy(&random_state_, seed.data(), sizeof random_state_);
}

ResolverPool::~ResolverPool() = default;

std::uint32_t ResolverPool::random_below(std::uint32_t bound) {
  return static_cast<std::uint32_t>(split_mix(random_state_) % bound);
}

std::uint64_t ResolverPool::queries_sent() const {
  std::uint64_t sum = 0;
  for (const auto& transport : transports_) sum += transport->queries_sent();
  return sum;
}

std::uint32_t ResolverPool::outstanding() const {
  std::uint32_t sum = 0;
  for (const auto& transport : transports_) sum += transport->window().outstanding();
  return sum;
}

void ResolverPool::ask(const dnssec::Wanted& wanted, Done done, LookupLog log) {
  if (free_.empty()) {
    asks_.push_back(std::make_unique<Ask>());
    free_.push_back(asks_.back().get());
  }
  Ask& ask = *free_.back();
  free_.pop_back();
  ask = Ask{};
  ask.wanted = wanted;
  ask.done = std::move(done);
  ask.log = std::move(log);
  if (!wanted.not_from.is_empty()) ask.level = health_->level_of(wanted.not_from.first());
  keep(ask, waiting_.empty() ? place(ask) : Placement::Wait);
}

void ResolverPool::keep(Ask& ask, Placement placement) {
  if (placement == Placement::Wait) waiting_.push_back(&ask);
  if (placement == Placement::Later) later_.push_back(&ask);
}

bool ResolverPool::may_ask(const Ask& ask, ResolverId resolver) const {
  return !ask.wanted.not_from.contains(resolver) && !ask.errored.contains(resolver);
}

/// Every resolver of the level has given an error, or may not be asked.
bool ResolverPool::is_asked_out(const Ask& ask, std::size_t level) const {
  const auto& ids = health_->levels()[level];
  return std::none_of(ids.begin(), ids.end(), [&](ResolverId id) { return may_ask(ask, id); });
}

/// Questions to *another* resolver stay in its priority (D-59); all others may go on to the last.
std::size_t ResolverPool::last_level(const Ask& ask) const {
  return !ask.wanted.not_from.is_empty() ? ask.level : health_->levels().size() - 1;
}

/// A reachable resolver of the level with room, by chance among those that this question has not tried yet.
std::optional<ResolverId> ResolverPool::choose(const Ask& ask, std::size_t level) {
  std::array<ResolverId, dnssec::kMaxResolvers> fresh{}, tried{};
  std::uint32_t fresh_count = 0, tried_count = 0;
  for (const ResolverId id : health_->levels()[level]) {
    if (!may_ask(ask, id)) continue;
    if (!health_->is_reachable(id) || !transports_[static_cast<std::size_t>(id)]->has_room()) continue;
    if (!ask.tried.contains(id)) {
      fresh[fresh_count++] = id;
    } else {
      tried[tried_count++] = id;
    }
  }
  if (fresh_count > 0) return fresh[random_below(fresh_count)];
  if (tried_count > 0) return tried[random_below(tried_count)];
  return std::nullopt;
}

/// Somebody of the level could take this question, were it not for the windows.
bool ResolverPool::has_reachable(const Ask& ask, std::size_t level) const {
  const auto& ids = health_->levels()[level];
  return std::any_of(ids.begin(), ids.end(),
                     [&](ResolverId id) { return may_ask(ask, id) && health_->is_reachable(id); });
}

ResolverPool::Placement ResolverPool::place(Ask& ask) {
  const Instant now = clock_->steady();
  if (ask.not_before > now) return Placement::Later;
  if (health_->levels().empty() || health_->all_gone(now)) {
    finish_empty(ask);
    return Placement::Ended;
  }
  if (const auto ended = judge_tries(ask)) return *ended;
  const std::size_t last = last_level(ask);
  for (std::size_t level = ask.level; level <= last; ++level)
    if (const auto placed = place_at(ask, level)) return *placed;
  if (ask.wanted.not_from.is_empty()) return Placement::Later;
  finish(ask, {dnssec::NoOtherResolver{}, dnssec::kNoResolver});  // there is no other one that can be reached
  return Placement::Ended;
}

/// Nothing: nobody of this level can be reached, the next one may be asked.
std::optional<ResolverPool::Placement> ResolverPool::place_at(Ask& ask, std::size_t level) {
  if (is_asked_out(ask, level)) {  // errors never lead to a lower priority
    finish_empty(ask);
    return Placement::Ended;
  }
  const bool is_particular = !ask.wanted.not_from.is_empty();
  if (const auto chosen = choose(ask, level)) return start_try(ask, *chosen) ? Placement::Sent : Placement::Wait;
  if (has_reachable(ask, level)) return is_particular ? Placement::Later : Placement::Wait;  // for its window
  if (is_particular || !health_->is_any_reachable(level)) return std::nullopt;
  finish_empty(ask);  // all that can be reached have given errors; the others may never come back
  return Placement::Ended;
}

bool ResolverPool::start_try(Ask& ask, ResolverId resolver) {
  if (!rate_->take(clock_->steady())) return false;
  ask.tried.add(resolver);
  log_event(ask, LookupEvent::Kind::Server, resolver);
  log_event(ask, LookupEvent::Kind::Sent, resolver);
  ask.resolver = resolver;  // a capture of two pointers fits into the function object: no allocation per query
  transports_[static_cast<std::size_t>(resolver)]->send(
      ask.wanted.question, [this, &ask](TryResult result) { try_ended(ask, ask.resolver, std::move(result)); });
  return true;
}

void ResolverPool::try_ended(Ask& ask, ResolverId resolver, TryResult result) {
  using enum TryResult::Kind;
  ++answers_this_turn_;
  const Instant now = clock_->steady();
  switch (result.kind) {
    case Message:
    case BareRcode:
      health_->answered(resolver, now);
      if (result.kind == Message && !is_error(result.rcode)) {
        finish(ask, {std::move(result.message), resolver});
        return;
      }
      note_error(ask, resolver, result);
      break;
    case Silence:
    case Refused:
    case Unsendable:
      health_->failed(resolver, result.sent);
      log_event(ask, LookupEvent::Kind::Error, resolver);
      if (result.kind != Silence) ask.not_before = now + kRefusedPause * std::min(ask.tries + 1, 5U);
      ++ask.tries;
      break;
    case Unreadable:
      ask.unreadable_from = resolver;
      [[fallthrough]];
    case Unusable:
      health_->answered(resolver, now);
      log_event(ask, LookupEvent::Kind::Error, resolver, wire::Rcode::FormErr);
      ++ask.tries;
      break;
  }
  try_again(ask);
}

void ResolverPool::note_error(Ask& ask, ResolverId resolver, const TryResult& result) {
  ask.errored.add(resolver);
  log_event(ask, LookupEvent::Kind::Error, resolver, result.rcode);
  dnssec::ErrorRcode error{result.rcode, {}, {}};
  if (result.message && result.message->edns()) {
    error.extended_error = result.message->edns()->extended_error;
    error.extended_error_text = result.message->edns()->extended_error_text;
  }
  ask.errors.push_back({std::move(error), resolver});
}

/// A question that has used up its tries goes on to the next priority if nobody of this one can be reached.
std::optional<ResolverPool::Placement> ResolverPool::judge_tries(Ask& ask) {
  const auto members = static_cast<std::uint32_t>(health_->levels()[ask.level].size());
  if (ask.tries < std::max(settings_->tries, members)) return std::nullopt;
  if (health_->is_in_doubt(ask.level)) return Placement::Later;
  if (health_->is_any_reachable(ask.level) || ask.level >= last_level(ask)) {
    finish_empty(ask);
    return Placement::Ended;
  }
  ++ask.level;
  ask.tries = 0;
  return std::nullopt;
}

void ResolverPool::try_again(Ask& ask) {
  // Another resolver need not wait for the one that refused.
  const auto& ids = health_->levels()[ask.level];
  const bool has_other = std::any_of(ids.begin(), ids.end(), [&](ResolverId id) {
    return may_ask(ask, id) && !ask.tried.contains(id) && health_->is_reachable(id);
  });
  if (has_other) ask.not_before = {};
  keep(ask, place(ask));
}

void ResolverPool::finish_empty(Ask& ask) {
  if (!ask.errors.empty()) {
    const auto is_servfail = [](const dnssec::Outdone& each) { return each.error.rcode == wire::Rcode::ServFail; };
    auto told = std::ranges::find_if(ask.errors, is_servfail);  // says most: the name is at fault, not we
    if (told == ask.errors.end()) --told;
    dnssec::Response response{std::move(told->error), told->resolver};
    ask.errors.erase(told);
    finish(ask, std::move(response));
  } else if (!ask.wanted.not_from.is_empty() && ask.tried.is_empty()) {
    finish(ask, {dnssec::NoOtherResolver{}, dnssec::kNoResolver});
  } else if (ask.unreadable_from != dnssec::kNoResolver) {
    finish(ask, {dnssec::Unreadable{}, ask.unreadable_from});
  } else {
    finish(ask, {dnssec::NoReply{}, dnssec::kNoResolver});
  }
}

void ResolverPool::finish(Ask& ask, dnssec::Response response) {
  response.outdone = std::move(ask.errors);
  finished_.push_back({std::exchange(ask.done, nullptr), std::move(response)});
  ask.log = nullptr;
  free_.push_back(&ask);
}

void ResolverPool::pump() {
  while (!waiting_.empty()) {
    Ask* const ask = waiting_.front();
    const Placement placement = place(*ask);
    if (placement == Placement::Wait) return;
    waiting_.pop_front();
    keep(*ask, placement);
  }
}

void ResolverPool::ping_doubted() {
  const Instant now = clock_->steady();
  health_->check(now);
  for (std::size_t i = 0; i < transports_.size(); ++i) {
    const auto id = static_cast<ResolverId>(i);
    if (!health_->wants_ping(id, now)) continue;
    transports_[i]->send(ping_, [this, id](const TryResult& result) {
      using enum TryResult::Kind;
      if (result.is_answer()) health_->answered(id, clock_->steady());
      if (result.kind == Refused || result.kind == Unsendable) health_->ping_refused(id, clock_->steady());
    });
  }
}

void ResolverPool::tick() {
  for (auto& transport : transports_) transport->tick();
  ping_doubted();
  if (health_->all_gone(clock_->steady()))  // what is still out will not come back
    for (auto& transport : transports_) transport->abandon();
  std::vector<Ask*> later;
  later.swap(later_);
  for (Ask* const ask : later) keep(*ask, place(*ask));
}

// Whoever waited for an answer validates it here, inline. A slice of that work, then the loop's other work: connections
// must not stand still while a thousand signatures are checked.
void ResolverPool::before_poll() {
  const Instant end = clock_->steady() + kSlice;
  for (bool again = true; again;) {
    pump();
    for (auto& transport : transports_) transport->flush();
    again = !finished_.empty() && clock_->steady() < end;
    for (std::uint32_t i = 0; i < kPerLook && !finished_.empty(); ++i) {
      Finished one = std::move(finished_.front());
      finished_.pop_front();
      one.done(std::move(one.response));
    }
  }
  if (!finished_.empty()) loop_->wake_leftover();
  nap();
}

// Waking up costs more than the packets (FACTS A2): while answers trickle in, sleep so that 16 to 64 come per turn.
void ResolverPool::nap() {
  const std::uint32_t answers = std::exchange(answers_this_turn_, 0);
  if (outstanding() < kNapFrom || loop_->has_leftover()) {
    nap_ = {};
    return;
  }
  if (answers < kFewAnswers) nap_ = std::min(nap_ + kNapStep, kLongestNap);
  if (answers > kManyAnswers) nap_ = nap_ > kNapStep ? nap_ - kNapStep : nap_.zero();
  if (nap_ > nap_.zero()) std::this_thread::sleep_for(nap_);
}

void ResolverPool::drop_all() {
  waiting_.clear();
  later_.clear();
  finished_.clear();
  transports_.clear();
}

void ResolverPool::log_event(Ask& ask, LookupEvent::Kind kind, ResolverId resolver, std::optional<wire::Rcode> error) {
  if (ask.log == nullptr) return;
  LookupEvent event;
  event.kind = kind;
  event.name = ask.wanted.question.name;
  event.type = ask.wanted.question.type;
  event.resolver = settings_->resolvers[static_cast<std::size_t>(resolver)].where.address;
  event.priority_group = static_cast<std::uint32_t>(health_->level_of(resolver));
  event.unix_micros =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  event.error = error;
  ask.log->push_back(std::move(event));
}

}  // namespace danesweep::scanner
