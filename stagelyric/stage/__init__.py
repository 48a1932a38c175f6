"""The running show: everything concrete is put together and kept alive here."""
