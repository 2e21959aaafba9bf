/*
 * Unit tests of the tags of papers: the field that holds them can be named in every format. The samples are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "papertag.h"

/* A source, the field that is named, and the tags of its only paper with '|' after each. */
static const struct {
    const char *format, *field, *tags, *source;
} rows[] = {
    {"daily-papers", "keywords", "fog|mist|",
     "[{\"paper\":{\"id\":\"3101.00001\",\"title\":\"T\",\"summary\":\"S\",\"ai_keywords\":[\"fog\",\"mist\"]}}]"},
    {"daily-papers", "ai_keywords", "fog|",
     "[{\"paper\":{\"id\":\"3101.00001\",\"title\":\"T\",\"summary\":\"S\",\"ai_keywords\":[\"fog\"]}}]"},
    {"s2", "fieldsOfStudy", "Physics|", "{\"paperId\":\"a1\",\"title\":\"T\",\"fieldsOfStudy\":[\"Physics\"]}"},
    {"s2", "s2FieldsOfStudy", "Fog|",
     "{\"paperId\":\"a1\",\"title\":\"T\",\"fieldsOfStudy\":[\"Physics\"],\"s2FieldsOfStudy\":[{\"category\":\"Fog\","
     "\"source\":\"x\"},{\"category\":\"Fog\",\"source\":\"y\"}]}"},
    {"s2", "categories", "Physics|", "{\"paperId\":\"a1\",\"title\":\"T\",\"fieldsOfStudy\":[\"Physics\"]}"},
    {"openreview", "keywords", "fog|mist|",
     "{\"notes\":[{\"id\":\"a\",\"forum\":\"a\",\"content\":{\"title\":{\"value\":\"T\"},\"keywords\":{\"value\":"
     "[\"fog\",\"mist\"]}}}]}"},
    {"openreview", "primary_area", "fog and mist|",
     "{\"notes\":[{\"id\":\"a\",\"forum\":\"a\",\"content\":{\"title\":{\"value\":\"T\"},\"primary_area\":{\"value\":"
     "\"fog and mist\"}}}]}"},
#define WORK                                                                                                           \
    "{\"results\":[{\"id\":\"https://openalex.org/W7\",\"title\":\"T\",\"topics\":[{\"display_name\":\"Fog, "          \
    "Mist\"}],\"concepts\":[{\"display_name\":\"Weather\"}],\"keywords\":[{\"display_name\":\"drops\"}],"              \
    "\"mesh\":[{\"descriptor_name\":\"Air\"},{\"descriptor_name\":\"Air\"}],\"primary_topic\":{\"display_name\":"      \
    "\"Fog\",\"field\":{\"display_name\":\"Physics\"}}}]}"
    {"openalex", "topics", "Fog, Mist|", WORK},
    {"openalex", "concepts", "Weather|", WORK},
    {"openalex", "keywords", "drops|", WORK},
    {"openalex", "categories", "Fog, Mist|", WORK},
    {"openalex", "mesh", "Air|", WORK},
    {"openalex", "primary_topic", "Fog|", WORK},
    {"openalex", "primary_topic.field", "Physics|", WORK},
    {"crossref", "subject", "Fog|Mist|",
     "{\"message-type\":\"work\",\"message\":{\"DOI\":\"10.5555/x\",\"title\":[\"T\"],\"subject\":[\"Fog\","
     "\"Mist\"]}}"},
    {"crossref", "type", "journal-article|",
     "{\"message-type\":\"work\",\"message\":{\"DOI\":\"10.5555/x\",\"title\":[\"T\"],\"type\":\"journal-article\"}}"},
    {"biorxiv", "category", "cell biology|",
     "{\"messages\":[{\"status\":\"ok\"}],\"collection\":[{\"doi\":\"10.1101/x\",\"title\":\"T\",\"authors\":\"Doe, "
     "D.\",\"date\":\"2031-01-01\",\"category\":\"cell biology\",\"server\":\"biorxiv\"}]}"},
    {"dblp", "type", "Journal Articles|",
     "{\"result\":{\"hits\":{\"hit\":[{\"info\":{\"title\":\"T.\",\"key\":\"k\",\"type\":\"Journal Articles\"}}]}}}"},
    {"dblp", "venue", "Fog & Mist|",
     "{\"result\":{\"hits\":{\"hit\":[{\"info\":{\"title\":\"T.\",\"key\":\"k\",\"venue\":\"Fog &amp; Mist\"}}]}}}"},
    {"paperswithcode", "tasks", "Fog Counting|",
     "[{\"paper_url\":\"https://e.example/p\",\"title\":\"T\",\"abstract\":\"A\",\"tasks\":[\"Fog Counting\"],"
     "\"methods\":[{\"name\":\"M\"}]}]"},
    {"paperswithcode", "methods", "M|",
     "[{\"paper_url\":\"https://e.example/p\",\"title\":\"T\",\"abstract\":\"A\",\"tasks\":[\"Fog Counting\"],"
     "\"methods\":[{\"name\":\"M\"}]}]"},
    {"csl", "keyword", "fog|mist|",
     "[{\"id\":\"a\",\"type\":\"article\",\"title\":\"T\",\"author\":[{\"family\":\"Doe\"}],\"keyword\":\"fog, "
     "mist\"}]"},
    {"csl", "container-title", "Fog & Mist|",
     "[{\"id\":\"a\",\"type\":\"article\",\"title\":\"T\",\"container-title\":\"Fog &amp; Mist\"}]"},
    {"zotero", "keywords", "fog|mist|",
     "[{\"itemType\":\"preprint\",\"title\":\"T\",\"tags\":[{\"tag\":\"fog\"},{\"tag\":\"mist\",\"type\":1}]}]"},
    {"europepmc", "keywords", "fog|Mist|",
     "{\"hitCount\":1,\"resultList\":{\"result\":[{\"id\":\"1\",\"title\":\"T\",\"keywordList\":{\"keyword\":[\"fog\"]}"
     ","
     "\"meshHeadingList\":{\"meshHeading\":[{\"descriptorName\":\"Mist\"}]}}]}}"},
    {"datacite", "subjects", "fog|",
     "{\"data\":[{\"attributes\":{\"doi\":\"10.5555/x\",\"titles\":[{\"title\":\"T\"}],\"creators\":[],\"subjects\":[{"
     "\"subject\":\"fog\"}]}}]}"},
    {"inspire", "keywords", "fog|",
     "{\"hits\":{\"total\":1,\"hits\":[{\"id\":\"1\",\"metadata\":{\"titles\":[{\"title\":\"T\"}],\"keywords\":[{"
     "\"value\":\"fog\"}]}}]}}"},
    {"annif", "subjects", "http://e.example/fog|",
     "{\"text\":\"We count.\",\"subjects\":[{\"uri\":\"http://e.example/fog\"}]}\n"},
    {"json", "topics", "fog|mist|", "[{\"title\":\"T\",\"topics\":[\"fog\",\"mist\"]}]"},
    {"jsonl", "categories", "cs.LG|stat.ML|", "{\"title\":\"T\",\"categories\":\"cs.LG stat.ML\"}\n"},
    {"jsonl", "my labels", "fog|", "{\"title\":\"T\",\"my labels\":[\"fog\"]}\n"},
    {"ris", "keywords", "fog|mist|", "TY  - JOUR\nTI  - T\nKW  - fog\nKW  - mist\nER  - \n"},
    {"ris", "U1", "fog|", "TY  - JOUR\nTI  - T\nU1  - fog\nER  - \n"},
    {"nbib", "MH", "Fog/prevention|", "PMID- 1\nTI  - T\nMH  - Fog/prevention\n"},
    {"nbib", "keywords", "mist|Fog|", "PMID- 1\nTI  - T\nOT  - mist\nMH  - *Fog/prevention\n"},
    {"endnote", "keywords", "fog|mist|", "%0 Journal Article\n%T T\n%K fog\nmist\n"},
    {"endnote", "%9", "Thesis|", "%0 Journal Article\n%T T\n%9 Thesis\n"},
    {"arxiv-mail", "categories", "cs.LG|stat.ML|",
     "\\\\\narXiv:3102.00003\nTitle: T\nCategories: cs.LG stat.ML\n\\\\\n  We count.\n\\\\ ( https://arxiv.org/abs "
     ")\n"},
    {"wos", "categories", "Fog|Mist|", "PT J\nTI T\nAU Doe, D\nWC Fog; Mist\nER\n\nEF\n"},
    {"wos", "SC", "Physics|", "PT J\nTI T\nAU Doe, D\nWC Fog; Mist\nSC Physics\nER\n\nEF\n"},
    {"atom", "categories", "cs.LG|stat.ML|",
     "<feed><entry><id>a</id><title>T</title><category term='cs.LG'/><category term='stat.ML'/></entry></feed>"},
    {"atom", "topic", "fog|",
     "<feed><entry><id>a</id><title>T</title><x:topic xmlns:x='y'>fog</x:topic></entry></feed>"},
    {"rss", "category", "fog|mist|",
     "<rss><channel><item><title>T</title><category>fog</category><category>mist</category></item></channel></rss>"},
    {"rss", "keyword", "fog|",
     "<rss><channel><item><title>T</title><category>mist</category><keyword>fog</keyword></item></channel></rss>"},
    {"oai", "subject", "Fog|", "<record><metadata><dc><title>T</title><subject>Fog</subject></dc></metadata></record>"},
    {"endnote-xml", "keywords", "fog|mist|",
     "<xml><records><record><titles><title>T</title></titles><keywords><keyword>fog</keyword><keyword>mist</keyword>"
     "</keywords></record></records></xml>"},
    {"endnote-xml", "custom1", "fog|",
     "<xml><records><record><titles><title>T</title></titles><custom1><style>fog</style></custom1></record></records>"
     "</xml>"},
    {"pubmed-xml", "MeSH Terms", "Fog|mist|",
     "<PubmedArticleSet><PubmedArticle><MedlineCitation><Article><ArticleTitle>T</ArticleTitle></Article>"
     "<MeshHeadingList><MeshHeading><DescriptorName>Fog</DescriptorName></MeshHeading></MeshHeadingList><KeywordList>"
     "<Keyword>mist</Keyword></KeywordList></MedlineCitation></PubmedArticle></PubmedArticleSet>"},
    {"pubmed-xml", "PublicationType", "Review|",
     "<PubmedArticleSet><PubmedArticle><MedlineCitation><Article><ArticleTitle>T</ArticleTitle><PublicationTypeList>"
     "<PublicationType>Review</PublicationType></PublicationTypeList></Article></MedlineCitation></PubmedArticle>"
     "</PubmedArticleSet>"},
    {"dblp-xml", "journal", "Fog|", "<dblp><article key='k'><title>T.</title><journal>Fog</journal></article></dblp>"},
    {"jats", "keywords", "fog|",
     "<article><front><article-meta><title-group><article-title>T</article-title></title-group><kwd-group><kwd>fog</"
     "kwd>"
     "</kwd-group></article-meta></front></article>"},
    {"tei", "keywords", "fog|",
     "<TEI><teiHeader><fileDesc><titleStmt><title>T</title></titleStmt></"
     "fileDesc><profileDesc><textClass><keywords><term>"
     "fog</term></keywords></textClass></profileDesc></teiHeader></TEI>"},
    {"zotero-rdf", "keywords", "fog|mist|",
     "<rdf:RDF xmlns:rdf='r' "
     "xmlns:z='z'><rdf:Description><title>T</title><subject>fog</subject><subject><z:AutomaticTag>"
     "<rdf:value>mist</rdf:value></z:AutomaticTag></subject></rdf:Description></rdf:RDF>"},
    {"page", "venue", "", "Menu\n\nA Title\n\nAn abstract that is long enough to be one, for it has many words.\n"},
    {"csv", "labels", "fog|mist|", "title,labels\nT,fog; mist\n"},
    {"csv", "venue", "Fog, Mist|", "title,journal\nT,\"Fog, Mist\"\n"},
    {"csv", "topics", "fog|mist|", "title,topics,concepts\nT,\"['fog', 'mist']\",x\n"},
    {"tsv", "category", "fog|", "title\tcategory\nT\tfog\n"},
    {"fasttext", "tags", "fog|mist|", "__label__fog __label__mist We count.\n"},
    {"bib", "keywords", "fog|mist|", "@article{k, title={T}, keywords={fog, mist}}\n"},
    {"bib", "mytags", "fog|mist|", "@article{k, title={T}, mytags={fog, mist}}\n"},
    {"bib", "groups", "fog|", "@article{k, title={T}, groups={fog}}\n"},
    {"bib", "journal", "Fog|", "@article{k, title={T}, journal={Fog}}\n"},
    {"text", "keywords", "fog|mist|", "Title: T\nKeywords: fog, mist\nAbstract: We count.\n"},
    {"libmultilabel", "tags", "fog|mist|", "1\tfog mist\tWe count all the drops of fog.\n"},
};

