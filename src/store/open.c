/*
 * open - opening a store's file and closing it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sqlite3.h>

#include "deliveries.h"
#include "functions.h"
#include "migrations.h"
#include "statement.h"

/* Bytes of pages that SQLite keeps in memory, and of the file that it maps. */
enum { CACHE = 64 << 20, MAPPED = 256 << 20 };

/* Makes the folders that lead to a file. What a person reads and thinks is nobody else's business. */
static int make_folders(const char *path, papertag_error *err)
{
    char *copy = strdup(path);

    if (!copy) {
        return pt_no_memory(err);
    }
    for (char *at = strchr(copy + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(copy, 0700) && errno != EEXIST) {
            int status = pt_fail(err, PAPERTAG_IO, "%s: %s", copy, strerror(errno));
            free(copy);
            return status;
        }
        *at = '/';
    }
    free(copy);
    return PAPERTAG_OK;
}

/* Whether nobody can write to the file: its file system (a medium, a snapshot) is mounted read-only. */
static bool is_fixed(const char *path)
{
    struct statvfs system;

    return !statvfs(path, &system) && (system.f_flag & ST_RDONLY);
}

/* Opens a file that cannot change. SQLite must be told so, or it wants to write files next to it. */
static int open_fixed(papertag_store *store, papertag_error *err)
{
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    pt_buf name = {0};
    struct stat log;
    int code;

    pt_buf_format(&name, "%s-wal", store->path);
    if (!name.failed && !stat(name.data, &log) && log.st_size) {
        pt_buf_free(&name);
        return pt_fail(err, PAPERTAG_IO,
                       "%s: its last changes are in its -wal file: open it once where it can be written", store->path);
    }
    pt_buf_clear(&name);
    pt_buf_text(&name, *store->path == '/' ? "file:" : "file:./");
    for (const char *at = store->path; *at; at++) {
        pt_buf_format(&name, strchr("%?#", *at) ? "%%%02X" : "%c", (unsigned char)*at);
    }
    pt_buf_text(&name, "?immutable=1");
    code = name.failed ? SQLITE_NOMEM : sqlite3_open_v2(name.data, &store->db, flags, NULL);
    pt_buf_free(&name);
    return code ? pt_store_fail(store, err) : PAPERTAG_OK;
}

/* Makes an empty file that nobody else reads; SQLite gives its other files the same permissions. */
static int make_file(const char *path, papertag_error *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    return fd < 0 || close(fd) ? pt_fail(err, PAPERTAG_IO, "%s: %s", path, strerror(errno)) : PAPERTAG_OK;
}

