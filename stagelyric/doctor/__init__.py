"""The rig, looked over before the show: what is fine, what is worth a look, what must be mended, and how."""
