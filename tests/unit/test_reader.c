/*
 * Unit tests of the readers: every format field by field, broken records, detection of formats. The samples are
 * written for these tests; the last tests read real files where they are at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "read/fields.h"
#include "read/format.h"

/* The papers of a source, each as `id|title|abstract|date|authors|author_count|comments|tags`, and the messages. */
static char shown[64 * 1024];

static void show(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void show(const char *format, ...)
{
    size_t used = strlen(shown);
    va_list args;
    va_start(args, format);
    vsnprintf(shown + used, sizeof shown - used, format, args);
    va_end(args);
}

static const char *text(const char *string)
{
    return string ? string : "-";
}

static void show_list(papertag_strings list)
{
    for (size_t i = 0; i < list.count; i++) {
        show("%s%s", i ? "," : "", list.items[i]);
    }
    show("|");
}

static const char *read_with(const char *source, size_t size, const papertag_reader_options *options)
{
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    int status;

    shown[0] = '\0';
    if (papertag_reader_open_memory(&reader, "file", source, size, options, &err)) {
        show("%s\n", err.message);
        return shown;
    }
    show("%s\n", papertag_reader_format(reader));
    while ((status = papertag_reader_next(reader, &p, &err)) != PAPERTAG_END) {
        if (status) {
            assert_int_equal(status, PAPERTAG_BAD_INPUT);
            show("%s\n", err.message);
            continue;
        }
        show("%zu|%s|%s|%s|%s|", p->line, p->id, text(p->title), text(p->abstract), text(p->date));
        show_list(p->authors);
        show("%ld|%ld|%ld|", p->author_count, p->upvotes, p->comments);
        show_list(p->tags);
        show("%s\n", p->has_tags ? "tagged" : "untagged");
    }
    assert_int_equal(papertag_reader_next(reader, &p, &err), PAPERTAG_END);
    papertag_reader_close(reader);
    return shown;
}

static const char *read_all(const char *source)
{
    return read_with(source, strlen(source), NULL);
}

/* ---- JSON --- */

static void test_json_lines_field_by_field(void **state)
{
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    static const char line[] =
        "{\"id\":\"x1\",\"title\":\" A  title\\n\",\"abstract\":\"Some\\ttext\",\"date\":\"2026-10-01T10:00:00Z\","
        "\"authors\":[\"A. Example\",{\"name\":\"B. Sample\"}],\"organization\":\"Example "
        "Lab\",\"url\":\"https://e.org\","
        "\"source\":\"sample\",\"venue\":\"V\",\"upvotes\":3,\"comments\":0,\"categories\":\"cs.LG cs.CL\","
        "\"keywords\":[\"k\"],\"tags\":[\"a\",\"b\"],\"maybe\":[\"c\"],\"unknown\":{\"x\":[1]}}";
    (void)state;

    assert_int_equal(papertag_reader_open_memory(&reader, "f", line, sizeof line - 1, NULL, &err), 0);
    assert_int_equal(papertag_reader_next(reader, &p, &err), 0);
    assert_string_equal(p->id, "x1");
    assert_string_equal(p->title, "A title");
    assert_string_equal(p->abstract, "Some text");
    assert_string_equal(p->date, "2026-10-01");
    assert_string_equal(p->organization, "Example Lab");
    assert_string_equal(p->url, "https://e.org");
    assert_string_equal(p->source, "sample");
    assert_string_equal(p->venue, "V");
    assert_int_equal(p->authors.count, 2);
    assert_string_equal(p->authors.items[1], "B. Sample");
    assert_int_equal(p->author_count, 2);
    assert_int_equal(p->upvotes, 3);
    assert_int_equal(p->comments, 0);
    assert_int_equal(p->categories.count, 2);
    assert_string_equal(p->categories.items[1], "cs.CL");
    assert_string_equal(p->keywords.items[0], "k");
    assert_int_equal(p->tags.count, 2);
    assert_string_equal(p->maybe.items[0], "c");
    assert_true(p->has_tags);
    papertag_reader_close(reader);
}

static void test_json_lines_survive_broken_records(void **state)
{
    (void)state;
    assert_string_equal(read_all("\xef\xbb\xbf{\"id\":1,\"title\":\"one\"}\r\n"
                                 "\n"
                                 "{\"title\":\"two\",}\n"
                                 "[1]\n"
                                 "{\"title\":3}\n"
                                 "{\"title\":\"t\",\"tags\":{}}\n"
                                 "{\"title\":\"t\",\"upvotes\":-1}\n"
                                 "{\"title\":\" \"}\n"
                                 "{\"title\":\"x\"} y\n"
                                 "{\"id\":\"z\",\"title\":\"last\",\"tags\":[]}"),
                        "jsonl\n"
                        "1|1|one|-|-||-1|-1|-1||untagged\n"
                        "file:3: not valid JSON at column 16\n"
                        "file:4: a paper must be a JSON object\n"
                        "file:5: field 'title' must be a string\n"
                        "file:6: field 'tags' must be a list of strings\n"
                        "file:7: field 'upvotes' must be a non-negative whole number\n"
                        "file:8: neither title nor abstract\n"
                        "file:9: not valid JSON at column 15\n"
                        "10|z|last|-|-||-1|-1|-1||tagged\n");
}

static void test_odd_characters_come_out_clean(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("{\"id\":\"a\",\"title\":\"nul \\u0000 here \\\\u0000\",\"abstract\":\"bad \xff byte \xc3\xb6\"}"),
        "jsonl\n1|a|nul here \\u0000|bad \xef\xbf\xbd byte \xc3\xb6|-||-1|-1|-1||untagged\n");
    assert_string_equal(read_all("{\"id\":\"b\",\"title\":\"a\xc2\xa0\xe2\x80\xa8 b\\u0007c\"}"),
                        "jsonl\n1|b|a b c|-|-||-1|-1|-1||untagged\n");
}

