/*
 * words - see words.h. Each word goes into quotes, so that none is an operator of FTS5.
 */
#include "words.h"

#include "base/ascii.h"
#include "segment_list.h"

/*
 * FTS5 reads all that it has of every word with a prefix before it gives the first paper. The same words one by one it
 * reads as far as it is asked. So prefixes are replaced by their words, up to WORDS_MOST: of more, most papers have
 * one.
 */
enum { WORDS_MOST = 128, WORD_MOST = 60 };

/*
 * Where words with a prefix take more pages of the index than this, FTS5 takes long to read them, and so many papers
 * have one that some of the newest are found sooner by their texts.
 */
enum { PAGES_MOST = 256 };

/* A word or a phrase of a search; `length` bytes. */
struct piece {
    const char *text;
    size_t length;
    bool is_prefix;
};

/* The next piece, from *at on; false: there is none. */
static bool next_piece(const char **at, struct piece *out)
{
    const char *from = *at + strspn(*at, " ");
    const bool quoted = *from == '"';
    size_t length;

    if (!*from) {
        return false;
    }
    from += quoted;
    length = strcspn(from, quoted ? "\"" : " \"");
    *out = (struct piece){from, length, !quoted && length > 1 && from[length - 1] == '*'};
    out->length -= out->is_prefix;
    *at = from + length + (quoted && from[length] == '"');
    return true;
}

/* The prefix as the index has it, in lower case; false: it may be more than one word there, or has other letters. */
static bool read_prefix(const struct piece *piece, char prefix[WORD_MOST])
{
    if (piece->length >= WORD_MOST) {
        return false;
    }
    for (size_t i = 0; i < piece->length; i++) {
        if (!pt_is_letter(piece->text[i]) && !pt_is_digit(piece->text[i])) {
            return false;
        }
        prefix[i] = pt_lower(piece->text[i]);
    }
    prefix[piece->length] = '\0';
    return true;
}

/* A word of the index. */
struct found {
    char text[256];
    size_t length; /* 0: too long to be kept here */
};

static int read_word(void *context, pt_db_row *row, papertag_error *err)
{
    struct found *found = context;
    const char *text = pt_db_peek(row, 0);

    (void)err;
    found->length = strlen(text) < sizeof found->text ? strlen(text) : 0;
    memcpy(found->text, text, found->length);
    found->text[found->length] = '\0';
    return PAPERTAG_OK;
}

/* Appends the words that begin with a prefix; *known: whether that was possible. */
static int append_known(papertag_store *store, const char *prefix, pt_buf *match, bool *known, papertag_error *err)
{
    /* the table has a row for each place of a word: the next word is sought, not reached row by row */
    static const char table[] =
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.places USING fts5vocab(main, search, instance)";
    static const char first[] = "SELECT term FROM places WHERE term>=?1 ORDER BY term LIMIT 1";
    static const char next[] = "SELECT term FROM places WHERE term>=?1||char(1) ORDER BY term LIMIT 1";
    const size_t begun = match->size, length = strlen(prefix);
    struct found found;
    size_t count = 0;
    int status = pt_store_exec(store, table, err);

    status = status ? status : pt_store_row(store, first, read_word, &found, err, "t", prefix);
    pt_buf_text(match, "(");
    while (!status && !strncmp(found.text, prefix, length) && found.length && count < WORDS_MOST) {
        pt_buf_format(match, count++ ? " OR \"%s\"" : "\"%s\"", found.text);
        status = pt_store_row(store, next, read_word, &found, err, "t", found.text);
    }
    pt_buf_text(match, ")");
    *known = count && (status == PAPERTAG_END || (!status && found.length && strncmp(found.text, prefix, length) != 0));
    if (!*known && !match->failed) {
        match->size = begun;
    }
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

/* Whether the words that begin with a prefix take many pages of the index. */
static int find_whether_common(papertag_store *store, const char *prefix, bool *common, papertag_error *err)
{
    static const char sql[] = "SELECT coalesce(max(pgno)/2-min(pgno)/2, 0) FROM search_idx"
                              " WHERE segid=?1 AND term>=?2 AND term<?3";
    char from[WORD_MOST + 2], to[WORD_MOST + 3]; /* no word has a byte FF */
    const size_t length = (size_t)snprintf(from, sizeof from, "%c%s", PT_FTS_WORD, prefix);
    pt_segment_list list;
    int64_t pages = 0, all = 0;
    bool known = false;
    int status = pt_segment_list_read(store, &list, &known, err);

    snprintf(to, sizeof to, "%s\xff", from);
    for (size_t i = 0; i < list.segments && known && !status && all <= PAGES_MOST; i++) {
        status = pt_store_ask(store, sql, &pages, err, "ibb", (int64_t)list.at[i].number, (const void *)from, length,
                              (const void *)to, length + 1);
        all += pages;
    }
    *common = all > PAGES_MOST;
    return status;
}

static int append_piece(papertag_store *store, const struct piece *piece, pt_buf *match, pt_buf *common,
                        papertag_error *err)
{
    char prefix[WORD_MOST];
    const bool is_prefix = piece->is_prefix && read_prefix(piece, prefix);
    bool is_common = false, known = false;
    int status = is_prefix && common ? find_whether_common(store, prefix, &is_common, err) : PAPERTAG_OK;

    if (is_common) {
        pt_buf_append(common, prefix, strlen(prefix) + 1);
        return status;
    }
    pt_buf_text(match, match->size ? " AND " : "");
    if (is_prefix && !status) {
        status = append_known(store, prefix, match, &known, err);
    }
    if (!known) {
        pt_buf_text(match, "\"");
        pt_buf_append(match, piece->text, piece->length);
        pt_buf_text(match, piece->is_prefix ? "\"*" : "\"");
    }
    return status;
}

int pt_match_words(papertag_store *store, const char *search, pt_buf *match, pt_buf *common, papertag_error *err)
{
    struct piece piece;
    int status = PAPERTAG_OK;

    while (!status && next_piece(&search, &piece)) {
        status = append_piece(store, &piece, match, common, err);
    }
    if (!match->size && !(common && common->size)) {
        pt_buf_text(match, "\"\"");
    }
    return status ? status : match->failed || (common && common->failed) ? pt_no_memory(err) : PAPERTAG_OK;
}
