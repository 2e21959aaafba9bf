/*
 * Unit tests of identity: which records are one paper, by authors, years, DOIs and titles; names of persons; records
 * that are given again. Papers are made up for these tests.
 */
#include "a_store.h"

#include "read/reader.h"
#include "store/migrations.h"
#include "store/same_work.h"
#include "store/statement.h"

#define SURVEY "\"title\":\"A survey of made-up reality\""

/* ---- persons --------------------------------------------------------------------------------------------------- */

static void assert_person(const char *name, const char *family, const char *initials)
{
    pt_person person;

    assert_int_equal(pt_person_read(name, &person), PAPERTAG_OK);
    assert_string_equal(person.family, family);
    assert_string_equal(person.initials, initials);
}

static void test_forms_of_a_name(void **state)
{
    (void)state;
    assert_person("Rick Roe", "ro", "r"); /* "oe" as "ö" */
    assert_person("Roe, Rick", "ro", "r");
    assert_person("R. Roe", "ro", "r");
    assert_person("Roe R", "ro", "r");
    assert_person("Roe R. M.", "ro", "rm");
    assert_person("Roe RM", "ro", "rm");
    assert_person("R.M. Roe", "ro", "rm");
    assert_person("Rick van der Roe", "ro", "r");
    assert_person("van der Roe, Rick", "ro", "r");
    assert_person("Roe, Rick van der", "ro", "r");
    assert_person("van der Roe R", "ro", "r");
    assert_person("Roe, Rick, Jr.", "ro", "r");
    assert_person("Roe, Jr., Rick", "ro", "r");
    assert_person("Rick Roe Jr", "ro", "r");
    assert_person("Jean-Luc M\xc3\xbcller", "muller", "jl");
    assert_person("Mueller, J.-L.", "muller", "jl");
    assert_person("J\xc3\xb8rgen L\xc3\xb8we", "lowe", "j");
    assert_person("{\\\"O}zg{\\\"u}n, {\\'E}mile", "ozgun", "e");
    assert_person("Dora Doe (Some University)", "do", "d");
    assert_person("Doe", "do", "");
    assert_person("  ", "", "");
    assert_person(",", "", "");
}

static void test_a_name_has_words(void **state)
{
    static const struct {
        const char *name, *words;
        bool has;
    } cases[] = {{"Ada B. Example", "ada example", true},
                 {"Example, Ada", "ada example", true},
                 {"A. Example", "ada example", true},
                 {"Ada Example", "example", true},
                 {"Ada Example", "a example", true},
                 {"Bo Example", "ada example", false},
                 {"Ada Other", "a", false},
                 {"\xc3\x89mile Example", "emile", true},
                 {"Ada Example", " ", false}};
    bool has;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(pt_name_has(cases[i].name, cases[i].words, &has), PAPERTAG_OK);
        assert_int_equal(has, cases[i].has);
    }
}

/* ---- one title ------------------------------------------------------------------------------------------------- */

static void test_other_authors_are_other_papers(void **state)
{
    (void)state;
    assert_string_equal(add("{" SURVEY ",\"authors\":[\"Dora Doe\"],\"date\":\"1997-03-05\"}\n"
                            "{" SURVEY ",\"authors\":[\"Rita Roe\"],\"date\":\"2015-03-05\"}\n"
                            "{" SURVEY ",\"authors\":[\"Sam Doe\"],\"date\":\"1997-03-05\"}"),
                        "3/0/0/3");
    /* the same authors in other forms */
    assert_string_equal(add("{\"source\":\"a\"," SURVEY ",\"authors\":[\"Doe, D.\"],\"date\":\"1997-03-05\"}\n"
                            "{\"source\":\"b\"," SURVEY ",\"authors\":[\"Roe R\"],\"date\":\"2015-03-05\"}"),
                        "0/2/0/0");
    /* bibliographies as well: keys of citations and derived ids are no identifiers */
    assert_string_equal(add("@article{k, title={A Survey of Made-Up Reality}, author={Poe, Pia}, year=1999}\n"
                            "@article{k, title={A Survey of Made-Up Reality}, author={Moe, Max}, year=2001}\n"
                            "@article{k, title={A Survey of Made-Up Reality}, author={Pia Poe}, year=1999}"),
                        "2/0/1/2");
}

static void test_other_years_are_other_papers(void **state)
{
    (void)state;
    assert_string_equal(
        add("{\"title\":\"Introduction by the editor\",\"authors\":[\"Dora Doe\"],\"date\":\"2001-03-05\"}\n"
            "{\"title\":\"Introduction by the editor\",\"authors\":[\"Dora Doe\"],\"date\":\"2002-03-05\"}"),
        "2/0/0/2");
    assert_string_equal(
        add("{\"title\":\"Introduction by the editor\",\"authors\":[\"Dora Doe\"],\"date\":\"2001-03-05\"}\n"
            "{\"title\":\"Introduction by the editor\",\"authors\":[\"Dora Doe\"],\"date\":\"2002-03-05\"}"),
        "0/0/2/0");
}

