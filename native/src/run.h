// SPDX-License-Identifier: MIT
// `hume run`: says that a run begins, runs a command, says how it ended.
//
// Promises: the command runs whenever it possibly can, whatever becomes of the events; it finds everything as it would
// without hume (arguments, environment, signals, streams, descriptors), but for its parent and, where its output is a pipe,
// that pipe. hume ends as the command did. hume's own process is what the run is registered by.
#ifndef HUME_RUN_H
#define HUME_RUN_H

#include "arguments.h"
#include "entry.h"

// Returns the status to end with. `closed`: the standard streams that the caller had closed (entry.h).
int run(const struct asked *asked, struct event *event, bool strict, unsigned closed);

// With HUME_DISABLE: becomes the command, and says nothing. Returns only when it can't be run: the status.
int run_unreported(const struct asked *asked, unsigned closed);

#endif
