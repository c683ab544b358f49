"""Speed of the project beside a named peer or floor, both measured in the same run."""
