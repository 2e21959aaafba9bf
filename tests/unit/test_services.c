/*
 * Unit tests of JSON in other layouts: arXiv's metadata snapshot, Semantic Scholar, OpenReview. The samples
 * are written for these tests; the last test reads real answers where they are at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "show.h"

static void test_arxiv_snapshot(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(
            "{\"id\":\"0704.0001\",\"submitter\":\"Ada Example\",\"authors\":\"A. Example, Bo Sample Jr\","
            "\"title\":\"Half\\n  a Bit\",\"comments\":\"37 pages, 15 figures\",\"journal-ref\":\"J. Ex. 1 (2007)\","
            "\"doi\":\"10.1000/EX.1 10.1000/ex.2\",\"report-no\":null,\"categories\":\"hep-ph cs.LG\","
            "\"license\":null,\"abstract\":\"  We quantize.\\n\",\"versions\":[{\"version\":\"v1\",\"created\":"
            "\"Mon, 2 Apr 2007 19:18:42 GMT\"},{\"version\":\"v2\",\"created\":\"Tue, 24 Jul 2007 20:10:27 GMT\"}],"
            "\"update_date\":\"2008-11-26\",\"authors_parsed\":[[\"Example\",\"A.\",\"\"],[\"Sample\",\"Bo\","
            "\"Jr\",\"Some Lab\"],[\"Group\",\"\",\"\"]],\"tags\":[\"quantization\"]}\n"
            /* without the parsed names and the versions, as some cuts of it are */
            "{\"id\":\"hep-th/9901001\",\"authors\":\"A. Example (1 and 2), B. Sample\\n  and Andy Handy (Lab, "
            "Town)\",\"title\":\"Old\",\"comments\":null,\"update_date\":\"1999-01-05\"}\n"
            /* one of papertag's own among them */
            "{\"id\":\"own\",\"title\":\"Own\",\"comments\":3,\"date\":\"2026-01-01\"}\n"
            "{\"id\":\"own\",\"title\":\"Own\",\"comments\":\"3 pages\"}\n"
            "{\"title\":\" \",\"versions\":[],\"authors_parsed\":[7]}\n"),
        "format: jsonl\nline: 1\nid: 0704.0001\narxiv: 0704.0001\ndoi: 10.1000/ex.1\ntitle: Half a Bit\n"
        "abstract: We quantize.\ndate: 2007-04-02\nurl: https://arxiv.org/abs/0704.0001\nsource: arxiv\n"
        "venue: J. Ex. 1 (2007)\nauthor: A. Example\nauthor: Bo Sample Jr\nauthor: Group\ncategory: hep-ph\n"
        "category: cs.LG\ntag: quantization\n"
        "line: 2\nid: hep-th/9901001\narxiv: hep-th/9901001\ntitle: Old\ndate: 1999-01-05\n"
        "url: https://arxiv.org/abs/hep-th/9901001\nsource: arxiv\nauthor: A. Example\nauthor: B. Sample\n"
        "author: Andy Handy\n"
        "line: 3\nid: own\ntitle: Own\ndate: 2026-01-01\n"
        "line: 4\nid: own\ntitle: Own\n"
        "error: file:5: neither title nor abstract\n");
}

