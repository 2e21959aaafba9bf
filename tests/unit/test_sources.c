/*
 * Unit tests of BibTeX, of the records of other services in JSON, and of compressed input. The samples are written for
 * these tests; the last test reads real files where they are at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lzma.h>
#include <zlib.h>

#include "papertag.h"

static char shown[64 * 1024];

static void show(const char *name, const char *value)
{
    size_t used = strlen(shown);
    if (value) {
        snprintf(shown + used, sizeof shown - used, "%s: %s\n", name, value);
    }
}

static void show_list(const char *name, papertag_strings list)
{
    for (size_t i = 0; i < list.count; i++) {
        show(name, list.items[i]);
    }
}

/* What a source gives, a field a line. */
static const char *read_bytes(const void *source, size_t size)
{
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    int status;

    shown[0] = '\0';
    if (papertag_reader_open_memory(&reader, "file", source, size, NULL, &err)) {
        show("error", err.message);
        return shown;
    }
    show("format", papertag_reader_format(reader));
    while ((status = papertag_reader_next(reader, &p, &err)) != PAPERTAG_END) {
        if (status) {
            assert_int_equal(status, PAPERTAG_BAD_INPUT);
            show("error", err.message);
            continue;
        }
        show("id", p->id);
        show("title", p->title);
        show("abstract", p->abstract);
        show("date", p->date);
        show("url", p->url);
        show("source", p->source);
        show("doi", p->doi);
        show("venue", p->venue);
        show_list("author", p->authors);
        show_list("category", p->categories);
        show_list("keyword", p->keywords);
        show("arxiv", p->arxiv);
    }
    papertag_reader_close(reader);
    return shown;
}

static const char *read_all(const char *source)
{
    return read_bytes(source, strlen(source));
}

/* ---- BibTeX ---------------------------------------------------------------------------------------------------- */

static void test_an_entry(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("% a file of examples\n@string{jex = \"Journal of \" # {Examples}}\n@comment{no entry}\n"
                 "@Article{example2026,\n  title = {{Half} a Bit: {\\'E}tude \\& more}, author = {Example, Ada and\n"
                 "  B. Sample and {Group and Company} and Last, Jr, First and others},\n"
                 "  journal = jex # \" (online)\", year = 2026, month = feb, day = 3,\n"
                 "  doi = \"https://doi.org/10.1000/AB\", eprint = {2601.00001}, archivePrefix = {arXiv},\n"
                 "  keywords = {bits, weights; more}, url = {https://example.org/a},\n"
                 "  abstract = {We set $x_{i} \\le 1$ --- \\emph{always} -- with 50\\% of ``it''.}\n}\n"),
        "format: bib\nid: example2026\ntitle: Half a Bit: \xc3\x89tude & more\n"
        "abstract: We set $x_{i} \\le 1$ \xe2\x80\x94 always \xe2\x80\x93 with 50% of \"it\".\ndate: 2026-02-03\n"
        "url: https://example.org/a\nsource: bibtex\ndoi: 10.1000/ab\nvenue: Journal of Examples (online)\n"
        "author: Ada Example\nauthor: B. Sample\nauthor: Group and Company\nauthor: First Last Jr\n"
        "keyword: bits\nkeyword: weights\nkeyword: more\narxiv: 2601.00001\n");
}

static void test_biblatex(void **state)
{
    (void)state;
    assert_string_equal(read_all("@online(key, title = {One}, subtitle = {Two}, date = {2026-01-02T10:00:00Z},\n"
                                 " journaltitle = {J}, eprint = {cs/0101001}, eprinttype = {arxiv})\n"
                                 "@misc{k2, title = {No day}, date = {2026-01}}"),
                        "format: bib\nid: key\ntitle: One: Two\ndate: 2026-01-02\nsource: bibtex\nvenue: J\n"
                        "arxiv: cs/0101001\nid: k2\ntitle: No day\nsource: bibtex\n");
}

static void test_letters_of_latex(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("@misc{k, title = {\\\"{o} {\\\"o} \\'e \\c{c} \\v s \\~n \\ss{} {\\o} \\L{}\\'{\\i} "
                 "\\aa ngstr\\\"om a~b \\textbf{c} G\\\"odel}}"),
        "format: bib\nid: k\ntitle: \xc3\xb6 \xc3\xb6 \xc3\xa9 \xc3\xa7 \xc5\xa1 \xc3\xb1 \xc3\x9f \xc3\xb8 "
        "\xc5\x81\xc3\xad \xc3\xa5ngstr\xc3\xb6m a b c G\xc3\xb6"
        "del\nsource: bibtex\n");
}

