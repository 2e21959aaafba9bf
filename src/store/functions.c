/*
 * functions - see functions.h.
 */
#include "functions.h"

#include <sqlite3.h>

#include "base/date.h"
#include "clock.h"
#include "read/reader.h"

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
    return code;
}
