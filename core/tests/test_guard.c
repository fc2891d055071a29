/* Files that are cut off while they are read, and faults that are nobody's here. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../guard.h"
#include "check.h"

enum { LENGTH = 5 * 4096, READERS = 4, ROUNDS = 300, HANDLED = 42, SKIPPED = 43 };

static int new_file(void)
{
    uint8_t bytes[LENGTH];
    char name[] = "/tmp/guarded-XXXXXX";
    const int fd = mkstemp(name);
    CHECK(fd >= 0 && unlink(name) == 0);
    memset(bytes, 7, sizeof bytes);
    CHECK(write(fd, bytes, LENGTH) == LENGTH);
    return fd;
}

static const volatile uint8_t *bytes_of(const ws_range *r) { return (const volatile uint8_t *)r->start; }

static unsigned sum(const ws_range *r)
{
    unsigned total = 0;
    for (size_t i = 0; i < LENGTH; i++)
        total += bytes_of(r)[i];
    return total;
}

static void cut_off(void)
{
    const int fd = new_file(), other_fd = new_file();
    ws_range *const r = ws_range_open(fd, 0, LENGTH), *const part = ws_range_open(fd, 4096, 100);
    ws_range *const other = ws_range_open(other_fd, 0, LENGTH);
    CHECK(r && part && other && sum(r) == 7 * LENGTH && !ws_range_is_lost(r));
    CHECK(ftruncate(fd, 1) == 0);
    errno = 1234;
    CHECK(bytes_of(r)[LENGTH - 1] == 0 && ws_range_is_lost(r) && errno == 1234);
    CHECK(bytes_of(r)[0] == 0);   /* all of it is lost */
    CHECK(!ws_range_is_lost(part)); /* nobody has read it */
    CHECK(bytes_of(part)[99] == 0 && ws_range_is_lost(part));
    CHECK(sum(other) == 7 * LENGTH && !ws_range_is_lost(other));
    CHECK(ws_range_of((const void *)other->start) == other && ws_range_of((const void *)(other->end - 1)) == other);
    CHECK(ws_range_of((const void *)other->end) != other && !ws_range_of(&errno));
    ws_range_close(r);
    ws_range *const again = ws_range_open(fd, 0, LENGTH); /* in the same place of the table */
    CHECK(again == r && !ws_range_is_lost(again) && bytes_of(again)[1] == 0 && !ws_range_is_lost(again));
    ws_range_close(again);
    ws_range_close(part);
    ws_range_close(other);
}

static void refuse(void)
{
    static ws_range *all[WS_RANGES];
    const int fd = new_file();
    CHECK(!ws_range_open(-1, 0, LENGTH) && errno == EBADF);
    for (size_t i = 0; i < WS_RANGES; i++)
        CHECK((all[i] = ws_range_open(fd, 0, LENGTH)) != NULL);
    CHECK(!ws_range_open(fd, 0, LENGTH) && errno == EMFILE);
    for (size_t i = 0; i < WS_RANGES; i++)
        ws_range_close(all[i]);
}

static void *read_and_cut(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        const int fd = new_file();
        ws_range *const r = ws_range_open(fd, 0, LENGTH);
        CHECK(r && sum(r) == 7 * LENGTH && !ws_range_is_lost(r));
        CHECK(ftruncate(fd, 4096 * (i % 5)) == 0);
        CHECK(sum(r) < 7 * LENGTH && ws_range_is_lost(r));
        ws_range_close(r);
        close(fd);
    }
    return unused;
}

static void *see_lost(void *range)
{
    const ws_range *const r = range;
    while (bytes_of(r)[LENGTH - 1] == 7)
        ;
    CHECK(ws_range_is_lost(r)); /* whoever reads zeros is told */
    return NULL;
}

static void many_threads(void)
{
    pthread_t threads[READERS];
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_create(&threads[i], NULL, read_and_cut, NULL) == 0);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    const int fd = new_file();
    ws_range *const r = ws_range_open(fd, 0, LENGTH);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_create(&threads[i], NULL, see_lost, r) == 0);
    CHECK(ftruncate(fd, 0) == 0);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    ws_range_close(r);
}

/* Handlers that others set. */

static uintptr_t foreign; /* memory that nobody guards, behind the end of its file */
static volatile sig_atomic_t calls;

static void leave(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    _exit((uintptr_t)info->si_addr == foreign ? HANDLED : SKIPPED);
}

static void leave_plainly(int number) { _exit(number == SIGBUS ? HANDLED : SKIPPED); }

static struct sigaction before_fatal;

/* As Python's faulthandler does: says something, and lets the handler that it replaced have the signal. */
static void fatal(int number)
{
    if (calls)
        _exit(SKIPPED);
    calls = 1;
    sigaction(number, &before_fatal, NULL);
    raise(number);
}

static void mend(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    calls = calls + 1;
    CHECK(mmap(info->si_addr, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == info->si_addr);
}

static void idle(int number) { (void)number; }

static void set_plain(void (*handler)(int), struct sigaction *before)
{
    const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NODEFER};
    CHECK(sigaction(SIGBUS, &action, before) == 0);
}

