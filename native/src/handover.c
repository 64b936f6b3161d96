// SPDX-License-Identifier: MIT
#include "handover.h"

#include <errno.h>
#include <string.h>

#include "drop.h"
#include "humed.h"
#include "limits.h"
#include "places.h"
#include "reply.h"

// Returns true when humed decided: stored, or refused for good. False: unknown or not now, and `*why` says so.
static bool ask_humed(const struct places *places, const char *id, const char *event, size_t length,
                      uint64_t deadline_ms, struct fault *fault, const char **why) {
    static struct frame answer;
    struct reply reply;
    answer.room = MAX_REPLY_BYTES; // not as an initialiser: all of it would then be bytes of the program
    if (!humed_ask(places, event, length, deadline_ms, &answer, why))
        return false;
    *why = "what answers is not humed";
    if (!reply_read(answer.bytes, answer.length, id, &reply))
        return false;
    *why = "humed can't store it now";
    if (reply.code == EXIT_UNACCEPTABLE || reply.code == EXIT_REFUSED)
        fault_set(fault, reply.code, "refused: %.500s", *reply.text ? reply.text : "humed does not say why");
    return reply.code == EXIT_STORED || fault->status != 0;
}

static const char *advice_for(int error) {
    if (error == ENOSPC || error == EDQUOT)
        return "make room on that disk";
    if (error == EROFS)
        return "that disk is read-only: mount it writable";
    return "start humed, or make that folder writable";
}

static void drop_instead(const struct places *places, const char *id, const char *event, size_t length, const char *why,
                         struct fault *fault, struct fault *account) {
    const char *step;
    if (!places->drop[0]) {
        fault_set(fault, EXIT_NOT_STORED,
                  "NOT stored: %s, and there is no drop folder: set HOME, HUME_DIR or HUME_SPOOL", why);
    } else if (drop_event(places->drop, places->drop_may_be_made, id, event, length, &step)) {
        if (account)
            fault_set(account, 0, "%s; left in the drop folder: %.400s/%s.hume", why, places->drop, id);
    } else {
        fault_set(fault, EXIT_NOT_STORED, "NOT stored: %s, and can't %s %.300s: %s; %s", why, step, places->drop,
                  strerror(errno), advice_for(errno));
    }
}

void hand_over(const char *id, const char *event, size_t length, uint64_t deadline_ms, struct fault *fault,
               struct fault *account) {
    static struct places places;
    const char *why;
    places_find(&places);
    if (places.complaint)
        complain("%s; the drop folder it is", places.complaint);
    if (!ask_humed(&places, id, event, length, deadline_ms, fault, &why))
        drop_instead(&places, id, event, length, why, fault, account);
    else if (account && fault->status == 0)
        fault_set(account, 0, "stored by humed as %s", id);
}