static void test_ids_are_derived_from_the_title(void **state)
{
    char first[64], second[64];
    (void)state;
    sscanf(read_all("{\"title\":\"Caf\xc3\xa9: Sparse  Attention!\"}"), "jsonl\n1|%63[^|]", first);
    sscanf(read_all("{\"title\":\"cafe sparse-attention\",\"abstract\":\"other\"}"), "jsonl\n1|%63[^|]", second);
    assert_string_equal(first, second);
    assert_int_equal(strlen(first), 18);
    sscanf(read_all("{\"title\":\"cafe dense attention\"}"), "jsonl\n1|%63[^|]", second);
    assert_string_not_equal(first, second);
}

static void test_tags_from_another_field(void **state)
{
    papertag_reader_options options = {.tags_field = "topics"};
    static const char line[] = "{\"id\":\"a\",\"title\":\"t\",\"tags\":[\"no\"],\"topics\":\"x; y\"}";
    (void)state;
    assert_string_equal(read_with(line, sizeof line - 1, &options), "jsonl\n1|a|t|-|-||-1|-1|-1|x,y|tagged\n");
}

/* ---- fields --- */

/* The paper of a source with one record, borrowed from the reader. */
static papertag_paper *read_one(const char *source, const char *format, bool careful, papertag_reader **reader)
{
    papertag_reader_options options = {.format = format};
    const papertag_paper *paper;
    papertag_error err;

    assert_int_equal(papertag_reader_open_memory(reader, "file", source, strlen(source), &options, &err), 0);
    (*reader)->careful = careful;
    assert_int_equal(papertag_reader_next(*reader, &paper, &err), 0);
    return &(*reader)->record.paper;
}

