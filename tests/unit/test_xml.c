/*
 * Unit tests of the XML readers: Atom, RSS, OAI-PMH, and sources that are refused. The samples are written for these
 * tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "show.h"

#define ATOM "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<id>q</id><title>Query</title>\n"

static void test_what_the_api_answers(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(ATOM
                 "<entry>\n<id>http://arxiv.org/abs/2601.00001v3</id>\n"
                 "<updated>2026-01-09T00:00:00Z</updated><published>2026-01-02T10:00:00Z</published>\n"
                 "<title>Half a\n  Bit &amp; more</title><summary>  We quantize &lt;all&gt;\nweights.\n</summary>\n"
                 "<author><name>Ada Example</name><a:affiliation xmlns:a=\"x\">Here</a:affiliation></author>\n"
                 "<author><name>B. Sample</name></author>\n"
                 "<x:journal_ref xmlns:x=\"http://arxiv.org/schemas/atom\">J. Examples 1</x:journal_ref>\n"
                 "<x:doi xmlns:x=\"http://arxiv.org/schemas/atom\">10.1000/EXAMPLE.1</x:doi>\n"
                 "<link href=\"http://arxiv.org/abs/2601.00001v3\" rel=\"alternate\"/>\n"
                 "<link title=\"pdf\" href=\"http://arxiv.org/pdf/2601.00001v3\" rel=\"related\"/>\n"
                 "<category term=\"cs.LG\"/><category term=\"stat.ML\"/>\n"
                 "<source><id>http://arxiv.org/abs/9999.99999</id><title>Not this</title></source></entry>\n"
                 "<entry><id>http://arxiv.org/abs/hep-th/9901001v1</id><title>Old</title></entry></feed>\n"),
        "format: atom\nline: 4\nid: 2601.00001\narxiv: 2601.00001\ndoi: 10.1000/example.1\ntitle: Half a Bit & "
        "more\nabstract: We quantize <all> weights.\n"
        "date: 2026-01-02\nurl: https://arxiv.org/abs/2601.00001\nsource: arxiv\nvenue: J. Examples 1\n"
        "author: Ada Example\nauthor: B. Sample\ncategory: cs.LG\ncategory: stat.ML\n"
        "line: 19\nid: hep-th/9901001\narxiv: hep-th/9901001\ntitle: Old\nurl: "
        "https://arxiv.org/abs/hep-th/9901001\nsource: arxiv\n");
}

static void test_feeds(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(ATOM "<entry><id>oai:arXiv.org:2601.00002v1</id><title>T</title>\n"
                      "<summary>arXiv:2601.00002v1 Announce Type: new \nAbstract: The text.</summary>\n"
                      "<published>2026-01-05T00:00:00-05:00</published>\n"
                      "<dc:creator xmlns:dc=\"d\">Ada Example, B. Sample</dc:creator></entry></feed>"),
        "format: atom\nline: 4\nid: 2601.00002\narxiv: 2601.00002\ntitle: T\nabstract: The text.\ndate: 2026-01-05\n"
        "url: https://arxiv.org/abs/2601.00002\nsource: arxiv\nauthor: Ada Example\nauthor: B. Sample\n");
    assert_string_equal(
        read_all("<!-- a feed --><rss version=\"2.0\" xmlns:dc=\"d\"><channel><title>cs updates</title>\n"
                 "<item><title>T</title><link>https://arxiv.org/abs/2601.00003</link>\n"
                 "<description>arXiv:2601.00003v2 Announce Type: replace \nAbstract: The text.</description>\n"
                 "<guid isPermaLink=\"false\">oai:arXiv.org:2601.00003v2</guid><category>cs.LG</category>\n"
                 "<category>cs.CL</category><pubDate>Mon, 05 Jan 2026 00:00:00 -0500</pubDate>\n"
                 "<dc:creator>Ada Example</dc:creator></item>\n"
                 "<item><title>Elsewhere</title><guid>https://example.org/p/7</guid>\n"
                 "<description>&lt;p&gt;Text with &lt;b&gt;marks&lt;/b&gt;.&lt;/p&gt;</description>\n"
                 "<pubDate>05 Foo 2026</pubDate></item></channel></rss>"),
        "format: rss\nline: 2\nid: 2601.00003\narxiv: 2601.00003\ntitle: T\nabstract: The text.\ndate: 2026-01\n"
        "url: https://arxiv.org/abs/2601.00003\nsource: arxiv\nauthor: Ada Example\ncategory: cs.LG\ncategory: cs.CL\n"
        "line: 8\nid: https://example.org/p/7\ntitle: Elsewhere\nabstract: Text with marks.\ndate: 2026\nurl: "
        "https://example.org/p/7\n");
}

/* Feeds of other services, and what their text has in it. */
static void test_markup_and_names_in_feeds(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("<rdf:RDF xmlns:rdf=\"r\" xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"d\">\n"
                 "<channel rdf:about=\"x\"><title>New</title></channel>\n<item rdf:about=\"y\">\n"
                 "<title><![CDATA[ A made-up cell ]]></title><link>http://e.org/1</link><guid>g1</guid>\n"
                 "<dc:creator><![CDATA[ Doe, D., van der Roe, R. M. ]]></dc:creator><dc:date>2031-01-02</dc:date>\n"
                 "<description>We &lt;i&gt;stain&lt;/i&gt; at p &amp;lt; 0.05.</description>\n"
                 "<dc:identifier>doi:10.5555/cell.1</dc:identifier></item></rdf:RDF>"),
        "format: rss\nline: 3\nid: g1\ndoi: 10.5555/cell.1\ntitle: A made-up cell\n"
        "abstract: We stain at p < 0.05.\ndate: 2031-01-02\nurl: http://e.org/1\nauthor: D. Doe\n"
        "author: R. M. van der Roe\n");
    assert_string_equal(
        read_all(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>https://e.org/2</id>\n"
            "<title type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">A <b>bold</b> title</div></title>\n"
            "<summary type=\"html\">&lt;p&gt;One &amp;amp; two&lt;/p&gt;&lt;p&gt;a &amp;lt; b&lt;/p&gt;</summary>\n"
            "<published>2031-01-02T23:30:00-05:00</published></entry></feed>"),
        "format: atom\nline: 1\nid: https://e.org/2\ntitle: A bold title\nabstract: One & two a < b\n"
        "date: 2031-01-03\nurl: https://e.org/2\n");
    assert_string_equal(
        read_all("<rss><channel><item><title>Old</title><guid>oai:arXiv.org:hep-th/9901001v2</guid>\n"
                 "<a:announce_type xmlns:a=\"a\">replace-cross</a:announce_type><pubDate>Thu, 02 Jan 2031 00:00:00 "
                 "-0500</pubDate><creator>J\\\"org Made-Up (Lab, Here), Madonna</creator></item></channel></rss>"),
        "format: rss\nline: 1\nid: hep-th/9901001\narxiv: hep-th/9901001\ntitle: Old\ndate: 1999-01\n"
        "url: https://arxiv.org/abs/hep-th/9901001\nsource: arxiv\nauthor: J\xc3\xb6rg Made-Up\nauthor: Madonna\n");
    assert_string_equal(
        read_all("<rss><channel><item><title>T</title><description>&lt;div&gt;&lt;p&gt;J Ex. 2031.&lt;/p&gt;&lt;p&gt;"
                 "&lt;b&gt;ABSTRACT&lt;/b&gt;&lt;/p&gt;&lt;p&gt;We stain.&lt;/p&gt;&lt;p&gt;PMID:&lt;a href=\"x\"&gt;1"
                 "&lt;/a&gt;&lt;/p&gt;&lt;/div&gt;</description><guid>pubmed:1</guid></item><item><title>U</title>"
                 "<guid>pubmed:2</guid><description>&lt;p&gt;J Ex.&lt;/p&gt;&lt;p&gt;PMID: 2&lt;/p&gt;</description>"
                 "</item></channel></rss>"),
        "format: rss\nline: 1\nid: pubmed:1\ntitle: T\nabstract: We stain.\nline: 1\nid: pubmed:2\ntitle: U\n");
    assert_string_equal(read_all(ATOM "<entry><id>https://arxiv.org/api/errors#bad</id><title>Error</title>\n"
                                      "<summary>no such id</summary></entry></feed>"),
                        "format: atom\nerror: file:5: the server reports an error: no such id\n");
}

