"""What a person may need to know: help numbers, and later the lessons and the glossary."""