static void test_the_field_of_the_tags_can_be_named_in_every_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const papertag_reader_options options = {.tags_field = rows[i].field, .format = rows[i].format};
        papertag_reader *reader;
        const papertag_paper *paper;
        papertag_error err = {0};
        char tags[200] = "";
        assert_int_equal(
            papertag_reader_open_memory(&reader, "file", rows[i].source, strlen(rows[i].source), &options, &err), 0);
        if (papertag_reader_next(reader, &paper, &err)) {
            fail_msg("row %zu, %s: %s", i, rows[i].format, err.message);
        }
        for (size_t t = 0; t < paper->tags.count; t++) {
            strncat(tags, paper->tags.items[t], 90);
            strcat(tags, "|");
        }
        if (strcmp(tags, rows[i].tags) != 0 || paper->has_tags != (*tags != '\0')) {
            fail_msg("row %zu, %s of %s: '%s', not '%s'", i, rows[i].field, rows[i].format, tags, rows[i].tags);
        }
        papertag_reader_close(reader);
    }
}

static void test_every_format_has_a_row(void **state)
{
    const char *format;

    (void)state;
    for (size_t i = 0; (format = papertag_reader_format_name(i)) != NULL; i++) {
        size_t row = 0;
        while (row < sizeof rows / sizeof *rows && strcmp(rows[row].format, format) != 0) {
            row++;
        }
        if (row == sizeof rows / sizeof *rows) {
            fail_msg("no row for %s", format);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_field_of_the_tags_can_be_named_in_every_format),
                                       cmocka_unit_test(test_every_format_has_a_row)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
