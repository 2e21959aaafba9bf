/*
 * stop_words - a hash set of words in buckets of fixed size, so that a look-up has no branch to mispredict.
 */
#include "stop_words.h"

#include <stdlib.h>

#include "base/hash.h"

const char *pt_stop_words_english(size_t *size)
{
    static const char words[] =
        "a\0about\0above\0across\0after\0again\0against\0all\0almost\0also\0although\0always\0am\0among\0an\0and\0"
        "another\0any\0are\0as\0at\0be\0because\0been\0before\0being\0below\0between\0both\0but\0by\0can\0cannot\0"
        "could\0d\0did\0do\0does\0doing\0down\0due\0during\0e\0each\0either\0else\0etc\0even\0ever\0every\0few\0for\0"
        "from\0further\0g\0had\0has\0have\0having\0he\0hence\0her\0here\0hers\0him\0his\0how\0however\0i\0ie\0eg\0if\0"
        "in\0into\0is\0it\0its\0itself\0just\0let\0may\0me\0might\0more\0moreover\0most\0much\0must\0my\0namely\0"
        "neither\0no\0nor\0not\0now\0of\0off\0often\0on\0once\0one\0only\0onto\0or\0other\0others\0our\0ours\0out\0"
        "over\0own\0per\0perhaps\0rather\0s\0same\0several\0shall\0she\0should\0since\0so\0some\0still\0such\0t\0than\0"
        "that\0the\0their\0theirs\0them\0then\0there\0thereby\0therefore\0these\0they\0this\0those\0though\0through\0"
        "throughout\0thus\0to\0together\0too\0toward\0towards\0under\0until\0up\0upon\0us\0very\0via\0was\0we\0well\0"
        "were\0what\0when\0where\0whereas\0whereby\0wherein\0whether\0which\0while\0who\0whom\0whose\0why\0will\0with\0"
        "within\0without\0would\0yet\0you\0your\0";
    *size = sizeof words - 1;
    return words;
}

/* False when a bucket overflows. An empty place holds a hash that belongs in another bucket. */
static bool fill_buckets(pt_words *words)
{
    for (size_t i = 0; i <= words->mask; i++) {
        for (int k = 0; k < PT_BUCKET; k++) {
            words->hashes[i * PT_BUCKET + k] = ~i;
        }
    }
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->text + words->starts[i];
        const uint64_t hash = pt_hash(word, words->starts[i + 1] - words->starts[i] - 1, 0);
        const size_t bucket = hash & words->mask;
        uint64_t *place = words->hashes + bucket * PT_BUCKET, *end = place + PT_BUCKET;
        while (place < end && *place != ~bucket && *place != hash) {
            place++;
        }
        if (place == end) {
            return false;
        }
        *place = hash;
    }
    return true;
}

int pt_words_build(pt_words *out, const char *text, size_t size, papertag_error *err)
{
    pt_words words = {0};
    size_t at = 0;
    bool filled = false;

    for (size_t i = 0; i < size; i++) {
        words.count += text[i] == '\0';
    }
    if (words.count > 32000 || (size && text[size - 1])) {
        return pt_fail(err, PAPERTAG_BAD_ARGUMENT, "a list of stop words must hold at most 32000 words");
    }
    words.text = pt_alloc(size, 1);
    words.starts = pt_alloc(words.count + 1, sizeof *words.starts);
    if (!words.text || !words.starts) {
        pt_words_free(&words);
        return pt_no_memory(err);
    }
    if (size) {
        memcpy(words.text, text, size);
    }
    for (size_t i = 0; i < words.count; i++) {
        words.starts[i] = (uint32_t)at;
        at += strlen(text + at) + 1;
    }
    words.starts[words.count] = (uint32_t)at;
    for (size_t buckets = 16; words.count && !filled; buckets *= 2) {
        free(words.hashes);
        words.hashes = buckets <= 1 << 20 ? pt_alloc(buckets, PT_BUCKET * sizeof *words.hashes) : NULL;
        if (!words.hashes) {
            pt_words_free(&words);
            return pt_no_memory(err);
        }
        words.mask = buckets - 1;
        filled = fill_buckets(&words);
    }
    *out = words;
    return PAPERTAG_OK;
}

void pt_words_free(pt_words *words)
{
    free(words->text);
    free(words->starts);
    free(words->hashes);
    *words = (pt_words){0};
}
