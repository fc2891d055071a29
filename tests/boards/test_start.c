/* A device that could not be started: it may be stopped, and closes nothing that is not its own. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "port.h"
#include "ws_device.h"

int main(void)
{
    static ws_device device, other;
    const ws_device_options nameless = {.name = "no name"}, right = {.name = "screen"};
    if (ws_device_start(&device, &nameless))
        return 1;
    ws_device_stop(&device);
    if (fcntl(STDIN_FILENO, F_GETFD) < 0) {
        fprintf(stderr, "a socket was closed that was not the device's\n");
        return 2;
    }
    if (!ws_device_start(&device, &right))
        return 3;
    const ws_device_options taken = {.name = "screen", .port = wd_port_of(device.listener)};
    if (ws_device_start(&other, &taken) || other.listener != PORT_NONE)
        return 4;
    ws_device_stop(&other);
    ws_device_stop(&device);
    return 0;
}
