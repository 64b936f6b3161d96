// SPDX-License-Identifier: MIT
// What a command took, as data of its run.
#ifndef HUME_USAGE_H
#define HUME_USAGE_H

#include <stdint.h>
#include <sys/resource.h>

#include "event.h"

// Adds wall_s, user_s, system_s, peak_rss_bytes, read_bytes and written_bytes: of the command and of all the processes it
// waited for. Bytes are those read from and written to disks. The texts live as long as the process; once only.
void usage_tell(struct event *event, uint64_t wall_ns, const struct rusage *usage);

#endif