/* Every row of the table is read by JSON, with a tree and without, and by tables. */
static void test_every_field_in_every_layout(void **state)
{
    static const char *const values[] = {[PT_FIELD_TEXT] = "10.48550/arxiv.2601.00001",
                                         [PT_FIELD_ID] = "x1",
                                         [PT_FIELD_DATE] = "2026-01-02",
                                         [PT_FIELD_LIST] = "one",
                                         [PT_FIELD_TAGS] = "one",
                                         [PT_FIELD_AUTHORS] = "one",
                                         [PT_FIELD_COUNT] = "7",
                                         [PT_FIELD_PART] = "3"};
    static const char *const layouts[] = {[PT_FIELD_LIST] = "[\"%s\"]",
                                          [PT_FIELD_TAGS] = "[\"%s\"]",
                                          [PT_FIELD_AUTHORS] = "[\"%s\"]",
                                          [PT_FIELD_COUNT] = "%s",
                                          [PT_FIELD_PART] = "%s"};
    (void)state;

    for (size_t i = 0; i < pt_field_rows; i++) {
        const pt_field *field = &pt_fields[i];
        const char *value = values[field->kind];
        const char *layout = field->kind < PT_FIELD_LIST ? "\"%s\"" : layouts[field->kind];
        char inner[64], json[256], csv[256];

        snprintf(inner, sizeof inner, layout, value);
        snprintf(json, sizeof json, "{\"%s\":%s%s}", field->name, inner,
                 strcmp(field->name, "title") != 0 ? ",\"title\":\"T\"" : "");
        snprintf(csv, sizeof csv, "%s,title\n%s,%s\n", field->name, value, value);
        for (int way = 0; way < 3; way++) {
            papertag_reader *reader;
            papertag_paper *paper = read_one(way == 2 ? csv : json, way == 2 ? "csv" : "jsonl", way == 1, &reader);
            if (field->kind == PT_FIELD_COUNT) {
                assert_int_equal(*pt_count_member(field, paper), 7);
            } else if (field->kind == PT_FIELD_PART) {
                assert_string_equal(*pt_part_member(field, &reader->record), value);
            } else if (pt_is_list(field)) {
                assert_int_equal(pt_list_member(field, paper)->count, 1);
                assert_string_equal(pt_list_member(field, paper)->items[0], value);
            } else {
                assert_string_equal(*pt_text_member(field, paper),
                                    strcmp(field->name, "arxiv") != 0 ? value : "2601.00001");
            }
            papertag_reader_close(reader);
        }
    }
}

/* A paper has the same identity whichever layout it comes in. */
static void test_a_table_has_identifiers(void **state)
{
    papertag_reader *reader;
    const papertag_paper *paper =
        read_one("DOI,title,arXiv\nhttps://doi.org/10.1000/EX.1,T,arXiv:2601.00001v2\n", "csv", false, &reader);
    (void)state;
    assert_string_equal(paper->doi, "10.1000/ex.1");
    assert_string_equal(paper->arxiv, "2601.00001");
    papertag_reader_close(reader);
}

/* ---- documents --- */

static void test_json_documents(void **state)
{
    (void)state;
    assert_string_equal(read_all("[\n {\"id\":\"a\",\n  \"title\":\"A\"},\n {\"id\":\"b\" \"title\":1},\n 7,\n"
                                 " {\"id\":\"c\",\"title\":\"C]}\"}\n]\n"),
                        "json\n2|a|A|-|-||-1|-1|-1||untagged\nfile:4: not valid JSON at column 11\n"
                        "file:5: a paper must be a JSON object\n6|c|C]}|-|-||-1|-1|-1||untagged\n");
    assert_string_equal(read_all("[{\"id\":\"a\",\"title\":\"A\"},{\"id\":\"b\",\"ti"),
                        "json\n1|a|A|-|-||-1|-1|-1||untagged\nfile:1: the array is not closed\n");
    assert_string_equal(read_all("{\n\"id\":\"a\",\n\"title\":\"A\"\n}\n"), "json\n1|a|A|-|-||-1|-1|-1||untagged\n");
    assert_string_equal(read_all("[]"), "json\n");
}

static void test_daily_papers_listing(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("[{\"title\":\"T\",\"publishedAt\":\"2026-01-03T00:00:00Z\",\"numComments\":2,\"paper\":{\"id\":"
                 "\"2601.00001\","
                 "\"authors\":[{\"name\":\"A. Example\",\"hidden\":false},{\"name\":\"B. Sample\"}],"
                 "\"publishedAt\":\"2026-01-02T00:00:00Z\",\"title\":\"T\",\"summary\":\"S\\nS\",\"upvotes\":5}},\n"
                 "{\"paper\":7},{\"numComments\":1}]"),
        "daily-papers\n1|2601.00001|T|S S|2026-01-02|A. Example,B. Sample|2|5|2||untagged\n"
        "file:2: field 'paper' must be an object\nfile:2: field 'paper' must be an object\n");
}

/* ---- the page --- */

