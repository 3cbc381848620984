"""The pages: Django views over `casework`, in French first, served on this computer alone."""
