// SPDX-License-Identifier: MIT
#include "question.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "answer.h"
#include "delegate.h"
#include "humed.h"
#include "reply.h"
#include "text.h"

// The parts of [HOST[:TASK]/]KEY.
struct subject {
    struct name host, task, key; // empty: not given
};

// What stands before a separator, or all of it, as a name.
static const char *take_name(struct name *name, const char *from, size_t length) {
    name_make(name, from, length);
    return from + length;
}

static bool read_subject(const char *word, const struct asked *asked, struct subject *subject) {
    const char *slash = strrchr(word, '/');
    *subject = (struct subject){0};
    if (slash) {
        size_t host = strcspn(word, ":/");
        const char *behind = take_name(&subject->host, word, host);
        if (*behind == ':')
            take_name(&subject->task, behind + 1, (size_t)(slash - behind - 1));
        else if (behind != slash)
            return false;
        word = slash + 1;
    }
    take_name(&subject->key, word, strlen(word));
    if (name_is_empty(&subject->task) && asked->task)
        take_name(&subject->task, asked->task, strlen(asked->task));
    return !name_is_empty(&subject->key);
}

// This host, by its name or the part of it before the first dot.
static bool is_here(const struct name *host) {
    struct utsname names;
    if (name_is_empty(host) || strcmp(host->text, "localhost") == 0)
        return true;
    if (uname(&names) != 0)
        return false;
    size_t length = strlen(host->text);
    return strncmp(host->text, names.nodename, length) == 0
           && (names.nodename[length] == 0 || (names.nodename[length] == '.' && !strchr(host->text, '.')));
}

static size_t write_question(char *into, size_t room, const struct subject *subject) {
    struct json json = {.bytes = into, .room = room};
    json_raw(&json, "?get {\"key\":");
    json_string(&json, subject->key.text, SIZE_MAX);
    if (!name_is_empty(&subject->task)) {
        json_raw(&json, ",\"task\":");
        json_string(&json, subject->task.text, SIZE_MAX);
    }
    json_raw(&json, "}");
    return json.used;
}

// Text goes out as it is, but not to a terminal, which would obey what is in it.
static void print_value(char *value, long length, struct fault *fault) {
    static char feed = '\n';
    value[length] = 0;
    if (isatty(STDOUT_FILENO)) {
        text_defuse(value);
        length = (long)strlen(value);
    }
    struct iovec parts[] = {{value, (size_t)length}, {&feed, 1}};
    if (writev(STDOUT_FILENO, parts, 2) != length + 1)
        fault_set(fault, EXIT_NOT_STORED, "the value could not be printed: %s", strerror(errno));
}

static void ask(const struct subject *subject, uint64_t deadline_ms, struct fault *fault) {
    static struct places places;
    static struct frame answer;
    // A character of a name takes at most 4 bytes here, or 2 when it is a quote.
    char question[64 + 2 * sizeof(struct name)];
    struct reply reply;
    const char *why;
    answer.room = MAX_ANSWER_BYTES; // not as an initialiser: all of it would then be bytes of the program
    places_find(&places);
    if (places.complaint)
        complain("%s", places.complaint);
    if (!humed_ask(&places, question, write_question(question, sizeof question, subject), deadline_ms, &answer, &why)) {
        fault_set(fault, EXIT_NOT_STORED, "no answer: %s", why);
        return;
    }
    bool is_answer = reply_read(answer.bytes, answer.length, "?", &reply);
    if (is_answer && reply.code == EXIT_NO_VALUE) {
        fault->status = EXIT_NO_VALUE;
    } else if (is_answer && reply.code == EXIT_STORED) {
        char *value = answer.bytes + (reply.text - answer.bytes);
        long length = answer_value(value);
        if (length >= 0)
            print_value(value, length, fault);
        else
            fault_set(fault, EXIT_NOT_STORED, "humed's answer is not understood");
    } else if (is_answer) {
        fault_set(fault, reply.code, "no answer: %.500s", *reply.text ? reply.text : "humed does not say why");
    } else {
        fault_set(fault, EXIT_NOT_STORED, "no answer: what answers is not humed");
    }
}

void question_get(const struct asked *asked, struct fault *fault) {
    struct subject subject;
    if (asked->words.count != 1 || !read_subject(asked->words.at[0], asked, &subject)) {
        fault_set(fault, EXIT_USAGE, "get needs one name: hume get KEY, or HOST/KEY, or HOST:TASK/KEY");
    } else if (is_here(&subject.host)) {
        ask(&subject, asked->deadline_ms, fault);
    } else {
        char verb[] = "get";
        delegate_become((char *[]){verb, verb, asked->words.at[0], NULL});
        fault_set(fault, EXIT_USAGE,
                  "what other hosts share is asked by hume-cli (Python package humeops), found neither beside hume "
                  "nor on PATH");
    }
}
