/*
 * Fields by their usual names, and what a reader reports about a source as a whole.
 */
#include "base/base.h"

#include <setjmp.h>

#include <cmocka.h>

#include "read/fields.h"
#include "read/format.h"

static void assert_named(const char *name, const char *wanted)
{
    unsigned rank;
    const pt_field *field = pt_field_named(name, strlen(name), &rank);

    if (wanted) {
        assert_non_null(field);
        assert_string_equal(field->name, wanted);
    } else {
        assert_null(field);
    }
}

static void test_usual_names(void **state)
{
    unsigned own, other;
    (void)state;
    assert_named("title", "title");
    assert_named("Document Title", "title");
    assert_named("Abstract Note", "abstract");
    assert_named("SUMMARIES", "abstract");
    assert_named("author_count", "author_count");
    assert_named("Author Count", "author_count");
    assert_named("github-repo", "code_url");
    assert_named("DOI", "doi");
    assert_named("", NULL);
    assert_named(" _ ", NULL);
    assert_named("titl", NULL);
    assert_named("titles papertitle", NULL);
    assert_named("a name that is far longer than that of any field", NULL);
    pt_field_named("Authors", 7, &own);
    pt_field_named("Author", 6, &other);
    assert_true(own < other);
}

/* No two fields have a name in common, or the order of the table would decide. */
static void test_each_name_has_one_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < pt_field_rows; i++) {
        const char *at = pt_fields[i].names;
        while (at && *at) {
            const size_t size = strcspn(at, " ");
            unsigned rank;
            assert_ptr_equal(pt_field_named(at, size, &rank), &pt_fields[i]);
            at += size + (at[size] == ' ');
        }
    }
}

static void test_remarks(void **state)
{
    static const char line[] = "{\"id\":\"a\",\"title\":\"T\"}\n";
    const char *const *remarks;
    papertag_reader *reader;
    const papertag_paper *paper;
    char name[100];
    (void)state;

    assert_int_equal(papertag_reader_open_memory(&reader, "file", line, sizeof line - 1, NULL, NULL), PAPERTAG_OK);
    assert_int_equal(papertag_reader_remarks(reader, &remarks), 0);
    assert_int_equal(pt_reader_remark(reader, NULL, "year %d taken", 2031), PAPERTAG_OK);
    assert_int_equal(pt_reader_remark(reader, NULL, "year %d taken", 2031), PAPERTAG_OK);
    assert_int_equal(pt_reader_unused(reader, "Pages", 5, NULL), PAPERTAG_OK);
    assert_int_equal(pt_reader_unused(reader, "Issue", 5, NULL), PAPERTAG_OK);
    assert_int_equal(pt_reader_unused(reader, "Pages", 5, NULL), PAPERTAG_OK);
    assert_int_equal(papertag_reader_remarks(reader, &remarks), 1);
    assert_string_equal(remarks[0], "year 2031 taken");
    assert_int_equal(papertag_reader_next(reader, &paper, NULL), PAPERTAG_OK);
    assert_int_equal(papertag_reader_next(reader, &paper, NULL), PAPERTAG_END);
    assert_int_equal(papertag_reader_next(reader, &paper, NULL), PAPERTAG_END);
    assert_int_equal(papertag_reader_remarks(reader, &remarks), 2);
    assert_string_equal(remarks[1], "not used: Pages, Issue");
    papertag_reader_close(reader);

    /* both lists are bounded, and so is what is shown of a name */
    assert_int_equal(papertag_reader_open_memory(&reader, "file", "", 0, NULL, NULL), PAPERTAG_OK);
    memset(name, 'x', sizeof name);
    memcpy(name + 59, "\xc3\xa9", 2);
    assert_int_equal(pt_reader_unused(reader, name, sizeof name, NULL), PAPERTAG_OK);
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(pt_reader_unused(reader, name, strlen(name), NULL), PAPERTAG_OK);
        assert_int_equal(pt_reader_remark(reader, NULL, "%s", name), PAPERTAG_OK);
    }
    assert_int_equal(papertag_reader_next(reader, &paper, NULL), PAPERTAG_END);
    assert_int_equal(papertag_reader_remarks(reader, &remarks), PT_REMARKS_MAX + 1);
    assert_memory_equal(remarks[PT_REMARKS_MAX], "not used: x", 11);
    assert_memory_equal(remarks[PT_REMARKS_MAX] + 10 + 59, "..., n0, n1,", 12);
    assert_non_null(strstr(remarks[PT_REMARKS_MAX], ", n62 and more"));
    papertag_reader_close(reader);
}