static const char page[] =
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nNov 3\n\n"
    "Full: a title\n\nAn abstract that is quite a bit longer than its title.\n\n"
    "  \xe2\x80\xa2 3 authors\n\xc2\xb7\nMay 4, 2023 2\n\n"
    "No year\n\nAn abstract that is quite a bit longer.\n\n  \xe2\x80\xa2 1 authors\n\xc2\xb7\nJun 5\n\n"
    "By an organisation\n\nAn abstract that is quite a bit longer.\n\nlab Example Lab\n\xc2\xb7\nJun 6 12\n\n"
    "No foot\n\nAn abstract that is quite a bit longer than its title, and no foot.\n\n"
    "Last\n\nAn abstract of May 5, that ends the page.\n";

static void test_the_page(void **state)
{
    papertag_reader_options options = {.today = "2024-11-03"};
    char ids[5][32];
    (void)state;
    read_with(page, sizeof page - 1, &options);
    sscanf(shown, "page\n11|%31[^|]|", ids[0]);
    assert_int_equal(strncmp(ids[0], "t-", 2), 0);
    assert_non_null(
        strstr(shown, "|Full: a title|An abstract that is quite a bit longer than its title.|2023-05-04||3|-1|2|"));
    assert_non_null(strstr(shown, "|No year|An abstract that is quite a bit longer.|2024-06-05||1|-1|-1|"));
    assert_non_null(strstr(shown, "|By an organisation|An abstract that is quite a bit longer.|2024-06-06||-1|-1|12|"));
    assert_non_null(
        strstr(shown, "|No foot|An abstract that is quite a bit longer than its title, and no foot.|-||-1|-1|-1|"));
    assert_non_null(strstr(shown, "|Last|An abstract of May 5, that ends the page.|-||-1|-1|-1|"));
}

static void test_the_page_has_the_year_it_is_given(void **state)
{
    papertag_reader_options options = {.page_date = "2019-11-03"};
    (void)state;
    read_with(page, sizeof page - 1, &options);
    assert_non_null(strstr(shown, "|2019-06-05|"));
    assert_non_null(strstr(shown, "|2023-05-04|"));
    options.page_date = NULL;
    options.today = "2024-06-05"; /* a day before the latest date without a year */
    read_with(page, sizeof page - 1, &options);
    assert_non_null(strstr(shown, "|2023-06-05|"));
    assert_non_null(strstr(shown, "|2023-06-06|"));
    options.page_date = "2019-02-30";
    assert_non_null(strstr(read_with(page, sizeof page - 1, &options), "not a day"));
}

/* ---- tables --- */

static void test_csv(void **state)
{
    (void)state;
    assert_string_equal(read_all("ID,Title,Abstract,Tags,Extra,comments\r\n"
                                 "1,\"A, \"\"b\"\"\r\nc\",text,x;y,z,4\r\n"
                                 "\r\n"
                                 "2,two,\"t\",,,\r\n"
                                 "3,short\r\n"
                                 "4,four,t,a|b,,many\r\n"
                                 "5,five,t,\"a,b\",,0"),
                        "csv\n2|1|A, \"b\" c|text|-||-1|-1|4|x,y|tagged\n5|2|two|t|-||-1|-1|-1||tagged\n"
                        "file:6: 2 fields where the header has 6\n"
                        "7|4|four|t|-||-1|-1|-1|a,b|tagged\n8|5|five|t|-||-1|-1|0|a,b|tagged\n");
}

static void test_an_open_quote_loses_one_record(void **state)
{
    (void)state;
    assert_string_equal(read_all("id,title\n1,one\n2,\"open\n3,three\n4,four\n"),
                        "csv\n2|1|one|-|-||-1|-1|-1||untagged\nfile:3: the quote that opens here is never closed\n"
                        "4|3|three|-|-||-1|-1|-1||untagged\n5|4|four|-|-||-1|-1|-1||untagged\n");
}

static void test_tsv_and_headers(void **state)
{
    papertag_reader_options options = {.format = "csv"};
    (void)state;
    assert_string_equal(read_all("abstract\tid\nsome text, with commas\tq\n"),
                        "tsv\n2|q|-|some text, with commas|-||-1|-1|-1||untagged\n");
    assert_string_equal(read_with("a,b\n1,2\n", 8, &options), "file:1: the header has neither title nor abstract\n");
}

