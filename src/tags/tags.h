/*
 * tags - the face of this folder: the list of tags, their names, keywords that name them, and expressions over them.
 */
#ifndef PT_TAGS_H
#define PT_TAGS_H

#include "expression.h"
#include "keywords.h"
#include "list.h"
#include "name.h"

#endif
