"""Runs a command and prints what it took: measure.py COMMAND... gives {"seconds", "processorSeconds", "printed"}.

The processor time is that of all processes it started, Java and the workers' Python included, also of those that outlive their parent.
Linux only.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

BECOME_SUBREAPER = 36

ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
started = time.monotonic()
child = subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE, text=True)
seconds = time.monotonic() - started
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(
    json.dumps(
        {
            "seconds": round(seconds, 1),
            "processorSeconds": round(used.ru_utime + used.ru_stime, 1),
            "printed": child.stdout.strip(),
        }
    )
)