static void test_a_preprint_and_its_publication_are_one(void **state)
{
    (void)state;
    add("{\"id\":\"2601.00001\",\"source\":\"arxiv\"," SURVEY ",\"date\":\"2026-01-02\",\"authors\":[\"Dora Doe\","
        "\"Rick Roe\"],\"doi\":\"10.48550/arxiv.2601.00001\"}");
    assert_string_equal(add("{\"source\":\"x\"," SURVEY
                            ",\"date\":\"2027-03-05\",\"authors\":[\"Doe, D.\",\"Roe, R.\"],"
                            "\"doi\":\"10.1/x\"}"),
                        "0/1/0/0");
    assert_string_equal(get("2601.00001")->paper.date, "2026-01-02");
    /* others of its title and author are not it: too late, another group, another DOI */
    assert_string_equal(
        add("{\"source\":\"y\"," SURVEY ",\"date\":\"2037-03-05\",\"authors\":[\"Doe, D.\",\"Roe, R.\"]}\n"
            "{\"source\":\"z\"," SURVEY ",\"date\":\"2028-03-05\",\"authors\":[\"Doe, D.\",\"Poe, P.\"]}"),
        "2/0/0/2");
}

static void test_dois_hold_apart(void **state)
{
    (void)state;
    assert_string_equal(add("{" SURVEY ",\"doi\":\"10.1/a\",\"date\":\"2030-03-05\"}\n{" SURVEY ",\"doi\":\"10.1/b\"}"),
                        "2/0/0/2");
    assert_string_equal(add("{" SURVEY ",\"doi\":\"10.1/a\",\"date\":\"2030-03-05\"}\n{" SURVEY ",\"doi\":\"10.1/b\"}"),
                        "0/0/2/0");
}

static void test_chapters_share_a_doi(void **state)
{
    static const char book[] = "@incollection{c1, title={Introduction to the Made-Up Book}, author={Doe, Dora}, "
                               "doi={10.1/book}, year=2031}\n"
                               "@incollection{c2, title={Spike Trains as Events}, author={Doe, Dora}, doi={10.1/book}, "
                               "year=2031}\n"
                               "@incollection{c3, title={Spike Trains as Events, Part 2}, author={Doe, Dora}, "
                               "doi={10.1/book}, year=2031}\n";

    (void)state;
    assert_string_equal(add(book), "3/0/0/3");
    assert_string_equal(add(book), "0/0/3/0");
}

static void test_a_record_without_authors(void **state)
{
    (void)state;
    add("{\"id\":\"2601.00001\"," SURVEY ",\"date\":\"2026-01-02\",\"authors\":[\"Dora Doe\",\"Rick Roe\"]}");
    /* as on a copied page: the day and the number of authors agree */
    assert_string_equal(
        add("{\"source\":\"page\"," SURVEY ",\"date\":\"2026-01-02\",\"author_count\":2,\"upvotes\":4}"), "0/1/0/0");
    assert_int_equal(get("2601.00001")->paper.upvotes, 4);
    /* either of two */
    add("{\"source\":\"b\"," SURVEY ",\"date\":\"2026-03-05\",\"authors\":[\"Pia Poe\"]}");
    assert_string_equal(add("{\"source\":\"c\"," SURVEY ",\"date\":\"2026-01-03\"}"), "1/0/0/1");
}

static void test_a_title_alone_is_not_enough(void **state)
{
    (void)state;
    add("{\"id\":\"2601.00001\"," SURVEY ",\"date\":\"2026-01-02\",\"authors\":[\"Dora Doe\"]}");
    assert_string_equal(add("{\"source\":\"web\"," SURVEY ",\"abstract\":\"Something else altogether, namely fish.\"}"),
                        "1/0/0/1");
}

static void test_titles_of_many_papers(void **state)
{
    static const char two[] =
        "{\"title\":\"Editorial\",\"authors\":[\"Dora Doe\"],\"date\":\"2031-03-05\",\"venue\":\"A\"}\n"
        "{\"title\":\"Editorial\",\"authors\":[\"Dora Doe\"],\"date\":\"2031-03-05\",\"venue\":\"B\"}\n"
        "{\"title\":\"Editorial\",\"authors\":[\"Dora Doe\"],\"date\":\"2032-03-05\",\"venue\":\"B\"}\n"
        "{\"title\":\"Editorial\",\"venue\":\"A\"}\n{\"title\":\"Editorial\",\"venue\":\"B\"}";

    (void)state;
    assert_string_equal(add(two), "5/0/0/5");
    assert_string_equal(add(two), "0/0/5/0");
}

