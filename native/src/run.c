// SPDX-License-Identifier: MIT
// Design: the start is said before the command exists, so that what the command says finds its run; it is acknowledged, or
// left in the drop folder, while the command runs; and the stop is said only after that. Of a hume that is killed in
// between, humed sees the process end. A stop that humed can't take any more waits in the drop folder.
#include "run.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "format.h"
#include "handover.h"
#include "humed.h"
#include "id.h"
#include "job.h"
#include "lock.h"
#include "outlet.h"
#include "pump.h"
#include "relay.h"
#include "report.h"
#include "surroundings.h"
#include "usage.h"

enum { KILL_AFTER_MS = 10000, EXIT_TIMED_OUT = 124, NS_PER_MS = 1000000, STAYS_OPEN_MS = 100 };

struct running {
    const struct asked *asked;
    struct event *event;
    struct fault fault; // the first that befell an event
    struct entry entry;
    struct outlet outlets[OUTLETS];
    struct job job;
    int pump;   // -1: none
    int answer; // readable when humed has answered to the start; -1: nothing to wait for
    bool start_is_open;
    uint64_t open_until_ns; // the connection, for the stop of a short command; 0: it is closed
    uint64_t patience_ms;
    int lock; // -1: none
    char text[200];
    char *words[1];
};

static void note(struct running *running, const struct fault *fault) {
    if (fault->status == 0)
        return;
    complain("%s", fault->text);
    if (running->fault.status == 0)
        running->fault = *fault;
}

static void end_start(struct running *running) {
    struct fault fault = {0};
    if (running->start_is_open && report_end(running->asked, &fault))
        running->open_until_ns = monotonic_clock_ns() + STAYS_OPEN_MS * (uint64_t)NS_PER_MS;
    running->start_is_open = false;
    note(running, &fault);
}

static void begin_start(struct running *running) {
    struct fault fault = {0};
    running->patience_ms = humed_patience(running->asked->deadline_ms);
    running->answer = report_begin(running->event, running->patience_ms, &fault);
    running->start_is_open = fault.status == 0;
    note(running, &fault);
}

// The event becomes another one of the same run or task.
static void turn_into(struct running *running, const char *kind) {
    struct event *event = running->event;
    event->kind = kind;
    event->wall_ns = wall_clock_ns();
    event->boot_ns = boot_clock_ns();
    event->data_count = 0;
    event->expect_count = 0;
    event->within = NULL;
    event->origin.begins = false;
    event->cut = 0;
    // Another half of the id: the clock may stand still, and two events of one id are one.
    id_make(event->id, event->wall_ns, ~chance());
}

static void put_message(struct running *running, char *text) {
    running->words[0] = text;
    running->event->message = (struct words){running->words, 1};
}

static void say_refused(struct running *running, struct fault *refusal) {
    struct fault fault = {0};
    complain("%s", refusal->text);
    turn_into(running, "log");
    running->event->level = "warning";
    put_message(running, refusal->text);
    report(running->event, running->asked, &fault);
    note(running, &fault);
}

// False: it is another's, and that was said.
static bool lock(struct running *running) {
    struct fault refusal = {0};
    const struct asked *asked = running->asked;
    running->lock = -1;
    if (!asked->lock)
        return true;
    running->lock = lock_take(asked->lock, asked->lock_wait, &refusal);
    if (refusal.status != 0)
        say_refused(running, &refusal);
    return refusal.status == 0;
}

// humed is not to hold a connection for each command that runs for hours. True, with what is left: not yet closed.
static bool connection_is_open(struct running *running, struct timespec *left) {
    uint64_t now = monotonic_clock_ns();
    if (running->open_until_ns > now) {
        *left = (struct timespec){.tv_nsec = (long)(running->open_until_ns - now)};
        return true;
    }
    hand_over_close();
    running->open_until_ns = 0;
    return false;
}

static void attend(struct running *running) {
    struct job *job = &running->job;
    struct timespec left;
    while (!job->ended) {
        bool waits = running->start_is_open && running->answer >= 0 && hand_over_is_open(&left);
        if (running->start_is_open && !waits)
            end_start(running);
        else if (waits && job_wait(job, running->answer, &left))
            end_start(running);
        else if (!waits)
            job_wait(job, -1, running->open_until_ns && connection_is_open(running, &left) ? &left : NULL);
    }
}

// All it wrote has to be where it belongs before hume ends: what the caller writes next must not overtake it.
static void gather_output(struct running *running, struct tail *tail) {
    if (running->pump >= 0 && job_wait_after_end(&running->job, running->pump))
        pump_take(running->pump, tail);
    outlets_read_back(running->outlets, tail);
}

