"""Slow motion: records each line of the program's own file, and the shared values that it touches.

    tracing ──frame, point──> stepper ──STEPPED──> the recorder's channel
               ^                 │
             sites             shown

`sites` finds, once for each code object, where a line begins and which instructions read or write
what workers can share. `tracing` stops there, `stepper` looks up the values and reports a step for
each line, and `shown` writes a value without running any code of the program. `between` knows the
memory that processes share.

A value that is read is looked up right before the instruction that reads it, and a value that was
written is looked up before any other thread can write it: see `stepper`. On a free-threaded Python,
and in memory that processes share, another worker may be faster than that look.

Recorded is what more than one worker may touch:

    global names and closure cells   only those that a function assigns to
    attributes                       of the program's own objects and classes, only those that are
                                     assigned to outside of an `__init__`
    items                            of lists and dictionaries that are no local variable's, by key;
                                     all of them together where a method or `in` touches them
    shared memory                    values and arrays of multiprocessing, memory views

Which of these more than one worker really touched is told by the whole record
(`webapp.timeline.values`).

All of it is loaded before the recorder hides the package from programs.
"""
