/*
 * Fuzz target: model files. The checksum is corrected before opening, so that the checks after it are reached.
 */
#include <stdlib.h>

#include "model/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pt_model_header header;
    papertag_model *model = NULL;
    papertag_tagger *tagger = NULL;
    const papertag_score *scores;
    papertag_explanation explanation;
    papertag_error err;
    void *bytes = NULL;

    if (size < sizeof header || posix_memalign(&bytes, PT_MODEL_ALIGN, size)) {
        return 0;
    }
    memcpy(bytes, data, size);
    memcpy(&header, bytes, sizeof header);
    header.size = size;
    header.checksum = pt_model_checksum(&header, pt_hash((char *)bytes + sizeof header, size - sizeof header, 0));
    memcpy(bytes, &header, sizeof header);
    if (!papertag_model_open_memory(&model, "fuzz", bytes, size, &err)) {
        if (!papertag_tagger_open(&tagger, model, &err)) {
            papertag_tag(tagger, "Sparse attention for models", "We train topic words of alpha beta and gamma.",
                         &scores, &err);
            papertag_explain(tagger, "alpha", "gamma beta alpha", 0, &explanation, &err);
        }
        papertag_tagger_close(tagger);
        papertag_model_close(model);
    }
    free(bytes);
    return 0;
}
