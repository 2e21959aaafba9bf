/*
 * terminal - a terminal that is asked key by key.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "text.h"

/* The keys that are no character. */
enum { KEY_NONE = -1, KEY_END = -2, KEY_UP = -3, KEY_DOWN = -4, KEY_PAGE_UP = -5, KEY_PAGE_DOWN = -6 };

/* Takes the terminal over: another screen, keys without echo. False, after saying why, when it cannot. */
bool terminal_open(void);
void terminal_close(void); /* everything as it was; also when it was not opened */

/* Lines and columns, as they are now. */
void terminal_size(unsigned *rows, unsigned *columns);

/* Shows a screen: lines, each with its newline but the last. False for want of memory, also when `screen` had none. */
bool terminal_show(const text *screen);

/* Waits for a key: a byte, or one of the above. KEY_NONE: draw again (the size has changed, or the program was stopped
 * and goes on); KEY_END: no more keys will come, as the terminal is gone or a signal asks to end. */
int terminal_key(void);

/* The signal that asked to end, 0: none. */
int terminal_signal(void);

#endif
