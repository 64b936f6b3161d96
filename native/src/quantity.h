// SPDX-License-Identifier: MIT
// A number written with its unit, as people and other programs write it.
#ifndef HUME_QUANTITY_H
#define HUME_QUANTITY_H

#include <stdbool.h>

#include "number.h"

// Reads `73MB` (kB MB GB TB, KiB MiB GiB TiB, B) as bytes, `1h30m` or `250ms` (d h m s ms) as seconds, according to
// the unit that the values are said to have: "bytes" or "s". Returns false for everything else: it is text then.
bool quantity_read(const char *text, const char *unit, struct fixed *number);

// Reads the share that is done: `50`, `50%`, `3/12`, `0.5/1`. Returns false when it is none.
bool quantity_read_share(const char *text, struct fixed *done, struct fixed *total);

#endif
