/*
 * Names of authors in the forms in which sources write them, and plain text of markup. All names are made up.
 */
#include "base/base.h"

#include <setjmp.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "read/markup.h"
#include "read/names.h"

typedef int read_names(pt_record *record, const char *text, size_t length, papertag_error *err);

typedef struct name_case {
    const char *text, *names; /* with " / " between them */
} name_case;

static void check_names(read_names *read, const name_case *cases, size_t count)
{
    pt_record record = {0};

    for (size_t i = 0; i < count; i++) {
        pt_buf joined = {0};
        pt_record_clear(&record, 1);
        assert_int_equal(read(&record, cases[i].text, strlen(cases[i].text), NULL), PAPERTAG_OK);
        pt_buf_text(&joined, "");
        for (size_t k = 0; k < record.paper.authors.count; k++) {
            pt_buf_format(&joined, "%s%s", k ? " / " : "", record.paper.authors.items[k]);
        }
        if (strcmp(joined.data, cases[i].names) != 0) {
            fail_msg("'%s' is read as '%s', not '%s'", cases[i].text, joined.data, cases[i].names);
        }
        pt_buf_free(&joined);
    }
    pt_record_free(&record);
}

#define CHECK(read, cases) check_names(read, cases, sizeof(cases) / sizeof *(cases))

static void test_one_person(void **state)
{
    static const name_case cases[] = {
        {"Dora Doe", "Dora Doe"},
        {" Doe,  Dora ", "Dora Doe"},
        {"van der Roe, Rick", "Rick van der Roe"},
        {"Roe, Rick van der", "Rick van der Roe"},
        {"Doe, Bo, Jr", "Bo Doe Jr"},
        {"Doe, Jr., Bo", "Bo Doe Jr."},
        {"Bo Doe, Jr.", "Bo Doe Jr."},
        {"van der Roe, Bo 3rd", "Bo van der Roe 3rd"},
        {"Doe, B R Jr", "B R Doe Jr"},
        {"Doe, Bo, III", "Bo Doe III"},
        {"Dora Doe, PhD", "Dora Doe"},
        {"Doe, Dora, MD", "Dora Doe"},
        {"Doe, MD", "MD Doe"},
        {"Rahman-Made-Up, Md.", "Md. Rahman-Made-Up"},
        {"Doe, Dora, 1950-2020", "Dora Doe"},
        {"Doe, D.", "D. Doe"},
        {"Doe D", "D Doe"},
        {"van der Roe RM", "RM van der Roe"},
        {"D. Doe", "D. Doe"},
        {"Bo Doe III", "Bo Doe III"},
        {"DORA DOE", "DORA DOE"},
        {"Madonna", "Madonna"},
        {"M\xc3\xbcller, J\xc3\xb6rg", "J\xc3\xb6rg M\xc3\xbcller"},
        {"J\\\"org M\\\"uller-Made-Up", "J\xc3\xb6rg M\xc3\xbcller-Made-Up"},
        {"Erd\\H{o}s, P{\\'a}l", "P\xc3\xa1l Erd\xc5\x91s"},
        {"M&uuml;ller, J&#246;rg", "J\xc3\xb6rg M\xc3\xbcller"},
        {"<span class=\"n\">Dora</span> Doe", "Dora Doe"},
        {"Dora Doe (Made-Up University, Nowhere)", "Dora Doe"},
        {"Dora Doe (1) (2)", "Dora Doe"},
        {"Dora Doe ((1) Here, (2) There)", "Dora Doe"},
        {"Dora (Dee) Doe", "Dora (Dee) Doe"},
        {"(Some Lab)", "(Some Lab)"},
        {"Dora Doe)", "Dora Doe)"},
        {"Dora Doe*", "Dora Doe"},
        {"Dora Doe, University of Examples", "Dora Doe"},
        {"Made-Up Company, Inc.", "Made-Up Company, Inc."},
        {"University of Examples, Department of Tests", "University of Examples, Department of Tests"},
        {"{The Lab, and Friends}", "The Lab, and Friends"},
        {"\xe5\xbc\xa0\xe4\xb8\x89", "\xe5\xbc\xa0\xe4\xb8\x89"},
        {"\xe5\xbc\xa0, \xe4\xb8\x89", "\xe5\xbc\xa0\xe4\xb8\x89"},
        {"Dora Doe et al.", "Dora Doe"},
        {"et al.", ""},
        {"others", ""},
        {",", ""},
        {"", ""},
    };
    (void)state;
    CHECK(pt_record_author, cases);
}

