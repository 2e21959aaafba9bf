/*
 * lazy - libraries that are loaded when they are first needed.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "app.h"
#include "lazy.h"

/* By the versions of their interfaces, as the linker would record them. */
static const char *const LIBRARY_NAMES[LAZY_LIBRARIES] = {
    [LAZY_CURL] = "libcurl.so.4",
    [LAZY_CRYPTO] = "libcrypto.so.3",
    [LAZY_MICROHTTPD] = "libmicrohttpd.so.12",
    [LAZY_SVM] = "libsvm.so.3",
};

void *lazy_function(lazy_library library, const char *name)
{
    static _Atomic(void *) handles[LAZY_LIBRARIES]; /* dlopen gives every thread the same one */
    void *handle = atomic_load(&handles[library]), *function;

    if (!handle) {
        handle = dlopen(LIBRARY_NAMES[library], RTLD_NOW | RTLD_LOCAL);
        atomic_store(&handles[library], handle);
    }
    function = handle ? dlsym(handle, name) : NULL;
    if (!function) {
        complain("this command needs %s: %s", LIBRARY_NAMES[library], dlerror());
        exit(EXIT_FAILED);
    }
    return function;
}
