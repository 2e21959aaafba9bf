/*
 * migrations - the layout of the store's file, as the steps that lead from each version to the next.
 *
 * A model's opinions and a person's verdicts are kept apart, each in a table of its own; a verdict always wins. Table
 * `tagged` is an index made of both: the tags in force, by tag and day, in the order in which digests ask for them. The
 * full-text index has no text of its own but refers to `papers`.
 */
#include "migrations.h"

#include "list.h"
#include "read/reader.h"
#include "statement.h"

/* Step i leads from version i to i + 1. A step that has been released is never changed. */
static const char *const steps[] = {
    /* papers and tags */
    "CREATE TABLE models(\n"
    "  key INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, added TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE tags(\n"
    "  key INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE, name TEXT, definition TEXT, grp TEXT,\n"
    "  aliases TEXT NOT NULL) STRICT;\n" /* a JSON array */
    "CREATE TABLE cuts(\n"
    "  model INTEGER NOT NULL REFERENCES models, tag INTEGER NOT NULL REFERENCES tags, cut REAL NOT NULL,\n"
    "  PRIMARY KEY(model, tag)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE papers(\n"
    "  key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, date TEXT, day INTEGER NOT NULL,\n" /* days since 1970 */
    "  version INTEGER NOT NULL, model INTEGER REFERENCES models, added TEXT NOT NULL, updated TEXT NOT NULL,\n"
    "  upvotes INTEGER, comments INTEGER, author_count INTEGER, title_key INTEGER NOT NULL,\n"
    "  title TEXT, organization TEXT, url TEXT, source TEXT, venue TEXT, doi TEXT,\n"
    "  authors TEXT NOT NULL, categories TEXT NOT NULL, keywords TEXT NOT NULL, abstract TEXT) STRICT;\n"
    "CREATE INDEX papers_day ON papers(day);\n"
    "CREATE INDEX papers_title ON papers(title_key);\n"
    "CREATE TABLE versions(\n" /* texts before the one in force */
    "  paper INTEGER NOT NULL REFERENCES papers, version INTEGER NOT NULL, title TEXT, abstract TEXT,\n"
    "  replaced TEXT NOT NULL, PRIMARY KEY(paper, version)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE sources(\n" /* hashes of the record, and of its text, as the source last gave it */
    "  paper INTEGER NOT NULL REFERENCES papers, source TEXT NOT NULL, id TEXT NOT NULL,\n"
    "  record INTEGER NOT NULL, text INTEGER NOT NULL, PRIMARY KEY(paper, source)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE names(\n" /* other names of a paper than papers.id */
    "  name TEXT PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE opinions(\n"
    "  paper INTEGER NOT NULL REFERENCES papers, tag INTEGER NOT NULL REFERENCES tags, p REAL NOT NULL,\n"
    "  margin REAL NOT NULL, assigned INTEGER NOT NULL, PRIMARY KEY(paper, tag)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE verdicts(\n"
    "  paper INTEGER NOT NULL REFERENCES papers, tag INTEGER NOT NULL REFERENCES tags,\n"
    "  verdict TEXT NOT NULL CHECK(verdict IN ('yes', 'no')), given TEXT NOT NULL,\n"
    "  PRIMARY KEY(paper, tag)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE tagged(\n"
    "  tag INTEGER NOT NULL REFERENCES tags, day INTEGER NOT NULL, paper INTEGER NOT NULL REFERENCES papers,\n"
    "  p REAL NOT NULL, PRIMARY KEY(tag, day, paper)) STRICT, WITHOUT ROWID;\n"
    "CREATE VIEW paper_tags AS\n"
    "  SELECT papers.id AS paper_id, tags.tag AS tag, tagged.p AS p, verdicts.verdict AS verdict\n"
    "  FROM papers CROSS JOIN tags\n"
    "  JOIN tagged ON tagged.tag = tags.key AND tagged.day = papers.day AND tagged.paper = papers.key\n"
    "  LEFT JOIN verdicts ON verdicts.paper = papers.key AND verdicts.tag = tags.key;\n"
    "CREATE VIRTUAL TABLE search USING fts5(title, abstract, content='papers', content_rowid='key',\n"
    "  tokenize=\"unicode61 remove_diacritics 2\");\n"
    "CREATE VIRTUAL TABLE words USING fts5vocab(search, row);\n",
    /* subscriptions */
    "CREATE TABLE subscriptions(\n"
    "  key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, expression TEXT NOT NULL, format TEXT NOT NULL,\n"
    "  address TEXT, title TEXT, unsubscribe TEXT, sort INTEGER NOT NULL, count INTEGER NOT NULL,\n"
    "  created TEXT NOT NULL) STRICT;\n"
    "CREATE TABLE deliveries(\n" /* ended is null between begin and end */
    "  key INTEGER PRIMARY KEY, subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,\n"
    "  day TEXT NOT NULL, begun TEXT NOT NULL, ended TEXT, path TEXT, bytes INTEGER, hash INTEGER) STRICT;\n"
    "CREATE INDEX deliveries_of ON deliveries(subscription, day);\n"
    "CREATE TABLE delivered(\n" /* delivery null: counted as delivered when the subscription was made */
    "  subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,\n"
    "  paper INTEGER NOT NULL REFERENCES papers,\n"
    "  delivery INTEGER REFERENCES deliveries ON DELETE CASCADE, place INTEGER NOT NULL,\n"
    "  PRIMARY KEY(subscription, paper)) STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX delivered_in ON delivered(delivery);\n",
    /* the verdicts that a call replaced, null for none: to undo the call */
    "CREATE TABLE before(\n"
    "  call INTEGER NOT NULL, paper INTEGER NOT NULL REFERENCES papers, tag INTEGER NOT NULL REFERENCES tags,\n"
    "  verdict TEXT, given TEXT, PRIMARY KEY(call, paper, tag)) STRICT, WITHOUT ROWID;\n",
    /* learning: which papers were drawn by chance, own tags, models made from verdicts */
    "CREATE TABLE audits(\n" /* tag null: all tags of the paper; call as in `before` */
    "  key INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers, tag INTEGER REFERENCES tags,\n"
    "  given TEXT NOT NULL, call INTEGER NOT NULL) STRICT;\n" /* 0: cannot be undone any more */
    "CREATE INDEX audits_of ON audits(paper);\n"
    "CREATE INDEX audits_in ON audits(call);\n"
    "ALTER TABLE verdicts ADD COLUMN held_out REAL;\n" /* margin by weights that had not seen it; null: not learnt from
                                                        */
    "ALTER TABLE verdicts ADD COLUMN example INTEGER NOT NULL DEFAULT 0;\n" /* 1: an own tag was started with it */
    "ALTER TABLE tags ADD COLUMN own INTEGER NOT NULL DEFAULT 0;\n"         /* 1: made in this store */
    "ALTER TABLE tags ADD COLUMN query TEXT;\n" /* of an own tag: papers likely to have it */
    "CREATE TABLE kept(\n"                      /* model files, by their hashes; one is in use */
    "  key INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, made TEXT NOT NULL, used INTEGER NOT NULL,\n"
    "  summary TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;\n",
    /* papers by title and first author; announcements and links; days that are not known; repeated records */
    "ALTER TABLE papers ADD COLUMN author_key INTEGER NOT NULL DEFAULT 0;\n" /* see pt_work_key; title_key too */
    "ALTER TABLE papers ADD COLUMN announced TEXT;\n"
    "ALTER TABLE papers ADD COLUMN announce_type TEXT;\n"
    "ALTER TABLE papers ADD COLUMN featured TEXT;\n"
    "ALTER TABLE papers ADD COLUMN code_url TEXT;\n"
    "ALTER TABLE papers ADD COLUMN project_url TEXT;\n"
    "ALTER TABLE papers ADD COLUMN pdf_url TEXT;\n"
    "DROP INDEX papers_title;\n"
    "CREATE INDEX papers_work ON papers(title_key, author_key, day);\n"
    "CREATE INDEX papers_vague ON papers(day) WHERE length(date)<10;\n"
    "CREATE TABLE records(\n" /* hashes of records that a source gave before its last */
    "  paper INTEGER NOT NULL REFERENCES papers, source TEXT NOT NULL, record INTEGER NOT NULL,\n"
    "  PRIMARY KEY(paper, source, record)) STRICT, WITHOUT ROWID;\n"
    "UPDATE tagged SET day=day-2000000 WHERE paper IN (SELECT key FROM papers WHERE date IS NULL);\n" /* PT_UNDATED */
    "UPDATE papers SET day=day-2000000 WHERE date IS NULL;\n",
    /* undoing puts back all of a verdict; a file that is ready for a delivery, beside the one that it will replace */
    "ALTER TABLE before ADD COLUMN held_out REAL;\n"
    "ALTER TABLE before ADD COLUMN example INTEGER NOT NULL DEFAULT 0;\n"
    "ALTER TABLE deliveries ADD COLUMN draft TEXT;\n",
    /* where papers are fetched from, and how far: see papertag_source (`sources` says where each paper was seen) */
    "CREATE TABLE origins(\n"
    "  key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, arguments TEXT NOT NULL, url TEXT,\n"
    "  added TEXT NOT NULL, place TEXT, validators TEXT, state TEXT, answer TEXT, answered TEXT, finished TEXT,\n"
    "  news TEXT, gap INTEGER NOT NULL DEFAULT 0, again TEXT) STRICT;\n",
    /* what was read, starred and noted; how often the file was written to; how many papers each tag has */
    "CREATE TABLE marks(\n"
    "  paper INTEGER PRIMARY KEY REFERENCES papers, read INTEGER NOT NULL, starred INTEGER NOT NULL, note TEXT)"
    " STRICT;\n"
    "CREATE INDEX marks_starred ON marks(paper) WHERE starred;\n"
    "CREATE TABLE marks_before(\n" /* what a call replaced, as in `before` */
    "  call INTEGER NOT NULL, paper INTEGER NOT NULL REFERENCES papers, read INTEGER NOT NULL,\n"
    "  starred INTEGER NOT NULL, note TEXT, PRIMARY KEY(call, paper)) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE changes(\n" /* one row: the transactions that wrote; the highest number of a call so far */
    "  count INTEGER NOT NULL, call INTEGER NOT NULL) STRICT;\n"
    "INSERT INTO changes VALUES(1, 0);\n"
    "CREATE TABLE tag_counts(tag INTEGER PRIMARY KEY, papers INTEGER NOT NULL) STRICT;\n"
    "INSERT INTO tag_counts SELECT tag, count(*) FROM tagged GROUP BY tag;\n",
    /* the file of a subscription's digests */
    "ALTER TABLE subscriptions ADD COLUMN path TEXT;\n",
    /* when and where to deliver; mails, and what became of them: see papertag_mail */
    "ALTER TABLE subscriptions ADD COLUMN weekday INTEGER NOT NULL DEFAULT 0;\n" /* 1 to 7: Monday ...; 0: daily */
    "ALTER TABLE subscriptions ADD COLUMN tell_quiet INTEGER NOT NULL DEFAULT 0;\n"
    "CREATE TABLE mails(\n" /* bytes is null once nothing is to be sent again */
    "  delivery INTEGER PRIMARY KEY REFERENCES deliveries ON DELETE CASCADE, address TEXT NOT NULL,\n"
    "  message_id TEXT NOT NULL, state INTEGER NOT NULL, tried TEXT, tries INTEGER NOT NULL DEFAULT 0,\n"
    "  answer TEXT, bytes BLOB) STRICT;\n"
    "CREATE INDEX mails_open ON mails(state) WHERE state<>1;\n",
    /* verdicts.held_out by the weights of a kept model that is not in use: see take_held_out */
    "ALTER TABLE kept ADD COLUMN held_out TEXT;\n",
    /* papers as rows of a model, many in a block: see row_blocks.h */
    "CREATE TABLE row_blocks(\n"
    "  block INTEGER PRIMARY KEY, space TEXT NOT NULL, papers INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;\n",
    /* papers by the model that tagged them: those that one has not are found without looking at all */
    "CREATE INDEX papers_model ON papers(model);\n",
    /* the source that gave the counts in force; null: none did, or it is not known */
    "ALTER TABLE papers ADD COLUMN counted_by TEXT;\n",
    /* how near to its cut the nearest decision of a block of papers is: see doubts.h */
    "CREATE TABLE doubts(\n"
    "  tag INTEGER NOT NULL, block INTEGER NOT NULL, nearest REAL NOT NULL, PRIMARY KEY(tag, block))"
    " STRICT, WITHOUT ROWID;\n",
    /* what counts as delivered since a subscription was made: papers up to a key, without a row a paper */
    "ALTER TABLE subscriptions ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;\n"
    "CREATE TABLE uncounted(\n" /* papers up to it that do not: see PT_IS_COUNTED */
    "  subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,\n"
    "  paper INTEGER NOT NULL REFERENCES papers, PRIMARY KEY(subscription, paper)) STRICT, WITHOUT ROWID;\n"};

