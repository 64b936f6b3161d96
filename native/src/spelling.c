// SPDX-License-Identifier: MIT
// Optimal string alignment distance: Levenshtein's, plus neighbours swapped, the commonest slip of all.
#include "spelling.h"

#include <string.h>

enum { LONGEST = 24 };

static unsigned least(unsigned a, unsigned b, unsigned c) {
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

unsigned spelling_distance(const char *one, const char *other) {
    size_t rows = strnlen(one, LONGEST), columns = strnlen(other, LONGEST);
    unsigned table[LONGEST + 1][LONGEST + 1];
    for (unsigned i = 0; i <= rows; i++)
        table[i][0] = i;
    for (unsigned j = 0; j <= columns; j++)
        table[0][j] = j;
    for (size_t i = 1; i <= rows; i++)
        for (size_t j = 1; j <= columns; j++) {
            unsigned changed = table[i - 1][j - 1] + (one[i - 1] != other[j - 1]);
            table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1, changed);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]
                && table[i - 2][j - 2] + 1 < table[i][j])
                table[i][j] = table[i - 2][j - 2] + 1;
        }
    return table[rows][columns];
}

void spelling_consider(struct guess *guess, const char *typed, const char *candidate) {
    unsigned distance = spelling_distance(typed, candidate);
    if (!guess->word || distance < guess->distance)
        *guess = (struct guess){candidate, distance};
}

const char *spelling_meant(const struct guess *guess, const char *typed) {
    unsigned allowed = strlen(typed) <= 4 ? 1 : 2;
    return guess->word && guess->distance <= allowed ? guess->word : NULL;
}
