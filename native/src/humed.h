// SPDX-License-Identifier: MIT
// One message to humed and its answer, within the caller's deadline.
#ifndef HUME_HUMED_H
#define HUME_HUMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "places.h"
#include "zmtp.h"

// The caller's patience in milliseconds: deadline_ms, if not 0; else HUME_DEADLINE, else 200.
uint64_t humed_patience(uint64_t deadline_ms);

// That patience as a deadline from now on, of which only a tenth of the usual holds when nobody is likely there. The
// places must outlive it.
struct deadline humed_deadline(const struct places *places, uint64_t patience_ms);

// Says `message` and waits for the answer, at most deadline_ms (0: HUME_DEADLINE, else 200 ms). False: there is no answer, and `*why` says how far it came.
bool humed_ask(const struct places *places, const char *message, size_t length, uint64_t deadline_ms,
               struct frame *answer, const char **why);

// Says `message` and waits for no answer. False: it is lost, and `*why` says how far it came.
bool humed_push(const struct places *places, const char *message, size_t length, uint64_t deadline_ms, const char **why);

#endif
