#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace harness {

/// The server refused a statement, or the connection is gone (sqlstate empty).
class SqlError : public std::runtime_error {
 public:
  SqlError(std::string state, const std::string& message)
      : std::runtime_error{message}, sqlstate{std::move(state)} {}
  std::string sqlstate;
};

/// A result in text form; NULL is nullopt.
using Row = std::vector<std::optional<std::string>>;
using Rows = std::vector<Row>;

/// One session of libpq.
class Connection {
 public:
  explicit Connection(const std::string& conninfo);  // throws SqlError
  Connection() = default;

  explicit operator bool() const { return connection_ != nullptr; }
  PGconn* raw() const { return connection_.get(); }
  Rows execute(const std::string& sql);
  /// First column of the first row; empty when there is none or it is NULL.
  std::string value(const std::string& sql);
  double number(const std::string& sql);
  /// COPY … FROM STDIN; `next` appends rows in the text format to the (empty) chunk, none at the
  /// end.
  void copy_in(const std::string& copy_statement,
               const std::function<void(std::string& chunk)>& next);
  void close() { connection_.reset(); }

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, Finish> connection_;
};

std::string quote_identifier(const std::string& name);
std::string quote_literal(const std::string& text);

}  // namespace harness
