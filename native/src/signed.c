// SPDX-License-Identifier: MIT
#include "signed.h"

#include <string.h>
#include <unistd.h>

#include "delegate.h"
#include "options.h"

enum { EXIT_UNSIGNED = 126 };

bool signed_is_asked(int argc, char **argv) {
    if (argc < 3 || strcmp(argv[1], "run") != 0)
        return false;
    for (int i = 2; i < argc; i++) {
        struct option_read found = option_read(argv[i]);
        if (found.option == OPTION_SIGNED)
            return true;
        if (found.option == OPTION_NONE || strcmp(argv[i], "--") == 0)
            return false;
        // Letters may be joined: in -vt NAME the last one takes the value.
        while (found.more)
            found = option_read_short(found.more);
        i += found.takes_value && !found.value;
    }
    return false;
}

// What a loader, the C library, OpenSSL or Python would obey: this program is static and obeys none of it, and what verifies is
// not to be steered either.
static bool steers(const char *variable) {
    static const char *const beginnings[] = {"LD_",      "PYTHON",   "_PYTHON", "GCONV_PATH=", "GLIBC_",
                                             "MALLOC_",  "LOCPATH=", "NLSPATH=", "OPENSSL_",   "SSLKEYLOGFILE="};
    for (unsigned i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(variable, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

void signed_become(char **argv, struct fault *fault) {
    // HOME is the caller's word too: no packages of his, and none of the current folder.
    static char no_users[] = "PYTHONNOUSERSITE=1", no_folder[] = "PYTHONSAFEPATH=1";
    unsigned count = 0, kept = 0;
    while (environ[count])
        count++;
    char *cleaned[count + 3];
    for (unsigned i = 0; i < count; i++)
        if (!steers(environ[i]))
            cleaned[kept++] = environ[i];
    cleaned[kept++] = no_users;
    cleaned[kept++] = no_folder;
    cleaned[kept] = NULL;
    environ = cleaned;
    delegate_become_neighbour(argv);
    const char *hindrance = delegate_hindrance();
    if (hindrance)
        fault_set(fault, EXIT_UNSIGNED, "signatures are checked by hume-cli, which cannot be run: %s: not run", hindrance);
    else
        fault_set(fault, EXIT_UNSIGNED,
                  "signatures are checked by hume-cli (Python package humeops), which is not beside hume: not run");
}
