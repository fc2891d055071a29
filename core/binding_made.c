/* Pictures that were made what each variant keeps, before the walk is given them. ws_stream/walk/numpy_walk.py says what
   the methods do. */
#include "binding.h"

PyObject *walk_turns(Walk *self, PyObject *argument)
{
    const double now = PyFloat_AsDouble(argument);
    ws_due due[WS_VARIANTS];
    size_t count = 0;
    if (now == -1 && PyErr_Occurred())
        return NULL;
    WITH_LOCK(self, count = ws_walk_turns(&self->walk, due, now));
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *const item =
            Py_BuildValue("nO", (Py_ssize_t)due[i].id, due[i].lacks_all ? Py_True : Py_False);
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

/* Under the lock. */
static int update_made(ws_walk *walk, size_t id, const ws_view *made, const ws_asked *asked, double now)
{
    return walk->variants[id].is_open ? ws_walk_update_made(walk, id, made, asked, now) : WS_MISFIT;
}

PyObject *walk_update_made(Walk *self, PyObject *arguments)
{
    PyObject *array, *damage;
    Py_ssize_t variant_id;
    double now;
    binding_picture taken;
    int changed = WS_FAILED;
    if (!PyArg_ParseTuple(arguments, "nOOd", &variant_id, &array, &damage, &now) || !binding_is_variant(variant_id))
        return NULL;
    if (!binding_take(array, damage, &taken))
        return NULL;
    WITH_LOCK(self, changed = update_made(&self->walk, (size_t)variant_id, &taken.view,
                                          taken.spans ? &taken.asked : NULL, now));
    binding_leave(&taken);
    if (changed == WS_MISFIT)
        return binding_misfit();
    return changed < 0 ? PyErr_NoMemory() : PyBool_FromLong(changed);
}
