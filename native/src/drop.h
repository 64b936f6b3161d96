// SPDX-License-Identifier: MIT
// The drop folder: where an event waits for humed when nobody answered (docs/protocol.md, section 4).
#ifndef HUME_DROP_H
#define HUME_DROP_H

#include <stdbool.h>
#include <stddef.h>

// Leaves the event as ID.hume in the folder. True: it is on stable storage under its name. False: it is not stored, no
// half-written file is left under a name humed reads, errno says why and `*step` what was being attempted.
bool drop_event(const char *folder, bool may_make_folder, const char *id, const char *event, size_t length,
                const char **step);

#endif
