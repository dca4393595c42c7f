#include "tools/store/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "sim/check.hpp"

namespace store {
namespace {

constexpr int wait_for_other_writers_ms = 60'000;

std::string insert_sql(const std::string& table, const std::vector<std::string>& columns,
                       std::size_t rows) {
  std::string one = "(?";
  for (std::size_t i = 1; i < columns.size(); ++i) one += ",?";
  one += ")";
  std::string sql =
      fmt::format("INSERT INTO {} ({}) VALUES {}", table, fmt::join(columns, ","), one);
  for (std::size_t i = 1; i < rows; ++i) sql += "," + one;
  return sql;
}

}  // namespace

Database::Database(const std::filesystem::path& path, Open mode) : name_{path.string()} {
  // A leading "./" keeps SQLite from reading a name such as ":memory:" as something else.
  const std::string file = path.is_absolute() ? path.string() : "./" + path.string();
  const int flags = SQLITE_OPEN_READWRITE | (mode == Open::or_create ? SQLITE_OPEN_CREATE : 0);
  if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const int cause = sqlite3_system_errno(handle_);
    const std::string why = cause != 0 ? std::strerror(cause) : sqlite3_errmsg(handle_);
    sqlite3_close(handle_);
    throw StoreError{fmt::format("cannot open '{}': {}", name_, why)};
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, wait_for_other_writers_ms);
}

Database::~Database() { sqlite3_close(handle_); }

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("use");
}

std::int64_t Database::integer(const char* sql) {
  Statement statement{*this, sql};
  sim::check(statement.step(), "a query for one number returned no row");
  return statement.integer(0);
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Database::fail(std::string_view doing) const {
  const int code = sqlite3_errcode(handle_) & 0xff;
  std::string why = sqlite3_errmsg(handle_);
  if (code == SQLITE_NOTADB) why = "it is not a SQLite database";
  if (code == SQLITE_BUSY) why = "another program has been writing to it for a minute";
  if (code == SQLITE_FULL) {  // COMMIT, which finds out, does not count as a writing statement
    doing = "write to";
    why = "the disk is full";
  }
  throw StoreError{fmt::format("cannot {} '{}': {}", doing, name_, why)};
}

Statement::Statement(Database& database, const std::string& sql) : database_{database} {
  if (sqlite3_prepare_v2(database.handle(), sql.c_str(), static_cast<int>(sql.size() + 1), &handle_,
                         nullptr) != SQLITE_OK)
    database_.fail("use");
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::bind(int parameter, std::int64_t value) {
  sim::check(sqlite3_bind_int64(handle_, parameter, value) == SQLITE_OK, "bind an integer");
}
void Statement::bind(int parameter, double value) {
  sim::check(sqlite3_bind_double(handle_, parameter, value) == SQLITE_OK, "bind a number");
}
void Statement::bind(int parameter, std::string_view value) {
  const char* text = value.data() == nullptr ? "" : value.data();
  sim::check(sqlite3_bind_text(handle_, parameter, text, static_cast<int>(value.size()),
                               SQLITE_STATIC) == SQLITE_OK,
             "bind a text");
}

bool Statement::step() {
  const int result = sqlite3_step(handle_);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    database_.fail(sqlite3_stmt_readonly(handle_) != 0 ? "read" : "write to");
  return result == SQLITE_ROW;
}

void Statement::reset() { sqlite3_reset(handle_); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(handle_, column);
}
std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return text == nullptr
             ? std::string{}
             : std::string{text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database) : database_{database} {
  Statement{database, "BEGIN IMMEDIATE"}.execute();
}
Transaction::~Transaction() {
  // A full disk makes SQLite roll back by itself.
  if (database_.in_transaction())
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}
void Transaction::commit() { Statement{database_, "COMMIT"}.execute(); }

BulkInsert::BulkInsert(Database& database, const std::string& table,
                       const std::vector<std::string>& columns, std::size_t rows)
    : full_left_{rows / rows_per_statement},
      rest_rows_{rows % rows_per_statement},
      full_{database, insert_sql(table, columns, rows_per_statement)},
      rest_{database, insert_sql(table, columns, rest_rows_ == 0 ? 1 : rest_rows_)} {}

void BulkInsert::flush() {
  (full_left_ > 0 ? full_ : rest_).execute();
  if (full_left_ > 0)
    --full_left_;
  else
    rest_rows_ = 0;
  filled_ = 0;
  parameter_ = 0;
}

void BulkInsert::finish() const {
  sim::check(full_left_ == 0 && rest_rows_ == 0 && filled_ == 0, "fewer rows than announced");
}

}  // namespace store
