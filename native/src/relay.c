// SPDX-License-Identifier: MIT
// Design: no handlers. The signals are blocked and read from a signalfd; a blocked signal comes even when it is ignored,
// so the command can inherit a disposition (nohup's) that hume does not share.
#include "relay.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

// Not these: faults of this process, its own limits, and what the kernel says when it reads or writes.
static const int own[] = {SIGSEGV, SIGBUS, SIGILL,  SIGFPE,  SIGTRAP, SIGSYS,
                          SIGPIPE, SIGTTIN, SIGTTOU, SIGXCPU, SIGXFSZ};

// Those that the kernel sends to the whole group of a terminal.
static const int of_terminal[] = {SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT, SIGHUP};

static sigset_t passed;

// A C library keeps some real-time signals to itself (musl 32 to 34), which others may send all the same: its functions for
// sets leave them out, so the kernel's bits are set here.
static void leave_out(sigset_t *set, int signal) {
    enum { BITS = 8 * sizeof(unsigned long) };
    ((unsigned long *)set)[(signal - 1) / BITS] &= ~(1UL << (signal - 1) % BITS);
}

int relay_open(void) {
    memset(&passed, 0xff, sizeof passed);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        leave_out(&passed, own[i]);
    int relay = signalfd(-1, &passed, SFD_NONBLOCK | SFD_CLOEXEC);
    if (relay >= 0)
        sigprocmask(SIG_SETMASK, &passed, NULL);
    return relay;
}

// A session's leader gets the hang-up of its terminal alone, as a shell does, and not with a group.
static bool is_for_command(int signal, int code) {
    if (signal == SIGCHLD)
        return false;
    if (code <= 0)
        return true;
    if ((signal == SIGHUP || signal == SIGCONT) && getsid(0) == getpid())
        return true;
    for (size_t i = 0; i < sizeof of_terminal / sizeof *of_terminal; i++)
        if (signal == of_terminal[i])
            return false;
    return true; // an alarm that was set before hume was called
}

int relay_take(int relay, bool *pass_on) {
    struct signalfd_siginfo told;
    ssize_t got;
    while ((got = read(relay, &told, sizeof told)) < 0 && errno == EINTR) {
    }
    if (got != (ssize_t)sizeof told)
        return 0;
    *pass_on = is_for_command((int)told.ssi_signo, told.ssi_code);
    return (int)told.ssi_signo;
}

// The mask's change delivers it at once.
static void get(int signal) {
    sigset_t open = passed;
    leave_out(&open, signal);
    kill(getpid(), signal);
    sigprocmask(SIG_SETMASK, &open, NULL);
    sigprocmask(SIG_SETMASK, &passed, NULL);
}

void relay_stop_too(int signal) {
    // SIGSTOP would stop this process for good where nobody knows of it.
    int stop = signal == SIGSTOP ? SIGTSTP : signal;
    struct sigaction now;
    if (sigaction(stop, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        get(stop);
}

void relay_die_too(int signal) {
    static const struct sigaction deadly = {.sa_handler = SIG_DFL};
    prctl(PR_SET_DUMPABLE, 0);
    sigaction(signal, &deadly, NULL);
    get(signal);
}
