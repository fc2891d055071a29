/* What is done for each connection of a device: its requests, its viewer's words, its goodbye. */
#ifndef DEVICE_SERVICE_H
#define DEVICE_SERVICE_H

#include "ws_device.h"

/* Takes connections that wait, where there is a place: also that of one which asks for nothing. */
void wd_service_accept(ws_device *d, double now);
int wd_service_has_place(const ws_device *d, double now);

/* Whether it is to be waited for what a peer says, or until it takes more. */
int wd_service_reads(const ws_device *d, const wd_connection *c, double now);
int wd_service_writes(const ws_device *d, const wd_connection *c);

void wd_service_hear(ws_device *d, wd_connection *c, double now);
void wd_service_send(ws_device *d, wd_connection *c, double now);
void wd_service_close(ws_device *d, wd_connection *c);

/* The device's time, microseconds. */
uint64_t wd_service_time(const ws_device *d, double now);

#endif
