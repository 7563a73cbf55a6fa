"""Tables, figures, report and checklists of a study, as they would stand in a paper."""
