// SPDX-License-Identifier: MIT
// Words looked up in short lists that stand in the code.
#ifndef HUME_WORD_H
#define HUME_WORD_H

#include <stdbool.h>
#include <stddef.h>

// Are the first `length` bytes of this word in the list? The list has a space around each of its words.
bool word_is_among(const char *word, size_t length, const char *list);

#endif
