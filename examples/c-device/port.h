/* What a board must have: sockets that never wait, a clock, chance. port_posix.c is for POSIX, and for lwIP as it
   has the same functions. Nothing else here calls a system. */
#ifndef DEVICE_PORT_H
#define DEVICE_PORT_H

#include <stddef.h>
#include <stdint.h>

enum { PORT_NONE = -1 };

typedef struct {
    int socket;
    int reads, writes; /* what is waited for */
} wd_port_interest;

/* A socket that listens, on all addresses or on 127.0.0.1; PORT_NONE where it cannot be. A port of 0 is any. */
int wd_port_listen(uint16_t port, int is_public);
uint16_t wd_port_of(int listener);

/* Another connection; PORT_NONE where there is none now. */
int wd_port_accept(int listener);

/* How many bytes there were or went; 0: none now; -1: the connection is over. */
ptrdiff_t wd_port_read(int socket, uint8_t *to, size_t size);
ptrdiff_t wd_port_write(int socket, const uint8_t *from, size_t size);
void wd_port_finish(int socket); /* nothing more is written */
void wd_port_close(int socket);

/* Waits until something can be done with one of the sockets, so many milliseconds at most. */
void wd_port_wait(const wd_port_interest *interests, size_t count, int milliseconds);

/* Seconds of a clock that only moves forward. */
double wd_port_now(void);

/* Microseconds since 1970 by the wall clock, or since any moment where a board has none. */
uint64_t wd_port_wall(void);

uint32_t wd_port_random(void);

#endif
