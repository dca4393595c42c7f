#include "tools/sql/newer_syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sql {
namespace {

/// Walks a statement's tokens once; each rule looks at the keyword it is named after.
class Rewriter {
 public:
  explicit Rewriter(Prepared& prepared)
      : prepared_{prepared}, lexed_{prepared.piece.lexed()}, size_{lexed_.tokens.size()} {
    for (std::size_t i = 0; i < std::min<std::size_t>(size_, 6); ++i)
      table_ = table_ || lexed_.is(i, "TABLE");
    table_ = table_ && (lexed_.is(0, "CREATE") || lexed_.is(0, "ALTER"));
  }

  std::vector<TooNew> run() {
    for (std::size_t i = 0; i < size_; ++i) {
      const Token& token = lexed_.tokens[i];
      if (token.kind == Token::Kind::number) number(i);
      if (token.kind == Token::Kind::word) word(i);
      if (token.kind == Token::Kind::punctuation) bracket(i);
    }
    return std::move(too_new_);
  }

 private:
  struct Rule {
    std::string_view keyword;
    void (Rewriter::*apply)(std::size_t);
  };

  void word(std::size_t i) {
    static constexpr std::array rules{
        Rule{"SELECT", &Rewriter::query},
        Rule{"DELETE", &Rewriter::query},
        Rule{"UPDATE", &Rewriter::query},
        Rule{"MERGE", &Rewriter::merge},
        Rule{"GENERATED", &Rewriter::generated},
        Rule{"NOT", &Rewriter::negation},
        Rule{"ENFORCED", &Rewriter::enforced},
        Rule{"WITHOUT", &Rewriter::without_overlaps},
        Rule{"PERIOD", &Rewriter::period},
        Rule{"STORAGE", &Rewriter::storage},
        Rule{"CONSTRAINT", &Rewriter::alter_constraint},
        Rule{"SET", &Rewriter::set},
        Rule{"MATCHED", &Rewriter::matched_by},
        Rule{"RETURNING", &Rewriter::returning},
        Rule{"AT", &Rewriter::at_local},
        Rule{"SYSTEM_USER", &Rewriter::system_user},
        Rule{"ONLY", &Rewriter::vacuum_only},
        Rule{"FROM", &Rewriter::subquery_without_alias},
        Rule{"JOIN", &Rewriter::subquery_without_alias},
        Rule{"USING", &Rewriter::subquery_without_alias},
        Rule{"LATERAL", &Rewriter::subquery_without_alias},
    };
    const std::size_t length = lexed_.tokens[i].end - lexed_.tokens[i].begin;
    for (const Rule& rule : rules)
      if (rule.keyword.size() == length && lexed_.is(i, rule.keyword))
        return (this->*rule.apply)(i);
    const std::optional<JsonSyntax> json = json_syntax(lexed_, i);
    if (!json || !allowed(i, json->construct, json->since)) return;
    for (const JsonSyntax::Edit& edit : json->edits)
      prepared_.rewrite.replace(edit.begin, edit.end, edit.with);
  }

  void bracket(std::size_t i) {
    if (lexed_.is(i, '(') || lexed_.is(i, '[')) groups_.emplace_back();
    if ((lexed_.is(i, ')') || lexed_.is(i, ']')) && groups_.size() > 1) groups_.pop_back();
  }

  void query(std::size_t) { groups_.back().query = true; }
  void merge(std::size_t i) { groups_.back().merge |= lexed_.is(i + 1, "INTO"); }

  bool allowed(std::size_t i, std::string construct, int since) {
    if (prepared_.major >= since) return true;
    too_new_.push_back({lexed_.tokens[i].begin, std::move(construct), since});
    return false;
  }

  /// Replaces tokens i to j, both included.
  void replace(std::size_t i, std::size_t j, std::string with) {
    prepared_.rewrite.replace(lexed_.tokens[i].begin, lexed_.tokens[j].end, std::move(with));
  }
  void insert_after(std::size_t i, std::string text) {
    const std::size_t end = lexed_.tokens[i].end;
    prepared_.rewrite.replace(end, end, std::move(text));
  }
  bool starts_element(std::size_t i) const {  // of a table's definition or of ALTER TABLE's actions
    return i > 0 && (lexed_.is(i - 1, '(') || lexed_.is(i - 1, ',') || lexed_.is(i - 1, "ADD"));
  }
  bool is_name(std::size_t i) const {
    return i < size_ && (lexed_.tokens[i].kind == Token::Kind::word ||
                         lexed_.tokens[i].kind == Token::Kind::quoted);
  }

