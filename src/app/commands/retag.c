/*
 * retag - tags again the stored papers that another model tagged, or none.
 */
#include "../app.h"

int retag(papertag_store *store, const papertag_model *model, size_t *count)
{
    enum { BATCH = 4096 };
    papertag_tagger *tagger = NULL;
    papertag_batch *batch = NULL;
    papertag_error err;
    int code =
        papertag_tagger_open(&tagger, model, &err) || papertag_batch_open(&batch, &err) ? failed(&err) : EXIT_DONE;

    while (!code) {
        papertag_batch_clear(batch);
        if (papertag_store_outdated(store, model, tagger, batch, BATCH, &err)) {
            code = failed(&err);
        } else if (!papertag_batch_count(batch)) {
            break;
        } else if (papertag_store_retag(store, batch, model, &err)) {
            code = failed(&err);
        } else {
            *count += papertag_batch_count(batch);
        }
    }
    papertag_batch_close(batch);
    papertag_tagger_close(tagger);
    return code;
}