#define OAI "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">\n"

static void test_oai_records(void **state)
{
    (void)state;
    assert_string_equal(
        read_all(OAI
                 "<ListRecords><record><header><identifier>oai:arXiv.org:2601.00004</identifier>\n"
                 "<datestamp>2026-02-01</datestamp><setSpec>cs</setSpec></header><metadata><arXiv xmlns=\"a\">\n"
                 "<id>2601.00004</id><created>2026-01-04</created><updated>2026-01-30</updated><authors>\n"
                 "<author><keyname>Example</keyname><forenames>Ada B.</forenames><suffix>Jr</suffix>\n"
                 "<affiliation>Here</affiliation></author><author><keyname>Group</keyname></author></authors>\n"
                 "<title>T</title><categories>cs.LG stat.ML</categories><comments>9 pages</comments>\n"
                 "<journal-ref>J. 2</journal-ref><abstract>  Text\n here </abstract></arXiv></metadata></record>\n"
                 "<record><header status=\"deleted\"><identifier>oai:arXiv.org:1</identifier></header></record>\n"
                 "<record><header><identifier>oai:arXiv.org:0801.0001</identifier></header><metadata>\n"
                 "<d:dc xmlns:d=\"d\"><d:title>Two</d:title><d:creator>Sample, Bo</d:creator>\n"
                 "<d:creator>Mononym</d:creator><d:subject>Computer Science - Learning</d:subject>\n"
                 "<d:description>\nAbstract text.\n</d:description><d:description>Comment: 3 pages</d:description>\n"
                 "<d:date>2008-01-01</d:date><d:date>2009-01-01</d:date>\n"
                 "<d:identifier>http://arxiv.org/abs/0801.0001</d:identifier><d:identifier>J. 3</d:identifier>\n"
                 "</d:dc></metadata></record><resumptionToken>x</resumptionToken></ListRecords></OAI-PMH>"),
        "format: oai\nline: 2\nid: 2601.00004\narxiv: 2601.00004\ntitle: T\nabstract: Text here\ndate: 2026-01-04\n"
        "url: https://arxiv.org/abs/2601.00004\nsource: arxiv\nvenue: J. 2\nauthor: Ada B. Example Jr\nauthor: Group\n"
        "category: cs.LG\ncategory: stat.ML\n"
        "line: 11\nid: 0801.0001\narxiv: 0801.0001\ntitle: Two\nabstract: Abstract text.\ndate: 2008-01-01\n"
        "url: https://arxiv.org/abs/0801.0001\nsource: arxiv\nauthor: Bo Sample\nauthor: Mononym\n"
        "category: Computer Science - Learning\n");
    assert_string_equal(read_all(OAI "<error code=\"noRecordsMatch\">none</error></OAI-PMH>"), "format: oai\n");
    assert_string_equal(read_all(OAI "\n<error code=\"badArgument\">what is that</error></OAI-PMH>"),
                        "format: oai\nerror: file:3: the server reports badArgument: what is that\n");
}