/* Each paper has an id of its own, though the first author and the title are the same, and is found by it. */
static void test_ids_of_papers_that_share_a_title(void **state)
{
    char first[64], second[64];
    const int64_t *keys;
    size_t count;

    (void)state;
    add("{" SURVEY ",\"authors\":[\"Dora Doe\"],\"date\":\"1997-03-05\"}\n{" SURVEY
        ",\"authors\":[\"Dora Doe\"],\"date\":\"2015-03-05\"}");
    assert_int_equal(papertag_store_select(store, &(papertag_query){0}, &keys, &count, &err), PAPERTAG_OK);
    assert_int_equal(count, 2);
    snprintf(first, sizeof first, "%.60s", chosen(&(papertag_query){.expression = "date=1997"}));
    snprintf(second, sizeof second, "%.60s", chosen(&(papertag_query){.expression = "date=2015"}));
    assert_string_not_equal(first, second);
    assert_string_equal(get(first)->paper.date, "1997-03-05");
    assert_string_equal(get(second)->paper.date, "2015-03-05");
}

/* ---- records given again --------------------------------------------------------------------------------------- */

static void test_a_file_with_a_paper_twice(void **state)
{
    static const char two[] =
        "@article{a, title={A Survey of Made-Up Reality}, author={Doe, Dora}, year=1997, abstract={First words.}}\n"
        "@article{b, title={A Survey of Made-Up Reality}, author={Doe, D.}, year=1997, abstract={Second words.}}\n";
    static const char versions[] = "{\"id\":\"2601.00001v1\",\"title\":\"One\",\"abstract\":\"First.\"}\n"
                                   "{\"id\":\"2601.00001v2\",\"title\":\"One\",\"abstract\":\"Second.\"}";

    (void)state;
    assert_string_equal(add(two), "1/1/0/2");
    assert_string_equal(add(two), "0/0/2/0");
    assert_string_equal(add(versions), "1/1/0/2");
    assert_string_equal(add(versions), "0/0/2/0");
    assert_string_equal(add(versions), "0/0/2/0");
    assert_int_equal(get("2601.00001")->version, 2);
}

/* ---- names that a person gives --------------------------------------------------------------------------------- */

static void test_a_name_is_taken_whole(void **state)
{
    char text[600], name[401];
    int64_t key;

    (void)state;
    memset(name, 'x', sizeof name);
    name[400] = '\0';
    snprintf(text, sizeof text, "{\"id\":\"%s\",\"title\":\"Long\"}", name);
    add("{\"id\":\"2401.00001\",\"title\":\"First\"}\n{\"id\":\"2401.00001-x\",\"title\":\"Second\"}");
    add(text);
    assert_string_equal(get("2401.00001-x")->paper.title, "Second");
    assert_string_equal(get("2401.00001")->paper.title, "First");
    assert_string_equal(get("https://arxiv.org/abs/2401.00001v3")->paper.title, "First");
    assert_string_equal(get(name)->paper.title, "Long");
    name[399] = '\0';
    assert_int_equal(papertag_store_find(store, name, &key, &err), PAPERTAG_BAD_ARGUMENT);
    assert_int_equal(papertag_store_find(store, "2401.00001-y", &key, &err), PAPERTAG_BAD_ARGUMENT);
    add("{\"id\":\"d\",\"title\":\"Third\",\"doi\":\"10.1/abc\"}");
    assert_string_equal(get("https://doi.org/10.1/ABC")->paper.title, "Third");
    assert_int_equal(papertag_store_find(store, "x10.1/abc", &key, &err), PAPERTAG_BAD_ARGUMENT);
}

/* A program that reads no authors derives the id from the title alone. */
static void test_an_id_of_the_title_alone(void **state)
{
    pt_work_key work;
    char id[PT_DERIVED_ID];
    int64_t key;

    (void)state;
    add("{" SURVEY ",\"authors\":[\"Dora Doe\"]}");
    assert_int_equal(pt_work_key_of("A survey of made-up reality", NULL, NULL, &work), PAPERTAG_OK);
    pt_derived_id(work.title, 0, id);
    assert_string_equal(get(id)->paper.authors.items[0], "Dora Doe");
    add("{" SURVEY ",\"authors\":[\"Rita Roe\"]}");
    assert_int_equal(papertag_store_find(store, id, &key, &err), PAPERTAG_BAD_ARGUMENT); /* which of the two? */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms_of_a_name),
                                       cmocka_unit_test(test_a_name_has_words),
                                       STORE_TEST(test_other_authors_are_other_papers),
                                       STORE_TEST(test_other_years_are_other_papers),
                                       STORE_TEST(test_a_preprint_and_its_publication_are_one),
                                       STORE_TEST(test_dois_hold_apart),
                                       STORE_TEST(test_chapters_share_a_doi),
                                       STORE_TEST(test_a_record_without_authors),
                                       STORE_TEST(test_a_title_alone_is_not_enough),
                                       STORE_TEST(test_titles_of_many_papers),
                                       STORE_TEST(test_ids_of_papers_that_share_a_title),
                                       STORE_TEST(test_a_file_with_a_paper_twice),
                                       STORE_TEST(test_a_name_is_taken_whole),
                                       STORE_TEST(test_an_id_of_the_title_alone)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
