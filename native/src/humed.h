// SPDX-License-Identifier: MIT
// One message to humed and its answer, within the caller's deadline.
#ifndef HUME_HUMED_H
#define HUME_HUMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "places.h"
#include "zmtp.h"

// Says `message` and waits for the answer, at most deadline_ms (0: HUME_DEADLINE, else 200 ms), and only a tenth of
// the usual when nobody is likely there. False: there is no answer, and `*why` says how far it came.
bool humed_ask(const struct places *places, const char *message, size_t length, uint64_t deadline_ms,
               struct frame *answer, const char **why);

#endif
