// SPDX-License-Identifier: MIT
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "fault.h"
#include "fork.h"
#include "relay.h"
#include "surroundings.h"

enum { NS_PER_S = 1000000000, NS_PER_MS = 1000000, PATIENCE_MS = 1000 };

int job_become(struct words command, const struct entry *entry, const struct outlet outlets[OUTLETS]) {
    outlets_take(outlets);
    entry_restore(entry);
    int status = command_become(command), saved = errno;
    // The way another tool would have it: `hume run backup -- COMMAND`.
    bool is_task = saved == ENOENT && command.count > 1 && strcmp(command.at[1], "--") == 0;
    complain(is_task ? "can't run '%.300s': %s; a task is named with -t: hume run -t TASK -- COMMAND" : "can't run '%.300s': %s",
             command.at[0], strerror(saved));
    errno = saved;
    return status;
}

static _Noreturn void be_command(struct words command, const struct entry *entry, const struct outlet outlets[OUTLETS],
                                 int trouble) {
    int status = job_become(command, entry, outlets), saved = errno;
    // Should it not get through, the status still tells.
    ssize_t gone = write(trouble, &saved, sizeof saved);
    (void)gone;
    _exit(status);
}

bool job_start(struct job *job, struct words command, const struct entry *entry, const struct outlet outlets[OUTLETS]) {
    int ends[2] = {-1, -1};
    // Without this pipe only the reason is lost.
    if (pipe2(ends, O_CLOEXEC) != 0)
        ends[0] = ends[1] = -1;
    job->trouble = ends[0];
    job->pid = fork_process();
    if (job->pid == 0)
        be_command(command, entry, outlets, ends[1]);
    int saved = errno;
    close(ends[1]);
    errno = saved;
    return job->pid > 0;
}

int job_trouble(const struct job *job) {
    int error = 0;
    return read(job->trouble, &error, sizeof error) == sizeof error ? error : 0;
}

void job_limit(struct job *job, uint64_t ms, uint64_t kill_after_ms) {
    job->kill_after_ns = kill_after_ms * NS_PER_MS;
    job->next_ns = ms > 0 ? monotonic_clock_ns() + ms * NS_PER_MS : 0;
}

static void pass_on(const struct job *job, int signal) {
    // Once it has been waited for, its pid may be somebody else's.
    if (!job->ended)
        kill(job->pid, signal);
}

// Its whole group, if it leads one of its own: a shell's children, say. hume's own group is not hume's to end.
static void end_with(const struct job *job, int signal) {
    bool leads = getpgid(job->pid) == job->pid && getpgid(0) != job->pid;
    if (!job->ended)
        kill(leads ? -job->pid : job->pid, signal);
}

static void step_to_end(struct job *job) {
    if (job->next_ns == 0 || monotonic_clock_ns() < job->next_ns)
        return;
    job->wanted_away = true;
    if (job->timeout == IN_TIME) {
        end_with(job, SIGTERM);
        end_with(job, SIGCONT); // a stopped one could not hear it
        job->timeout = TOLD_TO_END;
        job->next_ns += job->kill_after_ns;
    } else {
        end_with(job, SIGKILL);
        job->timeout = KILLED;
        job->next_ns = 0;
    }
}

// All children are waited for: those that came with the process, and in a container's first process everybody's.
static void collect(struct job *job) {
    int status;
    struct rusage usage;
    pid_t pid;
    while ((pid = wait4(-1, &status, WNOHANG | WUNTRACED, &usage)) > 0) {
        if (pid != job->pid)
            continue;
        if (WIFSTOPPED(status)) {
            relay_stop_too(WSTOPSIG(status));
            continue;
        }
        job->ended = true;
        job->status = status;
        job->usage = usage;
    }
}

static bool ends_programs(int signal) {
    return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

static void take_signals(struct job *job) {
    bool for_command;
    for (int signal; (signal = relay_take(job->relay, &for_command)) != 0;) {
        job->wanted_away |= ends_programs(signal);
        if (for_command)
            pass_on(job, signal);
    }
    collect(job);
}

static const struct timespec *time_until_step(const struct job *job, const struct timespec *at_most,
                                              struct timespec *until) {
    if (job->next_ns == 0)
        return at_most;
    uint64_t now = monotonic_clock_ns(), left = job->next_ns > now ? job->next_ns - now : 0;
    *until = (struct timespec){.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};
    bool other_first = at_most
                       && (at_most->tv_sec < until->tv_sec
                           || (at_most->tv_sec == until->tv_sec && at_most->tv_nsec < until->tv_nsec));
    return other_first ? at_most : until;
}

bool job_wait(struct job *job, int other, const struct timespec *at_most) {
    struct pollfd polled[] = {{.fd = job->relay, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    struct timespec until;
    if (ppoll(polled, 2, time_until_step(job, at_most, &until), NULL) < 0)
        return false;
    if (polled[0].revents)
        take_signals(job);
    step_to_end(job);
    return polled[1].revents != 0;
}

bool job_wait_after_end(const struct job *job, int other) {
    struct pollfd polled[] = {{.fd = job->relay, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    bool ignored;
    while (polled[1].revents == 0) {
        if (poll(polled, 2, job->wanted_away ? PATIENCE_MS : -1) == 0)
            return false;
        for (int signal; polled[0].revents && (signal = relay_take(job->relay, &ignored)) != 0;)
            if (ends_programs(signal))
                return false;
    }
    return true;
}
