/* Who comes to a device: takes connections, answers their requests, lets viewers in. */
#ifndef DEVICE_GUESTS_H
#define DEVICE_GUESTS_H

#include "ws_device.h"

/* Takes connections that wait, where there is a place: also that of one which asks for nothing. */
void wd_guests_accept(ws_device *d, double now);
int wd_guests_have_place(const ws_device *d, double now);

/* Reads a request, and answers it when it is whole. */
void wd_guests_answer(ws_device *d, wd_connection *c, double now);

#endif
