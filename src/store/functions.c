/*
 * functions - see functions.h.
 */
#include "functions.h"

#include <sqlite3.h>

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

int pt_store_functions(sqlite3 *db)
{
    return sqlite3_create_function(db, "papertag_name_has", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                   NULL, name_has, NULL, NULL);
}
