// SPDX-License-Identifier: MIT
// The nearest right spelling of a mistyped word.
#ifndef HUME_SPELLING_H
#define HUME_SPELLING_H

#include <stddef.h>

struct guess {
    const char *word; // NULL: nothing tried yet
    unsigned distance;
};

// How many letters must be changed, added, left out or swapped with their neighbour; long words are only roughly
// compared.
unsigned spelling_distance(const char *one, const char *other);

// Keeps `candidate` in the guess when it is nearer to what was typed.
void spelling_consider(struct guess *guess, const char *typed, const char *candidate);

// The guess when it is near enough to be meant, else NULL: one slip in a short word, two in a longer one.
const char *spelling_meant(const struct guess *guess, const char *typed);

#endif
