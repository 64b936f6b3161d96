// SPDX-License-Identifier: MIT
// The command that hume runs.
#ifndef HUME_COMMAND_H
#define HUME_COMMAND_H

#include "json.h"

enum { EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 }; // as shells have it

// Becomes the command, found on PATH; a file that is no program is a script of sh, as for a shell. Returns only when it
// can't be run: the status, with errno. There must be room for one more word.
int command_become(struct words words);

#endif
