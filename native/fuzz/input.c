// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

uint8_t input_byte(struct input *input) {
    return input->at < input->end ? *input->at++ : 0;
}

uint64_t input_number(struct input *input) {
    uint64_t number = 0;
    for (unsigned width = input_byte(input) % 9; width > 0; width--)
        number = number << 8 | input_byte(input);
    return number;
}

char *input_text(struct input *input) {
    size_t rest = (size_t)(input->end - input->at);
    const uint8_t *nul = rest ? memchr(input->at, 0, rest) : NULL;
    size_t length = nul ? (size_t)(nul - input->at) : rest;
    char *text = malloc(length + 1);
    if (!text)
        abort();
    memcpy(text, length ? (const char *)input->at : "", length);
    text[length] = 0;
    input->at += length + (nul != NULL);
    return text;
}

void promise_broken(const char *what, const char *file, int line) {
    fprintf(stderr, "%s:%d: promise broken: %s\n", file, line, what);
    abort();
}

// The program's own writes go nowhere; the build renames them (Makefile).
ssize_t fuzz_write(int file, const void *bytes, size_t count);
ssize_t fuzz_write(int file, const void *bytes, size_t count) {
    (void)file, (void)bytes;
    return (ssize_t)count;
}
