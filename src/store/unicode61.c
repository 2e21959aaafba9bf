/*
 * unicode61 - see unicode61.h.
 */
#include "unicode61.h"

#include <limits.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "base/sixteen.h"

struct pt_unicode61 {
    sqlite3 *db; /* without a file: FTS5 hands out its tokenizers by a connection */
    fts5_tokenizer methods;
    Fts5Tokenizer *instance;
    char *folded; /* the text in small letters, and zeros; folded_capacity */
    size_t folded_capacity;
};

/* ---- FTS5's tokenizer ------------------------------------------------------------------------------------------ */

void pt_unicode61_close(pt_unicode61 *t)
{
    if (t) {
        if (t->instance) {
            t->methods.xDelete(t->instance);
        }
        sqlite3_close(t->db);
        free(t->folded);
        free(t);
    }
}

/* Asks FTS5 for the tokenizer; returns SQLite's code. */
static int find_tokenizer(pt_unicode61 *t)
{
    const char *arguments[] = {"remove_diacritics", "2"}; /* as in migrations.c */
    sqlite3_stmt *statement = NULL;
    fts5_api *api = NULL;
    void *context = NULL;
    int code = sqlite3_open_v2(":memory:", &t->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    code = code ? code : sqlite3_prepare_v2(t->db, "SELECT fts5(?1)", -1, &statement, NULL);
    code = code ? code : sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
    if (!code) {
        const int step = sqlite3_step(statement);
        code = step == SQLITE_ROW || step == SQLITE_DONE ? SQLITE_OK : step;
    }
    sqlite3_finalize(statement);
    if (code || !api) {
        return code ? code : SQLITE_ERROR;
    }
    code = api->xFindTokenizer(api, "unicode61", &context, &t->methods);
    return code ? code : t->methods.xCreate(context, arguments, 2, &t->instance);
}

int pt_unicode61_open(pt_unicode61 **out, papertag_error *err)
{
    pt_unicode61 *t = pt_calloc(1, sizeof *t);
    const int code = t ? find_tokenizer(t) : SQLITE_NOMEM;

    if (code) {
        pt_unicode61_close(t);
        return code == SQLITE_NOMEM ? pt_no_memory(err)
                                    : pt_fail(err, PAPERTAG_IO, "SQLite has no tokenizer: %s", sqlite3_errstr(code));
    }
    *out = t;
    return PAPERTAG_OK;
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

/* Where words go. */
struct taker {
    pt_word_taker *take;
    void *context;
    int status; /* of taking the last word */
};

static int take_word(struct taker *taker, const char *text, size_t length)
{
    taker->status = taker->take(taker->context, text, length < PT_WORD_MOST ? length : PT_WORD_MOST);
    return taker->status;
}

/* Takes a word from FTS5's tokenizer, into memory in which as much can be read. */
static int take_from_fts5(void *context, int flags, const char *text, int length, int begin, int end)
{
    char word[PT_WORD_READABLE] = {0};

    (void)flags; /* this tokenizer has no two words in one place */
    (void)begin;
    (void)end;
    if (length < PT_WORD_READABLE) {
        memcpy(word, text, (size_t)length);
        text = word;
    }
    return take_word(context, text, (size_t)length) ? SQLITE_ABORT : SQLITE_OK;
}

/* Hands out what stands between two separators of ASCII: a word, or with other letters what FTS5 makes of it. */
static int take_run(pt_unicode61 *t, const char *text, size_t begin, size_t end, bool is_ascii, struct taker *taker)
{
    for (size_t i = begin; i < end && !is_ascii; i++) {
        if ((unsigned char)text[i] & 0x80) {
            const int code = t->methods.xTokenize(t->instance, taker, FTS5_TOKENIZE_DOCUMENT, text + begin,
                                                  (int)(end - begin), take_from_fts5);
            return taker->status ? taker->status : code ? PAPERTAG_NO_MEMORY : PAPERTAG_OK;
        }
    }
    return take_word(taker, t->folded + begin, end - begin);
}

/* Writes sixteen bytes in small letters; a bit for each that is a letter, a digit, or not ASCII, and *other: for each
 * that is not ASCII. */
static uint64_t fold_sixteen(pt_sixteen x, char *folded, unsigned *other)
{
    const pt_sixteen small = x | ((pt_sixteen)(x - 'A' < 26) & 0x20);
    const pt_sixteen is_word = (pt_sixteen)(small - 'a' < 26) | (pt_sixteen)(x - '0' < 10) | x;

    memcpy(folded, &small, sizeof small);
    *other |= pt_sixteen_bits(x);
    return pt_sixteen_bits(is_word);
}

/* The bits of the 64 bytes from `at` on; past the text's end there are none. */
static uint64_t fold(pt_unicode61 *t, const char *text, size_t size, size_t at, unsigned *other)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < 64 && at + i < size; i += 16) {
        const size_t here = at + i, left = size - here;
        const pt_sixteen x = left < sizeof x ? pt_sixteen_part(text + here, left) : pt_sixteen_at(text + here);
        bits |= fold_sixteen(x, t->folded + here, other) << i;
    }
    return bits;
}

int pt_unicode61_words(pt_unicode61 *t, const char *text, size_t size, pt_word_taker *take, void *context)
{
    struct taker taker = {take, context, PAPERTAG_OK};
    uint64_t before = 0; /* 1: the byte before is of a word */
    unsigned other = 0;
    size_t begin = 0;
    int status = size > INT_MAX || pt_reserve(&t->folded, &t->folded_capacity, size + 2 * PT_WORD_READABLE, 1)
                     ? PAPERTAG_NO_MEMORY
                     : PAPERTAG_OK;

    for (size_t at = 0; at < size && !status; at += 64) {
        const uint64_t bits = fold(t, text, size, at, &other);
        for (uint64_t edges = bits ^ (bits << 1 | before); edges && !status; edges &= edges - 1) {
            const size_t edge = at + (size_t)__builtin_ctzll(edges);
            if (bits >> (edge - at) & 1) {
                begin = edge;
            } else {
                status = take_run(t, text, begin, edge, !other, &taker);
            }
        }
        before = bits >> 63;
    }
    return status || !before ? status : take_run(t, text, begin, size, !other, &taker);
}