static int status_of(const struct job *job) {
    if (job->timeout != IN_TIME)
        return EXIT_TIMED_OUT;
    return WIFSIGNALED(job->status) ? 128 + WTERMSIG(job->status) : WEXITSTATUS(job->status);
}

static void put_end(struct running *running) {
    struct event *event = running->event;
    const struct job *job = &running->job;
    int trouble = job_trouble(job);
    event->status = status_of(job);
    event->outcome = event->status == 0 ? "ok" : "failed";
    event->signal = WIFSIGNALED(job->status) ? WTERMSIG(job->status) : 0;
    event->message.count = 0;
    if (trouble)
        format_into(running->text, sizeof running->text, "could not be run: %s", strerror(trouble));
    else if (job->timeout != IN_TIME)
        format_into(running->text, sizeof running->text,
                 job->timeout == KILLED ? "killed: it did not end when its time (%.60s) was over" : "its time (%.60s) was over",
                 running->asked->timeout_text);
    else
        return;
    put_message(running, running->text);
}

static void put_output(struct running *running, const struct tail *tail) {
    struct event *event = running->event;
    if (running->asked->output != OUTPUT_ALWAYS && event->status == 0)
        return;
    event->output = tail_bytes(tail, &event->output_length);
    event->cut |= tail->more ? CUT_OUTPUT : 0;
}

static void say_end(struct running *running, uint64_t began_ns, const struct tail *tail, uint64_t waited_ms) {
    struct fault fault = {0};
    struct asked asked = *running->asked;
    struct event *event = running->event;
    static char run_id[ID_LENGTH + 1];
    memcpy(run_id, event->id, sizeof run_id);
    turn_into(running, "stop");
    event->run = run_id;
    event->level = NULL;
    put_end(running);
    usage_tell(event, event->boot_ns > began_ns ? event->boot_ns - began_ns : 0, &running->job.usage);
    if (asked.output != OUTPUT_NEVER)
        put_output(running, tail);
    // What the start has used up of the caller's patience after the command's end is not there a second time.
    asked.deadline_ms = waited_ms < running->patience_ms ? running->patience_ms - waited_ms : 1;
    report(event, &asked, &fault);
    note(running, &fault);
}

static int leave(const struct running *running, bool strict) {
    const struct job *job = &running->job;
    if (running->lock >= 0)
        lock_release(running->lock);
    if (WIFSIGNALED(job->status) && job->timeout == IN_TIME)
        relay_die_too(WTERMSIG(job->status));
    int status = status_of(job);
    return status == 0 && strict ? running->fault.status : status;
}

static int finish(struct running *running, uint64_t began_ns, bool strict) {
    static struct tail tail;
    if (running->pump >= 0)
        pump_ask(running->pump);
    uint64_t ended_ns = monotonic_clock_ns();
    end_start(running);
    uint64_t waited_ms = (monotonic_clock_ns() - ended_ns) / NS_PER_MS;
    gather_output(running, &tail);
    say_end(running, began_ns, &tail, waited_ms);
    return leave(running, strict);
}

// No second process, or no way to watch it: the command takes this one's place, which the run is registered by. humed sees
// it end, and nobody hears how.
static int give_way(struct running *running) {
    int saved = errno;
    if (running->lock >= 0)
        lock_name_holder(running->lock, getpid());
    end_start(running);
    complain("the command runs in hume's place, and how it ends is not reported: %s", strerror(saved));
    return job_become(running->asked->words, &running->entry, running->outlets);
}

int run(const struct asked *asked, struct event *event, bool strict, unsigned closed) {
    static struct running running;
    uint64_t began_ns = event->boot_ns;
    running.asked = asked;
    running.event = event;
    entry_note(&running.entry, closed);
    if (!lock(&running))
        return EXIT_NOT_STORED;
    running.job.relay = relay_open();
    if (asked->output != OUTPUT_NEVER)
        outlets_open(running.outlets);
    running.pump = pump_start(running.outlets);
    begin_start(&running);
    if (running.job.relay < 0 || !job_start(&running.job, asked->words, &running.entry, running.outlets))
        return give_way(&running);
    if (running.lock >= 0)
        lock_name_holder(running.lock, running.job.pid);
    outlets_leave_to_command(running.outlets);
    job_limit(&running.job, asked->timeout, asked->kill_after ? asked->kill_after : KILL_AFTER_MS);
    attend(&running);
    return finish(&running, began_ns, strict);
}

int run_unreported(const struct asked *asked, unsigned closed) {
    struct entry entry;
    static const struct outlet inherited[OUTLETS]; // all INHERITED
    entry_note(&entry, closed);
    return job_become(asked->words, &entry, inherited);
}
