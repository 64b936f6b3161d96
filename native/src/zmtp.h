// SPDX-License-Identifier: MIT
// As much of ZMTP 3.0 (rfc.zeromq.org, 23/ZMTP) as one REQ socket needs that asks one question, or one PUSH socket that says
// one thing: NULL mechanism, ipc.
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

// One conversation at a time, in three steps. Each takes the deadline that is to hold for it; one that fails hangs up and
// says in `*why` how far it came. zmtp_begin returns the descriptor that becomes readable when the other side has greeted,
// and after zmtp_say when it has answered; -1: nobody is there. After an answer more may be said, until zmtp_hang_up.
int zmtp_begin(const char *path, struct deadline *deadline, const char **why);
bool zmtp_say(const char *message, size_t length, struct deadline *deadline, const char **why);
bool zmtp_hear(struct frame *answer, struct deadline *deadline, const char **why);
void zmtp_hang_up(void);

// All three: says `message` to the socket at `path` and waits for the answer. True: `answer` holds it. False: there is none, and
// `*why` says how far it came; the other side may or may not have got the message.
bool zmtp_ask(const char *path, const char *message, size_t length, struct deadline deadline, struct frame *answer,
              const char **why);

// Says `message` to the PULL socket at `path` and waits for nothing but its greeting. True: the kernel has all of it; whether the
// other side ever reads it is not known.
bool zmtp_push(const char *path, const char *message, size_t length, struct deadline deadline, const char **why);

#endif
