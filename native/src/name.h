// SPDX-License-Identifier: MIT
// Names: of tasks, tags, flags and data (docs/protocol.md, "Names").
#ifndef HUME_NAME_H
#define HUME_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "limits.h"

// A name that fits: valid UTF-8, at most MAX_NAME code points, NUL-terminated. Empty: there is none.
struct name {
    char text[MAX_NAME * 4 + 1];
};

// Makes a name of the first `length` bytes of `from` (or fewer, up to a NUL): spaces at the ends go, what a name may
// not hold becomes `_`, what is too long is cut. Returns true when it had to replace or cut; spaces alone do not
// count.
bool name_make(struct name *name, const char *from, size_t length);

bool name_is_empty(const struct name *name);
bool name_equal(const struct name *one, const struct name *other);

#endif
