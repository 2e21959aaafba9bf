/*
 * snapshot - records of the metadata snapshot that arXiv publishes: JSON Lines in a layout close to papertag's own.
 *
 * They are recognised one by one, so they may be mixed with others.
 */
#ifndef PT_SNAPSHOT_H
#define PT_SNAPSHOT_H

#include "json.h"

/* The members that only such records have; any but the last makes a record one. */
#define PT_SNAPSHOT_AUTHORS "authors_parsed"
#define PT_SNAPSHOT_VERSIONS "versions"
#define PT_SNAPSHOT_UPDATED "update_date"
#define PT_SNAPSHOT_JOURNAL "journal-ref"

bool pt_is_snapshot(const pt_json *o);

/* Whether a field of papertag's layout has a meaning of its own there, so that pt_snapshot_read is to read it. */
bool pt_snapshot_differs(const pt_json *o, const char *field);

/* Reads what differs, after the other fields. */
int pt_snapshot_read(const pt_json *o);

#endif
