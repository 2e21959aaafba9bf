/*
 * Tables, lists in cells, and training sets a line a text: separators, quotes, names of columns, columns that are tags.
 */
#include "base/base.h"

#include <setjmp.h>

#include <cmocka.h>

#include "read/format.h"
#include "read/list_cell.h"

/* ---- lists in cells --- */

/* The items with '/' between; '!' at the end when the list is not whole. Valid until the next call. */
static const char *items_of(const char *text)
{
    static char shown[256];
    pt_record record = {.paper.title = NULL};
    bool whole;

    shown[0] = '\0';
    pt_record_clear(&record, 1);
    assert_int_equal(pt_list_cell(&record, &record.paper.tags, text, strlen(text), ",", pt_record_append, &whole, NULL),
                     PAPERTAG_OK);
    for (size_t i = 0; i < record.paper.tags.count; i++) {
        const size_t used = strlen(shown);
        snprintf(shown + used, sizeof shown - used, "%s%s", i ? "/" : "", record.paper.tags.items[i]);
    }
    strcat(shown, whole ? "" : "!");
    pt_record_free(&record);
    return shown;
}

static void test_lists_in_brackets(void **state)
{
    static const struct {
        const char *text, *items;
    } cases[] = {
        {"['a', 'b c']", "a/b c"},
        {"[\"a\",\"b\"]", "a/b"},
        {"['a' 'b'\n 'c']", "a/b/c"},
        {"array(['a', 'b'], dtype=object)", "a/b"},
        {"array(['a', 'b'])", "a/b"},
        {"[u'a', u'b']", "a/b"},
        {"('a', 'b')", "a/b"},
        {"('a',)", "a"},
        {"{'a', 'b'}", "a/b"},
        {"{a,b,\"c d\"}", "a/b/c d"},
        {"c(\"a\", \"b\")", "a/b"},
        {"[a, b]", "a/b"},
        {"[]", ""},
        {" [ ] ", ""},
        {"['a', None, nan]", "a"},
        {"['Moore\\'s law', \"it's\", 'Moore's law']", "Moore's law/it's/Moore's law"},
        {"[\"a\\u00e9\\\"\"]", "a\xc3\xa9\""},
        {"[{'name': 'Ada Sample', 'id': 3}, {'id': 1, 'name': \"Bo\"}]", "Ada Sample/Bo"},
        {"[{'term': 'cs.AI', 'scheme': 'http://x', 'label': None}]", "cs.AI"},
        {"[{\"id\": {\"name\": \"inner\"}, \"name\": \"outer\"}]", "outer"},
        {"{'name': 'x'}", "x"},
        {"[['Doe', 'Dora', ''], ['Roe', 'Rick']]", "Doe Dora/Roe Rick"},
        {"(a) and (b)", "(a) and (b)"},
        {"[Note] a title", "[Note] a title"},
        {"[1] one [2]", "[1] one [2]"},
        {"{'vision': 1, 'rl': 0}", "!"},
        {"['a', 'b'", "a/b!"},
        {"['a', 'b", "a/b!"},
        {"[\"a", "a!"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(items_of(cases[i].text), cases[i].items);
    }
    /* what NumPy leaves out, and what is no list at all */
    assert_non_null(strchr(items_of("['a' 'b' ... 'z']"), '!'));
    assert_non_null(strchr(items_of("['a'] ['b']"), '!'));
}

static void test_lists_with_separators(void **state)
{
    static const struct {
        const char *text, *items;
    } cases[] = {
        {"a; b;c", "a/b/c"},
        {"a|b", "a/b"},
        {"a, b", "a/b"},
        {"a, b; c", "a, b/c"},
        {"\"a\", \"b\"", "a/b"},
        {"machine learning", "machine learning"},
        {"cs.LG stat.ML", "cs.LG/stat.ML"},
        {"hep-th math-ph", "hep-th/math-ph"},
        {"cs.LG networks", "cs.LG networks"},
        {"cs and math", "cs and math"},
        {"<http://a.example/x> <http://a.example/y>", "http://a.example/x/http://a.example/y"},
        {"http://a.example/x http://a.example/y", "http://a.example/x/http://a.example/y"},
        {"nan", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(items_of(cases[i].text), cases[i].items);
    }
}

/* ---- tables --- */

static void append_list(char *to, size_t size, papertag_strings list)
{
    for (size_t i = 0; i < list.count; i++) {
        const size_t used = strlen(to);
        snprintf(to + used, size - used, "%s%s", i ? "/" : "", list.items[i]);
    }
}

/* Each paper as "title|abstract|keywords|tags", then the remarks, a line each. Valid until the next call. */
static const char *table_of(const char *text, const char *tags_field)
{
    static char shown[2048];
    const papertag_reader_options options = {.tags_field = tags_field};
    const char *const *remarks;
    const papertag_paper *paper;
    papertag_reader *reader;
    papertag_error err = {0};
    size_t used = 0, count;
    int status = papertag_reader_open_memory(&reader, "file", text, strlen(text), &options, &err);

    if (status) {
        snprintf(shown, sizeof shown, "%s\n", err.message);
        return shown;
    }
    shown[0] = '\0';
    while ((status = papertag_reader_next(reader, &paper, &err)) != PAPERTAG_END) {
        used = strlen(shown);
        if (status) {
            snprintf(shown + used, sizeof shown - used, "%s\n", err.message);
            continue;
        }
        snprintf(shown + used, sizeof shown - used, "%s|%s|", paper->title ? paper->title : "-",
                 paper->abstract ? paper->abstract : "-");
        append_list(shown, sizeof shown, paper->keywords);
        strcat(shown, "|");
        append_list(shown, sizeof shown, paper->tags);
        strcat(shown, paper->has_tags ? "\n" : "-\n");
    }
    count = papertag_reader_remarks(reader, &remarks);
    for (size_t i = 0; i < count; i++) {
        used = strlen(shown);
        snprintf(shown + used, sizeof shown - used, "%s\n", remarks[i]);
    }
    papertag_reader_close(reader);
    return shown;
}

static void test_separators_between_columns(void **state)
{
    (void)state;
    assert_string_equal(table_of("title;abstract\nA, b;c\n", NULL), "A, b|c||-\n");
    assert_string_equal(table_of("title|abstract\nA, b|c\n", NULL), "A, b|c||-\n");
    assert_string_equal(table_of("title\tabstract\nA, b\tc\n", NULL), "A, b|c||-\n");
    assert_string_equal(table_of("sep=;\r\ntitle;abstract\r\nA;b\r\n", NULL), "A|b||-\n");
    assert_string_equal(table_of("sep=\t\ntitle\tabstract\nA\tb\n", NULL), "A|b||-\n");
    assert_string_equal(table_of("\"Title\";\"Abstract\"\n\"A;\";\"b\nc\"\n", NULL), "A;|b c||-\n");
    assert_string_equal(table_of("About this export: made up\nID,Title,Abstract\n1,A,b\n", NULL),
                        "A|b||-\nthe lines before the header are left out\n");
    assert_string_equal(table_of("title,abstract\nA,b,,\nC,d,e\n", NULL),
                        "A|b||-\nfile:3: 3 fields where the header has 2\n");
}

static void test_quotes(void **state)
{
    (void)state;
    assert_string_equal(table_of("title,abstract\na 5\" disk,\"b, \"\"c\"\"\"\nd, \"e, f\"\n", NULL),
                        "a 5\" disk|b, \"c\"||-\nd|e, f||-\n");
}

static void test_usual_columns(void **state)
{
    (void)state;
    assert_string_equal(table_of(",titles,summaries,terms\n0,A,b,\"['cs.LG']\"\n", "terms"), "A|b||cs.LG\n");
    assert_string_equal(
        table_of("Key,Title,Abstract Note,Manual Tags,Automatic Tags,Pages\nK,A,b,\"x, y; z\",z; w,\n", NULL),
        "A|b|x, y/z/w|-\n");
    assert_string_equal(table_of("PT\tTI\tAB\tDE\tZ9\tUT\nJ\t\"A\" b\t\"c\tx, y; z\t0\tW1\t\n", NULL),
                        "\"A\" b|\"c|x, y/z|-\nnot used: PT, Z9\n");
    assert_string_equal(table_of("title,Pages,Issue\nA,,\nB,3,\nC,4,\n", NULL),
                        "A|-||-\nB|-||-\nC|-||-\nnot used: Pages\n");
    assert_string_equal(table_of("Document Title,Authors,Abstract\nA,x,b\n", NULL), "A|b||-\n");
    assert_string_equal(table_of("title,date\nA,soon\nB,later\n", NULL),
                        "A|-||-\nB|-||-\n'date' has values that are no dates; they are left out\n");
}

static void test_tags_of_tables(void **state)
{
    (void)state;
    assert_string_equal(table_of("title,tags\nA,\"['x', 'y']\"\nB,[]\nC,\n", NULL), "A|-||x/y\nB|-||\nC|-||\n");
    assert_string_equal(table_of("title,tags\nA,\"['x', 'y\"\nB,z\n", NULL),
                        "file:2: column 'tags': the list is broken\nB|-||z\n");
    assert_string_equal(table_of("title,keywords\nA,x; y\nB,\n", "keywords"), "A|-|x/y|x/y\nB|-||\n");
    assert_string_equal(table_of("title,Author Keywords\nA,x; y\n", "keywords"), "A|-|x/y|x/y\n");
    assert_string_equal(table_of("title,venue\nA,\"Proc. of X, Y\"\n", "venue"), "A|-||Proc. of X, Y\n");
}

static void test_a_column_a_tag(void **state)
{
    static const char remark[] = "columns of 0 and 1 are read as tags: Made Up, Real\n";
    char wanted[256];
    (void)state;
    snprintf(wanted, sizeof wanted, "A|-||Made Up\nB|-||\n%s", remark);
    assert_string_equal(table_of("title,Made Up,Real\nA,1,0\nB,0,0.0\n", NULL), wanted);
    assert_string_equal(table_of("title,Made Up,Real\nA,True,False\nB,False,False\n", NULL), wanted);
    /* one such column may be anything, and so may one with another number in it */
    assert_string_equal(table_of("title,Cited\nA,1\nB,0\n", NULL), "A|-||-\nB|-||-\nnot used: Cited\n");
    assert_string_equal(table_of("title,Volume,Cited\nA,1,0\nB,2,1\n", NULL),
                        "A|-||-\nB|-||-\nnot used: Volume, Cited\n");
    assert_string_equal(table_of("title,tags,Made Up,Real\nA,x,1,0\n", NULL), "A|-||x\nnot used: Made Up, Real\n");
}

/* ---- training sets --- */

static void test_fasttext(void **state)
{
    (void)state;
    assert_string_equal(table_of("__label__a __label__b, we prune\n\nwe attend __label__c\nnone\n__label__a\n", NULL),
                        "-|we prune||a/b\n-|we attend||c\n-|none||\nfile:5: neither title nor abstract\n");
}

static void test_annif(void **state)
{
    (void)state;
    assert_string_equal(
        table_of("we prune\t<http://a.example/p> <http://a.example/s>\nwe attend\thttp://a.example/q\nx\n", NULL),
        "-|we prune||http://a.example/p/http://a.example/s\n-|we attend||http://a.example/q\n-|x||-\n");
    assert_string_equal(
        table_of("{\"document_id\":7,\"text\":\"we prune\",\"subjects\":[{\"uri\":\"http://a.example/p\",\"label\":"
                 "\"pruning\"},{\"uri\":\"http://a.example/s\"}],\"metadata\":{\"title\":\"T\"}}\n"
                 "{\"text\":\"we attend\",\"subjects\":[]}\n{\"text\":\"x\",\"subjects\":[3]}\n",
                 NULL),
        "T|we prune||pruning/http://a.example/s\n-|we attend||\n"
        "file:3: field 'subjects' must be a list of objects with a label or a uri\n");
    assert_string_equal(table_of("text,subject_uris\nwe prune,<http://a.example/p> <http://a.example/s>\n", NULL),
                        "-|we prune||http://a.example/p/http://a.example/s\n");
}

static void test_libmultilabel(void **state)
{
    (void)state;
    assert_string_equal(table_of("1\ta b\twe prune it\n2\ta\twe attend\n3\t\tnothing here\n", NULL),
                        "-|we prune it||a/b\n-|we attend||a\n-|nothing here||\n");
    assert_string_equal(table_of("a b\twe prune it\n", NULL), "-|we prune it||a/b\n");
    assert_string_equal(table_of("1,7\twe prune it\n", NULL), "-|we prune it||1/7\n");
    assert_string_equal(table_of("1,7 we prune it\n2 we attend\n", NULL), "-|we prune it||1/7\n-|we attend||2\n");
    assert_non_null(strstr(table_of("1,7 3:0.5 9:1\n2 1:1 5:0.25\n", NULL), "vectors have no text"));
    /* titles are no labels */
    assert_non_null(
        strstr(table_of("7\tThe pruning of networks\tWe prune made-up networks.\n", NULL), "no known format"));
}

static void test_a_text_is_no_table(void **state)
{
    (void)state;
    assert_string_equal(table_of("Summary, in the words of people who read far too many papers: we prune.\n", NULL),
                        "-|Summary, in the words of people who read far too many papers: we prune.||-\n"
                        "plain text, read as the abstract of one paper\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists_in_brackets),
                                       cmocka_unit_test(test_lists_with_separators),
                                       cmocka_unit_test(test_separators_between_columns),
                                       cmocka_unit_test(test_quotes),
                                       cmocka_unit_test(test_usual_columns),
                                       cmocka_unit_test(test_tags_of_tables),
                                       cmocka_unit_test(test_a_column_a_tag),
                                       cmocka_unit_test(test_fasttext),
                                       cmocka_unit_test(test_annif),
                                       cmocka_unit_test(test_libmultilabel),
                                       cmocka_unit_test(test_a_text_is_no_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