static void test_lists(void **state)
{
    static const name_case cases[] = {
        {"Dora Doe", "Dora Doe"},
        {"Doe, Dora", "Dora Doe"},
        {"van der Roe, Rick Jan", "Rick Jan van der Roe"},
        {"Made-Up Marquez, Gabriel", "Gabriel Made-Up Marquez"},
        {"Dora Doe, Rick van der Roe", "Dora Doe / Rick van der Roe"},
        {"Dora Doe and Rick Roe", "Dora Doe / Rick Roe"},
        {"Dora Doe, Rick Roe and Zoe Sample", "Dora Doe / Rick Roe / Zoe Sample"},
        {"Dora Doe, Rick Roe, and Zoe Sample", "Dora Doe / Rick Roe / Zoe Sample"},
        {"Dora Doe & Rick Roe", "Dora Doe / Rick Roe"},
        {"Doe, Dora and Roe, Rick", "Dora Doe / Rick Roe"},
        {"Doe, Dora and Rick Roe", "Dora Doe / Rick Roe"},
        {"Doe, Dora; van der Roe, Rick", "Dora Doe / Rick van der Roe"},
        {"Doe, D.; Roe, R. M.;", "D. Doe / R. M. Roe"},
        {"Dora Doe; Rick Roe", "Dora Doe / Rick Roe"},
        {"Doe D; Roe RM", "D Doe / RM Roe"},
        {"Doe, D., van der Roe, R. M.", "D. Doe / R. M. van der Roe"},
        {"Doe, D., Roe, R., & Sample, Z.", "D. Doe / R. Roe / Z. Sample"},
        {"Doe, D., Roe, R., et al.", "D. Doe / R. Roe"},
        {"Doe, Dora, Roe, Rick", "Dora Doe / Rick Roe"},
        {"Doe D, Roe RM, Sample Z", "D Doe / RM Roe / Z Sample"},
        {"Dora DOE, Bo SAMPLE", "Dora DOE / Bo SAMPLE"},
        {"D. Doe, R. Roe", "D. Doe / R. Roe"},
        {"D. Doe, R. Roe, Z. Sample, et al", "D. Doe / R. Roe / Z. Sample"},
        {"Bo Doe, Jr., Rick Roe", "Bo Doe Jr. / Rick Roe"},
        {"Dora Doe, MD, Rick Roe, PhD", "Dora Doe / Rick Roe"},
        {"Dora Doe (Here, There), Rick Roe (Lab and Co) and Zoe Sample", "Dora Doe / Rick Roe / Zoe Sample"},
        {"Dora Doe (1 and 2), Rick Roe (2) ((1) Here, (2) There)", "Dora Doe / Rick Roe"},
        {"Dora Doe (unclosed, Rick Roe", "Dora Doe (unclosed / Rick Roe"},
        {"M&uuml;ller, J.; Roe, R.", "J. M\xc3\xbcller / R. Roe"},
        {"Dora Doe|Rick Roe", "Dora Doe / Rick Roe"},
        {"['Dora Doe', 'Rick van der Roe']", "Dora Doe / Rick van der Roe"},
        {"[\"Doe, Dora\", \"O'Roe, Rick\"]", "Dora Doe / Rick O'Roe"},
        {"['Dora Doe' 'Rick Roe']", "Dora Doe / Rick Roe"},
        {"['J\\u00f6rg Made-Up', 'D\\'Roe']", "J\xc3\xb6rg Made-Up / D'Roe"},
        {"[{'name': 'Ada Made-Up'}, {'id': '7', 'name': 'Bo Sample'}]", "Ada Made-Up / Bo Sample"},
        {"[]", ""},
        {"Andrea Andrews, Sandy Land", "Andrea Andrews / Sandy Land"},
        {"Dora Doe\nand Rick Roe", "Dora Doe / Rick Roe"},
        {"\xe5\xbc\xa0\xe4\xb8\x89, \xe6\x9d\x8e\xe5\x9b\x9b", "\xe5\xbc\xa0\xe4\xb8\x89 / \xe6\x9d\x8e\xe5\x9b\x9b"},
        {"\xe5\xbc\xa0\xe4\xb8\x89\xef\xbc\x8c\xe6\x9d\x8e\xe5\x9b\x9b",
         "\xe5\xbc\xa0\xe4\xb8\x89 / \xe6\x9d\x8e\xe5\x9b\x9b"},
        {"{Doe and Daughters, Inc.} and Roe, Rick", "Doe and Daughters, Inc. / Rick Roe"},
        {" and and ", "and"},
        {"", ""},
    };
    static const name_case ordered[] = {
        {"Dora Doe, Madonna", "Dora Doe / Madonna"},
        {"Cher, Madonna", "Cher / Madonna"},
        {"Bo Doe, Jr., Wei LI and The Made-Up Collaboration", "Bo Doe Jr. / Wei LI / The Made-Up Collaboration"},
    };
    static const name_case anded[] = {
        {"Made-Up Marquez, Gabriel Jose and Bo Doe", "Gabriel Jose Made-Up Marquez / Bo Doe"},
        {"Doe D., Roe R.M.", "D. Doe / R.M. Roe"},
        {"Made-Up Marquez, Gabriel Jose", "Gabriel Jose Made-Up Marquez"},
        {"Doe, Dora; Roe, Rick", "Dora Doe / Rick Roe"},
        {"{Lab and Friends} AND Doe, Jr, Bo and others", "Lab and Friends / Bo Doe Jr"},
    };
    (void)state;
    CHECK(pt_record_authors, cases);
    CHECK(pt_record_ordered_authors, ordered);
    CHECK(pt_record_anded_authors, anded);
}

