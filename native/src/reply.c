// SPDX-License-Identifier: MIT
#include "reply.h"

#include <string.h>

#include "number.h"

bool reply_read(char *frame, size_t length, const char *id, struct reply *reply) {
    if (strlen(frame) != length)
        return false;
    char *space = strchr(frame, ' ');
    if (!space)
        return false;
    *space = 0;
    char *said = space + 1;
    char *text = strchr(said, ' ');
    if (text)
        *text++ = 0;
    uint64_t code;
    // `-` means the id could not be read: that can't be so for a stored event.
    bool ours = strcmp(said, id) == 0;
    if (!number_read(frame, 0, 255, &code) || (!ours && (strcmp(said, "-") != 0 || code == EXIT_STORED)))
        return false;
    *reply = (struct reply){.code = (int)code, .text = text ? text : ""};
    return true;
}
