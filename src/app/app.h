/*
 * app - what the commands of the program share, all of it. The program knows the library by papertag.h alone.
 */
#ifndef APP_H
#define APP_H

#include <stdbool.h>
#include <stdio.h>

#include "clean.h"
#include "commands/commands.h"
#include "commands/shared.h"
#include "input.h"
#include "json.h"
#include "labelled.h"
#include "options.h"
#include "paper.h"
#include "papertag.h"
#include "person.h"
#include "places.h"
#include "progress.h"
#include "selection.h"
#include "status.h"
#include "terminal.h"
#include "text.h"

#endif