static void test_semantic_scholar(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("[\n null,\n {\"paperId\":\"aa11\",\"externalIds\":{\"ArXiv\":\"2601.00001\",\"DOI\":\"10.1000/EX\","
                 "\"CorpusId\":7},\"title\":\"T\",\"abstract\":null,\"venue\":\"\",\"year\":2026,\"journal\":{\"name\":"
                 "\"J. Examples\"},\"publicationDate\":\"2026-01-02\",\"authors\":[{\"authorId\":\"1\",\"name\":"
                 "\"Ada Example\"},{\"authorId\":null,\"name\":\"B. Sample\"}],\"url\":\"https://e.org/aa11\","
                 "\"fieldsOfStudy\":[\"Mathematics\"],\"s2FieldsOfStudy\":[{\"category\":\"Mathematics\",\"source\":"
                 "\"external\"},{\"category\":\"Computer Science\",\"source\":\"s2-fos-model\"}],\"tldr\":{\"text\":"
                 "\"short\"}},\n null,\n {\"paperId\":\"bb22\",\"externalIds\":null,\"title\":\"U\",\"year\":2020,"
                 "\"publicationDate\":null,\"venue\":\"V\"},\n {\"paperId\":\"cc33\",\"title\":null},\n"
                 " {\"paperId\":\"dd44\",\"title\":5}]"),
        "format: s2\nline: 3\nid: 2601.00001\narxiv: 2601.00001\ndoi: 10.1000/ex\ntitle: T\ndate: 2026-01-02\n"
        "url: https://e.org/aa11\nsource: semanticscholar\nvenue: J. Examples\nauthor: Ada Example\n"
        "author: B. Sample\ncategory: Mathematics\ncategory: Computer Science\n"
        "line: 5\nid: bb22\ntitle: U\ndate: 2020\nsource: semanticscholar\nvenue: V\n"
        "error: file:6: neither title nor abstract\nerror: file:7: field 'title' must be a string\n");
    /* pages of a search, one after the other */
    assert_string_equal(read_all("{\"total\": 3, \"offset\": 0, \"next\": 2, \"data\": [\n{\"paperId\":\"a\",\"title\":"
                                 "\"A]\"},\n{\"paperId\":\"b\",\"title\":\"B\"}], \"more\": {\"x\": [1]}}\n"
                                 "{\"total\": 3, \"offset\": 2, \"data\": [{\"paperId\":\"c\",\"title\":\"C\"}]}\n"),
                        "format: s2\nline: 2\nid: a\ntitle: A]\nsource: semanticscholar\n"
                        "line: 3\nid: b\ntitle: B\nsource: semanticscholar\n"
                        "line: 4\nid: c\ntitle: C\nsource: semanticscholar\n");
    assert_string_equal(read_all("{\"total\": 0, \"offset\": 0, \"data\": []}"), "format: s2\n");
    /* objects, one a line or over several */
    assert_string_equal(
        read_all("{\"paperId\":\"a\",\"title\":\"A\"}\nnull\n{\"paperId\":\"b\",\n\"title\":\"B\"}\nx\n"),
        "format: s2\nline: 1\nid: a\ntitle: A\nsource: semanticscholar\n"
        "line: 3\nid: b\ntitle: B\nsource: semanticscholar\n"
        "error: file:5: not valid JSON at column 1\n");
    assert_string_equal(read_all("[{\"paperId\":\"a\",\"title\":\"A\"},\n{\"paperId\":\"b\",\"ti"),
                        "format: s2\nline: 1\nid: a\ntitle: A\nsource: semanticscholar\n"
                        "error: file:2: the array is not closed\n");
    assert_string_equal(read_all("{\"data\":[{\"paperId\":\"a\",\"title\":\"A\"}\n], \"total\":"),
                        "format: s2\nline: 1\nid: a\ntitle: A\nsource: semanticscholar\n"
                        "error: file:2: the object is not closed\n");
}

