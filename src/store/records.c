/*
 * records - see records.h.
 */
#include "records.h"

int pt_store_is_repeated(papertag_store *store, int64_t key, const pt_batch_item *item, bool *repeated,
                         papertag_error *err)
{
    static const char sql[] = "SELECT 1 FROM sources WHERE paper=?1 AND source=?2 AND record=?3 UNION ALL"
                              " SELECT 1 FROM records WHERE paper=?1 AND source=?2 AND record=?3";
    int64_t same = 0;
    int status = pt_store_ask(store, sql, &same, err, "iti", key, item->paper.source, (int64_t)item->record_key);

    *repeated = same;
    return status == PAPERTAG_END ? PAPERTAG_OK : status;
}

int pt_store_keep_record(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO records(paper, source, record) SELECT paper, source, record"
                              " FROM sources WHERE paper=?1 AND source=?2";

    return pt_store_do(store, sql, err, "it", key, item->paper.source);
}

int pt_store_write_source(papertag_store *store, int64_t key, const pt_batch_item *item, papertag_error *err)
{
    static const char sql[] =
        "INSERT INTO sources(paper, source, id, record, text) VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO"
        " UPDATE SET id=excluded.id, record=excluded.record, text=excluded.text";

    return pt_store_do(store, sql, err, "ittii", key, item->paper.source, item->paper.id, (int64_t)item->record_key,
                       (int64_t)item->text_key);
}

int pt_store_write_version(papertag_store *store, int64_t key, const pt_batch_item *item, const char *now,
                           papertag_error *err)
{
    static const char keep_old[] = "INSERT INTO versions(paper, version, title, abstract, replaced)"
                                   " SELECT key, version, title, abstract, ?2 FROM papers WHERE key=?1";
    static const char replace[] = "UPDATE papers SET version=version+1, title=ifnull(?2,title),"
                                  " abstract=ifnull(?3,abstract), title_key=CASE WHEN ?2 IS NULL THEN title_key ELSE ?4"
                                  " END WHERE key=?1";
    const char *title = item->paper.title, *abstract = item->paper.abstract;
    const int64_t title_key = (int64_t)item->work.title;
    int status = pt_store_do(store, keep_old, err, "it", key, now);

    return status ? status : pt_store_do(store, replace, err, "itti", key, title, abstract, title_key);
}

int pt_store_index(papertag_store *store, int64_t key, papertag_error *err)
{
    static const char sql[] = "INSERT INTO search(rowid, title, abstract)"
                              " SELECT key, title, abstract FROM papers WHERE key=?1";

    return pt_store_do(store, sql, err, "i", key);
}
