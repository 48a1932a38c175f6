"""The editor: a pretrained language model that judges lines where there is time, never on a press."""
