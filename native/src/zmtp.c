// SPDX-License-Identifier: MIT
// Design: one descriptor, non-blocking; every wait goes through the deadline. What comes in is read through a small
// buffer, since greeting, READY and answer may come in any pieces. The message goes out only after the server's READY:
// libzmq silently closes a connection whose message is read together with our READY (docs/protocol.md, section 3).
#include "zmtp.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "places.h"

enum { GREETING_BYTES = 64, FLAG_MORE = 1, FLAG_LONG = 2, FLAG_COMMAND = 4 };

struct peer {
    int socket;
    struct deadline *deadline;
    unsigned char in[2048];
    size_t start, end;
    bool is_ready; // greeting and READY have gone both ways
    bool pushes;   // a PUSH socket: one frame alone, and nothing comes back
};

struct header {
    unsigned flags;
    uint64_t size;
};

// Signature, version 3.0, mechanism NULL, not a server.
static const char greeting[GREETING_BYTES] = "\xFF\0\0\0\0\0\0\0\0\x7F\x03\0NULL";

// The last byte is the literal's own NUL.
static const char ready[] = "\x04\x26\x05READY\x0BSocket-Type\0\0\0\x03REQ\x08Identity\0\0\0";
_Static_assert(sizeof ready == 2 + 0x26, "the command's length byte");
static const char ready_to_push[] = "\x04\x1A\x05READY\x0BSocket-Type\0\0\0\x04PUSH";
enum { READY_TO_PUSH_BYTES = sizeof ready_to_push - 1 };
_Static_assert(READY_TO_PUSH_BYTES == 2 + 0x1A, "the command's length byte");

// A full backlog shows as EAGAIN, and there is nothing to poll for: try again every millisecond.
static bool connect_to(struct peer *peer, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strnlen(path, SOCKET_PATH_ROOM - 1));
    while (connect(peer->socket, (struct sockaddr *)&address, sizeof address) != 0) {
        if (errno == EISCONN)
            return true;
        if (errno == EAGAIN) {
            if (!deadline_pause(peer->deadline)) {
                errno = EAGAIN;
                return false;
            }
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool send_all(struct peer *peer, struct iovec *parts, int count) {
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = (unsigned)count};
        ssize_t sent = sendmsg(peer->socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN && !deadline_wait(peer->deadline, peer->socket, POLLOUT))
            return false;
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        size_t gone = sent > 0 ? (size_t)sent : 0;
        while (count > 0 && gone >= parts->iov_len) {
            gone -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + gone;
            parts->iov_len -= gone;
        }
    }
    return true;
}

// What is sent is not written to; the kernel's interface just can't say so.
static struct iovec part(const char *bytes, size_t length) {
    return (struct iovec){(char *)(uintptr_t)bytes, length};
}

