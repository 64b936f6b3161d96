// SPDX-License-Identifier: MIT
// A command's output as text of an event: any bytes at all, cut from the front.
#ifndef HUME_OUTPUT_H
#define HUME_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

// Writes as much of the end of it as a quoted string as may reach to `end`. Returns true when it had to cut or to mend.
bool output_write(struct json *json, const char *bytes, size_t count, size_t end);

#endif
