/*
 * opinion - what a model thinks of a paper, as a member "papertag" of the paper's record: with it the store takes the
 * paper as if it had been tagged there.
 *
 *     {"model": HASH, "text": HASH, "margins": {TAG: MARGIN, ...}}
 *
 * The hash of the text shows whether title and abstract are still those that were tagged. The margins are those of all
 * tags that a store keeps, whichever are listed as the paper's, and with every digit: probabilities follow from them.
 */
#ifndef OPINION_H
#define OPINION_H

#include "papertag.h"
#include "text.h"

/* The name of the member. */
#define OPINION_MEMBER "papertag"

/* Adds the object, for a paper of that title and abstract and its scores, one of each tag. */
void json_opinion(text *t, const papertag_model *model, const char *title, const char *abstract,
                  const papertag_score *scores);

/* Reads the member of object[0 .. length), from which the paper was read. `scores` has room for one of each tag.
 * *count: how many were read. False when there is none, of another model or another text, or anything is odd. */
bool read_opinion(const papertag_model *model, const papertag_paper *paper, const char *object, size_t length,
                  papertag_score *scores, size_t *count);

#endif
