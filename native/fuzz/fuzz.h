// SPDX-License-Identifier: MIT
// What a fuzz target and what drives it agree on. The entry is libFuzzer's, so that either can drive it.
#ifndef HUME_FUZZ_H
#define HUME_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One input; ends the process when a promise is broken.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

// Words the mutator may put in, ended by NULL. libFuzzer does not look at them.
extern const char *const fuzz_words[];

// Takes from an input piece by piece; zeros when it is used up.
struct input {
    const uint8_t *at, *end;
};
uint8_t input_byte(struct input *input);
uint64_t input_number(struct input *input);

// A text up to the next NUL, allocated so that reading past its end is noticed. To be freed by the caller.
char *input_text(struct input *input);

// Ends the process with a line that says what was promised.
#define PROMISE(holds) ((holds) ? (void)0 : promise_broken(#holds, __FILE__, __LINE__))
_Noreturn void promise_broken(const char *what, const char *file, int line);

// True when the bytes are one JSON value and nothing else, in valid UTF-8, nested at most 8 deep.
bool is_json(const char *bytes, size_t count);

#endif