// Waits for more bytes. False: deadline passed, or the other side closed.
static bool fill(struct peer *peer) {
    peer->start = peer->end = 0;
    for (;;) {
        if (!deadline_wait(peer->deadline, peer->socket, POLLIN))
            return false;
        ssize_t got = recv(peer->socket, peer->in, sizeof peer->in, 0);
        if (got > 0) {
            peer->end = (size_t)got;
            return true;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return false;
    }
}

// Takes exactly `count` bytes; `into` may be NULL: they are passed over.
static bool take(struct peer *peer, void *into, uint64_t count) {
    char *at = into;
    while (count > 0) {
        if (peer->start == peer->end && !fill(peer))
            return false;
        size_t here = peer->end - peer->start;
        here = here < count ? here : (size_t)count;
        if (at) {
            memcpy(at, peer->in + peer->start, here);
            at += here;
        }
        peer->start += here;
        count -= here;
    }
    return true;
}

static bool take_header(struct peer *peer, struct header *header) {
    unsigned char flags, size[8];
    if (!take(peer, &flags, 1) || flags & ~(FLAG_MORE | FLAG_LONG | FLAG_COMMAND))
        return false;
    unsigned width = flags & FLAG_LONG ? 8 : 1;
    if (!take(peer, size, width))
        return false;
    *header = (struct header){.flags = flags};
    for (unsigned i = 0; i < width; i++)
        header->size = header->size << 8 | size[i];
    return true;
}

static bool take_greeting(struct peer *peer) {
    unsigned char theirs[GREETING_BYTES];
    if (!take(peer, theirs, sizeof theirs))
        return false;
    bool is_zmtp_3 = theirs[0] == 0xFF && theirs[9] == 0x7F && theirs[10] >= 3;
    return is_zmtp_3 && memcmp(theirs + 12, greeting + 12, 20) == 0;
}

static bool take_ready(struct peer *peer) {
    struct header header;
    char name[6];
    if (!take_header(peer, &header) || !(header.flags & FLAG_COMMAND))
        return false;
    if (header.size < sizeof name || !take(peer, name, sizeof name) || memcmp(name, "\x05READY", sizeof name) != 0)
        return false;
    return take(peer, NULL, header.size - sizeof name);
}

// Sends the message, READY before the first one, which does not go before the server's READY is in. libzmq's usually comes
// together with its greeting: then both go out in one call.
static bool send_message(struct peer *peer, const char *message, size_t length) {
    char frames[11] = {FLAG_MORE, 0}; // the empty frame, but before what is pushed
    size_t used = peer->pushes ? 0 : 2;
    frames[used++] = length > 255 ? FLAG_LONG : 0;
    for (unsigned width = length > 255 ? 8 : 1; width > 0; width--)
        frames[used++] = (char)((uint64_t)length >> (width - 1) * 8);
    struct iovec readiness = peer->pushes ? part(ready_to_push, READY_TO_PUSH_BYTES) : part(ready, sizeof ready);
    struct iovec parts[] = {readiness, part(frames, used), part(message, length)};
    if (peer->is_ready)
        return send_all(peer, parts + 1, 2);
    peer->is_ready = true;
    bool theirs_is_coming = peer->start < peer->end;
    if (theirs_is_coming)
        return take_ready(peer) && send_all(peer, parts, 3);
    return send_all(peer, parts, 1) && take_ready(peer) && send_all(peer, parts + 1, 2);
}

static bool take_data_header(struct peer *peer, struct header *header) {
    while (take_header(peer, header)) {
        if (!(header->flags & FLAG_COMMAND))
            return true;
        if (!take(peer, NULL, header->size))
            return false;
    }
    return false;
}

static bool take_answer(struct peer *peer, struct frame *answer) {
    struct header header;
    if (!take_data_header(peer, &header) || !(header.flags & FLAG_MORE) || header.size != 0)
        return false;
    if (!take_data_header(peer, &header) || header.flags & FLAG_MORE || header.size > answer->room)
        return false;
    answer->length = (size_t)header.size;
    answer->bytes[answer->length] = 0;
    return take(peer, answer->bytes, header.size);
}

// Not on the stack, where it would have to be handed from step to step.
static struct peer peer;

void zmtp_hang_up(void) {
    if (peer.socket >= 0)
        close(peer.socket);
    peer.socket = -1;
}

static bool failed(const char *because, const char **why) {
    zmtp_hang_up();
    *why = because;
    return false;
}

static int begin(const char *path, bool pushes, struct deadline *deadline, const char **why) {
    struct iovec ours = part(greeting, sizeof greeting);
    *why = NULL;
    peer.deadline = deadline;
    peer.start = peer.end = 0;
    peer.is_ready = false;
    peer.pushes = pushes;
    peer.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (peer.socket < 0)
        failed("no socket to be had", why);
    else if (!connect_to(&peer, path))
        failed(errno == EAGAIN ? "humed takes nobody in" : "nobody is there", why);
    else if (!send_all(&peer, &ours, 1))
        failed("humed does not greet", why);
    return peer.socket;
}

int zmtp_begin(const char *path, struct deadline *deadline, const char **why) {
    return begin(path, false, deadline, why);
}

bool zmtp_say(const char *message, size_t length, struct deadline *deadline, const char **why) {
    peer.deadline = deadline;
    if (!peer.is_ready && !take_greeting(&peer))
        return failed("humed does not greet", why);
    return send_message(&peer, message, length) || failed("humed does not answer", why);
}

bool zmtp_hear(struct frame *answer, struct deadline *deadline, const char **why) {
    peer.deadline = deadline;
    return take_answer(&peer, answer) || failed("humed does not answer", why);
}

bool zmtp_ask(const char *path, const char *message, size_t length, struct deadline deadline, struct frame *answer,
              const char **why) {
    bool answered = zmtp_begin(path, &deadline, why) >= 0 && zmtp_say(message, length, &deadline, why)
                    && zmtp_hear(answer, &deadline, why);
    zmtp_hang_up();
    return answered;
}

bool zmtp_push(const char *path, const char *message, size_t length, struct deadline deadline, const char **why) {
    bool pushed = begin(path, true, &deadline, why) >= 0 && zmtp_say(message, length, &deadline, why);
    zmtp_hang_up();
    return pushed;
}
