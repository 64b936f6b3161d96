// SPDX-License-Identifier: MIT
// Where the command's standard output and error go, and how the end of it becomes known.
//
// A terminal, a file, anything but a byte stream between processes is inherited untouched; of a regular file the end is
// read back later. A pipe or stream socket stands behind a pipe of ours, through which a pump (pump.h) passes everything
// on; one pipe for both when they are the same file, so that the order stays.
#ifndef HUME_OUTLET_H
#define HUME_OUTLET_H

#include <stdbool.h>
#include <sys/types.h>

#include "tail.h"

enum { OUT, ERR, OUTLETS };

struct outlet {
    int stream; // 1 or 2
    enum { INHERITED, IN_FILE, PUMPED, AS_OUT } way;
    off_t from;         // IN_FILE: what is there already
    int reading, writing; // PUMPED: the pipe's ends
};

// Looks at both streams and makes the pipes that are needed; where none can be had the stream is inherited.
void outlets_open(struct outlet outlets[OUTLETS]);

// In the command's process: its streams become the pipes' writing ends.
void outlets_take(const struct outlet outlets[OUTLETS]);

// In hume's, once the other process is there: the reading ends are the pump's alone, or a reader's absence would not be
// felt; the writing ends the command's, or there would be no end.
void outlets_leave_to_pump(const struct outlet outlets[OUTLETS]);
void outlets_leave_to_command(const struct outlet outlets[OUTLETS]);

// Adds what the files got.
void outlets_read_back(const struct outlet outlets[OUTLETS], struct tail *tail);

#endif