static void test_faults_are_reported_with_their_line(void **state)
{
    (void)state;
    assert_string_equal(read_all(ATOM "<entry><id>a</id><title>Good</title></entry>\n<entry>\n<id>b</id></entry>\n"
                                      "<entry><id>c</id><title>Also good</title></entry>\n<entry><id>d</title>"),
                        "format: atom\nline: 4\nid: a\ntitle: Good\nerror: file:5: neither title nor abstract\n"
                        "line: 7\nid: c\ntitle: Also good\nerror: file:8: not XML: mismatched tag\n");
    assert_string_equal(read_all(ATOM "<entry><id>a</id><title>Cut"),
                        "format: atom\nerror: file:4: not XML: no element found\n");
}

static void test_declarations_are_refused(void **state)
{
    static const char *const declarations[] = {"<!DOCTYPE feed [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
                                               "<!DOCTYPE feed [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>",
                                               "<!DOCTYPE feed SYSTEM \"feed.dtd\" [<!ENTITY % p SYSTEM \"p\">%p;]>"};
    (void)state;
    for (size_t i = 0; i < sizeof declarations / sizeof *declarations; i++) {
        char source[1024];
        snprintf(source, sizeof source, "<?xml version=\"1.0\"?>\n%s\n<feed><entry><title>&b;</title></entry></feed>",
                 declarations[i]);
        assert_string_equal(read_all(source),
                            "format: atom\nerror: file:2: a document type with declarations: refused, because entities "
                            "could expand without limit\n");
    }
}