/* Layouts before this one have no keys of title and author. */
enum { WITHOUT_WORK_KEYS = 5 };

const int pt_store_version = sizeof steps / sizeof *steps;

static int write_work_key(void *context, pt_db_row *row, papertag_error *err)
{
    const char *title = pt_db_peek_or_null(row, 1), *abstract = pt_db_peek_or_null(row, 2);
    pt_arena arena = {0};
    papertag_strings list = {0};
    pt_work_key key;
    int status;

    pt_db_list(row, 3, &arena, &list);
    status = pt_work_key_of(title, abstract, list.count ? list.items[0] : NULL, &key);
    status = status ? pt_no_memory(err)
                    : pt_store_do(context, "UPDATE papers SET title_key=?2, author_key=?3 WHERE key=?1", err, "iii",
                                  pt_db_key(row, 0), (int64_t)key.title, (int64_t)key.author);
    pt_arena_free(&arena);
    return status;
}

int pt_store_write_work_keys(papertag_store *store, papertag_error *err)
{
    static const char sql[] =
        "SELECT key, title, abstract, iif(json_valid(authors), authors, '[]') FROM papers NOT INDEXED"
        " ORDER BY key";

    return pt_store_each(store, sql, write_work_key, store, err, "");
}

int pt_store_migrate(papertag_store *store, int to, papertag_error *err)
{
    int64_t version = 0, application = 0, tables = 0;
    char stamp[100];
    int status = pt_store_begin(store, err);

    if (status) {
        return status;
    }
    status = pt_store_ask(store, "PRAGMA user_version", &version, err, "");
    status = status ? status : pt_store_ask(store, "PRAGMA application_id", &application, err, "");
    status = status ? status : pt_store_ask(store, "SELECT count(*) FROM sqlite_schema", &tables, err, "");
    if (!status && application != PT_STORE_APPLICATION && (application || version || tables)) {
        status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: an SQLite file of another program", store->path);
    }
    if (!status && version > pt_store_version) {
        status =
            pt_fail(err, PAPERTAG_BAD_STORE, "%s: layout %d is newer than %d, the latest that this version can read",
                    store->path, (int)version, pt_store_version);
    } else if (!status && version < 0) {
        status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: there is no layout %d", store->path, (int)version);
    }
    for (int64_t i = version; !status && i < to; i++) {
        status = pt_store_exec(store, steps[i], err);
    }
    if (!status && version < WITHOUT_WORK_KEYS && to >= WITHOUT_WORK_KEYS) {
        status = pt_store_write_work_keys(store, err);
    }
    if (!status && version < to) {
        snprintf(stamp, sizeof stamp, "PRAGMA application_id=%d; PRAGMA user_version=%d", PT_STORE_APPLICATION, to);
        status = pt_store_exec(store, stamp, err);
    }
    return pt_store_end(store, status, err);
}
