// SPDX-License-Identifier: MIT
#include "handover.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "drop.h"
#include "humed.h"
#include "limits.h"
#include "places.h"
#include "presence.h"
#include "reply.h"
#include "zmtp.h"

enum {
    HEAD_START_MS = 20,
    LONG_HEAD_START_MS = 100, // when humed is there, and busy
};

static struct places places;
static struct frame answer;

// Takes the answer. Returns true when humed decided: stored, or refused for good. False: unknown or not now, and `*why` says so.
static bool take_answer(const char *id, struct fault *fault, const char **why) {
    struct reply reply;
    *why = "what answers is not humed";
    if (!reply_read(answer.bytes, answer.length, id, &reply))
        return false;
    *why = "humed can't store it now";
    if (reply.code == EXIT_UNACCEPTABLE || reply.code == EXIT_REFUSED)
        fault_set(fault, reply.code, "NOT stored: refused: %.500s", *reply.text ? reply.text : "humed does not say why");
    return reply.code == EXIT_STORED || fault->status != 0;
}

static const char *advice_for(int error) {
    if (error == ENOSPC || error == EDQUOT)
        return "make room on that disk";
    if (error == EROFS)
        return "that disk is read-only: mount it writable";
    return "start humed, or make that folder writable";
}

static void drop_instead(const char *id, const char *event, size_t length, const char *why,
                         struct fault *fault, struct fault *account) {
    const char *step;
    if (!places.drop[0]) {
        fault_set(fault, EXIT_NOT_STORED,
                  "NOT stored: %s, and there is no drop folder: set HOME, HUME_DIR or HUME_SPOOL", why);
    } else if (drop_event(places.drop, places.drop_may_be_made, id, event, length, &step)) {
        if (account)
            fault_set(account, 0, "%s; left in the drop folder: %.400s/%s.hume", why, places.drop, id);
    } else {
        fault_set(fault, EXIT_NOT_STORED, "NOT stored: %s, and can't %s %.300s: %s; %s", why, step, places.drop,
                  strerror(errno), advice_for(errno));
    }
}

static void find_places(void) {
    places_find(&places);
    if (places.complaint)
        complain("%s; the drop folder it is", places.complaint);
    answer.room = MAX_REPLY_BYTES; // not as an initialiser: all of it would then be bytes of the program
}

static void settle(bool decided, const char *id, const char *event, size_t length, const char *why, struct fault *fault,
                   struct fault *account) {
    if (!decided)
        drop_instead(id, event, length, why, fault, account);
    else if (account && fault->status == 0)
        fault_set(account, 0, "stored by humed as %s", id);
}

// What is on its way between the two steps.
static struct {
    const char *id, *event, *why;
    size_t length;
    struct deadline deadline;
    int socket; // -1: nobody to hear from
    bool said;
    bool stays_open; // after its answer
} under_way;

void hand_over_close(void) {
    if (under_way.stays_open)
        zmtp_hang_up();
    under_way.stays_open = false;
}

// On the connection that was left open. One that humed has closed meanwhile shows at once, and leaves the deadline to a new
// one.
static bool ask_again(const char *event, size_t length, struct deadline *deadline, const char **why) {
    bool answered = under_way.stays_open && zmtp_say(event, length, deadline, why) && zmtp_hear(&answer, deadline, why);
    hand_over_close();
    return answered;
}

void hand_over(const char *id, const char *event, size_t length, uint64_t deadline_ms, struct fault *fault,
               struct fault *account) {
    const char *why = "humed did not answer in time";
    struct timespec left;
    find_places();
    bool is_new = !under_way.stays_open;
    struct deadline deadline = is_new ? (struct deadline){0} : humed_deadline(&places, humed_patience(deadline_ms));
    bool answered = !is_new && ask_again(event, length, &deadline, &why);
    if (!answered && (is_new || deadline_left(&deadline, &left)))
        answered = humed_ask(&places, event, length, deadline_ms, &answer, &why);
    // Not within the call: which of its arguments is looked at first is the compiler's choice, and this one sets another.
    bool decided = answered && take_answer(id, fault, &why);
    settle(decided, id, event, length, why, fault, account);
}

void hand_over_lossy(const char *event, size_t length, uint64_t deadline_ms, struct fault *fault, struct fault *account) {
    const char *why;
    find_places();
    if (!humed_push(&places, event, length, deadline_ms, &why))
        fault_set(fault, EXIT_NOT_STORED, "lost: %s", why);
    else if (account)
        fault_set(account, 0, "given to humed, which may lose it");
}

int hand_over_begin(const char *id, const char *event, size_t length, uint64_t patience_ms) {
    find_places();
    struct deadline brief = deadline_in_ms(HEAD_START_MS, LONG_HEAD_START_MS, presence_is_likely, places.pid_file);
    under_way.id = id;
    under_way.event = event;
    under_way.length = length;
    under_way.deadline = humed_deadline(&places, patience_ms);
    under_way.why = "there is no socket";
    under_way.socket = places.socket[0] ? zmtp_begin(places.socket, &brief, &under_way.why) : -1;
    if (under_way.socket >= 0 && deadline_wait(&brief, under_way.socket, POLLIN)) {
        under_way.said = zmtp_say(event, length, &brief, &under_way.why);
        under_way.socket = under_way.said ? under_way.socket : -1;
    }
    return under_way.socket;
}

bool hand_over_is_open(struct timespec *left) {
    return under_way.socket >= 0 && deadline_left(&under_way.deadline, left);
}

bool hand_over_end(struct fault *fault, struct fault *account) {
    bool decided = under_way.socket >= 0;
    if (decided && !under_way.said)
        decided = zmtp_say(under_way.event, under_way.length, &under_way.deadline, &under_way.why);
    under_way.stays_open = decided && zmtp_hear(&answer, &under_way.deadline, &under_way.why);
    decided = under_way.stays_open && take_answer(under_way.id, fault, &under_way.why);
    settle(decided, under_way.id, under_way.event, under_way.length, under_way.why, fault, account);
    return under_way.stays_open;
}
