#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

static ws_range ranges[WS_RANGES];

/* The handlers that were there before ours. The first one cannot know of ours; a later one was set over it, as by
   Python's faulthandler, and may call it in turn. */
enum { KEPT = 8 }; /* copies: the newest may be in use by other threads while the next is made */
static struct sigaction first, kept[KEPT];
static unsigned copies;
static int has_first;
static const struct sigaction *later;
static uintptr_t passed_on; /* where the later one was told of a fault last */

static ws_range *find(uintptr_t address)
{
    for (size_t i = 0; i < WS_RANGES; i++) {
        ws_range *const r = &ranges[i];
        const unsigned generation = __atomic_load_n(&r->generation, __ATOMIC_ACQUIRE);
        const uintptr_t start = __atomic_load_n(&r->start, __ATOMIC_RELAXED);
        const uintptr_t end = __atomic_load_n(&r->end, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (address >= start && address < end && generation % 2 == 0 &&
            __atomic_load_n(&r->generation, __ATOMIC_RELAXED) == generation)
            return r;
    }
    return NULL;
}

/* The later handler, if it is to be called; meanwhile there is none, so that one that calls ours in turn is not called
   for ever. Nor is one that returns without having mended the fault, as faulthandler when it was disabled. */
static const struct sigaction *take_later(const siginfo_t *info)
{
    const struct sigaction *const taken = __atomic_exchange_n(&later, NULL, __ATOMIC_ACQ_REL);
    const uintptr_t address = info->si_code > 0 ? (uintptr_t)info->si_addr : 0;
    const int is_again = __atomic_exchange_n(&passed_on, address, __ATOMIC_RELAXED) == address && address;
    return is_again ? NULL : taken;
}

/* A signal that is not ours. By default it ends the process at the instruction that faults, once that is tried again. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    const int is_fault = info->si_code > 0; /* else another process, or `raise`, sent it */
    const struct sigaction *const called = take_later(info), *const to = called ? called : &first;
    if (to->sa_flags & SA_SIGINFO) {
        to->sa_sigaction(number, info, context);
    } else if (to->sa_handler == SIG_DFL || (to->sa_handler == SIG_IGN && is_fault)) {
        sigaction(number, &by_default, NULL);
        if (!is_fault)
            raise(number);
    } else if (to->sa_handler != SIG_IGN) {
        to->sa_handler(number);
    }
    const struct sigaction *none = NULL; /* unless a newer one was found meanwhile */
    if (called)
        __atomic_compare_exchange_n(&later, &none, called, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void handle(int number, siginfo_t *info, void *context)
{
    const int saved = errno, is_missing = info->si_code == BUS_ADRERR;
    ws_range *const r = is_missing ? find((uintptr_t)info->si_addr) : NULL;
    void *memory = MAP_FAILED;
    if (r) {
        /* Before there are zeros, as other threads may be reading them. */
        __atomic_store_n(&r->is_lost, 1, __ATOMIC_RELEASE);
        memory = mmap((void *)r->start, r->end - r->start, PROT_READ,
                      MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    if (memory == MAP_FAILED)
        pass_on(number, info, context);
    errno = saved;
}

void ws_guard_stand(void)
{
    /* A handler that is called by ours may raise the signal again: it must come through. */
    struct sigaction now, ours = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART};
    if (sigaction(SIGBUS, NULL, &now) || (now.sa_flags & SA_SIGINFO && now.sa_sigaction == handle))
        return;
    if (!__atomic_exchange_n(&has_first, 1, __ATOMIC_ACQ_REL)) {
        first = now;
    } else {
        struct sigaction *const copy = &kept[__atomic_fetch_add(&copies, 1, __ATOMIC_RELAXED) % KEPT];
        *copy = now;
        __atomic_store_n(&later, copy, __ATOMIC_RELEASE);
    }
    sigaction(SIGBUS, &ours, NULL);
}

void ws_guard_unblock(void)
{
    sigset_t fault;
    sigemptyset(&fault);
    sigaddset(&fault, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &fault, NULL);
}

/* What the handler reads of a range changes as a whole. */
static void set(ws_range *r, uintptr_t start, uintptr_t end)
{
    __atomic_add_fetch(&r->generation, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&r->start, start, __ATOMIC_SEQ_CST);
    __atomic_store_n(&r->end, end, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&r->generation, 1, __ATOMIC_SEQ_CST);
}

ws_range *ws_range_open(int fd, int64_t offset, size_t length)
{
    ws_range *r = NULL;
    for (size_t i = 0; i < WS_RANGES && !r; i++)
        if (!__atomic_exchange_n(&ranges[i].is_taken, 1, __ATOMIC_ACQUIRE))
            r = &ranges[i];
    if (!r) {
        errno = EMFILE;
        return NULL;
    }
    uint8_t *const memory = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, (off_t)offset);
    if (memory == MAP_FAILED) {
        __atomic_store_n(&r->is_taken, 0, __ATOMIC_RELEASE);
        return NULL;
    }
    ws_guard_stand();
    __atomic_store_n(&r->is_lost, 0, __ATOMIC_RELAXED);
    set(r, (uintptr_t)memory, (uintptr_t)memory + length);
    return r;
}

void ws_range_close(ws_range *r)
{
    void *const memory = (void *)r->start;
    const size_t length = r->end - r->start;
    set(r, 0, 0);
    munmap(memory, length);
    __atomic_store_n(&r->is_taken, 0, __ATOMIC_RELEASE);
}

const ws_range *ws_range_of(const void *address) { return find((uintptr_t)address); }
