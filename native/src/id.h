// SPDX-License-Identifier: MIT
// The event's id: UUID version 7, sortable by the time it was made (RFC 9562, section 5.7 and 6.2 method 3).
#ifndef HUME_ID_H
#define HUME_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"

void id_make(char id[ID_LENGTH + 1], uint64_t wall_ns, uint64_t chance);
bool id_is_valid(const char *text);

#endif
