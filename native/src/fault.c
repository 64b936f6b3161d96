// SPDX-License-Identifier: MIT
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

void fault_set(struct fault *fault, int status, const char *format, ...) {
    va_list arguments;
    fault->status = status;
    va_start(arguments, format);
    vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
}

// Text from a script or from humed may hold anything: control characters, C1 ones included, and broken UTF-8 go.
static void defuse(char *text) {
    const char *from = text;
    bool mended = false;
    uint32_t point;
    // Never overtakes: what is written is at most as long as what was read.
    while ((point = text_next(&from, &mended)) != 0) {
        bool is_harmless = point >= 0x20 && (point < 0x7F || point > 0x9F) && !mended;
        text += text_encode(is_harmless ? point : '?', text);
        mended = false;
    }
    *text = 0;
}

void complain(const char *format, ...) {
    char line[800] = "hume: ";
    size_t used = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + used, sizeof line - used - 1, format, arguments);
    va_end(arguments);
    defuse(line);
    used = strlen(line);
    line[used++] = '\n';
    // Nobody to tell when standard error is gone; the status still tells.
    if (write(STDERR_FILENO, line, used) < 0)
        return;
}