static void test_parts(void **state)
{
    pt_record record = {0};
    (void)state;
    pt_record_clear(&record, 1);
    assert_int_equal(pt_record_person(&record, "Rick", "van der Roe", NULL, NULL), PAPERTAG_OK);
    assert_int_equal(pt_record_person(&record, "J\\\"org", "Made, Up", "Jr.", NULL), PAPERTAG_OK);
    assert_int_equal(pt_record_person(&record, "", "", "", NULL), PAPERTAG_OK);
    assert_int_equal(record.paper.authors.count, 2);
    assert_string_equal(record.paper.authors.items[0], "Rick van der Roe");
    assert_string_equal(record.paper.authors.items[1], "J\xc3\xb6rg Made, Up Jr.");
    pt_record_free(&record);
}

static void check_markup(const char *text, const char *wanted)
{
    pt_record record = {0};
    const char *got = NULL;

    assert_int_equal(pt_record_markup(&record, &got, text, strlen(text), NULL), PAPERTAG_OK);
    if (strcmp(got ? got : "", wanted) != 0) {
        fail_msg("'%s' is read as '%s', not '%s'", text, got ? got : "", wanted);
    }
    pt_record_free(&record);
}

static void test_markup(void **state)
{
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"<jats:p>We prune <jats:italic>sparse</jats:italic> nets.</jats:p><jats:p>Twice.</jats:p>",
         "We prune sparse nets. Twice."},
        {"<jats:title>Abstract</jats:title><jats:p>We prune.</jats:p>", "We prune."},
        {"<div><p><b>ABSTRACT</b></p><p>We prune.</p></div>", "We prune."},
        {"<b>Abstract</b> algebra", "Abstract algebra"},
        {"<jats:sec><jats:title>Methods</jats:title><jats:p>We prune.</jats:p></jats:sec>", "Methods We prune."},
        {"H<sub>2</sub>O and <i>C. elegans</i>", "H2O and C. elegans"},
        {"one<br>two<br/>three", "one two three"},
        {"<ul><li>one</li><li>two</li></ul>", "one two"},
        {"a < b", "a < b"},
        {"<10 and >5", "<10 and >5"},
        {"a<b and c>d", "a<b and c>d"},
        {"x <y> z", "x <y> z"},
        {"if p<q then i<n", "if p<q then i<n"},
        {"the <mask> token and </s>", "the <mask> token and </s>"},
        {"p&nbsp;&lt;&nbsp;0.05", "p < 0.05"},
        {"a &lt; b &amp;&amp; c", "a < b && c"},
        {"&amp;amp; &amp;lt;p&amp;gt;text&amp;lt;/p&amp;gt;", "& text"},
        {"&lt;p&gt;We prune&lt;/p&gt;&lt;p&gt;twice.&lt;/p&gt;", "We prune twice."},
        {"caf&eacute; &#233; &#xE9; &#x1F600;", "caf\xc3\xa9 \xc3\xa9 \xc3\xa9 \xf0\x9f\x98\x80"},
        {"&#147;quoted&#148;", "\xe2\x80\x9cquoted\xe2\x80\x9d"},
        {"&#0;&#xD800;&#99999999;", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"AT&T; R&D &unknown; &; &#; &#x; &", "AT&T; R&D &unknown; &; &#; &#x; &"},
        {"hy&shy;phen", "hyphen"},
        {"<![CDATA[We <b>prune</b> &amp; grow]]>", "We prune & grow"},
        {"<![CDATA[open", "<![CDATA[open"},
        {"a]]>b", "a]]>b"},
        {"one<!-- two -->three", "onethree"},
        {"one<!-- two", "one<!-- two"},
        {"<style>p { x: y }</style>one<script>if (a<b) {}</script> two", "one two"},
        {"<style>one", "one"},
        {"<script src=\"x\"/>one</script>", "one"},
        {"<p>open <i>tag", "open tag"},
        {"cut <a href=\"x", "cut <a href=\"x"},
        {"<a href=https://e.example/x>link</a> <a title='a > b' href=\"y\">two</a>", "link two"},
        {"<?xml version=\"1.0\"?><p>one</p>", "one"},
        {"<mml:math><mml:mi>x</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>5</mml:mn></mml:math>", "x<5"},
        {"<math><semantics><mi>x</mi><annotation encoding=\"application/x-tex\">\\x</annotation></semantics></math>",
         "x"},
        {"<alternatives><tex-math>\\x</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></alternatives>", "x"},
        {"<inline-formula><tex-math>x^2</tex-math></inline-formula>", "x^2"},
        {"<P ALIGN=\"left\">Upper</P>", "Upper"},
        {"<", "<"},
        {"</", "</"},
        {"<p", "<p"},
        {"<a:>", "<a:>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_markup(cases[i].text, cases[i].plain);
    }
}

