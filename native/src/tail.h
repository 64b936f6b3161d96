// SPDX-License-Identifier: MIT
// The end of a command's output: its last 16 kB, and no more of it is ever kept.
#ifndef HUME_TAIL_H
#define HUME_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "limits.h"

struct tail {
    char bytes[2 * MAX_OUTPUT + 1]; // the last MAX_OUTPUT of the first `used` count; a NUL behind
    size_t used;
    bool more; // there was more before them
};

// The output's last bytes, `*count` of them and a NUL, without the rest of a character whose beginning is gone.
const char *tail_bytes(const struct tail *tail, size_t *count);

void tail_add(struct tail *tail, const char *bytes, size_t count);

// Adds what a regular file got since it was `from` bytes long (or began to be written there); one that has been cut short
// meanwhile counts from its beginning. The descriptor need not be readable. False: the file can't be read.
bool tail_add_file(struct tail *tail, int file, off_t from, off_t to);

#endif