static void test_broken_entries(void **state)
{
    (void)state;
    assert_string_equal(read_all("@misc{a, title = {One}}\n\n@misc{b, title {Two}}\n@misc{c, title = {Three}}\n"
                                 "@misc{d, note = {neither}}\n@misc{e, title = {not closed\n@misc{f, title = {Six}}\n"),
                        "format: bib\nid: a\ntitle: One\nsource: bibtex\n"
                        "error: file:3: @misc{b: '=' is missing behind a field's name\n"
                        "id: c\ntitle: Three\nsource: bibtex\nerror: file:5: neither title nor abstract\n"
                        "error: file:6: @misc{e: a value is missing or not closed\n");
}

/* ---- JSON of others -------------------------------------------------------------------------------------------- */

static void test_a_line_of_the_snapshot(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(
            "{\"id\":\"0801.0001\",\"submitter\":\"X\",\"authors\":\"A. One and B. Two\",\"title\":\"A\\n  title\","
            "\"comments\":\"3 pages\",\"journal-ref\":\"J. Ex. 1\",\"doi\":\"10.1000/X\",\"categories\":\"cs.LG "
            "stat.ML\","
            "\"abstract\":\"  Text.\\n\",\"versions\":[{\"version\":\"v1\",\"created\":\"Mon, 2 Apr 2007 19:18:42 "
            "GMT\"},"
            "{\"version\":\"v2\",\"created\":\"Tue, 3 Apr 2007 19:18:42 GMT\"}],\"update_date\":\"2008-11-26\","
            "\"authors_parsed\":[[\"One\",\"A.\",\"\"],[\"Two\",\"B.\",\"Jr\"]]}\n"
            "{\"id\":\"x\",\"title\":\"papertag's own\",\"comments\":3}\n"),
        "format: jsonl\nid: 0801.0001\ntitle: A title\nabstract: Text.\ndate: 2007-04-02\n"
        "url: https://arxiv.org/abs/0801.0001\nsource: arxiv\ndoi: 10.1000/x\nvenue: J. Ex. 1\nauthor: A. One\n"
        "author: B. Two Jr\ncategory: cs.LG\ncategory: stat.ML\narxiv: 0801.0001\nid: x\ntitle: papertag's own\n");
}

static void test_papers_of_semantic_scholar(void **state)
{
    const char *want = "format: json\nid: 2601.00002\ntitle: T\ndate: 2026-01-05\nurl: https://s2.example/p\n"
                       "source: semantic-scholar\ndoi: 10.1000/y\nauthor: Ada Example\ncategory: Computer Science\n"
                       "arxiv: 2601.00002\nid: abc\ntitle: U\nsource: semantic-scholar\n";
    const char *papers =
        "[null,\n{\"paperId\":\"p\",\"externalIds\":{\"ArXiv\":\"2601.00002\",\"DOI\":\"10.1000/Y\"},"
        "\"title\":\"T\",\"abstract\":null,\"url\":\"https://s2.example/p\",\"venue\":\"\",\"year\":2026,"
        "\"publicationDate\":\"2026-01-05\",\"authors\":[{\"authorId\":\"1\",\"name\":\"Ada Example\"}],"
        "\"fieldsOfStudy\":[\"Computer Science\"]},\n null , {\"paperId\":\"abc\",\"title\":\"U\"}]";
    char listing[2048];

    (void)state;
    assert_string_equal(read_all(papers), want);
    snprintf(listing, sizeof listing, "{\"total\": 2, \"offset\": 0, \"data\": %s, \"next\": 3}", papers);
    assert_string_equal(read_all(listing), want);
}

static void test_notes_of_openreview(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(
            "{\"notes\": [\n{\"id\":\"n1\",\"forum\":\"f1\",\"pdate\":1767571200000,\"content\":{\"title\":{\"value\":"
            "\"One\\n two\"},\"abstract\":{\"value\":\"Text.\"},\"authors\":{\"value\":[\"Ada Example\"]},"
            "\"keywords\":{\"value\":[\"bits\"]},\"venue\":{\"value\":\"Conf 2026\"}}},\n"
            "{\"id\":\"n2\",\"content\":{\"title\":\"Older API\",\"authors\":[\"B\"]}},\n"
            "{\"id\":\"n3\",\"content\":{}}],\n\"count\": 3}"),
        "format: json\nid: n1\ntitle: One two\nabstract: Text.\ndate: 2026-01-05\n"
        "url: https://openreview.net/forum?id=f1\nsource: openreview\nvenue: Conf 2026\nauthor: Ada Example\n"
        "keyword: bits\nid: n2\ntitle: Older API\nurl: https://openreview.net/forum?id=n2\nsource: openreview\nauthor: "
        "B\n"
        "error: file:4: neither title nor abstract\n");
}

