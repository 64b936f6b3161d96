// SPDX-License-Identifier: MIT
// As much of ZMTP 3.0 (rfc.zeromq.org, 23/ZMTP) as one REQ socket needs that asks one question: NULL mechanism, ipc.
#ifndef HUME_ZMTP_H
#define HUME_ZMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "deadline.h"
#include "limits.h"

struct frame {
    char bytes[MAX_ANSWER_BYTES + 1]; // a NUL behind
    size_t length;
    size_t room; // an answer longer than this is none
};

// Says `message` to the socket at `path` and waits for the answer. True: `answer` holds it. False: there is none, and
// `*why` says how far it came; the other side may or may not have got the message.
bool zmtp_ask(const char *path, const char *message, size_t length, struct deadline deadline, struct frame *answer,
              const char **why);

#endif
