"""The worker of the clinical module, with the training library's commands."""
