#include "port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 32, WAITING = 8 }; /* sockets that are waited for, connections that wait to be taken */

static int without_waiting(int socket)
{
    const int flags = fcntl(socket, F_GETFL, 0);
    if (flags >= 0 && fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0)
        return socket;
    close(socket);
    return PORT_NONE;
}

int wd_port_listen(uint16_t port, int is_public)
{
    const int made = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(is_public ? INADDR_ANY : INADDR_LOOPBACK);
    if (made < 0)
        return PORT_NONE;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(made, (const struct sockaddr *)&address, sizeof address) == 0 && listen(made, WAITING) == 0)
        return without_waiting(made);
    close(made);
    return PORT_NONE;
}

uint16_t wd_port_of(int listener)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    return getsockname(listener, (struct sockaddr *)&address, &length) == 0 ? ntohs(address.sin_port) : 0;
}

int wd_port_accept(int listener)
{
    const int made = accept(listener, NULL, NULL), yes = 1;
    if (made < 0)
        return PORT_NONE;
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
#ifdef TCP_NOTSENT_LOWAT /* else Linux takes megabytes, which are old when they arrive; lwIP never does */
    const int unsent = 16384;
    setsockopt(made, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
#endif
    return without_waiting(made);
}

static ptrdiff_t moved(ssize_t count)
{
    if (count > 0)
        return count;
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : -1;
}

ptrdiff_t wd_port_read(int socket, uint8_t *to, size_t size) { return moved(recv(socket, to, size, 0)); }

ptrdiff_t wd_port_write(int socket, const uint8_t *from, size_t size)
{
#ifdef MSG_NOSIGNAL
    return moved(send(socket, from, size, MSG_NOSIGNAL));
#else
    return moved(send(socket, from, size, 0));
#endif
}

void wd_port_finish(int socket) { shutdown(socket, SHUT_WR); }

void wd_port_close(int socket) { close(socket); }

void wd_port_wait(const wd_port_interest *interests, size_t count, int milliseconds)
{
    struct pollfd waited[MOST];
    count = count < MOST ? count : MOST;
    for (size_t i = 0; i < count; i++) {
        const int events = (interests[i].reads ? POLLIN : 0) | (interests[i].writes ? POLLOUT : 0);
        waited[i] = (struct pollfd){.fd = interests[i].socket, .events = (short)events};
    }
    poll(waited, (nfds_t)count, milliseconds);
}

double wd_port_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint64_t wd_port_wall(void)
{
    struct timeval now;
    gettimeofday(&now, NULL);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
}

uint32_t wd_port_random(void) /* ESP-IDF: return esp_random(); */
{
    uint32_t word = (uint32_t)wd_port_wall();
    const int from = open("/dev/urandom", O_RDONLY);
    if (from >= 0) {
        if (read(from, &word, sizeof word) != (ssize_t)sizeof word)
            word ^= (uint32_t)(wd_port_now() * 1e9);
        close(from);
    }
    return word;
}