/* ---- detection --- */

static void test_an_escape_without_its_digits_is_broken(void **state)
{
    (void)state;
    assert_string_equal(read_all("{\"title\":\"The \\usepackage of A\"}\n{\"title\":\"B \\\\u\",\"x\":\"\\u12\"}\n"
                                 "{\"id\":\"c\",\"title\":\"C \\\\u\"}\n"),
                        "jsonl\nfile:1: not valid JSON at column 15\nfile:2: not valid JSON at column 23\n"
                        "3|c|C \\u|-|-||-1|-1|-1||untagged\n");
}

static void test_unknown_formats_are_reported(void **state)
{
    papertag_reader *reader;
    papertag_error err;
    (void)state;
    assert_int_equal(papertag_reader_open_memory(&reader, "f", "once\n", 5, NULL, &err), PAPERTAG_UNKNOWN_FORMAT);
    assert_string_equal(read_all(""), "jsonl\n");
    assert_string_equal(read_all(" \n\n"), "jsonl\n");
    assert_non_null(strstr(read_all("once upon a time\n"), "in no known format"));
    assert_non_null(strstr(read_all("<xml/>\n"), "in no known format"));
}

static void test_formats_are_listed(void **state)
{
    const char *name;
    size_t count = 0;
    (void)state;

    for (; (name = papertag_reader_format_name(count)) != NULL; count++) {
        papertag_reader_options options = {.format = name};
        papertag_reader *reader;
        papertag_error err;
        assert_int_equal(papertag_reader_open_memory(&reader, "f", "", 0, &options, &err), 0);
        assert_string_equal(papertag_reader_format(reader), name);
        papertag_reader_close(reader);
    }
    assert_true(count >= 12);
    assert_null(papertag_reader_format_name(count + 1));
}

static void test_long_lines_stream_from_a_file(void **state)
{
    char path[] = "/tmp/papertag-test-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    size_t count = 0;
    (void)state;

    for (int i = 0; i < 40; i++) {
        fprintf(file, "{\"id\":\"%d\",\"title\":\"t\",\"abstract\":\"", i);
        for (int k = 0; k < i * 3000; k++) {
            fputs("word ", file);
        }
        fputs("end\"}\n", file);
    }
    fclose(file);
    assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), 0);
    while (!papertag_reader_next(reader, &p, &err)) {
        assert_int_equal(atoi(p->id), (int)count);
        assert_int_equal(strlen(p->abstract), count * 3000 * 5 + 3);
        assert_int_equal(p->line, ++count);
    }
    assert_int_equal(count, 40);
    papertag_reader_close(reader);
    unlink(path);
    assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), PAPERTAG_IO);
}

/* ---- real files --- */

static size_t count_papers(const char *path, size_t *dated, size_t *authors)
{
    papertag_reader *reader;
    const papertag_paper *p;
    papertag_error err;
    size_t count = 0;

    assert_int_equal(papertag_reader_open(&reader, path, NULL, &err), 0);
    *dated = *authors = 0;
    while (!papertag_reader_next(reader, &p, &err)) {
        assert_non_null(p->title);
        assert_non_null(p->abstract);
        *dated += p->date != NULL;
        *authors += p->author_count > 0 ? (size_t)p->author_count : 0;
        count++;
    }
    papertag_reader_close(reader);
    return count;
}

/* One byte too many is a broken record, reported with its line; what follows is read. */
static void test_a_line_has_its_limit(void **state)
{
    static const char head[] = "{\"title\":\"One\"}\n", open[] = "{\"title\":\"", shut[] = "\"}\n";
    const size_t room = PT_LINE_MAX + 200;
    char *lines = malloc(room);
    (void)state;

    assert_non_null(lines);
    for (size_t more = 0; more < 2; more++) {
        papertag_reader *reader;
        const papertag_paper *p;
        papertag_error err;
        size_t size = (size_t)snprintf(lines, room, "%s%s", head, open);
        const size_t words = PT_LINE_MAX - (sizeof open - 1) - (sizeof shut - 2) + more;
        memset(lines + size, 'x', words);
        size += words;
        size += (size_t)snprintf(lines + size, room - size, "%s%s", shut, head);
        assert_int_equal(papertag_reader_open_memory(&reader, "f", lines, size, NULL, &err), 0);
        assert_int_equal(papertag_reader_next(reader, &p, &err), 0);
        assert_int_equal(papertag_reader_next(reader, &p, &err), more ? PAPERTAG_BAD_INPUT : PAPERTAG_OK);
        if (more) {
            assert_string_equal(err.message, "f:2: a line of more than 16 MiB");
        }
        assert_int_equal(papertag_reader_next(reader, &p, &err), 0);
        assert_int_equal(p->line, 3);
        assert_int_equal(papertag_reader_next(reader, &p, &err), PAPERTAG_END);
        papertag_reader_close(reader);
    }
    free(lines);
}

