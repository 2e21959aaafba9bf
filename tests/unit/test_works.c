/*
 * Unit tests of the JSON formats that are tables of rows, and of what services answer when they have no papers. The
 * samples are written for these tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "show.h"

static void test_an_abstract_from_an_index(void **state)
{
    (void)state;
    /* places that are missing leave no gap; one that is far away, negative or no number is left out */
    assert_string_equal(
        read_all("{\"id\":\"https://openalex.org/W1\",\"title\":\"T\",\"publication_date\":\"2031-02-03\","
                 "\"abstract_inverted_index\":{\"b\":[1,5],\"a\":[0,9e9,-1,\"x\"],\"c\":[7],\"d\":3}}\n"
                 "{\"id\":\"https://openalex.org/W2\",\"title\":\"U\",\"abstract_inverted_index\":{}}\n"),
        "format: openalex\nline: 1\nid: W1\ntitle: T\nabstract: a b b c\ndate: 2031-02-03\n"
        "source: openalex\nline: 2\nid: W2\ntitle: U\nsource: openalex\n");
}

static void test_wrappers_of_crossref(void **state)
{
    static const char wanted[] =
        "format: crossref\nline: 1\nid: 10.5555/A\ndoi: 10.5555/a\ntitle: T\nsource: crossref\n"
        "author: Ada van den Example Jr\nauthor: Group\n";
    (void)state;
    assert_string_equal(read_all("{\"status\":\"ok\",\"message-type\":\"work\",\"message\":{\"DOI\":\"10.5555/A\","
                                 "\"title\":[null,\"T\"],\"author\":[{\"given\":\"Ada\",\"family\":\"Example\","
                                 "\"non-dropping-particle\":\"van den\",\"suffix\":\"Jr\"},{\"name\":\"Group\"}]}}"),
                        wanted);
    assert_string_equal(
        read_all("{\"message-type\":\"work-list\",\"message\":{\"total-results\":1,\"items\":[{\"DOI\":"
                 "\"10.5555/A\",\"title\":[\"T\"],\"author\":[{\"given\":\"Ada\",\"family\":\"Example\","
                 "\"non-dropping-particle\":\"van den\",\"suffix\":\"Jr\"},{\"literal\":\"Group\"}]}],"
                 "\"query\":{}}}"),
        wanted);
    assert_string_equal(read_all("{\"message-type\":\"work-list\",\"message\":{\"items\":[]}}"), "format: crossref\n");
}

static void test_answers_without_papers(void **state)
{
    static const struct {
        const char *source, *wanted;
    } cases[] = {
        {"{\"error\":\"No such paper\"}", "No such paper"},
        {"{\"error\":{\"code\":429,\"message\":\"Slow down\"}}", "Slow down"},
        {"{\"errors\":[{\"detail\":\"Bad\\nquery\"}]}", "Bad query"},
        {"{\"message\":\"Too Many Requests\",\"code\":\"429\"}\n", "Too Many Requests"},
        {"{\"error\":\"Invalid\",\"message\":\"x is wrong\"}", "Invalid: x is wrong"},
        {"{\"message-type\":\"validation-failure\",\"message\":[{\"type\":\"t\",\"message\":\"Wrong rows\"}]}",
         "Wrong rows"},
        {"{\"messages\":[{\"status\":\"Error: no such server\"}]}", "Error: no such server"},
        {"{\"weather\":1,\"place\":\"here\"}", "it has 'weather', 'place'"},
        {"Rate exceeded.", "in no known format: 'Rate exceeded.'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(strstr(read_all(cases[i].source), cases[i].wanted));
        assert_non_null(strstr(shown, "error: file"));
    }
    /* a paper that has such a member is a paper */
    assert_null(strstr(read_all("{\"id\":\"a\",\"title\":\"T\",\"message\":\"hello\"}\n"), "error"));
}

static void test_nothing_found(void **state)
{
    static const char *const answers[] = {
        "{\"total\":0,\"offset\":0}",
        "{\"recommendedPapers\":[]}",
        "{\"offset\":0,\"data\":[]}",
        "{\"meta\":{\"count\":0},\"results\":[]}",
        "{\"messages\":[{\"status\":\"no posts found\"}],\"collection\":[]}",
        "{\"result\":{\"query\":\"q\",\"hits\":{\"@total\":\"0\"}}}",
        "{\"papers\":[]}",
        "[null]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        read_all(answers[i]);
        assert_null(strstr(shown, "error"));
        assert_null(strstr(shown, "line"));
    }
}

static void test_papers_in_a_wrapper(void **state)
{
    (void)state;
    assert_string_equal(read_all("{\"count\":1,\"results\":[{\"id\":\"a\",\"title\":\"T\"}]}\n"),
                        "format: json\nline: 1\nid: a\ntitle: T\n");
    assert_string_equal(read_all("{\"title\":\"A digest\",\"papers\":[\n{\"id\":\"a\",\"title\":\"T\"}]}\n"),
                        "format: json\nline: 2\nid: a\ntitle: T\n");
    assert_non_null(
        strstr(read_all("{\"id\":\"a\",\"title\":\"T\",\"abstract\":\"A\",\"results\":[{\"title\":\"R\"}]}\n"),
               "title: T\nabstract: A"));
}

/* A line that is cut off must cost no other, nor more time than itself. */
static void test_broken_lines(void **state)
{
    static const char line[] = "{\"paperId\":\"a\",\"title\":\"A\"\n";
    const size_t count = 20000;
    char *source = malloc(count * (sizeof line - 1) + 1);
    papertag_reader *reader;
    const papertag_paper *paper;
    papertag_error err;
    size_t broken = 0;
    (void)state;

    assert_string_equal(
        read_all("{\"paperId\":\"a\",\"title\":\"A\"}\n{\"paperId\":\"b\",\n{\"paperId\":\"c\",\"title\":"
                 "\"C\"}\n"),
        "format: s2\nline: 1\nid: a\ntitle: A\nsource: semanticscholar\n"
        "error: file:2: not valid JSON at column 15\n"
        "line: 3\nid: c\ntitle: C\nsource: semanticscholar\n");
    assert_non_null(source);
    for (size_t i = 0; i < count; i++) {
        memcpy(source + i * (sizeof line - 1), line, sizeof line);
    }
    assert_int_equal(papertag_reader_open_memory(&reader, "file", source, count * (sizeof line - 1), NULL, &err),
                     PAPERTAG_OK);
    while (papertag_reader_next(reader, &paper, &err) == PAPERTAG_BAD_INPUT) {
        broken++;
    }
    assert_int_equal(broken, count);
    papertag_reader_close(reader);
    free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_abstract_from_an_index), cmocka_unit_test(test_wrappers_of_crossref),
        cmocka_unit_test(test_answers_without_papers),    cmocka_unit_test(test_nothing_found),
        cmocka_unit_test(test_papers_in_a_wrapper),       cmocka_unit_test(test_broken_lines),
    };
    return cmocka_run_group_tests_name("works", tests, NULL, NULL);
}
