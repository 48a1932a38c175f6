"""The running show: all concrete parts are put together and kept alive here."""
