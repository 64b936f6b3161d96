// SPDX-License-Identifier: MIT
#include "word.h"

#include <string.h>

bool word_is_among(const char *word, size_t length, const char *list) {
    // With the space before and behind, parts of words are not found.
    for (const char *at = list; (at = strchr(at, ' ')) != NULL; at++)
        if (strncmp(at + 1, word, length) == 0 && at[1 + length] == ' ')
            return true;
    return false;
}
