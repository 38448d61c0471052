"""Tag proposals at the desk: lists by rule, bulk confirmation, and what each run did."""
