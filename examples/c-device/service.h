/* What is done for each connection of a device: its viewer's words, its goodbye. */
#ifndef DEVICE_SERVICE_H
#define DEVICE_SERVICE_H

#include "ws_device.h"

/* Whether it is to be waited for what a peer says, or until it takes more. */
int wd_service_reads(const ws_device *d, const wd_connection *c, double now);
int wd_service_writes(const ws_device *d, const wd_connection *c);

void wd_service_hear(ws_device *d, wd_connection *c, double now);
void wd_service_send(ws_device *d, wd_connection *c, double now);
void wd_service_close(ws_device *d, wd_connection *c);

/* Says why the connection is closed; its peer has a second to hang up. */
void wd_service_goodbye(wd_connection *c, unsigned code, const char *why, double now);

/* The device's time, microseconds. */
uint64_t wd_service_time(const ws_device *d, double now);

#endif
