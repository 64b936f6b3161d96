// SPDX-License-Identifier: MIT
// The texts are files of their own (shell/), so that an editor and shellcheck see shell. The build takes comments and
// indents out of them, for whoever traces his script with set -x sees all of it, and the assembler puts them in here, from
// HUME_SHELL_FOLDER.
#include "shell.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "limits.h"
#include "script.h"
#include "spelling.h"

#define TEXT(name, file)                                                                                               \
    __asm__(".pushsection .rodata\n" #name ":\n.incbin \"" HUME_SHELL_FOLDER "/" file "\"\n.byte 0\n.popsection");     \
    extern const char name[] __attribute__((visibility("hidden")))

TEXT(text_note, "note.sh");
TEXT(text_bash, "init.bash");
TEXT(text_zsh, "init.zsh");
TEXT(text_sh, "init.sh");
TEXT(guard_bash, "guard.bash");
TEXT(guard_zsh, "guard.zsh");

static const struct {
    const char *shell, *text;
} known[] = {
    {"bash", text_bash}, {"zsh", text_zsh},   {"sh", text_sh},  {"dash", text_sh},    {"ash", text_sh},
    {"ksh", text_sh},    {"ksh93", text_sh}, {"mksh", text_sh}, {"busybox", text_sh}, {"yash", text_sh},
};
enum { KNOWN_COUNT = sizeof known / sizeof *known, TEXT_MOST = 48 * 1024 }; // the longest, with its quotes, has 11 KiB

// A person may say "$SHELL" or "$0", a path.
static const char *text_for(const char *shell) {
    for (int i = 0; i < KNOWN_COUNT; i++)
        if (strcmp(script_base_name(shell), known[i].shell) == 0)
            return known[i].text;
    return NULL;
}

static void refuse(const char *shell, struct fault *fault) {
    struct guess guess = {0};
    for (int i = 0; i < KNOWN_COUNT; i++)
        spelling_consider(&guess, script_base_name(shell), known[i].shell);
    const char *meant = spelling_meant(&guess, script_base_name(shell));
    if (meant)
        fault_set(fault, EXIT_USAGE, "no shell '%.60s'; did you mean %s?", shell, meant);
    else
        fault_set(fault, EXIT_USAGE, "no shell '%.60s': shell-init knows bash, zsh, and sh for other POSIX shells", shell);
}

// As the shell found it on PATH, links and all: after an upgrade the link leads to the new one. A relative path would
// not outlive the script's next cd.
static const char *own_path(char real[PATH_MAX]) {
    const char *called = (const char *)getauxval(AT_EXECFN);
    if (called && *called == '/')
        return called;
    ssize_t length = readlink("/proc/self/exe", real, PATH_MAX - 1);
    real[length > 0 ? length : 0] = 0;
    return length > 0 ? real : "hume";
}

// As one word of shell, whatever is in it.
static char *quote(char *at, const char *text, size_t most) {
    *at++ = '\'';
    for (size_t i = 0; text[i] && i < most; i++)
        at = text[i] == '\'' ? stpcpy(at, "'\\''") : (*at = text[i], at + 1);
    return stpcpy(at, "'\n");
}

// bash and zsh are given their text behind a guard.
static void put_text(char *at, const char *text) {
    if (text == text_sh)
        stpcpy(at, text);
    else
        stpcpy(quote(stpcpy(at, text == text_bash ? guard_bash : guard_zsh), text, SIZE_MAX), ";;\nesac\n");
}

void shell_init(const struct asked *asked, struct fault *fault) {
    static char real[PATH_MAX], all[4 * PATH_MAX + TEXT_MOST];
    const char *text = asked->words.count == 1 ? text_for(asked->words.at[0]) : NULL;
    if (asked->words.count != 1) {
        fault_set(fault, EXIT_USAGE, "shell-init needs one shell: eval \"$(hume shell-init bash)\", or zsh, or sh");
        return;
    }
    if (!text) {
        refuse(asked->words.at[0], fault);
        return;
    }
    char *at = quote(stpcpy(all, "__hume_program="), own_path(real), PATH_MAX);
    put_text(stpcpy(at, text_note), text);
    size_t length = strlen(all);
    // Half a text would be a syntax error in the script. Into the pipe of a $(…) one call writes all of it.
    if (write(STDOUT_FILENO, all, length) != (ssize_t)length)
        fault_set(fault, EXIT_NOT_STORED, "the text could not be printed: %s", strerror(errno));
}