static void test_entities_that_are_declared_elsewhere(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("<!DOCTYPE feed SYSTEM \"http://localhost:1/x.dtd\"><feed><entry><title>a&nbsp;&uuml;&unknown;&lt;b"
                 "</title><id>x&mdash;y</id></entry></feed>"),
        "format: atom\nline: 1\nid: x\xe2\x80\x94y\ntitle: a \xc3\xbc<b\n");
    assert_string_equal(read_all("<rss><channel><item><title>a&nbsp;b &eacute;</title><guid>x</guid></item></channel>"
                                 "</rss>"),
                        "format: rss\nline: 1\nid: x\ntitle: a b \xc3\xa9\n");
}

/* Fills a source up to about `size` bytes with a piece of it again and again. */
static char *filled(const char *opening, const char *piece, size_t size, const char *closing)
{
    char *source = malloc(size + strlen(opening) + strlen(piece) + strlen(closing) + 1), *at = source;

    assert_non_null(source);
    for (at = stpcpy(at, opening); (size_t)(at - source) < size; at = stpcpy(at, piece)) {
    }
    stpcpy(at, closing);
    return source;
}

/* Many small texts and tags take as much memory as a large one. */
static void test_texts_and_tags_are_bounded(void **state)
{
    static const struct {
        const char *opening, *piece, *closing, *read;
    } cases[] = {
        {"<title>", "<i></i>", "</title>", "error: file:1: an element of more than 16 MiB\n"},
        {"<title>", "some text ", "</title>", "error: file:1: an element of more than 16 MiB\n"},
        {"<title>T</title><", "x", "/>", "error: file:1: a tag or comment of more than 16 MiB\n"},
        {"<title>T</title><x y='", "y", "'/>", "error: file:1: a tag or comment of more than 16 MiB\n"},
        {"<title>", "<!-- - -->", "end</title>", "line: 1\nid: x\ntitle: end\n"},
        {"<title>T</title>", "<category>a category</category>", "",
         "error: file:1: a paper of more than 65536 categories\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char opening[100], closing[100], read[200], *source;
        snprintf(opening, sizeof opening, "<rss><channel><item><guid>x</guid>%s", cases[i].opening);
        snprintf(closing, sizeof closing, "%s</item></channel></rss>", cases[i].closing);
        snprintf(read, sizeof read, "format: rss\n%s", cases[i].read);
        source = filled(opening, cases[i].piece, 36 * 1024 * 1024, closing);
        assert_string_equal(read_all(source), read);
        free(source);
    }
}

/* The parts of a name, and sections of an abstract, are bounded together. */
static void test_records_are_bounded(void **state)
{
    char *source = filled("<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><AuthorList>"
                          "<Author>",
                          "<LastName>A last name of sixty-four bytes, of which no person ever was told</LastName>",
                          48 * 1024 * 1024,
                          "</Author></AuthorList></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>");
    (void)state;
    assert_string_equal(read_all(source), "format: pubmed-xml\nerror: file:1: a record of more than 32 MiB\n");
    free(source);
    source = filled("<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><Abstract>",
                    "<AbstractText Label='TWELVE BYTES'/>", 48 * 1024 * 1024,
                    "</Abstract></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>");
    assert_string_equal(read_all(source), "format: pubmed-xml\nerror: file:1: neither title nor abstract\n");
    free(source);
}

static void test_depth_is_bounded(void **state)
{
    char source[4096] = ATOM "<entry>";
    (void)state;
    for (int i = 0; i < 100; i++) {
        strcat(source, "<x>");
    }
    assert_non_null(strstr(read_all(source), "error: file:4: elements are nested more than 64 deep"));
}

static void test_other_metadata_of_oai(void **state)
{
    (void)state;
    assert_string_equal(
        read_all("<Records><record><header><identifier>oai:arXiv.org:3101.00001</identifier></header><metadata>\n"
                 "<arXivRaw><id>3101.00001</id><version version=\"v1\"><date>Wed, 1 Jan 2031 18:00:00 GMT</date>"
                 "</version><version version=\"v2\"><date>Fri, 3 Jan 2031 18:00:00 GMT</date></version>\n"
                 "<title>T</title><authors>Dora Doe (Here, There) and J\\\"org Made-Up</authors>\n"
                 "<categories>cs.LG stat.ML</categories></arXivRaw></metadata></record></Records>"),
        "format: oai\nline: 1\nid: 3101.00001\narxiv: 3101.00001\ntitle: T\ndate: 2031-01-01\n"
        "url: https://arxiv.org/abs/3101.00001\nsource: arxiv\nauthor: Dora Doe\nauthor: J\xc3\xb6rg Made-Up\n"
        "category: cs.LG\ncategory: stat.ML\n");
    assert_string_equal(
        read_all(
            "<record><header><identifier>oai:e.org:7</identifier></header><metadata><oai_datacite><payload>\n"
            "<resource><identifier identifierType=\"DOI\">10.5555/set.7</identifier><creators><creator>\n"
            "<creatorName>Doe, Dora</creatorName><givenName>Dora</givenName><familyName>Doe</familyName>\n"
            "</creator></creators><titles><title>Set</title></titles><publicationYear>2031</publicationYear>\n"
            "<dates><date dateType=\"Issued\">2031-02-03</date></dates><descriptions><description>&lt;p&gt;We "
            "count.&lt;/p&gt;</description></descriptions></resource></payload></oai_datacite></metadata></record>"),
        "format: oai\nline: 1\nid: oai:e.org:7\ndoi: 10.5555/set.7\ntitle: Set\nabstract: We count.\n"
        "date: 2031-02-03\nauthor: Dora Doe\n");
    assert_string_equal(
        read_all(
            "<ListRecords><record><header><identifier>oai:e.org:8</identifier></header><metadata><dc>\n"
            "<creator>Doe, Dora</creator><title>T</title><description>&lt;p&gt;a &amp;amp; b&lt;/p&gt;</description>\n"
            "<identifier>https://doi.org/10.5555/r.8</identifier><identifier>https://e.org/8</identifier>\n"
            "<date>2031</date><date>2031-02</date></dc></metadata></record></ListRecords>"),
        "format: oai\nline: 1\nid: oai:e.org:8\ndoi: 10.5555/r.8\ntitle: T\nabstract: a & b\ndate: 2031-02\n"
        "url: https://e.org/8\nauthor: Dora Doe\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_the_api_answers),
                                       cmocka_unit_test(test_feeds),
                                       cmocka_unit_test(test_oai_records),
                                       cmocka_unit_test(test_faults_are_reported_with_their_line),
                                       cmocka_unit_test(test_markup_and_names_in_feeds),
                                       cmocka_unit_test(test_other_metadata_of_oai),
                                       cmocka_unit_test(test_declarations_are_refused),
                                       cmocka_unit_test(test_entities_that_are_declared_elsewhere),
                                       cmocka_unit_test(test_texts_and_tags_are_bounded),
                                       cmocka_unit_test(test_records_are_bounded),
                                       cmocka_unit_test(test_depth_is_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
