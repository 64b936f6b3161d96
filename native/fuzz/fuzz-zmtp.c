// SPDX-License-Identifier: MIT
// All that a server may send: greeting, READY, commands, frames, and what humed's answer holds. Input: whether it is the
// answer to a question, the size of the pieces it comes in, then the bytes of the connection.
// Promise: there is an answer with a NUL behind it, or none; nothing is read or written beyond.
//
// The build gives zmtp.c the calls below instead of the kernel's (Makefile), so that nothing waits.
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../src/answer.h"
#include "../src/reply.h"
#include "../src/zmtp.h"
#include "fuzz.h"

#define ID "01a2068f-6753-774f-9234-56789abcdef0"

const char *const fuzz_words[] = {"\x01\x00\x00\x26", "\x04\x06\x05READY", "\x04\x07\x04PING", "\x02\xff\xff\xff\xff\xff\xff\xff\xff",
                                  "0 " ID, "65 - why", "0 ? {\"value\":", "1 ?", "\\u0000", "\\ud834\\udd1e", NULL};

static struct input server;
static size_t piece;
static unsigned calls;

int fuzz_socket(int domain, int type, int protocol);
int fuzz_connect(int socket, const struct sockaddr *address, socklen_t size);
int fuzz_close(int file);
int fuzz_ppoll(struct pollfd *polled, nfds_t count, const struct timespec *left, const sigset_t *mask);
ssize_t fuzz_sendmsg(int socket, const struct msghdr *message, int flags);
ssize_t fuzz_recv(int socket, void *into, size_t room, int flags);

int fuzz_socket(int domain, int type, int protocol) {
    (void)domain, (void)type, (void)protocol;
    return 1000;
}

int fuzz_connect(int socket, const struct sockaddr *address, socklen_t size) {
    (void)socket, (void)address, (void)size;
    return 0;
}

int fuzz_close(int file) {
    (void)file;
    return 0;
}

int fuzz_ppoll(struct pollfd *polled, nfds_t count, const struct timespec *left, const sigset_t *mask) {
    (void)polled, (void)count, (void)left, (void)mask;
    return 1;
}

// Takes some of it, and now and then nothing.
ssize_t fuzz_sendmsg(int socket, const struct msghdr *message, int flags) {
    (void)socket, (void)flags;
    size_t total = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++)
        total += message->msg_iov[i].iov_len;
    if (++calls % 3 == 0) {
        errno = calls % 2 ? EAGAIN : EINTR;
        return -1;
    }
    return (ssize_t)(total < piece * 7 ? total : piece * 7);
}

ssize_t fuzz_recv(int socket, void *into, size_t room, int flags) {
    (void)socket, (void)flags;
    size_t rest = (size_t)(server.end - server.at);
    size_t count = rest < piece ? rest : piece;
    count = count < room ? count : room;
    memcpy(into, server.at, count);
    server.at += count;
    return (ssize_t)count;
}

static bool is_worth_it(const char *whom) {
    (void)whom;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
    static struct frame answer;
    static char message[400];
    const char *why;
    struct reply reply;
    server = (struct input){input, input + count};
    bool is_question = input_byte(&server) & 1;
    piece = (size_t)input_byte(&server) * 16 + 1;
    calls = 0;
    answer.room = is_question ? MAX_ANSWER_BYTES : MAX_REPLY_BYTES;
    struct deadline deadline = deadline_in_ms(60000, 60000, is_worth_it, "");
    bool answered = zmtp_ask("/x", message, is_question ? 20 : sizeof message, deadline, &answer, &why);
    PROMISE(answered == (why == NULL));
    if (!answered)
        return 0;
    PROMISE(answer.length <= answer.room && answer.bytes[answer.length] == 0);
    if (reply_read(answer.bytes, answer.length, is_question ? "?" : ID, &reply)) {
        PROMISE(!*reply.text || (reply.text >= answer.bytes && reply.text <= answer.bytes + answer.length));
        if (is_question && reply.code == 0 && *reply.text)
            PROMISE(answer_value(answer.bytes + (reply.text - answer.bytes)) <= (long)answer.length);
    }
    return 0;
}
