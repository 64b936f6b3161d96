// SPDX-License-Identifier: MIT
// The answer to a question. Input: the reply's frame.
// Promise: a value is found within the frame, or none; nothing is read or written beyond.
#include <stdlib.h>
#include <string.h>

#include "../src/answer.h"
#include "../src/reply.h"
#include "../src/text.h"
#include "fuzz.h"

const char *const fuzz_words[] = {"0 ? ", "1 ?", "65 - ", "{\"value\":", "\"value\"", "\\ud834\\udd1e", "\\u00e4", "\\\"", "[{}]", ",",
                                  "true", "}", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
    struct reply reply;
    char *frame = input_text(&(struct input){input, input + count});
    size_t length = strlen(frame);
    if (reply_read(frame, length, "?", &reply)) {
        char *text = frame + (reply.text - frame);
        if (reply.text >= frame && reply.text <= frame + length) {
            long found = answer_value(text);
            PROMISE(found < 0 || found <= (long)(length - (size_t)(reply.text - frame)));
            if (found >= 0)
                text[found] = 0;
            text_defuse(text);
        }
    }
    free(frame);
    return 0;
}
