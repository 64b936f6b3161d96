// SPDX-License-Identifier: MIT
// humed's reply: `CODE SP ID [SP TEXT]` (docs/protocol.md, section 3).
#ifndef HUME_REPLY_H
#define HUME_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "limits.h"

struct reply {
    int code;
    const char *text; // why; points into the frame, may be empty
};

// Reads a reply to the event of this id, in place (the frame must have a NUL behind it). Returns false when it is
// something else: then nobody knows what became of the event.
bool reply_read(char *frame, size_t length, const char *id, struct reply *reply);

#endif
