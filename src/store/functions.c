/*
 * functions - see functions.h.
 */
#include "functions.h"

#include <stdlib.h>

#include <sqlite3.h>

#include "base/date.h"
#include "clock.h"
#include "read/reader.h"
#include "unicode61.h"

static void name_has(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *name = (const char *)sqlite3_value_text(values[0]),
               *words = (const char *)sqlite3_value_text(values[1]);
    bool has = false;

    (void)count;
    if (name && words && pt_name_has(name, words, &has)) {
        sqlite3_result_error_nomem(context);
    } else {
        sqlite3_result_int(context, has);
    }
}

static void is_date(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    long first, last;

    (void)count;
    sqlite3_result_int(context, !text || pt_date_days(text, &first, &last));
}

static void is_time(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);

    (void)count;
    sqlite3_result_int(context, !text || pt_is_time(text));
}

/* ---- words of a text ------------------------------------------------------------------------------------------- */

/* A prefix that is looked for. */
struct prefix {
    const char *text; /* size */
    size_t size;
};

static int is_begun(void *context, const char *word, size_t length)
{
    const struct prefix *prefix = context;

    return length >= prefix->size && !memcmp(word, prefix->text, prefix->size) ? PAPERTAG_END : PAPERTAG_OK;
}

static void has_prefix(sqlite3_context *context, int count, sqlite3_value **values)
{
    pt_unicode61 **tokenizer = sqlite3_user_data(context);
    struct prefix prefix = {(const char *)sqlite3_value_text(values[2]), (size_t)sqlite3_value_bytes(values[2])};
    papertag_error err;
    int status = *tokenizer ? PAPERTAG_OK : pt_unicode61_open(tokenizer, &err);

    for (int i = 0; i + 1 < count && !status; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        const size_t size = (size_t)sqlite3_value_bytes(values[i]);
        status = text ? pt_unicode61_words(*tokenizer, text, size, is_begun, &prefix) : PAPERTAG_OK;
    }
    if (status && status != PAPERTAG_END) {
        sqlite3_result_error_nomem(context);
    } else {
        sqlite3_result_int(context, status == PAPERTAG_END);
    }
}

static void free_tokenizer(void *data)
{
    pt_unicode61 **tokenizer = data;

    pt_unicode61_close(*tokenizer);
    free(tokenizer);
}

/* The function has a tokenizer for itself, from its first use on. */
static int make_has_prefix(sqlite3 *db)
{
    pt_unicode61 **tokenizer = pt_calloc(1, sizeof *tokenizer);

    return tokenizer ? sqlite3_create_function_v2(db, "papertag_has_prefix", 3,
                                                  SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, tokenizer,
                                                  has_prefix, NULL, NULL, free_tokenizer)
                     : SQLITE_NOMEM;
}

int pt_store_functions(sqlite3 *db)
{
    static const struct {
        const char *name;
        int arguments;
        void (*run)(sqlite3_context *context, int count, sqlite3_value **values);
    } functions[] = {
        {"papertag_name_has", 2, name_has}, {"papertag_is_date", 1, is_date}, {"papertag_is_time", 1, is_time}};
    int code = SQLITE_OK;

    for (size_t i = 0; i < sizeof functions / sizeof *functions && !code; i++) {
        code = sqlite3_create_function(db, functions[i].name, functions[i].arguments,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, functions[i].run,
                                       NULL, NULL);
    }
    return code ? code : make_has_prefix(db);
}