static void test_real_files(void **state)
{
    static const struct {
        const char *path;
        size_t papers, dated;
    } files[] = {{"../shared/seed/daily-papers-page.txt", 75, 74},
                 {"../shared/wire/hf_daily_papers_2024-05-27.json", 13, 13},
                 {"../shared/wire/hf_daily_papers_2025-09-10.json", 11, 11},
                 {"../shared/wire/hf_daily_papers_2026-08-19.json", 26, 26}};
    (void)state;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t dated, authors;
        if (access(files[i].path, R_OK)) {
            skip();
        }
        assert_int_equal(count_papers(files[i].path, &dated, &authors), files[i].papers);
        assert_int_equal(dated, files[i].dated);
        assert_true(authors > files[i].papers);
    }
}

/* Where a value ends: the part of each text that is skipped; NULL: it has no end there. */
static void test_values_of_json_are_skipped(void **state)
{
    static const struct {
        const char *text, *skipped;
    } cases[] = {{"1,2]", "1"},
                 {"]", ""},
                 {"[1,[2,{}]],3", "[1,[2,{}]]"},
                 {" {\"a\": \"x,]}\"}}", " {\"a\": \"x,]}\"}"},
                 {"\"a\\\"b,\",c", "\"a\\\"b,\""},
                 {"\"a\\\\\",c", "\"a\\\\\""},
                 {"\"a\": [1, 2]}", "\"a\": [1, 2]"},
                 {"\"a,b", NULL},
                 {"\"a\\\"", NULL},
                 {"[1,2", NULL},
                 {"12", NULL},
                 {"", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text, *end = text + strlen(text), *stop = papertag_json_skip(text, end);
        assert_int_equal(stop == NULL, cases[i].skipped == NULL);
        if (stop) {
            assert_int_equal(stop - text, strlen(cases[i].skipped));
            assert_memory_equal(text, cases[i].skipped, stop - text);
        }
        for (const char *cut = text; cut < end && stop; cut++) { /* of a part of it nothing else is read */
            const char *early = papertag_json_skip(text, cut);
            assert_true(!early || (early < cut && early == stop));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_json_lines_field_by_field),
                                       cmocka_unit_test(test_json_lines_survive_broken_records),
                                       cmocka_unit_test(test_odd_characters_come_out_clean),
                                       cmocka_unit_test(test_ids_are_derived_from_the_title),
                                       cmocka_unit_test(test_tags_from_another_field),
                                       cmocka_unit_test(test_every_field_in_every_layout),
                                       cmocka_unit_test(test_a_table_has_identifiers),
                                       cmocka_unit_test(test_json_documents),
                                       cmocka_unit_test(test_values_of_json_are_skipped),
                                       cmocka_unit_test(test_daily_papers_listing),
                                       cmocka_unit_test(test_the_page),
                                       cmocka_unit_test(test_the_page_has_the_year_it_is_given),
                                       cmocka_unit_test(test_csv),
                                       cmocka_unit_test(test_an_open_quote_loses_one_record),
                                       cmocka_unit_test(test_tsv_and_headers),
                                       cmocka_unit_test(test_an_escape_without_its_digits_is_broken),
                                       cmocka_unit_test(test_unknown_formats_are_reported),
                                       cmocka_unit_test(test_formats_are_listed),
                                       cmocka_unit_test(test_long_lines_stream_from_a_file),
                                       cmocka_unit_test(test_a_line_has_its_limit),
                                       cmocka_unit_test(test_real_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