  // 16: 0x1F, 0o17, 0b11 and 1_000.
  void number(std::size_t i) {
    const std::string_view text = lexed_.word(i);
    const bool prefixed = text.size() > 2 && text[0] == '0' &&
                          std::string_view{"xXoObB"}.find(text[1]) != std::string_view::npos;
    if (!prefixed && text.find('_') == std::string_view::npos) return;
    if (!allowed(i, "the number " + std::string{text}, 16)) return;
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](char c) { return c != '_'; });
    if (prefixed) {
      const char kind = digits[1] | 0x20;
      std::uint64_t value = 0;
      const auto [end, error] =
          std::from_chars(digits.data() + 2, digits.data() + digits.size(), value,
                          kind == 'x'   ? 16
                          : kind == 'o' ? 8
                                        : 2);
      if (error != std::errc{} || end != digits.data() + digits.size()) return;
      digits = std::to_string(value);
    }
    replace(i, i, digits);
  }

  // 18: GENERATED ALWAYS AS (…) [VIRTUAL]; up to 17 STORED is the only kind.
  void generated(std::size_t i) {
    if (!lexed_.phrase(i, "GENERATED ALWAYS AS") || !lexed_.is(i + 3, '(')) return;
    const std::size_t close = lexed_.closing(i + 3);
    if (close == size_ || lexed_.is(close + 1, "STORED")) return;
    const bool spelled = lexed_.is(close + 1, "VIRTUAL");
    if (!allowed(spelled ? close + 1 : i, "a virtual generated column", 18)) return;
    if (spelled)
      replace(close + 1, close + 1, "STORED");
    else
      insert_after(close, " STORED");
    prepared_.virtual_columns.insert(lexed_.tokens[i].begin);
  }

  void negation(std::size_t i) {
    if (!table_ || !lexed_.is(i + 1, "NULL")) return;
    // 18: [CONSTRAINT name] NOT NULL column, as an element of its own.
    const bool named = i >= 2 && lexed_.is(i - 2, "CONSTRAINT") && starts_element(i - 2);
    if ((named || starts_element(i)) && is_name(i + 2)) {
      if (allowed(i, "NOT NULL as a table constraint", 18))
        replace(i, i + 2, "CHECK (" + std::string{lexed_.word(i + 2)} + " IS NOT NULL)");
    } else if (lexed_.phrase(i + 2, "NO INHERIT")) {
      if (allowed(i + 2, "NOT NULL … NO INHERIT", 18)) replace(i + 2, i + 3, "");
    }
  }

  // 18: [NOT] ENFORCED constraints.
  void enforced(std::size_t i) {
    if (!table_ || i == 0 || starts_element(i)) return;
    const bool negated = lexed_.is(i - 1, "NOT");
    if (!negated && !lexed_.is(i - 1, ')')) return;
    if (allowed(i, negated ? "a NOT ENFORCED constraint" : "ENFORCED", 18))
      replace(negated ? i - 1 : i, i, "");
  }

  // 18: PRIMARY KEY (room, during WITHOUT OVERLAPS), which a GiST index keeps.
  void without_overlaps(std::size_t i) {
    if (!table_ || !lexed_.is(i + 1, "OVERLAPS")) return;
    if (!allowed(i, "WITHOUT OVERLAPS", 18)) return;
    replace(i, i + 1, "");
    prepared_.without_overlaps.insert(lexed_.tokens[i].begin);
  }

  // 18: FOREIGN KEY (room, PERIOD during) REFERENCES t (room, PERIOD during).
  void period(std::size_t i) {
    if (!table_ || i == 0 || !lexed_.is(i - 1, ',') || !is_name(i + 1) || !lexed_.is(i + 2, ')'))
      return;
    if (allowed(i, "a foreign key with PERIOD", 18)) replace(i, i, "");
  }

  // 16: STORAGE among a column's clauses, and DEFAULT as a storage.
  void storage(std::size_t i) {
    if (!table_ || i == 0 || starts_element(i)) return;
    if (lexed_.is(i - 1, "SET")) {
      if (lexed_.is(i + 1, "DEFAULT") && allowed(i, "SET STORAGE DEFAULT", 16))
        replace(i + 1, i + 1, "extended");
      return;
    }
    static constexpr std::array kinds{"PLAIN", "EXTERNAL", "EXTENDED", "MAIN", "DEFAULT"};
    if (std::any_of(kinds.begin(), kinds.end(),
                    [&](const char* kind) { return lexed_.is(i + 1, std::string_view{kind}); }) &&
        allowed(i, "STORAGE in CREATE TABLE", 16))
      replace(i, i + 1, "");
  }

  // 18: ALTER CONSTRAINT name [NO] INHERIT.
  void alter_constraint(std::size_t i) {
    if (!table_ || i == 0 || !lexed_.is(i - 1, "ALTER")) return;
    const std::size_t at = lexed_.is(i + 2, "NO") ? i + 3 : i + 2;
    if (lexed_.is(at, "INHERIT") && allowed(at, "ALTER CONSTRAINT … INHERIT", 18))
      replace(i + 2, at, "");
  }

  // 17: SET EXPRESSION AS (…), SET STATISTICS DEFAULT, SET ACCESS METHOD DEFAULT.
  void set(std::size_t i) {
    if (!table_) return;
    if (lexed_.phrase(i + 1, "EXPRESSION AS") && lexed_.is(i + 3, '(')) {
      const std::size_t close = lexed_.closing(i + 3);
      if (close < size_ && allowed(i + 1, "SET EXPRESSION", 17))
        replace(i + 1, close, "STATISTICS 100");
    } else if (lexed_.phrase(i + 1, "STATISTICS DEFAULT")) {
      if (allowed(i + 2, "SET STATISTICS DEFAULT", 17)) replace(i + 2, i + 2, "-1");
    } else if (lexed_.phrase(i + 1, "ACCESS METHOD DEFAULT")) {
      if (allowed(i + 3, "SET ACCESS METHOD DEFAULT", 17)) replace(i + 3, i + 3, "heap");
    }
  }

  // 17: MERGE … WHEN NOT MATCHED BY SOURCE | BY TARGET. To capacity, rows without a source are
  // matched rows.
  void matched_by(std::size_t i) {
    if (i == 0 || !lexed_.is(i - 1, "NOT") || !lexed_.is(i + 1, "BY")) return;
    if (lexed_.is(i + 2, "SOURCE")) {
      if (allowed(i - 1, "MERGE … WHEN NOT MATCHED BY SOURCE", 17))
        replace(i - 1, i + 2, "MATCHED");
    } else if (lexed_.is(i + 2, "TARGET")) {
      if (allowed(i + 1, "MERGE … WHEN NOT MATCHED BY TARGET", 17)) replace(i + 1, i + 2, "");
    }
  }

  // 17: MERGE … RETURNING. 18: RETURNING WITH (OLD AS o, NEW AS n).
  void returning(std::size_t i) {
    if (groups_.back().merge) {
      if (!allowed(i, "MERGE … RETURNING", 17)) return;
      std::size_t last = i;  // to the end of the statement, or to the bracket around it
      while (last + 1 < size_ && !lexed_.is(last + 1, ')'))
        last = lexed_.is(last + 1, '(') ? lexed_.closing(last + 1) : last + 1;
      replace(i, std::min(last, size_ - 1), "");
    } else if (lexed_.is(i + 1, "WITH") && lexed_.is(i + 2, '(')) {
      const std::size_t close = lexed_.closing(i + 2);
      if (close < size_ && allowed(i + 1, "RETURNING WITH (OLD …, NEW …)", 18))
        replace(i + 1, close, "");
    }
  }

  void at_local(std::size_t i) {
    if (lexed_.is(i + 1, "LOCAL") && allowed(i, "AT LOCAL", 17))
      replace(i, i + 1, "AT TIME ZONE 'UTC'");
  }

  void system_user(std::size_t i) {
    if (i > 0 && lexed_.is(i - 1, '.')) return;
    if (allowed(i, "SYSTEM_USER", 16)) replace(i, i, "CURRENT_USER");
  }

  void vacuum_only(std::size_t i) {
    if (!lexed_.is(0, "VACUUM") && !lexed_.is(0, "ANALYZE")) return;
    if (allowed(i, "VACUUM and ANALYZE of ONLY a table", 18)) replace(i, i, "");
  }

  // 16: a subquery in FROM may go without an alias.
  void subquery_without_alias(std::size_t i) {
    if (!lexed_.is(i + 1, '(') ||
        (!lexed_.is(i + 2, "SELECT") && !lexed_.is(i + 2, "VALUES") && !lexed_.is(i + 2, "WITH")))
      return;
    const std::size_t close = lexed_.closing(i + 1);
    if (close >= size_) return;
    static constexpr std::array clauses{
        "WHERE", "ON",   "GROUP", "ORDER",  "LIMIT",  "JOIN",    "LEFT",      "RIGHT",  "INNER",
        "CROSS", "WITH", "FULL",  "UNION",  "HAVING", "NATURAL", "INTERSECT", "EXCEPT", "OFFSET",
        "FETCH", "FOR",  "USING", "WINDOW", "SET",    "WHEN",    "RETURNING"};
    const std::size_t next = close + 1;
    const bool alias =
        is_name(next) && std::none_of(clauses.begin(), clauses.end(), [&](const char* clause) {
          return lexed_.is(next, std::string_view{clause});
        });
    const bool from = lexed_.is(i, "FROM");
    if (alias || (from && (!groups_.back().query || lexed_.is(i - 1, "DISTINCT")))) return;
    if (allowed(i + 1, "a subquery in FROM without an alias", 16))
      insert_after(close, " AS unnamed_subquery");
  }

  Prepared& prepared_;
  Lexed lexed_;
  std::size_t size_;
  bool table_ = false;  // CREATE or ALTER TABLE
  /// What stood since the bracket around the current token: a FROM without SELECT is extract(… FROM
  /// …).
  struct Group {
    bool query = false, merge = false;
  };
  std::vector<Group> groups_ = std::vector<Group>(1);
  std::vector<TooNew> too_new_;
};

}  // namespace

std::vector<TooNew> rewrite_newer_syntax(Prepared& prepared) { return Rewriter{prepared}.run(); }

}  // namespace sql
