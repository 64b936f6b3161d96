// SPDX-License-Identifier: MIT
// Code points out of bytes that somebody else wrote: a shell's argument may hold anything but NUL.
#ifndef HUME_TEXT_H
#define HUME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#define REPLACEMENT 0xFFFDu

// Takes one code point from the NUL-terminated text at *at and moves *at behind it; 0 at the end. Bytes that are not
// UTF-8 come out as U+FFFD, one for each maximal broken part (as Python's "replace" does), and set *mended.
uint32_t text_next(const char **at, bool *mended);

// Writes a code point as UTF-8 (1 to 4 bytes, no NUL behind) and returns how many bytes.
unsigned text_encode(uint32_t point, char out[4]);

// Replaces, in place, what could steer a terminal by `?`: control characters, C1 ones included, and broken UTF-8.
void text_defuse(char *text);

#endif