static bool is_folder(const char *path)
{
    struct stat info;

    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* Whether a file is there and empty: no store yet, but a place for one. */
static bool is_empty(const char *path)
{
    struct stat info;

    return !stat(path, &info) && S_ISREG(info.st_mode) && !info.st_size;
}

/* Whether a file has another name, but for one that a repair gave it before it was interrupted. SQLite keeps its
 * journal beside the name by which it opened a file: two names would be two journals, and each would undo what the
 * other did. */
static bool has_other_name(const char *path)
{
    struct stat info, other;
    char kept[4096];
    nlink_t names;

    if (stat(path, &info) || !S_ISREG(info.st_mode)) {
        return false;
    }
    names = info.st_nlink;
    snprintf(kept, sizeof kept, "%s.damaged", path);
    for (int n = 2; names > 1 && !stat(kept, &other); n++) {
        names -= other.st_dev == info.st_dev && other.st_ino == info.st_ino;
        snprintf(kept, sizeof kept, "%s.damaged-%d", path, n);
    }
    return names > 1;
}

/* Puts a copy in the place of the open file, which SQLite removes when it is closed, however the program ends. */
static int copy_aside(papertag_store *store, papertag_error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    sqlite3 *file = store->db, *copy = NULL;
    int code = sqlite3_open_v2("", &copy, flags, NULL);
    sqlite3_backup *backup = code ? NULL : sqlite3_backup_init(copy, "main", file, "main");
    int status;

    if (backup) {
        sqlite3_backup_step(backup, -1);
        code = sqlite3_backup_finish(backup);
    }
    pt_statements_free(&store->statements);
    store->db = copy;
    status = code || !backup ? pt_store_fail(store, err) : PAPERTAG_OK;
    sqlite3_close(file);
    return status || !pt_store_functions(copy) ? status : pt_store_fail(store, err);
}

/* Makes sure that the file is a store of the layout known. One that is costs no transaction. */
static int check_layout(papertag_store *store, bool to_read, papertag_error *err)
{
    int64_t version = 0, application = 0;
    int status = pt_store_ask(store, "PRAGMA user_version", &version, err, "");

    if (!status && version != pt_store_version && !to_read) {
        return pt_store_migrate(store, pt_store_version, err);
    }
    status = status ? status : pt_store_ask(store, "PRAGMA application_id", &application, err, "");
    if (!status && application != PT_STORE_APPLICATION) {
        status = pt_fail(err, PAPERTAG_BAD_STORE, "%s: an SQLite file of another program", store->path);
    }
    if (status || version == pt_store_version) {
        return status;
    }
    status = version < pt_store_version ? copy_aside(store, err) : PAPERTAG_OK;
    return status ? status : pt_store_migrate(store, pt_store_version, err);
}

static int open_file(papertag_store *store, bool create, bool to_read, papertag_error *err)
{
    /* secure_delete: some builds of SQLite write zeros over all that is deleted, also where that costs a write; merging
     * the text index deletes much. */
    static const char settings[] = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                                   "PRAGMA wal_autocheckpoint=8192; PRAGMA trusted_schema=OFF;"
                                   "PRAGMA secure_delete=FAST";
    /* Of a new file alone. A row is some 2 KB: pages of 4 KB hold one of them and much that is empty. */
    static const char page_size[] = "PRAGMA page_size=8192";
    const bool is_there = !access(store->path, F_OK), fixed = is_there && is_fixed(store->path);
    int status = PAPERTAG_OK;

    if (!is_there) {
        status = create ? make_folders(store->path, err) : pt_fail(err, PAPERTAG_IO, "%s: no store there", store->path);
        status = status ? status : make_file(store->path, err);
    } else if (is_folder(store->path)) {
        status = pt_fail(err, PAPERTAG_IO, "%s: a folder, not a store", store->path);
    } else if (!fixed && has_other_name(store->path)) {
        status = pt_fail(err, PAPERTAG_IO,
                         "%s: the file has a second name, a hard link, and changes under both would destroy it: make "
                         "the second a copy or a symbolic link",
                         store->path);
    } else if (!create && is_empty(store->path)) {
        status = pt_fail(err, PAPERTAG_IO, "%s: an empty file, not a store", store->path);
    }
    if (!status) {
        status = fixed                                         ? open_fixed(store, err)
                 : pt_store_open_file(&store->db, store->path) ? pt_store_fail(store, err)
                                                               : PAPERTAG_OK;
    }
    if (status) {
        return status;
    }
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, PT_STORE_PATIENCE);
    status = pt_store_functions(store->db) ? pt_store_fail(store, err) : PAPERTAG_OK;
    status = status || !create ? status : pt_store_exec(store, page_size, err);
    status = status ? status : check_layout(store, to_read, err);
    /* The journal's form is kept in the file, and changing it needs the file to oneself. */
    status = status || fixed || to_read ? status : pt_store_exec(store, "PRAGMA journal_mode=WAL", err);
    store->counts_changes = !status;
    status = status ? status : pt_store_use_memory(store, CACHE, MAPPED, err);
    return status ? status : pt_store_exec(store, settings, err);
}

static int open_store(papertag_store **out, const char *path, bool create, bool to_read, papertag_error *err)
{
    papertag_store *store = pt_calloc(1, sizeof *store);
    int status;

    if (store) {
        store->folder_lock = -1;
        store->path = strdup(path);
    }
    if (!store || !store->path) {
        free(store);
        return pt_no_memory(err);
    }
    status = open_file(store, create, to_read, err);
    if (status) {
        papertag_store_close(store);
        return status;
    }
    *out = store;
    return PAPERTAG_OK;
}

int papertag_store_open(papertag_store **out, const char *path, bool create, papertag_error *err)
{
    return open_store(out, path, create, false, err);
}

int pt_store_open_to_read(papertag_store **out, const char *path, papertag_error *err)
{
    return open_store(out, path, false, true, err);
}

void papertag_store_close(papertag_store *store)
{
    if (!store) {
        return;
    }
    pt_statements_free(&store->statements);
    sqlite3_close(store->db);
    pt_delivery_leave(store);
    pt_arena_free(&store->tag_arena);
    pt_arena_free(&store->record_arena);
    pt_arena_free(&store->answer_arena);
    pt_buf_free(&store->expression);
    free(store->selected);
    free(store->path);
    free(store);
}