/* The fields of the papers of JSON Lines as "title|abstract|date|authors|tags", then the remarks. */
static const char *lines_of(const char *text, const char *tags_field, bool careful)
{
    static char shown[2][2048];
    const papertag_reader_options options = {.format = "jsonl", .tags_field = tags_field};
    char *to = shown[careful];
    const char *const *remarks;
    papertag_reader *reader;
    const papertag_paper *paper;
    papertag_error err;
    int status;

    *to = '\0';
    assert_int_equal(papertag_reader_open_memory(&reader, "file", text, strlen(text), &options, &err), PAPERTAG_OK);
    reader->careful = careful;
    while ((status = papertag_reader_next(reader, &paper, &err)) != PAPERTAG_END) {
        const size_t used = strlen(to);
        snprintf(to + used, sizeof *shown - used, "%s|%s|%s|%s|%s\n", status ? err.message : paper->title,
                 status || !paper->abstract ? "-" : paper->abstract, status || !paper->date ? "-" : paper->date,
                 status || !paper->authors.count ? "-" : paper->authors.items[0],
                 status || !paper->has_tags ? "-"
                 : paper->tags.count        ? paper->tags.items[paper->tags.count - 1]
                                            : "none");
    }
    for (size_t i = 0; i < papertag_reader_remarks(reader, &remarks); i++) {
        const size_t used = strlen(to);
        snprintf(to + used, sizeof *shown - used, "%s\n", remarks[i]);
    }
    papertag_reader_close(reader);
    return to;
}

static void test_usual_names_in_json(void **state)
{
    static const struct {
        const char *text, *tags_field, *shown;
    } cases[] = {
        {"{\"Title\":\"T\",\"summary\":\"s\"}\n", NULL, "T|s|-|-|-\n"},
        {"{\"title\":\"T\",\"summary\":\"s\",\"abstract\":\"a\"}\n", NULL, "T|a|-|-|-\n"},
        {"{\"title\":\"T\",\"abstract\":\"\",\"summary\":\"s\"}\n", NULL, "T|s|-|-|-\n"},
        {"{\"title\":\"T\",\"summary\":{\"en\":\"s\"}}\n", NULL, "T|-|-|-|-\nnot used: summary\n"},
        {"{\"title\":\"T\",\"abstract\":{\"en\":\"s\"}}\n", NULL,
         "file:1: field 'abstract' must be a string|-|-|-|-\n"},
        {"{\"title\":\"T\",\"author\":[\"Ida Sample\"]}\n", NULL, "T|-|-|Ida Sample|-\n"},
        {"{\"title\":\"T\",\"author\":\"[{'name': 'Ida Sample'}]\"}\n", NULL, "T|-|-|Ida Sample|-\n"},
        {"{\"title\":\"T\",\"comments\":\"9 pages\"}\n", NULL, "T|-|-|-|-\nnot used: comments\n"},
        {"{\"title\":\"T\",\"mood\":null,\"state\":\"\",\"list\":[]}\n{\"title\":\"U\",\"mood\":1}\n", NULL,
         "T|-|-|-|-\nU|-|-|-|-\nnot used: mood\n"},
        {"{\"title\":\"T\",\"date\":\"once\"}\n", NULL,
         "T|-|-|-|-\n'date' has values that are no dates; they are left out\n"},
        {"{\"title\":\"T\",\"year\":2031,\"month\":\"2\",\"day\":3}\n", NULL, "T|-|2031-02-03|-|-\n"},
        {"{\"title\":\"T\",\"tags\":\"['a', 'b']\"}\n", NULL, "T|-|-|-|b\n"},
        {"{\"title\":\"T\",\"tags\":\"['a', 'b\"}\n", NULL,
         "file:1: field 'tags' must be a list that is closed|-|-|-|-\n"},
        {"{\"title\":\"T\",\"categories\":\"cs.LG stat.ML\"}\n", "categories", "T|-|-|-|stat.ML\n"},
        {"{\"title\":\"T\",\"terms\":[\"x\",\"y\"]}\n", "categories", "T|-|-|-|y\n"},
        {"{\"title\":\"T\",\"keywords\":[]}\n", "keywords", "T|-|-|-|none\n"},
        {"{\"title\":\"T\",\"venue\":\"A, B\"}\n", "venue", "T|-|-|-|A, B\n"},
        {"{\"title\":\"T\",\"version\":1,\"added\":\"x\",\"updated\":\"x\",\"model\":\"x\"}\n", NULL, "T|-|-|-|-\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(lines_of(cases[i].text, cases[i].tags_field, false), cases[i].shown);
        assert_string_equal(lines_of(cases[i].text, cases[i].tags_field, true), cases[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_usual_names),
                                       cmocka_unit_test(test_each_name_has_one_field), cmocka_unit_test(test_remarks),
                                       cmocka_unit_test(test_usual_names_in_json)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
