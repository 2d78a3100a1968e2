# SPDX-License-Identifier: Apache-2.0
"""Mounts of a test's own, which nobody else sees and which end with it."""
import functools
import subprocess


@functools.cache
def own_mounts():
    """The command before one that mounts. In a chroot whose root is no mount point nothing can be made private, which
    is a fault of unshare's; there the tree's own namespace has to do."""
    plain = ["unshare", "-m"]
    works = subprocess.run([*plain, "true"], capture_output=True).returncode == 0
    return plain if works else [*plain, "--propagation", "unchanged"]
