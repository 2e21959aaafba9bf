/*
 * Unit tests of bibliographies: the grammar, the fields, LaTeX, malformed entries. The samples are written for these
 * tests; the last test reads real bibliographies where they are at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "read/latex.h"
#include "show.h"

/* The papers of a bibliography. All have "bibtex" for their source, which is checked here and left out. */
static const char *read_bib(const char *source)
{
    static const char line[] = "source: bibtex\n";
    size_t sources = 0, papers = 0;

    read_all(source);
    for (const char *at = shown; (at = strstr(at, "\nid: ")) != NULL; at++) {
        papers++;
    }
    for (char *at; (at = strstr(shown, line)) != NULL; sources++) {
        memmove(at, at + strlen(line), strlen(at + strlen(line)) + 1);
    }
    assert_int_equal(sources, papers);
    return shown;
}

/* ---- LaTeX --- */

static void check_latex(const char *source, pt_latex_kind kind, const char *expected)
{
    pt_buf out = {0};
    pt_latex_text(&out, source, strlen(source), kind);
    assert_false(out.failed);
    assert_string_equal(out.data, expected);
    pt_buf_free(&out);
}

static void test_latex_becomes_text(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"{P}ara{D}etox", "ParaDetox"},
        {"a {{Nested {One}}}", "a Nested One"},
        /* accents, however they are written */
        {"caf\\'e caf\\'{e} caf{\\'e} caf\\' e", "caf\u00e9 caf\u00e9 caf\u00e9 caf\u00e9"},
        {"\\\"{o}\\`a\\^{o}\\~n\\=a\\.z", "\u00f6\u00e0\u00f4\u00f1\u0101\u017c"},
        {"\\v{s}\\v s\\c{c}\\c c\\u{g}\\H{o}\\k{a}\\r{u}\\d{s}\\b{n}",
         "\u0161\u0161\u00e7\u00e7\u011f\u0151\u0105\u016f\u1e63\u1e49"},
        {"\\'{\\i}\\'\\i\\\"\\i \\v{\\j}", "\u00ed\u00ed\u00ef\u01f0"},
        {"\\'{\\^o} \\d{\\^e}", "\u1ed1 \u1ec7"},
        {"\\'{ae}x", "\u00e1ex"},
        {"\\'", ""},
        {"\\'{}", ""},
        {"\\v{", ""},
        {"\\~{}user", "~user"},
        {"\\'{\\'{\\'{\\'{\\'{\\'{\\'{\\'{\\'{\\'{\\'{\\'{a}}}}}}}}}}}}", NULL}, /* ends */
        {"\\'\xff", "\xff"},
        /* letters */
        {"Stra\\ss e, Stra{\\ss}e, \\o re, {\\aa}, \\L{}\\'od\\'z, \\OE uvre, \\ae\\O",
         "Stra\u00dfe, Stra\u00dfe, \u00f8re, \u00e5, \u0141\u00f3d\u017a, \u0152uvre, \u00e6\u00d8"},
        /* characters that have a meaning */
        {"R\\&D 50\\% a\\_b \\#1 \\$5 \\{x\\}", "R&D 50% a_b #1 $5 {x}"},
        {"{\\textbackslash}x \\textasciitilde{}1 a\\textbar b", "\\x ~1 a|b"},
        {"a--b---c ``so'' d~e", "a\u2013b\u2014c \u201cso\u201d d e"},
        {"a\\,b\\ c\\\\d\\-e\\/f", "a b c def"},
        /* style */
        {"\\emph{one} \\textit{two {\\bf three}} {\\em four} \\href{http://x.y}{five}", "one two three four five"},
        /* math, and text that only looks like it */
        {"of $\\alpha_{i} -- x'' \\$$ is", "of $\\alpha_{i} -- x'' \\$$ is"},
        {"$$a~b$$ c~d \\(e~f\\) \\[g~h\\]", "$$a~b$$ c d \\(e~f\\) \\[g~h\\]"},
        {"costs $5 and \\'e", "costs $5 and \u00e9"},
        {"\\(a~b", "\\(a b"},
        {"\\alpha and \\beta", "\\alpha and \\beta"},
        {"end\\", "end\\"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i][1]) {
            check_latex(cases[i][0], PT_LATEX_PROSE, cases[i][1]);
        } else {
            pt_buf out = {0};
            pt_latex_text(&out, cases[i][0], strlen(cases[i][0]), PT_LATEX_PROSE);
            pt_buf_free(&out);
        }
    }
    check_latex("https://e.org/~a\\_b--c/\\%7E{x}$y", PT_LATEX_ADDRESS, "https://e.org/~a_b--c/%7Ex$y");
}

