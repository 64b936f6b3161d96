// SPDX-License-Identifier: MIT
// The answer to `?get`: a JSON object, of which only its member `value` is wanted.
#ifndef HUME_ANSWER_H
#define HUME_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

// Finds the value and writes it over the NUL-terminated `json`, as a script wants it: text without its quotes and
// escapes, all else as it stands. Returns its length, or -1 when this is no object with such a member.
long answer_value(char *json);

#endif