static void test_openreview(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(
            "{\n \"notes\": [\n  {\"id\":\"n1\",\"forum\":\"f1\",\"cdate\":1700000000000,\"pdate\":1710000000000,"
            "\"content\":{\"title\":{\"value\":\"Sparse\\nexample\"},\"authors\":{\"value\":[\"Ada Example\","
            "{\"fullname\":\"B. Sample\",\"username\":\"~B1\"}]},\"abstract\":{\"value\":\"Text.\"},\"keywords\":"
            "{\"value\":[\"one\",\"two\"]},\"venue\":{\"value\":\"Conf 2026\"},\"pdf\":{\"value\":\"/p.pdf\"}}},\n"
            "  {\"id\":\"n2\",\"forum\":\"f2\"},\n"
            "  {\"id\":\"n3\",\"forum\":\"f3\",\"ddate\":1700000000000,\"content\":{\"title\":{\"value\":\"X\"}}},\n"
            "  {\"id\":\"n4\",\"forum\":\"f1\",\"replyto\":\"f1\",\"content\":{\"title\":{\"value\":\"Nice\"}}},\n"
            "  {\"id\":\"n5\",\"content\":{\"title\":{\"value\":7}}},\n"
            /* the first version of the API */
            "  {\"id\":\"n6\",\"forum\":\"n6\",\"cdate\":0,\"ddate\":null,\"replyto\":null,\"content\":{\"title\":"
            "\"Old\",\"abstract\":\"Text.\",\"authors\":[\"Ada Example\"],\"keywords\":\"one, two\",\"venue\":null}}\n"
            " ],\n \"count\": 6\n}\n"),
        "format: openreview\nline: 3\nid: n1\ntitle: Sparse example\nabstract: Text.\ndate: 2024-03-09\n"
        "url: https://openreview.net/forum?id=f1\nsource: openreview\nvenue: Conf 2026\nauthor: Ada Example\n"
        "author: B. Sample\nkeyword: one\nkeyword: two\n"
        "error: file:4: field 'content' must be an object\nerror: file:7: field 'title' must be a string\n"
        "line: 8\nid: n6\ntitle: Old\nabstract: Text.\ndate: 1970-01-01\nurl: https://openreview.net/forum?id=n6\n"
        "source: openreview\nauthor: Ada Example\nkeyword: one\nkeyword: two\n");
    assert_string_equal(read_all("{\"notes\":[],\"count\":0}"), "format: openreview\n");
    assert_string_equal(read_all("[{\"id\":\"a\",\"forum\":\"f\",\"cdate\":-1,\"content\":{\"title\":\"A\"}}]"),
                        "format: openreview\nline: 1\nid: a\ntitle: A\nurl: https://openreview.net/forum?id=f\n"
                        "source: openreview\n");
}

static void test_similar_json_is_not_theirs(void **state)
{
    static const struct {
        const char *source, *format;
    } cases[] = {{"{\"id\":\"x\",\"title\":\"T\",\"paperId\":\"a\"}\n", "format: jsonl\n"},
                 {"{\"id\":\"x\",\"title\":\"T\",\"notes\":\"mine\",\"data\":[1]}\n", "format: jsonl\n"},
                 {"[{\"title\":\"T\",\"content\":{\"paperId\":1,\"forum\":2}}]", "format: json\n"},
                 {"[null]", "format: json\n"},
                 {"[{\"paper\":{\"id\":\"1\",\"title\":\"T\"},\"paperId\":\"1\"}]", "format: daily-papers\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(strncmp(read_all(cases[i].source), cases[i].format, strlen(cases[i].format)), 0);
    }
}

static void test_documents_in_a_row(void **state)
{
    (void)state;
    assert_string_equal(read_all("[{\"id\":\"a\",\"title\":\"A\"}]\n[{\"id\":\"b\",\"title\":\"B\"}]\n{\n\"id\":\"c\","
                                 "\"title\":\"C\"}\n]\n"),
                        "format: json\nline: 1\nid: a\ntitle: A\nline: 2\nid: b\ntitle: B\nline: 3\nid: c\ntitle: C\n"
                        "error: file:5: ']' without '['\n");
}

static void test_real_answers(void **state)
{
    size_t faults;
    (void)state;
    if (access("../shared/wire/s2_paper_batch.json", R_OK)) {
        skip();
    }
    assert_int_equal(count_file("../shared/wire/s2_paper_batch.json", "s2", &faults), 3);
    assert_int_equal(faults, 0);
    assert_int_equal(count_file("../shared/wire/openreview_notes_v2_handwritten.json", "openreview", &faults), 2);
    assert_int_equal(faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arxiv_snapshot),     cmocka_unit_test(test_semantic_scholar),
        cmocka_unit_test(test_openreview),         cmocka_unit_test(test_similar_json_is_not_theirs),
        cmocka_unit_test(test_documents_in_a_row), cmocka_unit_test(test_real_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
