// SPDX-License-Identifier: MIT
// Design: one loop over poll, for each stream a buffer that is either filled or emptied. A write never waits while another
// stream has something to say: only as much is written as a pipe that polls writable takes at once (PIPE_BUF). Where hume
// asks, what lies in the pipes at that moment is counted, and the answer goes when so much has gone out: a grandchild that
// goes on writing does not hold hume up. All signals are blocked: those of the terminal are the command's matter, and
// SIGPIPE shows as EPIPE.
#include "pump.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fork.h"
#include "inherited.h"

enum { BUFFER = 16384, NO_MORE = -1 };

struct stream {
    int from, to; // from NO_MORE: it ended, or nobody reads on
    char bytes[BUFFER];
    size_t start, end;
    uint64_t taken, passed; // bytes in all
    uint64_t due;           // so many must have passed before hume is answered
};

struct pump {
    struct stream streams[OUTLETS];
    int control; // NO_MORE: hume is gone
    bool asked;
    struct tail tail;
};

static bool is_over(const struct stream *stream) {
    return stream->from == NO_MORE && stream->start == stream->end;
}

// The command's next write shall fail as if it had met the absence of a reader itself.
static void give_up(struct stream *stream) {
    if (stream->from != NO_MORE)
        close(stream->from);
    stream->from = NO_MORE;
    stream->start = stream->end = 0;
}

static void fill(struct stream *stream, struct tail *tail) {
    ssize_t got = read(stream->from, stream->bytes, BUFFER);
    if (got < 0 && errno == EINTR)
        return;
    if (got <= 0) {
        give_up(stream);
        return;
    }
    stream->start = 0;
    stream->end = (size_t)got;
    stream->taken += (uint64_t)got;
    tail_add(tail, stream->bytes, (size_t)got);
}

static void empty(struct stream *stream) {
    size_t count = stream->end - stream->start;
    ssize_t gone = write(stream->to, stream->bytes + stream->start, count < PIPE_BUF ? count : PIPE_BUF);
    if (gone < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (gone < 0) {
        give_up(stream);
        return;
    }
    stream->start += (size_t)gone;
    stream->passed += (uint64_t)gone;
}

static void take_question(struct pump *pump) {
    char question;
    if (recv(pump->control, &question, 1, 0) <= 0) {
        close(pump->control);
        pump->control = NO_MORE;
        return;
    }
    pump->asked = true;
    for (int i = 0; i < OUTLETS; i++) {
        int waiting = 0;
        struct stream *stream = &pump->streams[i];
        if (stream->from != NO_MORE && ioctl(stream->from, FIONREAD, &waiting) != 0)
            waiting = 0;
        stream->due = stream->taken + (uint64_t)waiting;
    }
}

static bool is_due(const struct pump *pump) {
    for (int i = 0; i < OUTLETS; i++)
        if (!is_over(&pump->streams[i]) && pump->streams[i].passed < pump->streams[i].due)
            return false;
    return pump->asked;
}

static void answer(struct pump *pump) {
    size_t count;
    const char *bytes = tail_bytes(&pump->tail, &count);
    char more = pump->tail.more;
    struct iovec parts[] = {{&more, 1}, {(char *)(uintptr_t)bytes, count}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    sendmsg(pump->control, &message, MSG_NOSIGNAL);
    close(pump->control);
    pump->control = NO_MORE;
    pump->asked = false;
}

static void serve(struct pump *pump, const struct pollfd polled[2 * OUTLETS + 1]) {
    for (int i = 0; i < OUTLETS; i++) {
        struct stream *stream = &pump->streams[i];
        const struct pollfd *in = &polled[2 * i], *out = in + 1;
        if (out->revents & (POLLERR | POLLHUP | POLLNVAL))
            give_up(stream);
        else if (out->revents & POLLOUT)
            empty(stream);
        else if (in->revents)
            fill(stream, &pump->tail);
    }
    if (polled[2 * OUTLETS].revents)
        take_question(pump);
    if (is_due(pump))
        answer(pump);
}

static void work(struct pump *pump) {
    struct stream *streams = pump->streams;
    while (pump->control != NO_MORE || !is_over(&streams[OUT]) || !is_over(&streams[ERR])) {
        struct pollfd polled[2 * OUTLETS + 1];
        for (int i = 0; i < OUTLETS; i++) {
            bool full = streams[i].start < streams[i].end;
            polled[2 * i] = (struct pollfd){.fd = full ? -1 : streams[i].from, .events = POLLIN};
            // Watched without anything to write, too: a reader who leaves shows as an error.
            polled[2 * i + 1] = (struct pollfd){.fd = is_over(&streams[i]) ? -1 : streams[i].to, .events = full ? POLLOUT : 0};
        }
        polled[2 * OUTLETS] = (struct pollfd){.fd = pump->asked ? -1 : pump->control, .events = POLLIN};
        if (poll(polled, 2 * OUTLETS + 1, -1) > 0)
            serve(pump, polled);
    }
}

// What it does not need it must not hold: somebody may wait for the end of a pipe or of a lock, and this process may
// outlive hume for long.
static void keep_only(const struct pump *pump) {
    int kept[2 * OUTLETS + 1] = {pump->control}, count = 1;
    for (int i = 0; i < OUTLETS; i++) {
        if (pump->streams[i].from == NO_MORE)
            continue;
        kept[count++] = pump->streams[i].from;
        kept[count++] = pump->streams[i].to;
    }
    inherited_close_all_but(kept, count);
}

static _Noreturn void be_pump(const struct outlet outlets[OUTLETS], int control) {
    static struct pump pump;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    pump.control = control;
    for (int i = 0; i < OUTLETS; i++) {
        pump.streams[i].from = outlets[i].way == PUMPED ? outlets[i].reading : NO_MORE;
        pump.streams[i].to = outlets[i].stream;
    }
    keep_only(&pump);
    // Nor a file system that is to be unmounted.
    while (chdir("/") != 0 && errno == EINTR) {
    }
    work(&pump);
    _exit(0);
}

static void inherit_all(struct outlet outlets[OUTLETS]) {
    outlets_leave_to_pump(outlets);
    outlets_leave_to_command(outlets);
    for (int i = 0; i < OUTLETS; i++)
        if (outlets[i].way != IN_FILE)
            outlets[i].way = INHERITED;
}

int pump_start(struct outlet outlets[OUTLETS]) {
    int ends[2];
    if (outlets[OUT].way != PUMPED && outlets[ERR].way != PUMPED)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        inherit_all(outlets);
        return -1;
    }
    pid_t pid = fork_process();
    if (pid == 0)
        be_pump(outlets, ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        inherit_all(outlets);
        return -1;
    }
    outlets_leave_to_pump(outlets);
    return ends[0];
}

void pump_ask(int pump) {
    send(pump, "", 1, MSG_NOSIGNAL);
}

bool pump_take(int pump, struct tail *tail) {
    static char said[1 + MAX_OUTPUT];
    ssize_t got = recv(pump, said, sizeof said, 0);
    if (got < 1)
        return false;
    tail_add(tail, said + 1, (size_t)got - 1);
    tail->more |= said[0];
    return true;
}
