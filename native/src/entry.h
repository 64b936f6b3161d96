// SPDX-License-Identifier: MIT
// How the caller started this process, for the command to be started the same way: signals and standard streams.
#ifndef HUME_ENTRY_H
#define HUME_ENTRY_H

#include <signal.h>

struct entry {
    sigset_t mask;
    struct sigaction pipe, file_size, child; // the three that hume itself changes
    unsigned closed; // bits: standard streams that were closed and only have a place-holder
};

// Notes it, and readies this process for having children. Before anything is complained of, which changes signals.
void entry_note(struct entry *entry, unsigned closed);

// In the command's process, just before it becomes the command.
void entry_restore(const struct entry *entry);

#endif
