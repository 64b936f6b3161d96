// SPDX-License-Identifier: MIT
// The bytes of an event.
#include <string.h>

#include "event.h"
#include "output.h"
#include "quantity.h"

// Why an event always fits. A code point takes at most 6 bytes of JSON in text (a control character, \u001f), and at
// most 4 in a name, which holds no control characters (a quote takes 2). So everything but `data` and some of `origin`
// has a bound, the bounds leave room for at least one datum of the largest kind and for what humed fills in, data are
// written only while they leave room for what follows, and the rest of `origin`, which comes last, takes what is left.
enum {
    NAME_JSON = MAX_NAME * 4 + 2,
    RUN_JSON = ID_LENGTH + 2,
    HOST_JSON = MAX_HOST + 2,
    DIGITS = 20,
    // {"v":1,"id":,"kind":"progress","time":,"boot":,"mono":,"host":,"task":,"within":,"level":"critical",
    // "message":,"tags":[],"expect":{},"data":{}
    HEAD_LITERALS = 172,
    HEAD_JSON = HEAD_LITERALS + 3 * RUN_JSON + 2 * DIGITS + HOST_JSON + NAME_JSON + (MAX_MESSAGE * 6 + 2)
                + MAX_TAGS * (NAME_JSON + 1),
    NOTHING_JSON = 10, // ,"data":{}
    DATUM_JSON = NAME_JSON + 2 + MAX_TEXT_VALUE * 6 + 2,
    // ,"unit":,"ttl":3153600000,"flag":,"progress":[,],"status":255,"outcome":"warning","signal":64,"output":"",
    // "cut":[twelve names]}
    CUT_JSON = 120,
    TAIL_LITERALS = 110 + CUT_JSON,
    FIXED_JSON = DIGITS + 7,
    TAIL_JSON = TAIL_LITERALS + (MAX_UNIT * 6 + 2) + NAME_JSON + 2 * FIXED_JSON + ORIGIN_JSON,
    // ,"host":,"task":,"run":, where they were not said
    HUMED_HOST_JSON = 8 + HOST_JSON,
    HUMED_TASK_JSON = 8 + NAME_JSON,
    HUMED_RUN_JSON = 7 + RUN_JSON,
    // ,"parent": and, in origin, "uid":,"pid":,"via":"drop","user":,
    HUMED_JSON = 10 + RUN_JSON + 50 + (MAX_NAME * 4 + 10),
};
_Static_assert(HEAD_JSON + DATUM_JSON + TAIL_JSON + HUMED_JSON <= MAX_EVENT_BYTES, "the largest event must fit");

static void put_member(struct json *json, const char *name) {
    json_raw(json, ",\"");
    json_raw(json, name);
    json_raw(json, "\":");
}

static void put_text(struct json *json, const char *name, const char *text) {
    if (!text || !*text)
        return;
    put_member(json, name);
    json_string(json, text, SIZE_MAX);
}

static void put_number(struct json *json, const char *name, uint64_t number) {
    put_member(json, name);
    json_number(json, number);
}

static void put_message(struct json *json, struct event *event) {
    bool empty = true;
    for (size_t i = 0; i < event->message.count; i++)
        empty &= i == 0 && *event->message.at[i] == 0;
    if (empty)
        return;
    put_member(json, "message");
    if (json_words(json, event->message, MAX_MESSAGE))
        event->cut |= CUT_MESSAGE;
}

static void put_tags(struct json *json, const struct event *event) {
    if (event->tag_count == 0)
        return;
    put_member(json, "tags");
    for (unsigned i = 0; i < event->tag_count; i++) {
        json_raw(json, i == 0 ? "[" : ",");
        json_string(json, event->tags[i].text, SIZE_MAX);
    }
    json_raw(json, "]");
}

// Returns true when the value had to be shortened.
static bool put_value(struct json *json, const char *value, const char *unit) {
    struct fixed number;
    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0 || number_is_json(value)) {
        json_raw(json, value);
        return false;
    }
    if (unit && quantity_read(value, unit, &number)) {
        json_fixed(json, number);
        return false;
    }
    return json_string(json, value, MAX_TEXT_VALUE);
}

// The end of what hume itself may write: the limit holds for an event as humed keeps it.
static size_t end_before_humed(const struct event *event) {
    return MAX_EVENT_BYTES - HUMED_JSON - (event->host ? 0 : HUMED_HOST_JSON)
           - (name_is_empty(&event->task) ? HUMED_TASK_JSON : 0) - (event->run || event->within ? 0 : HUMED_RUN_JSON);
}

// Takes back what was put since `before` where it does not fit, with the `end` of what may be used.
static bool kept(struct json *json, size_t before, size_t end) {
    if (!json->overflow && json->used <= end - 1)
        return true;
    json->used = before;
    json->overflow = false;
    return false;
}

