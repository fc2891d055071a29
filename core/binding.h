/* The walk as a Python object: what the files of the binding share. */
#ifndef WS_BINDING_H
#define WS_BINDING_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "poller.h"

typedef struct {
    PyObject_HEAD
    ws_walk walk;
    ws_poller poller;
    Py_buffer memory; /* the source's, held while it may be read */
    int is_open;
} Walk;

/* The lock is waited for without the interpreter's: who holds it may be sending to hundreds of viewers. */
#define WITH_LOCK(self, ...)           \
    do {                               \
        Py_BEGIN_ALLOW_THREADS         \
        ws_walk_lock(&(self)->walk);   \
        __VA_ARGS__;                   \
        ws_walk_unlock(&(self)->walk); \
        Py_END_ALLOW_THREADS           \
    } while (0)

/* A numpy picture as a view. 0, and an error set, where its pixels are not 1 to 4 bytes that lie together. */
int binding_view(const Py_buffer *buffer, ws_view *view);

/* A numpy picture, and which of its rows are asked for. */
typedef struct {
    Py_buffer buffer;
    ws_view view;
    ws_span *spans; /* NULL: all */
    ws_asked asked;
} binding_picture;

/* Read an array, and tuples (y, rows) or None; `binding_leave` follows. 0, and an error set, where they are none. */
int binding_take(PyObject *array, PyObject *damage, binding_picture *taken);
void binding_leave(binding_picture *taken);

/* Sets an error: the picture is of another size or of other pixels than what it is for. */
PyObject *binding_misfit(void);

/* Whether there may be such a variant; if not, an error is set. */
int binding_is_variant(Py_ssize_t variant_id);

/* Every method: those of a picture's way (binding.c), of one that is made for each variant (binding_made.c), of who
   watches what (binding_viewers.c), and of the source that is read without Python (binding_source.c). */
#define WALK_METHODS(METHOD) \
    METHOD(update, METH_VARARGS) \
    METHOD(publish, METH_VARARGS) \
    METHOD(turns, METH_O) \
    METHOD(update_made, METH_VARARGS) \
    METHOD(sample, METH_VARARGS) \
    METHOD(commit, METH_VARARGS) \
    METHOD(abandon, METH_NOARGS) \
    METHOD(flush, METH_O) \
    METHOD(flush_one, METH_VARARGS) \
    METHOD(messages, METH_NOARGS) \
    METHOD(handed_over, METH_NOARGS) \
    METHOD(has_handed_over, METH_NOARGS) \
    METHOD(counts, METH_NOARGS) \
    METHOD(is_settled, METH_NOARGS) \
    METHOD(next_turn, METH_NOARGS) \
    METHOD(first_turn, METH_NOARGS) \
    METHOD(open_variant, METH_VARARGS) \
    METHOD(close_variant, METH_O) \
    METHOD(state, METH_O) \
    METHOD(picture, METH_O) \
    METHOD(taken, METH_VARARGS) \
    METHOD(join, METH_VARARGS) \
    METHOD(leave, METH_O) \
    METHOD(move, METH_VARARGS) \
    METHOD(announced, METH_VARARGS) \
    METHOD(forget, METH_VARARGS) \
    METHOD(set_rate, METH_VARARGS) \
    METHOD(acknowledge, METH_VARARGS) \
    METHOD(take, METH_O) \
    METHOD(give, METH_O) \
    METHOD(report, METH_O) \
    METHOD(limit, METH_VARARGS) \
    METHOD(set_source, METH_VARARGS) \
    METHOD(forget_source, METH_NOARGS) \
    METHOD(run, METH_VARARGS) \
    METHOD(looked, METH_NOARGS) \
    METHOD(wake, METH_NOARGS)

#define DECLARE(name, how) PyObject *walk_##name(Walk *self, PyObject *arguments);
WALK_METHODS(DECLARE)
#undef DECLARE

extern PyType_Spec memory_spec; /* of guarded memory */

#endif
