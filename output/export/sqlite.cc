// SPDX-License-Identifier: Apache-2.0
#include "output/export/sqlite.h"

#include <sqlite3.h>

#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "output/export/jsonl.h"

namespace danesweep::output {

namespace {

using Done = tl::expected<void, std::string>;

constexpr const char* kSchema = R"(
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE meta(json TEXT NOT NULL);
CREATE TABLE domain(id INTEGER PRIMARY KEY, "index" INTEGER NOT NULL, domain TEXT NOT NULL, recipients INTEGER NOT NULL, opportunistic TEXT,
  mandatory TEXT, rfc7672 TEXT, reason TEXT, degraded INTEGER, effective_mode TEXT, effective TEXT, effective_reason TEXT,
  row_opportunistic TEXT, row_mandatory TEXT, mx_status TEXT, mx_answer TEXT, mx_reason TEXT);
CREATE TABLE host(id INTEGER PRIMARY KEY, domain_id INTEGER NOT NULL REFERENCES domain(id), name TEXT NOT NULL,
  preference INTEGER, address_status TEXT, tlsa_status TEXT, tlsa_base TEXT, tlsa_count INTEGER, certificate TEXT,
  reason TEXT, address_reason TEXT, tlsa_reason TEXT, opportunistic TEXT, mandatory TEXT, row_opportunistic TEXT,
  row_mandatory TEXT, rfc7672 TEXT);
CREATE TABLE probe(id INTEGER PRIMARY KEY, host_id INTEGER NOT NULL REFERENCES host(id), address TEXT NOT NULL,
  outcome TEXT, protocol TEXT, cipher TEXT, certificate TEXT, matched TEXT, detail TEXT);
CREATE TABLE note(domain_id INTEGER NOT NULL REFERENCES domain(id), host_id INTEGER, probe_id INTEGER, code TEXT NOT NULL);
BEGIN;
)";
// Indexes at the end: one sort instead of a million insertions.
constexpr const char* kFinish = R"(
CREATE INDEX domain_name ON domain(domain);
CREATE INDEX domain_effective ON domain(effective);
CREATE INDEX host_domain ON host(domain_id);
CREATE INDEX host_name ON host(name);
CREATE INDEX probe_host ON probe(host_id);
CREATE INDEX note_code ON note(code);
COMMIT;
)";

/// One open database; every text is bound, none is pasted into SQL.
class Database {
 public:
  explicit Database(std::string path) : path_(std::move(path)) {}

  Done open() {
    sqlite3* handle = nullptr;
    const int status = sqlite3_open(path_.c_str(), &handle);
    handle_.reset(handle);
    return status == SQLITE_OK ? Done{} : failure();
  }
  Done run(const char* statements) {
    return sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr) == SQLITE_OK ? Done{} : failure();
  }
  sqlite3* handle() { return handle_.get(); }
  std::int64_t last_id() { return sqlite3_last_insert_rowid(handle_.get()); }
  Done failure() const { return tl::unexpected(fmt::format("{}: {}", path_, sqlite3_errmsg(handle_.get()))); }

 private:
  std::string path_;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_{nullptr, &sqlite3_close};
};

/// A prepared INSERT with as many places as values are given.
class Insert {
 public:
  Insert(Database& database, const std::string& table, int places) : database_(database) {
    std::string sql = fmt::format("INSERT INTO {} VALUES(", table);
    for (int i = 0; i < places; ++i) sql += i == 0 ? "?" : ",?";
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database.handle(), (sql + ")").c_str(), -1, &statement, nullptr);
    statement_.reset(statement);
  }

  template <class... Values>
  Done operator()(const Values&... values) {
    int place = 0;
    (bind(++place, values), ...);
    const int status = sqlite3_step(statement_.get());
    sqlite3_reset(statement_.get());
    return status == SQLITE_DONE ? Done{} : database_.failure();
  }

 private:
  void bind(int place, std::string_view text) {
    sqlite3_bind_text(statement_.get(), place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void bind(int place, std::int64_t number) { sqlite3_bind_int64(statement_.get(), place, number); }
  void bind(int place, std::nullptr_t) { sqlite3_bind_null(statement_.get(), place); }

  Database& database_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement_{nullptr, &sqlite3_finalize};
};

std::int64_t number(std::uint32_t value) { return value; }

class Tables {
 public:
  explicit Tables(Database& database)
      : database_(database),
        domains_(database, "domain", 17),
        hosts_(database, "host", 17),
        probes_(database, "probe", 9),
        notes_(database, "note", 4) {}

  Done add(const Result& r) {
    Done done = domains_(nullptr, number(r.index), r.domain, number(r.recipients), to_text(r.opportunistic),
                         to_text(r.mandatory), to_text(r.rfc7672), r.reason, number(r.degraded ? 1 : 0),
                         to_text(r.effective_mode), to_text(r.effective), r.effective_reason, r.row_opportunistic,
                         r.row_mandatory, to_text(r.mx.status), to_text(r.mx.answer), r.mx.reason);
    const std::int64_t domain = database_.last_id();
    for (const std::string& code : r.warnings) {
      if (done) done = notes_(domain, nullptr, nullptr, code);
    }
    for (const Host& host : r.hosts) {
      if (done) done = add_host(domain, host);
    }
    return done;
  }

 private:
  Done add_host(std::int64_t domain, const Host& h) {
    Done done = hosts_(nullptr, domain, h.name, number(h.preference), to_text(h.address_status), to_text(h.tlsa_status),
                       h.tlsa_base, number(h.tlsa_count), to_text(h.certificate), h.reason, h.address_reason,
                       h.tlsa_reason, to_text(h.opportunistic), to_text(h.mandatory), h.row_opportunistic,
                       h.row_mandatory, to_text(h.rfc7672));
    const std::int64_t host = database_.last_id();
    for (const std::string& code : h.warnings) {
      if (done) done = notes_(domain, host, nullptr, code);
    }
    for (const Probe& probe : h.probes) {
      if (done) done = add_probe(domain, host, probe);
    }
    return done;
  }

  Done add_probe(std::int64_t domain, std::int64_t host, const Probe& p) {
    Done done =
        probes_(nullptr, host, p.address, p.outcome, p.protocol, p.cipher, to_text(p.certificate), p.matched, p.detail);
    const std::int64_t probe = database_.last_id();
    for (const std::string& code : p.warnings) {
      if (done) done = notes_(domain, host, probe, code);
    }
    return done;
  }

  Database& database_;
  Insert domains_, hosts_, probes_, notes_;
};

Done fill(Reader& reader, const std::vector<Condition>& conditions, Database& database) {
  Done done = database.open();
  if (done) done = database.run(kSchema);
  if (!done) return done;
  done = Insert(database, "meta", 1)(meta_json(reader));
  Tables tables(database);
  while (done) {
    const auto result = reader.next();
    if (!result) return tl::unexpected(result.error());
    if (!*result) return database.run(kFinish);
    if (matches(conditions, **result)) done = tables.add(**result);
  }
  return done;
}

}  // namespace

Done export_sqlite(Reader& reader, const std::vector<Condition>& conditions, const std::string& path,
                   Existing existing) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    if (existing == Existing::Refuse || !std::filesystem::is_regular_file(path, error)) {
      return tl::unexpected(fmt::format("{}: exists already; choose another name or remove it first", path));
    }
    std::filesystem::remove(path, error);
  }
  Database database(path);
  Done done = fill(reader, conditions, database);
  if (!done) std::filesystem::remove(path, error);
  return done;
}

}  // namespace danesweep::output
