/*
 * Unit tests of the words of texts: they are those that FTS5 finds in them, whatever bytes a text has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/unicode61.h"

static sqlite3 *db;
static pt_unicode61 *tokenizer;
static papertag_error err;

static void run(const char *sql)
{
    char *message = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &message)) {
        fail_msg("%s: %s", sql, message);
    }
}

static int open_all(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    run("CREATE VIRTUAL TABLE texts USING fts5(t, tokenize=\"unicode61 remove_diacritics 2\");"
        "CREATE VIRTUAL TABLE places USING fts5vocab(texts, instance)");
    return pt_unicode61_open(&tokenizer, &err);
}

static int close_all(void **state)
{
    (void)state;
    pt_unicode61_close(tokenizer);
    return sqlite3_close(db);
}

static int put_word(void *context, const char *text, size_t length)
{
    char readable[PT_WORD_READABLE];

    memcpy(readable, text, sizeof readable); /* for the sanitizers to see */
    pt_buf_append(context, text, length);
    pt_buf_append(context, "\n", 1);
    return PAPERTAG_OK;
}

/* The words that FTS5 finds in a text. */
static void find_words(const char *text, size_t size, pt_buf *out)
{
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO texts VALUES(?1)", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, text, (int)size, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT term FROM places ORDER BY \"offset\"", -1, &statement, NULL),
                     SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        put_word(out, (const char *)sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
    }
    sqlite3_finalize(statement);
    run("DELETE FROM texts");
}

static void check_text(const char *text, size_t size)
{
    pt_buf wanted = {0}, words = {0};

    pt_buf_append(&wanted, "", 0);
    pt_buf_append(&words, "", 0);
    find_words(text, size, &wanted);
    assert_int_equal(pt_unicode61_words(tokenizer, text, size, put_word, &words), PAPERTAG_OK);
    assert_false(words.failed || wanted.failed);
    if (words.size != wanted.size || memcmp(words.data, wanted.data, words.size) != 0) {
        fail_msg("words of \"%s\":\n%s\nFTS5 has\n%s", text, words.data, wanted.data);
    }
    pt_buf_free(&wanted);
    pt_buf_free(&words);
}

/* Texts of parts by a fixed row of random numbers. The last parts are not UTF-8. */
static void test_as_fts5_does(void **state)
{
    static const char *const parts[] = {
        "a",        "Z",    "z",    "0",       "9",    "@", "[", "`",        "{",         "/",  ":",
        " ",        "\n",   "\t",   "word",    "LONG", "-", "_", "é",        "e\xcc\x81", "бо", "本",
        "\xcc\x81", "ß",    "İ",    "\x7f",    "²",    "😀", "١", "\xc2\xa0", "ﬁ",         "Å",  "\xe2\x80\x8d",
        "\x80",     "\xc3", "\xff", "\xe2\x82"};
    uint64_t dice = 1;
    pt_buf text = {0};

    (void)state;
    for (unsigned n = 0; n < 3000; n++) {
        const unsigned kinds = n % 3 == 0 ? 18 : n % 3 == 1 ? 33 : sizeof parts / sizeof *parts;
        pt_buf_clear(&text);
        pt_buf_text(&text, "");
        for (unsigned i = n % 140; i--;) {
            dice = dice * 6364136223846793005U + 1442695040888963407U;
            pt_buf_text(&text, parts[(dice >> 40) % kinds]);
        }
        assert_false(text.failed);
        check_text(text.data, text.size);
    }
    pt_buf_free(&text);
}

/* Words that are as long as sixteen and 64 bytes and a little less and more; longer than FTS5 takes; no text. */
static void test_lengths(void **state)
{
    static const size_t lengths[] = {1, 15, 16, 17, 31, 32, 63, 64, 65, 127, 128, 129, 32767, 32768, 32769, 40000};
    char *text = malloc(40002);

    (void)state;
    assert_non_null(text);
    check_text("", 0);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(text, 'W', lengths[i]);
        check_text(text, lengths[i]);
        text[lengths[i]] = ' ';
        check_text(text, lengths[i] + 1);
        memcpy(text + lengths[i] - 1, "\xc3\xa9", 2);
        check_text(text, lengths[i] + 1);
    }
    free(text);
}

static int stop(void *context, const char *text, size_t length)
{
    (void)text;
    (void)length;
    return --*(int *)context ? PAPERTAG_OK : PAPERTAG_END;
}

/* A taker's status ends the text, whoever found the word. */
static void test_taker_that_stops(void **state)
{
    int words = 2;

    (void)state;
    assert_int_equal(pt_unicode61_words(tokenizer, "one two three", 13, stop, &words), PAPERTAG_END);
    words = 2;
    assert_int_equal(pt_unicode61_words(tokenizer, "éne éwo éhree", 16, stop, &words), PAPERTAG_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_fts5_does), cmocka_unit_test(test_lengths),
                                       cmocka_unit_test(test_taker_that_stops)};

    return cmocka_run_group_tests_name("unicode61", tests, open_all, close_all);
}
