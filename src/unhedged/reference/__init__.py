"""The behaviour of kernels again, in plain Python with dict and list: slow and obvious. Only tests import it."""