/* Texts made to take long must take time in proportion to their length. */
static void test_hostile_text_takes_linear_time(void **state)
{
    static const char *const pieces[] = {
        "<p a=\"", "<p a='",  "<!--",  "<![CDATA[", "<style>", "&amp;", "&lt;p",
        "<p ",     "</style", "(",     " and ",     "{",       ",",     "\\{",
        "[\"",     "a, ",     "((x) ", "a a a a",   "'",       " ",     "<math><annotation>",
        "D. "};
    const size_t size = 1024 * 1024;
    char *text = malloc(size);
    pt_record record = {0};
    const clock_t start = clock();

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        const size_t length = strlen(pieces[i]);
        pt_buf out = {0};
        for (size_t at = 0; at < size; at++) {
            text[at] = pieces[i][at % length];
        }
        assert_int_equal(pt_markup_text(&out, text, size, NULL), PAPERTAG_OK);
        pt_record_clear(&record, 1);
        assert_int_equal(pt_record_authors(&record, text, size, NULL), PAPERTAG_OK);
        pt_record_clear(&record, 1);
        assert_int_equal(pt_record_author(&record, text, size, NULL), PAPERTAG_OK);
        pt_buf_free(&out);
    }
    pt_record_free(&record);
    free(text);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_person),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_markup),
        cmocka_unit_test(test_hostile_text_takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
