// SPDX-License-Identifier: MIT
#include "fault.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "text.h"

void fault_set(struct fault *fault, int status, const char *format, ...) {
    va_list arguments;
    fault->status = status;
    va_start(arguments, format);
    format_list(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
}

enum { PATIENCE_MS = 200 };

// A reader who has stopped reading, behind a pipe that is full or a terminal that is held, must not hold the script either.
static bool takes_a_line(int stream) {
    struct pollfd wanted = {.fd = stream, .events = POLLOUT};
    int ready;
    do
        ready = poll(&wanted, 1, PATIENCE_MS);
    while (ready < 0 && errno == EINTR);
    return ready != 0;
}

void complain(const char *format, ...) {
    char line[800] = "hume: ";
    size_t used = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    format_list(line + used, sizeof line - used - 1, format, arguments);
    va_end(arguments);
    // Text from a script or from humed may hold anything.
    text_defuse(line);
    used = strlen(line);
    line[used++] = '\n';
    // Nobody to tell when standard error is gone; the status still tells. A reader who left must not end us, and with us a
    // script under `set -e`; set here and not at the start, since hardly any call has something to say.
    signal(SIGPIPE, SIG_IGN);
    if (takes_a_line(STDERR_FILENO) && write(STDERR_FILENO, line, used) < 0)
        return;
}
