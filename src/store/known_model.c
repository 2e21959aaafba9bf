/*
 * known_model - models as the store knows them: by hash, with their tags and cuts.
 */
#include "known_model.h"

#include "clock.h"
#include "list.h"
#include "model/model.h"

static const char find_tag[] = "SELECT key FROM tags WHERE tag=?1";

/* Records a tag with what the model says of it, and its cut. A person's own tag that was removed comes back with a
 * model from before, and is the person's again. */
static int write_tag(papertag_store *store, const papertag_tag_info *tag, bool own, int64_t model, int64_t *key,
                     papertag_error *err)
{
    static const char insert[] = "INSERT INTO tags(tag, name, definition, grp, aliases, own) VALUES(?1,?2,?3,?4,?5,?6)"
                                 " ON CONFLICT(tag) DO UPDATE SET name=excluded.name, definition=excluded.definition,"
                                 " grp=excluded.grp, aliases=excluded.aliases";
    static const char insert_cut[] = "INSERT OR REPLACE INTO cuts(model, tag, cut) VALUES(?1,?2,?3)";
    pt_arena arena = {0};
    pt_buf scratch = {0};
    const char *aliases;
    int status = pt_list_format(tag->aliases, &arena, &scratch, &aliases) ? pt_no_memory(err) : PAPERTAG_OK;

    if (!status) {
        status = pt_store_do(store, insert, err, "ttttti", tag->tag, tag->name, tag->definition, tag->group, aliases,
                             (int64_t)own);
    }
    status = status ? status : pt_store_ask(store, find_tag, key, err, "t", tag->tag);
    status = status ? status : pt_store_do(store, insert_cut, err, "iir", model, *key, tag->cut);
    pt_arena_free(&arena);
    pt_buf_free(&scratch);
    return status;
}

int pt_store_model_key(papertag_store *store, const char *hash, int64_t *key, papertag_error *err)
{
    static const char find[] = "SELECT key FROM models WHERE hash=?1";
    char now[PT_TIME];
    int status = pt_store_ask(store, find, key, err, "t", hash);

    if (status == PAPERTAG_END) {
        pt_store_now(now);
        status = pt_store_do(store, "INSERT INTO models(hash, added) VALUES(?1,?2)", err, "tt", hash, now);
        *key = pt_store_last_key(store);
    }
    return status;
}

int pt_store_know_model(papertag_store *store, const papertag_model *model, pt_known_model *out, papertag_error *err)
{
    const papertag_tag_info *tags;
    const size_t count = papertag_model_tags(model, &tags);
    int64_t cuts = 0;
    bool fresh;
    int status = pt_store_model_key(store, papertag_model_hash(model), &out->key, err);

    status =
        status ? status : pt_store_ask(store, "SELECT count(*) FROM cuts WHERE model=?1", &cuts, err, "i", out->key);
    fresh = !cuts; /* its tags are not recorded yet */
    out->tag_count = count;
    out->tags = status ? NULL : pt_calloc(count + 1, sizeof *out->tags);
    if (!out->tags) {
        return status ? status : pt_no_memory(err);
    }
    for (size_t t = 0; t < count && !status; t++) {
        status = fresh ? PAPERTAG_END : pt_store_ask(store, find_tag, &out->tags[t], err, "t", tags[t].tag);
        if (status == PAPERTAG_END) { /* not recorded before, or removed since */
            status = write_tag(store, &tags[t], pt_model_tag_is_personal(model, t), out->key, &out->tags[t], err);
        }
    }
    return status;
}
