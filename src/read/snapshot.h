/*
 * snapshot - records of the metadata snapshot that arXiv publishes: JSON Lines in a layout close to papertag's own.
 *
 * Each record is recognised on its own, so a file may contain others, too.
 */
#ifndef PT_SNAPSHOT_H
#define PT_SNAPSHOT_H

#include "json.h"

bool pt_is_snapshot(const pt_json *o);

/* Whether a field has another meaning there than in papertag's layout, so that pt_snapshot_read must read it. */
bool pt_snapshot_differs(const char *field);

/* Reads the fields that differ, after the others have been read. */
int pt_snapshot_read(const pt_json *o);

#endif
