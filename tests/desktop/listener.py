#!/usr/bin/env python3
"""A screen reader's side: announces a listener, or writes a program's accessibility tree as JSON.

    listener.py listen          switches accessibility on for this session
    listener.py tree PROGRAM    the tree of the running program with that name
"""
import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

DEEPEST = 60


def listen():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    for name in ("IsEnabled", "ScreenReaderEnabled"):
        value = GLib.Variant("(ssv)", ("org.a11y.Status", name, GLib.Variant("b", True)))
        bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", value, None,
                      Gio.DBusCallFlags.NONE, 10000)


def text_of(node):
    text = node.get_text_iface()
    return Atspi.Text.get_text(text, 0, -1) if text else None


def value_of(node):
    value = node.get_value_iface()
    return str(Atspi.Value.get_current_value(value)) if value else None


def attributes_of(node):
    return "; ".join(f"{k}={v}" for k, v in (node.get_attributes() or {}).items())


def actions_of(node):
    action = node.get_action_iface()
    return "; ".join(Atspi.Action.get_action_name(action, i) for i in range(action.get_n_actions())) if action else None


def described(node, depth=0):
    other = []
    for ask in (text_of, value_of, attributes_of, actions_of):
        try:
            said = ask(node)
        except GLib.Error:
            continue
        if said:
            other.append(said)
    children = []
    if depth < DEEPEST:
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child:
                children.append(described(child, depth + 1))
    states = node.get_state_set()
    return {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "other": other,
        "focused": states.contains(Atspi.StateType.FOCUSED),
        "enabled": states.contains(Atspi.StateType.ENABLED),
        "children": children,
    }


def tree(program):
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application and application.get_name() == program and application.get_child_count():
            return described(application)
    names = [desktop.get_child_at_index(i).get_name() for i in range(desktop.get_child_count())]
    sys.exit(f"{program} is not there, only {names}")


if sys.argv[1] == "listen":
    listen()
else:
    print(json.dumps(tree(sys.argv[2]), ensure_ascii=False))
