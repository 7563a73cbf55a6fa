"""One patient's result as files: report.html, prediction.json and pictures."""
