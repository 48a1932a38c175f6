"""The editor: a pretrained language model that scores lines when there is time, never during a press."""
