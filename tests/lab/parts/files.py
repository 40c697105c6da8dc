"""Template files of the lab: @NAME@ is replaced, and nothing may be left over."""
import os
import re
import shutil

from parts.process import LabError

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)


def fill(template, path, values):
    with open(os.path.join(HERE, template)) as file:
        text = file.read()

    def value(match):
        if match[1] not in values:
            raise LabError(f"{template}: nothing to put in for @{match[1]}@")
        return str(values[match[1]])

    write(path, re.sub("@([A-Z_]+)@", value, text))


def program(name):
    """The full path of a program that Debian keeps in PATH or in /usr/sbin, or None."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