static void set_informed(void (*handler)(int, siginfo_t *, void *))
{
    const struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    CHECK(sigaction(SIGBUS, &action, NULL) == 0);
}

typedef enum { NONE, INFORMED, PLAIN, FATAL, IGNORE, MENDER, IDLER } which;

static void set(which handler)
{
    switch (handler) {
    case NONE: set_plain(SIG_DFL, NULL); break;
    case INFORMED: set_informed(leave); break;
    case PLAIN: set_plain(leave_plainly, NULL); break;
    case FATAL: set_plain(fatal, &before_fatal); break;
    case IGNORE: set_plain(SIG_IGN, NULL); break;
    case MENDER: set_informed(mend); break;
    case IDLER: set_plain(idle, NULL); break;
    }
}

typedef struct {
    which before, after;
    int is_after, is_sent; /* a handler is set over ours; the signal is sent rather than a fault */
    int ends_by, ends_with; /* a signal, or with this */
} scene;

/* In a process of its own, where guarded memory is read before and after the other handler was set; then memory that
   nobody guards. */
static void play(const scene *s)
{
    const int fd = new_file(), foreign_fd = new_file();
    set(NONE); /* the sanitizer has one */
    set(s->before);
    ws_range *r = ws_range_open(fd, 0, LENGTH);
    CHECK(r && ftruncate(fd, 0) == 0 && bytes_of(r)[4096] == 0 && ws_range_is_lost(r));
    ws_range_close(r);
    if (s->is_after)
        set(s->after);
    ws_guard_stand();
    CHECK(ftruncate(fd, LENGTH) == 0);
    r = ws_range_open(fd, 0, LENGTH);
    CHECK(r && ftruncate(fd, 0) == 0 && bytes_of(r)[4096] == 0 && ws_range_is_lost(r) && calls == 0);
    if (s->is_sent)
        raise(SIGBUS);
    const volatile uint8_t *const at = mmap(NULL, LENGTH, PROT_READ, MAP_SHARED, foreign_fd, 0);
    foreign = (uintptr_t)at + 4096;
    CHECK(!s->is_sent && ftruncate(foreign_fd, 0) == 0);
    for (int i = 0; i < 2; i++) { /* a second time: who mends is asked again */
        CHECK(at[4096 * (i + 1)] == 0 && calls == i + 1);
    }
    _exit(0);
}

static void others_handlers(void)
{
    static const scene scenes[] = {
        {NONE, NONE, 0, 0, SIGBUS, 0},         {INFORMED, NONE, 0, 0, 0, HANDLED},
        {PLAIN, NONE, 0, 0, 0, HANDLED},       {FATAL, NONE, 0, 0, SIGBUS, 0},
        {IGNORE, NONE, 0, 0, SIGBUS, 0},       {MENDER, NONE, 0, 0, 0, 0},
        {NONE, NONE, 1, 0, SIGBUS, 0},         {NONE, INFORMED, 1, 0, 0, HANDLED},
        {INFORMED, NONE, 1, 0, SIGBUS, 0},     {NONE, FATAL, 1, 0, SIGBUS, 0},
        {INFORMED, PLAIN, 1, 0, 0, HANDLED},   {PLAIN, FATAL, 1, 0, 0, HANDLED},
        {NONE, MENDER, 1, 0, 0, 0},            {NONE, NONE, 0, 1, SIGBUS, 0},
        {PLAIN, NONE, 0, 1, 0, HANDLED},       {NONE, FATAL, 1, 1, SIGBUS, 0},
        {NONE, IDLER, 1, 0, SIGBUS, 0},        {INFORMED, IDLER, 1, 0, 0, HANDLED},
    };
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        int status;
        const pid_t child = fork();
        CHECK(child >= 0);
        if (!child)
            play(&scenes[i]);
        CHECK(waitpid(child, &status, 0) == child);
        const int is_signal = WIFSIGNALED(status), is_right = is_signal ? WTERMSIG(status) == scenes[i].ends_by
                                                   : !scenes[i].ends_by && WEXITSTATUS(status) == scenes[i].ends_with;
        if (!is_right)
            fprintf(stderr, "scene %zu: status %x\n", i, (unsigned)status);
        CHECK(is_right);
    }
}

/* What the parent guards is guarded in the child, each for itself. */
static void in_a_child(void)
{
    int status;
    const int fd = new_file();
    ws_range *const r = ws_range_open(fd, 0, LENGTH);
    CHECK(r && ftruncate(fd, 0) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (!child)
        _exit(bytes_of(r)[1] == 0 && ws_range_is_lost(r) ? HANDLED : SKIPPED);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == HANDLED);
    CHECK(!ws_range_is_lost(r) && bytes_of(r)[1] == 0 && ws_range_is_lost(r));
    ws_range_close(r);
}

int main(void)
{
    alarm(60);
    others_handlers(); /* first: here no handler of ours was set yet */
    cut_off();
    refuse();
    many_threads();
    in_a_child();
    return 0;
}