/* ---- fields --- */

static void test_abstracts_for_readers(void **state)
{
    static const char *const cases[][2] = {
        {"\\emph{TwinGrid, twice} is $2.3\\times$ faster -- in {\\em all}", "TwinGrid, twice is 2.3× faster – in all"},
        {"an $\\ell_2$ norm and $\\mathcal{O}(n^{k/2})$", "an ℓ₂ norm and O(n^(k/2))"},
        {"$W_Q$, $x_{t+1}$, $10^{-3}$, \\(\\frac{a+b}{2}\\)", "W_Q, xₜ₊₁, 10⁻³, (a+b)/2"},
        {"costs $5 and $6", "costs $5 and $6"}, /* prices */
        {"~10% of Fig.~3", "~10% of Fig. 3"},
        {"in {0, 1} or {BERT}", "in {0, 1} or BERT"},
        {"$\\alpha$-divergence, \\alpha too, $\\unknown$", "α-divergence, α too, \\unknown"},
        {"an open $x", "an open $x"},
        {"plain", "plain"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out = NULL;
        papertag_error err;
        assert_int_equal(papertag_plain_text(cases[i][0], &out, &err), PAPERTAG_OK);
        assert_string_equal(out, cases[i][1]);
        free(out);
    }
}

static void test_biblatex_field_by_field(void **state)
{
    (void)state;
    assert_string_equal(
        read_bib("\n@online{example_half_2026,\n"
                 "  title = {Half a {{Bit}}},\n  subtitle = {Notes on {Q}uantization},\n"
                 "  author = {Example, Ada and B{\\'e}la Sample and {The Lab and Friends} and Three, Jr., Cee and "
                 "van Dot, Dee\n    AND others},\n"
                 "  date = {2026-01-02T10:00:00Z},\n  eprint = {2601.00001v2},\n  eprinttype = {arxiv},\n"
                 "  url = {https://e.org/~ada/a\\_b},\n  urldate = {2026-02-02},\n  doi = {10.1000/EX--1},\n"
                 "  abstract = {We quantize {$2^{-k}$}, by 50\\%.},\n  journaltitle = {J. of \\& Examples},\n"
                 "  institution = {Some Lab},\n  keywords = {one, two,three,},\n  langid = {english}\n}\n"),
        "format: bib\nline: 2\nid: 2601.00001\narxiv: 2601.00001\ndoi: 10.1000/ex--1\n"
        "title: Half a Bit: Notes on Quantization\nabstract: We quantize $2^{-k}$, by 50%.\ndate: 2026-01-02\n"
        "organization: Some Lab\nurl: https://e.org/~ada/a_b\nvenue: J. of & Examples\nauthor: Ada Example\n"
        "author: B\u00e9la Sample\nauthor: The Lab and Friends\nauthor: Cee Three Jr.\nauthor: Dee van Dot\n"
        "keyword: one\nkeyword: two\nkeyword: three\n");
}

static void test_bibtex_grammar(void **state)
{
    (void)state;
    assert_string_equal(
        read_bib("% a comment, with user@host{x, in it\nText, and %@article{no, title = {No}}\n"
                 "@STRING{jex = \"Journal of \"}\n@string(jexx = jex # {Examples})\n"
                 "@comment{ @misc{hidden, title = {Hidden}} }\n@preamble{ \"\\newcommand{\\x}{y}\" }\n"
                 "@Article(key:1/a+b,\n  TITLE = \"A {\"}quoted{\"} title\" # { and more},\n  journal = JEXX,\n"
                 "  year = 2020, month = \"10~\" # jan, volume = 7)\n"
                 "@misc{second, title = {50% of {it}}, year = {2020}, month = may, day = 3,,} @misc{third,title={T}}\n"
                 "@misc{fourth, title = undefined # 4}\n"
                 "@misc{, title = {No key}}\n@misc{title = {None at all}, doi = {10.1/x}}\n@misc{sixth}\n"
                 "@inproceedings{last,title={T2},booktitle={B},year={2020},month=feb,day={30}} trailing"),
        "format: bib\nline: 7\nid: key:1/a+b\ntitle: A \"quoted\" title and more\ndate: 2020-01-10\n"
        "venue: Journal of Examples\n"
        "line: 11\nid: second\ntitle: 50% of it\ndate: 2020-05-03\nline: 11\nid: third\ntitle: T\n"
        "line: 12\nid: fourth\ntitle: undefined4\n"
        "line: 13\nid: t-f1b5eba1713cc828\ntitle: No key\nline: 14\nid: t-19688aa407f0da33\ndoi: 10.1/x\n"
        "title: None at all\nerror: file:15: entry 'sixth' (@misc) has neither title nor abstract\n"
        "line: 16\nid: last\ntitle: T2\ndate: 2020-02\nvenue: B\n");
}

static void test_arxiv_wherever_it_is_written(void **state)
{
    static const struct {
        const char *fields, *id;
    } cases[] = {{"eprint={2601.00001}, archivePrefix={arXiv}", "2601.00001"},
                 {"eprint={hep-th/9901001}", "hep-th/9901001"},
                 {"eprint={2601.00001}, eprinttype={pubmed}", "k"},
                 {"eprint={12345678}, eprinttype={pmid}", "k"},
                 {"journal={arXiv preprint arXiv:2601.00001}", "2601.00001"},
                 {"journal={CoRR}, volume={abs/2601.00001}", "2601.00001"},
                 {"number={arXiv:2601.00001}", "2601.00001"},
                 {"doi={10.48550/arXiv.2601.00001}", "2601.00001"},
                 {"url={https://arxiv.org/abs/2601.00001v1}", "2601.00001"},
                 {"journal={About arXiv: an essay}", "k"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char source[256], expected[64];
        snprintf(source, sizeof source, "@misc{k, title={T}, %s}", cases[i].fields);
        snprintf(expected, sizeof expected, "format: bib\nline: 1\nid: %s\n", cases[i].id);
        assert_int_equal(strncmp(read_bib(source), expected, strlen(expected)), 0);
    }
}

static void test_dates_are_as_precise_as_they_are_written(void **state)
{
    static const struct {
        const char *fields, *date;
    } cases[] = {{"date={2020}", "2020"},
                 {"date={2020-10}", "2020-10"},
                 {"date={2020-10-11/2020-10-13}", "2020-10-11"},
                 {"year=2020", "2020"},
                 {"year={{2020}}, month={{FEB 3}}", "2020-02-03"},
                 {"year=2020, month=oct", "2020-10"},
                 {"year=2020, month=10", "2020-10"},
                 {"year=2020, month=10, day=11", "2020-10-11"},
                 {"year={2020}, month={October 11--13}", "2020-10-11"},
                 {"year={2020}, month={11 Oct.}", "2020-10-11"},
                 {"year={2020}, month={October 2020}", "2020-10"},
                 {"year={2020}, month={Fall}", "2020"},
                 {"year={in press}, month=oct, day=1", NULL},
                 {"date={2020-10}, year=2020, month=10, day=12", "2020-10"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char source[256], expected[128];
        snprintf(source, sizeof source, "@misc{k, title={T}, %s}", cases[i].fields);
        snprintf(expected, sizeof expected, "format: bib\nline: 1\nid: k\ntitle: T\n%s%s%s",
                 cases[i].date ? "date: " : "", cases[i].date ? cases[i].date : "", cases[i].date ? "\n" : "");
        assert_string_equal(read_bib(source), expected);
    }
}

/* ---- malformed entries --- */

static void test_malformed_entries_are_reported_and_skipped(void **state)
{
    (void)state;
    assert_string_equal(read_bib("@misc{good, title = {Good}}\n"
                                 "@misc{brace,\n  title = {Not {closed},\n  year = 2020\n}\n"
                                 "@misc{quote,\n  title = \"Not closed,\n}\n"
                                 "@misc{comma,\n  title = {T}\n  year = 2020\n}\n"
                                 "@misc{equals,\n  title {T}\n}\n"
                                 "@misc{value,\n  title = ,\n}\n"
                                 "@misc{field, = {T}}\n"
                                 "@misc{keycomma\n  title = {T}\n}\n"
                                 "@misc{twice, title = {One}}}\n"
                                 "@string{broken = }\n"
                                 "@comment{never closed\n"
                                 "@misc{also, title = {Also good}}\n"
                                 "@misc{key\n"
                                 "@misc{open, title = {T},\n"),
                        "format: bib\nline: 1\nid: good\ntitle: Good\n"
                        "error: file:2: entry 'brace' is not closed\n"
                        "error: file:6: entry 'quote' is not closed\n"
                        "error: file:9: entry 'comma' lacks a comma after field 'title'\n"
                        "error: file:13: entry 'equals' lacks '=' after field 'title'\n"
                        "error: file:16: entry 'value' has no value for field 'title'\n"
                        "error: file:19: entry 'field' has no field name before '='\n"
                        "error: file:20: entry 'keycomma' lacks a comma after its key\n"
                        "line: 23\nid: twice\ntitle: One\n"
                        "error: file:24: entry '@string' has no value for field 'broken'\n"
                        "line: 26\nid: also\ntitle: Also good\n"
                        "error: file:27: entry 'key' is not closed\n"
                        "error: file:28: entry 'open' is not closed\n");
}

static void test_macros_are_bounded(void **state)
{
    char source[8192] = "@misc{first, title={T}}\n@string{a = {0123456789}}\n";
    (void)state;
    for (char c = 'b'; c < 'z'; c++) {
        snprintf(source + strlen(source), sizeof source - strlen(source), "@string{%c = %c # %c # %c # %c}\n", c, c - 1,
                 c - 1, c - 1, c - 1);
    }
    read_bib(source);
    assert_non_null(strstr(shown, "error: file:7: entry '@string' exceeds a limit"));
    assert_null(strstr(shown, "file:6:"));
}

static void test_similar_text_is_no_bibliography(void **state)
{
    static const char *const sources[] = {"@user (hello) said so\n", "mail me@home{x,\n", "@article{no comma here\n",
                                          "title,abstract\nT,\"see\n@misc{x,\ntitle}\"\n"};
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        assert_null(strstr(read_all(sources[i]), "format: bib"));
    }
    assert_int_equal(strncmp(read_bib("This file was made by hand.\n\n@misc{x,\ntitle={T}}"), "format: bib\n", 12), 0);
    assert_string_equal(read_bib("@comment{nothing}\n"), "format: bib\n");
}

/* ---- real files --- */

static void test_real_bibliographies(void **state)
{
    static const struct {
        const char *path;
        size_t papers;
    } files[] = {{"../shared/wire/acl_anthology_abstract.bib", 1},
                 {"../shared/wire/zotero_biblatex_75entries.bib", 75},
                 {"../shared/wire/zotero_bibtex_143entries.bib", 143}};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t faults;
        if (access(files[i].path, R_OK)) {
            skip();
        }
        assert_int_equal(count_file(files[i].path, "bib", &faults), files[i].papers);
        assert_int_equal(faults, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latex_becomes_text),
        cmocka_unit_test(test_abstracts_for_readers),
        cmocka_unit_test(test_biblatex_field_by_field),
        cmocka_unit_test(test_bibtex_grammar),
        cmocka_unit_test(test_arxiv_wherever_it_is_written),
        cmocka_unit_test(test_dates_are_as_precise_as_they_are_written),
        cmocka_unit_test(test_malformed_entries_are_reported_and_skipped),
        cmocka_unit_test(test_macros_are_bounded),
        cmocka_unit_test(test_similar_text_is_no_bibliography),
        cmocka_unit_test(test_real_bibliographies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
