#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

/// A thin layer over the SQLite library: handles that close themselves, and errors as exceptions.
namespace store {

/// The results file cannot be opened, read or written; the message names the file and the reason.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Database {
 public:
  enum class Open { existing, or_create };
  Database(const std::filesystem::path& path, Open mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void execute(const char* sql);
  std::int64_t integer(const char* sql);  // first column of the first row
  bool in_transaction() const;
  [[noreturn]] void fail(std::string_view doing) const;
  sqlite3* handle() const { return handle_; }

 private:
  std::string name_;
  sqlite3* handle_ = nullptr;
};

/// One prepared statement. Text is bound by reference: it must live until the next step().
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);  // NaN is stored as NULL
  void bind(int parameter, std::string_view value);
  void bind(int parameter, const std::string& value) { bind(parameter, std::string_view{value}); }
  template <typename... Values>
  void bind_all(const Values&... values) {
    int parameter = 0;
    (bind(++parameter, values), ...);
  }
  bool step();  // true while there is a row
  void reset();
  void execute() {
    step();
    reset();
  }

  std::int64_t integer(int column) const;
  double real(int column) const;  // NULL is read as NaN
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
};

/// Inserts a known number of rows, many per statement.
class BulkInsert {
 public:
  BulkInsert(Database& database, const std::string& table, const std::vector<std::string>& columns,
             std::size_t rows);

  template <typename... Values>
  void row(const Values&... values) {
    Statement& statement = full_left_ > 0 ? full_ : rest_;
    (statement.bind(++parameter_, values), ...);
    if (++filled_ == (full_left_ > 0 ? rows_per_statement : rest_rows_)) flush();
  }
  void finish() const;  // checks that every announced row came

 private:
  static constexpr std::size_t rows_per_statement = 64;
  void flush();

  std::size_t full_left_, rest_rows_, filled_ = 0;
  int parameter_ = 0;
  Statement full_, rest_;
};

}  // namespace store