// A datum that does not fit is left out whole: half a value would look like a value. A smaller one after it may still
// fit.
static void put_data(struct json *json, struct event *event, size_t end) {
    if (event->data_count == 0)
        return;
    put_member(json, "data");
    json_raw(json, "{");
    bool first = true;
    for (unsigned i = 0; i < event->data_count; i++) {
        size_t before = json->used;
        json_raw(json, first ? "" : ",");
        json_string(json, event->data[i].key.text, SIZE_MAX);
        json_raw(json, ":");
        bool cut = put_value(json, event->data[i].value, event->unit);
        bool is_in = kept(json, before, end);
        first = first && !is_in;
        event->cut |= cut || !is_in ? CUT_DATA : 0;
    }
    json_raw(json, "}");
}

// As with data, and before them: what is expected is said once, and by few.
static void put_expect(struct json *json, struct event *event, size_t end) {
    if (event->expect_count == 0)
        return;
    put_member(json, "expect");
    json_raw(json, "{");
    bool first = true;
    for (unsigned i = 0; i < event->expect_count; i++) {
        size_t before = json->used;
        json_raw(json, first ? "\"" : ",\"");
        json_raw(json, event->expect[i].name);
        json_raw(json, "\":");
        bool cut = json_string(json, event->expect[i].value, MAX_TEXT_VALUE);
        bool is_in = kept(json, before, end);
        first = first && !is_in;
        event->cut |= cut || !is_in ? CUT_EXPECT : 0;
    }
    json_raw(json, "}");
}

static void put_unit(struct json *json, struct event *event) {
    if (!event->unit)
        return;
    put_member(json, "unit");
    if (json_string(json, event->unit, MAX_UNIT))
        event->cut |= CUT_UNIT;
}

// The end matters most: as much of it as fits beside what must follow.
static void put_output(struct json *json, struct event *event, size_t end) {
    if (event->output_length == 0)
        return;
    put_member(json, "output");
    if (output_write(json, event->output, event->output_length, end))
        event->cut |= CUT_OUTPUT;
}

// Notes what `origin` will have to cut, because `cut` stands before it: it is written, and the writer put back.
static void foresee_origin(struct json *json, struct event *event, size_t end) {
    size_t before = json->used;
    struct origin_cut cut = origin_write(json, &event->origin, end - CUT_JSON);
    json->used = before;
    event->cut |= (cut.script ? CUT_SCRIPT : 0) | (cut.other ? CUT_ORIGIN : 0);
}

static void put_cut(struct json *json, unsigned cut) {
    static const char *const names[] = {"task", "run", "message", "tags",   "data",
                                        "unit", "flag", "script", "within", "origin", "output",
                                        "expect"};
    if (cut == 0)
        return;
    put_member(json, "cut");
    const char *separator = "[\"";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (cut & 1u << i) {
            json_raw(json, separator);
            json_raw(json, names[i]);
            separator = "\",\"";
        }
    json_raw(json, "\"]");
}

static void put_progress(struct json *json, const struct event *event) {
    if (event->total.whole == 0 && event->total.millionths == 0)
        return;
    put_member(json, "progress");
    json_raw(json, "[");
    json_fixed(json, event->done);
    json_raw(json, ",");
    json_fixed(json, event->total);
    json_raw(json, "]");
}

size_t event_encode(struct event *event, char *out) {
    struct json json = {.bytes = out, .room = MAX_EVENT_BYTES};
    size_t end = end_before_humed(event);
    json_raw(&json, "{\"v\":1");
    put_text(&json, "id", event->id);
    put_text(&json, "kind", event->kind);
    put_number(&json, "time", event->wall_ns);
    put_text(&json, "boot", event->boot);
    if (event->boot_ns)
        put_number(&json, "mono", event->boot_ns);
    put_text(&json, "host", event->host);
    put_text(&json, "task", event->task.text);
    put_text(&json, "run", event->run);
    put_text(&json, "within", event->within);
    put_text(&json, "level", event->level);
    put_message(&json, event);
    put_tags(&json, event);
    put_expect(&json, event, end - TAIL_JSON - NOTHING_JSON);
    put_data(&json, event, end - TAIL_JSON);
    put_unit(&json, event);
    if (event->ttl)
        put_number(&json, "ttl", event->ttl);
    put_text(&json, "flag", event->flag.text);
    put_progress(&json, event);
    if (event->status >= 0)
        put_number(&json, "status", (uint64_t)event->status);
    put_text(&json, "outcome", event->outcome);
    if (event->signal)
        put_number(&json, "signal", (uint64_t)event->signal);
    put_output(&json, event, end - CUT_JSON - ORIGIN_JSON);
    foresee_origin(&json, event, end);
    put_cut(&json, event->cut);
    origin_write(&json, &event->origin, end);
    json_raw(&json, "}");
    return json.overflow ? 0 : json.used;
}