/* ---- compressed input ------------------------------------------------------------------------------------------ */

static const char plain[] = "{\"id\":\"a\",\"title\":\"One\"}\n{\"id\":\"b\",\"title\":\"Two\"}\n";
static const char plain_shown[] = "format: jsonl\nid: a\ntitle: One\nid: b\ntitle: Two\n";

static size_t gzip_of(const char *text, unsigned char *out, size_t size)
{
    z_stream z = {0};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)text;
    z.avail_in = (unsigned)strlen(text);
    z.next_out = out;
    z.avail_out = (unsigned)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static size_t xz_of(const char *text, unsigned char *out, size_t size)
{
    size_t used = 0;

    assert_int_equal(
        lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const unsigned char *)text, strlen(text), out, &used, size),
        LZMA_OK);
    return used;
}

static void test_gzip_and_xz(void **state)
{
    unsigned char bytes[1024];
    size_t size = gzip_of(plain, bytes, sizeof bytes), twice;

    (void)state;
    assert_string_equal(read_bytes(bytes, size), plain_shown);
    twice = size + gzip_of("{\"id\":\"c\",\"title\":\"Three\"}\n", bytes + size, sizeof bytes - size);
    read_bytes(bytes, twice);
    assert_non_null(strstr(shown, "id: b\ntitle: Two\nid: c\ntitle: Three\n"));
    size = xz_of(plain, bytes, sizeof bytes);
    assert_string_equal(read_bytes(bytes, size), plain_shown);
}

static void test_damaged_compressed_input(void **state)
{
    unsigned char bytes[1024];
    size_t size = gzip_of(plain, bytes, sizeof bytes);

    (void)state;
    assert_non_null(strstr(read_bytes(bytes, size - 9), "file: the gzip data are cut off"));
    bytes[size - 6] ^= 0x55; /* the checksum */
    assert_non_null(strstr(read_bytes(bytes, size), "file: the gzip data are damaged"));
    size = xz_of(plain, bytes, sizeof bytes);
    assert_non_null(strstr(read_bytes(bytes, size - 20), "file: the xz data are cut off"));
    bytes[size / 2] ^= 0x55;
    assert_non_null(strstr(read_bytes(bytes, size), "file: the xz data are damaged"));
}

/* ---- real files ------------------------------------------------------------------------------------------------ */

static void test_real_files(void **state)
{
    static const struct {
        const char *path, *format;
        size_t papers;
    } files[] = {{"../shared/wire/zotero_bibtex_143entries.bib", "bib", 143},
                 {"../shared/wire/zotero_biblatex_75entries.bib", "bib", 75},
                 {"../shared/wire/acl_anthology_abstract.bib", "bib", 1},
                 {"../shared/wire/s2_paper_batch.json", "json", 3},
                 {"../shared/wire/openreview_notes_v2_handwritten.json", "json", 2}};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        papertag_reader *reader;
        const papertag_paper *paper;
        papertag_error err;
        size_t papers = 0;
        int status;
        if (papertag_reader_open(&reader, files[i].path, NULL, &err)) {
            skip();
        }
        assert_string_equal(papertag_reader_format(reader), files[i].format);
        while ((status = papertag_reader_next(reader, &paper, &err)) == PAPERTAG_OK) {
            assert_non_null(paper->title);
            papers++;
        }
        assert_int_equal(status, PAPERTAG_END);
        assert_int_equal(papers, files[i].papers);
        papertag_reader_close(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_an_entry),
                                       cmocka_unit_test(test_biblatex),
                                       cmocka_unit_test(test_letters_of_latex),
                                       cmocka_unit_test(test_broken_entries),
                                       cmocka_unit_test(test_a_line_of_the_snapshot),
                                       cmocka_unit_test(test_papers_of_semantic_scholar),
                                       cmocka_unit_test(test_notes_of_openreview),
                                       cmocka_unit_test(test_gzip_and_xz),
                                       cmocka_unit_test(test_damaged_compressed_input),
                                       cmocka_unit_test(test_real_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
