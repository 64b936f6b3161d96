// SPDX-License-Identifier: MIT
// Numbers as people and shells write them.
#ifndef HUME_NUMBER_H
#define HUME_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

// True when the text is a number of JSON that every reader keeps: an integer of at most 18 digits, or a finite number
// with a fraction or an exponent. Everything else, `007`, `1e999` and `1e-400` included, is text.
bool number_is_json(const char *text);

// Reads decimal digits, nothing else, as a number of low…high. Returns false when it is none.
bool number_read(const char *text, uint64_t low, uint64_t high, uint64_t *number);

// A decimal number without a sign, exact to the millionth.
struct fixed {
    uint64_t whole; // below 10^15
    uint32_t millionths;
};

// Takes digits, and a point with digits if there is one, from *at and moves *at behind them; digits behind the sixth of
// the fraction are passed over. Returns false, with *at anywhere, when there is no number or too long a one.
bool number_take_fixed(const char **at, struct fixed *number);

// Reads a span of time, as in 90, 26h, 1h30m, 250ms (ms s m h d w y; a bare number is seconds), as milliseconds of 1…high.
bool number_read_ms(const char *text, uint64_t high, uint64_t *ms);

// Reads one without ms, as seconds of 1…high.
bool number_read_seconds(const char *text, uint64_t high, uint64_t *seconds);

// Tells whether one is more than the other.
bool fixed_is_more(struct fixed one, struct fixed other);

#endif
