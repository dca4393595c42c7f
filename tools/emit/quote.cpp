#include "tools/emit/quote.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace emit {
namespace {

std::string doubled(std::string_view text, char quote) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == quote) out += c;
  }
  return out;
}

void refuse_zero(std::string_view text, const char* what) {
  if (text.find('\0') != std::string_view::npos)
    throw QuoteError{fmt::format("{} with a zero byte", what)};
}

/// FNV-1a, 32 bits.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

bool is_word(std::string_view text, std::string_view besides) {
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) &&
        besides.find(c) == std::string_view::npos)
      return false;
  return !text.empty();
}

}  // namespace

Identifier::Identifier(std::string name) : name_{std::move(name)} {
  if (name_.empty()) throw QuoteError{"a name is empty"};
  refuse_zero(name_, "a name");
  if (name_.size() > longest)
    throw QuoteError{fmt::format("'{}' has {} bytes: PostgreSQL would cut it after {}", name_,
                                 name_.size(), longest)};
}

std::string Identifier::sql() const { return '"' + doubled(name_, '"') + '"'; }

Literal::Literal(std::string text) : text_{std::move(text)} { refuse_zero(text_, "a value"); }

std::string Literal::sql() const {
  if (text_.find('\\') == std::string::npos) return "'" + doubled(text_, '\'') + "'";
  return "E'" + doubled(doubled(text_, '\''), '\\') + "'";
}

std::string comma_separated(const std::vector<Identifier>& names) {
  std::string list;
  for (const Identifier& name : names) list += (list.empty() ? "" : ", ") + name.sql();
  return list;
}

std::string dollar_quoted(std::string_view body) {
  std::string tag = "$sql$";
  for (int n = 1; body.find(tag.substr(0, tag.size() - 1)) != std::string_view::npos; ++n)
    tag = fmt::format("$sql{}$", n);
  return tag + std::string{body} + tag;
}

std::string in_comment(std::string_view text) {
  std::string line;
  for (const char c : text) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return line;
}

std::string conninfo_value(std::string_view text) {
  if (is_word(text, "_-./:")) return std::string{text};
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string conf_value(std::string_view text) {
  if (is_word(text, "_-.:/")) {
    const bool number = text.find_first_not_of("0123456789.") == std::string_view::npos;
    const bool name = text.find_first_of("-.:/") == std::string_view::npos;
    if (number || name) return std::string{text};
  }
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

std::string hba_word(std::string_view text) {
  // Quoted always: all, replication, samehost and friends then lose their special meaning.
  return '"' + doubled(in_comment(text), '"') + '"';
}

std::string shell_word(std::string_view text) {
  if (is_word(text, "_-./:=@%,+")) return std::string{text};
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  return out + "'";
}

std::string yaml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string joined_name(const std::vector<std::string>& parts) {
  std::string whole;
  for (const std::string& part : parts) whole += (whole.empty() ? "" : "_") + part;
  if (whole.size() <= Identifier::longest) return whole;
  std::size_t end = Identifier::longest - 9;
  while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}_{:08x}", whole.substr(0, end), hash_of(whole));
}

std::string file_word(std::string_view name) {
  std::string word;
  for (const char c : name) word += is_word({&c, 1}, "_-") ? c : '_';
  if (word != name || word.size() > 100)
    word = fmt::format("{}-{:08x}", word.substr(0, 80), hash_of(name));
  return word;
}

}  // namespace emit
