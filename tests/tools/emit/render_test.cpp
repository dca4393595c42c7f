#include "tools/emit/render.hpp"

#include <gtest/gtest.h>

namespace emit {
namespace {

TEST(Render, QuotesByTheTypeOfTheValue) {
  const Values values = Values{}
                            .set("table", QualifiedName{"s", "order"})
                            .set("name", Literal{"it's"})
                            .set("limit", std::int64_t{8});
  EXPECT_EQ(render_text("COMMENT ON TABLE {{table}} IS {{name}}; -- {{limit}}", values),
            "COMMENT ON TABLE \"s\".\"order\" IS 'it''s'; -- 8");
}

TEST(Render, NothingIsEscapedForHtml) {
  EXPECT_EQ(render_text("{{x}}", Values{}.set("x", Sql{"a < b && \"c\""})), "a < b && \"c\"");
}

TEST(Render, AnUnknownVariableIsAnErrorAndNotAHole) {
  EXPECT_THROW(render_text("DROP TABLE {{tabel}}", Values{}.set("table", Identifier{"x"})),
               TemplateError);
  EXPECT_THROW(render_text("{{#rows}}x{{/rows}}", Values{}), TemplateError);
  EXPECT_THROW(render("no such template", Values{}), TemplateError);
  EXPECT_THROW(render_text("{{#open}}", Values{}), TemplateError);
}

TEST(Render, SectionsRepeatAndSeeWhatIsAround) {
  Values values;
  values.set("role", Identifier{"r"})
      .set("tables", std::vector<Values>{Values{}.set("table", Identifier{"a"}),
                                         Values{}.set("table", Identifier{"b"})});
  EXPECT_EQ(render_text("{{#tables}}\nGRANT {{table}} TO {{role}};\n{{/tables}}\n", values),
            "GRANT \"a\" TO \"r\";\nGRANT \"b\" TO \"r\";\n");
  EXPECT_EQ(render_text("{{#tables}}x{{/tables}}", Values{}.set("tables", std::vector<Values>{})),
            "");
}

TEST(Render, EveryTemplateHasAName) {
  EXPECT_GT(embedded_files().size(), 25u);
  for (const EmbeddedFile& file : embedded_files()) EXPECT_FALSE(file.text.empty()) << file.name;
}

}  // namespace
}  // namespace emit
