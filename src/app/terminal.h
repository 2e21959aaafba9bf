/*
 * terminal - a terminal that is read key by key.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "text.h"

/* Keys that are not a character. */
enum { KEY_NONE = -1, KEY_END = -2, KEY_UP = -3, KEY_DOWN = -4, KEY_PAGE_UP = -5, KEY_PAGE_DOWN = -6 };

/* Switches to the alternate screen and reads keys without echo. False, after reporting why, when it cannot. */
bool terminal_open(void);

/* Restores the terminal; does nothing when it was not opened. */
void terminal_close(void);

/* Lines and columns at present. */
void terminal_size(unsigned *rows, unsigned *columns);

/* Shows a screen: lines, each but the last with a newline. False without memory, also when `screen` failed. */
bool terminal_show(const text *screen);

/* Waits for a key: a byte, or one of the above. KEY_NONE: draw again (the size has changed, or the program was stopped
 * and continued); KEY_END: no more keys will come, because the terminal is gone or a signal asks to end. */
int terminal_key(void);

/* The signal that asked to end; 0: none. */
int terminal_signal(void);

#endif
